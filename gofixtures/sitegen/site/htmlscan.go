package site

import (
	"html"
	"strings"
)

// tag is a start tag of an HTML document, or what stands between two.
type tag struct {
	name       string // in lower case; empty for text
	text       string // of text, as it is in the source
	attributes []attribute
}

type attribute struct{ name, value string }

// rawText are the elements whose content is no markup.
var rawText = map[string]bool{"script": true, "style": true, "textarea": true, "title": true}

// scanHTML calls f with the start tags and texts of a document. It follows the
// tokenizer of HTML (https://html.spec.whatwg.org/multipage/parsing.html,
// section 13.2.5) as far as our own output needs it. The attributes are valid
// during the call.
func scanHTML(s string, f func(tag)) {
	var attributes []attribute
	for s != "" {
		i := strings.IndexByte(s, '<')
		if i < 0 {
			f(tag{text: s})
			return
		}
		if i > 0 {
			f(tag{text: s[:i]})
		}
		s = s[i:]
		switch {
		case strings.HasPrefix(s, "<!--"):
			s = after(s, 4, "-->")
			continue
		case len(s) > 1 && (s[1] == '/' || s[1] == '!' || s[1] == '?'):
			s = after(s, 2, ">")
			continue
		case len(s) < 2 || !isLetter(s[1]):
			f(tag{text: "<"})
			s = s[1:]
			continue
		}
		end := 1
		for end < len(s) && strings.IndexByte(" \t\r\n\f/>", s[end]) < 0 {
			end++
		}
		name := strings.ToLower(s[1:end])
		attributes, s = scanAttributes(s[end:], attributes[:0])
		f(tag{name: name, attributes: attributes})
		if rawText[name] {
			end := indexFold(s, "</"+name)
			if name != "script" && name != "style" && end > 0 {
				f(tag{text: s[:end]})
			}
			s = s[end:]
		}
	}
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

// after returns what of s follows the first end from index i on.
func after(s string, i int, end string) string {
	_, rest, _ := strings.Cut(s[min(i, len(s)):], end)
	return rest
}

// indexFold is strings.Index without regard to case; len(s) if there is none.
func indexFold(s, prefix string) int {
	for i := 0; i+len(prefix) <= len(s); {
		next := strings.IndexByte(s[i:], prefix[0])
		if next < 0 {
			break
		}
		i += next
		if i+len(prefix) <= len(s) && strings.EqualFold(s[i:i+len(prefix)], prefix) {
			return i
		}
		i++
	}
	return len(s)
}

// scanAttributes reads attributes up to the end of the tag and returns what
// follows it.
func scanAttributes(s string, list []attribute) ([]attribute, string) {
	for {
		s = strings.TrimLeft(s, " \t\r\n\f/")
		if s == "" {
			return list, ""
		}
		if s[0] == '>' {
			return list, s[1:]
		}
		end := 1 // "=" at the beginning is a part of the name
		for end < len(s) && strings.IndexByte(" \t\r\n\f/>=", s[end]) < 0 {
			end++
		}
		a := attribute{name: strings.ToLower(s[:end])}
		s = strings.TrimLeft(s[end:], " \t\r\n\f")
		if strings.HasPrefix(s, "=") {
			a.value, s = scanValue(strings.TrimLeft(s[1:], " \t\r\n\f"))
		}
		list = append(list, a)
	}
}

func scanValue(s string) (value, rest string) {
	switch {
	case s == "":
		return "", ""
	case s[0] == '"' || s[0] == '\'':
		value, rest, _ = strings.Cut(s[1:], s[:1])
	default:
		end := 0
		for end < len(s) && strings.IndexByte(" \t\r\n\f>", s[end]) < 0 {
			end++
		}
		value, rest = s[:end], s[end:]
	}
	return html.UnescapeString(value), rest
}

// plainText is the text of a piece of HTML, without tags.
func plainText(s string) string {
	var b strings.Builder
	scanHTML(s, func(t tag) {
		if t.name == "" {
			b.WriteString(t.text)
		}
	})
	return html.UnescapeString(b.String())
}
