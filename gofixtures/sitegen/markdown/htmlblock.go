package markdown

import "strings"

// htmlKind is the start condition of an HTML block, numbered as in section 4.6.
type htmlKind int

const (
	notHTML htmlKind = iota
	htmlText
	htmlComment
	htmlInstruction
	htmlDeclaration
	htmlCDATA
	htmlBlockTag // this and the next end at a blank line
	htmlAnyTag
)

var htmlTextTags = []string{"pre", "script", "style", "textarea"}

var htmlBlockTags = map[string]bool{
	"address": true, "article": true, "aside": true, "base": true, "basefont": true, "blockquote": true,
	"body": true, "caption": true, "center": true, "col": true, "colgroup": true, "dd": true, "details": true,
	"dialog": true, "dir": true, "div": true, "dl": true, "dt": true, "fieldset": true, "figcaption": true,
	"figure": true, "footer": true, "form": true, "frame": true, "frameset": true, "h1": true, "h2": true,
	"h3": true, "h4": true, "h5": true, "h6": true, "head": true, "header": true, "hr": true, "html": true,
	"iframe": true, "legend": true, "li": true, "link": true, "main": true, "menu": true, "menuitem": true,
	"nav": true, "noframes": true, "ol": true, "optgroup": true, "option": true, "p": true, "param": true,
	"search": true, "section": true, "summary": true, "table": true, "tbody": true, "td": true, "tfoot": true,
	"th": true, "thead": true, "title": true, "tr": true, "track": true, "ul": true,
}

// htmlBlockStart is which kind of HTML block s, which begins with "<", starts.
func htmlBlockStart(s string) htmlKind {
	switch {
	case len(s) == 1:
		return notHTML
	case strings.HasPrefix(s, "<!--"):
		return htmlComment
	case strings.HasPrefix(s, "<?"):
		return htmlInstruction
	case strings.HasPrefix(s, "<![CDATA["):
		return htmlCDATA
	case len(s) > 2 && s[1] == '!' && isLetter(s[2]):
		return htmlDeclaration
	}
	name := strings.TrimPrefix(s[1:], "/")
	end := 0
	for end < len(name) && end < 16 && (isLetter(name[end]) || isDigit(name[end])) {
		end++
	}
	name, after := strings.ToLower(name[:end]), name[end:]
	bounded := after == "" || strings.IndexByte(" \t>", after[0]) >= 0
	if bounded && s[1] != '/' {
		for _, tag := range htmlTextTags {
			if name == tag {
				return htmlText
			}
		}
	}
	if (bounded || strings.HasPrefix(after, "/>")) && htmlBlockTags[name] {
		return htmlBlockTag
	}
	if n := scanTag(s); n > 0 && strings.Trim(s[n:], " \t") == "" {
		return htmlAnyTag
	}
	return notHTML
}

// endsAt is whether a block of this kind ends with the line s.
func (k htmlKind) endsAt(s string) bool {
	switch k {
	case htmlText:
		for i := strings.Index(s, "</"); i >= 0; {
			for _, tag := range htmlTextTags {
				if end := i + 2 + len(tag); end < len(s) && strings.EqualFold(s[i+2:end], tag) && s[end] == '>' {
					return true
				}
			}
			next := strings.Index(s[i+2:], "</")
			if next < 0 {
				break
			}
			i += 2 + next
		}
		return false
	case htmlComment:
		return strings.Contains(s, "-->")
	case htmlInstruction:
		return strings.Contains(s, "?>")
	case htmlDeclaration:
		return strings.Contains(s, ">")
	case htmlCDATA:
		return strings.Contains(s, "]]>")
	}
	return false
}
