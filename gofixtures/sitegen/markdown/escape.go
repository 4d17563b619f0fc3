package markdown

import (
	"html"
	"strconv"
	"strings"
	"unicode/utf8"
)

// appendEscaped appends s with the characters replaced that mean something in
// HTML.
func appendEscaped(dst []byte, s string) []byte {
	start := 0
	for i := 0; i < len(s); i++ {
		var entity string
		switch s[i] {
		case '&':
			entity = "&amp;"
		case '<':
			entity = "&lt;"
		case '>':
			entity = "&gt;"
		case '"':
			entity = "&quot;"
		default:
			continue
		}
		dst = append(dst, s[start:i]...)
		dst = append(dst, entity...)
		start = i + 1
	}
	return append(dst, s[start:]...)
}

// appendURL appends a link destination as the value of an attribute. What may
// not be in a URL is percent-encoded; what is already stays.
func appendURL(dst []byte, s string) []byte {
	const digits = "0123456789ABCDEF"
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '&':
			dst = append(dst, "&amp;"...)
		case isLetter(c) || isDigit(c) || strings.IndexByte("-_.~!*'();/?:@=+$,#%", c) >= 0:
			dst = append(dst, c)
		default:
			dst = append(dst, '%', digits[c>>4], digits[c&15])
		}
	}
	return dst
}

// unescape replaces backslash escapes and entities, as in destinations, titles
// and info strings (sections 2.4 and 2.5).
func unescape(s string) string {
	if !strings.ContainsAny(s, `\&`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		if s[i] == '\\' && i+1 < len(s) && isPunctuation(s[i+1]) {
			b.WriteByte(s[i+1])
			i += 2
			continue
		}
		if s[i] == '&' {
			if text, n := scanEntity(s[i:]); n > 0 {
				b.WriteString(text)
				i += n
				continue
			}
		}
		b.WriteByte(s[i])
		i++
	}
	return b.String()
}

// maxEntity is longer than any entity: "&CounterClockwiseContourIntegral;".
const maxEntity = 40

// scanEntity decodes the entity or numeric character reference at the
// beginning of s, which begins with "&" (section 2.5); n is 0 without one.
func scanEntity(s string) (text string, n int) {
	if len(s) > maxEntity {
		s = s[:maxEntity]
	}
	end := strings.IndexByte(s, ';')
	if end < 2 {
		return "", 0
	}
	s = s[:end+1]
	if s[1] != '#' {
		for i := 1; i < end; i++ {
			if !isLetter(s[i]) && !isDigit(s[i]) {
				return "", 0
			}
		}
		// Package html also knows entities without a semicolon at the
		// beginning of a longer name; it then leaves the semicolon there.
		text = html.UnescapeString(s)
		if text == s || strings.HasSuffix(text, ";") && s != "&semi;" {
			return "", 0
		}
		return text, len(s)
	}
	number, base, maxDigits := s[2:end], 10, 7
	if number != "" && number[0]|0x20 == 'x' {
		number, base, maxDigits = number[1:], 16, 6
	}
	code, err := strconv.ParseUint(number, base, 32)
	if err != nil || len(number) > maxDigits {
		return "", 0
	}
	r := rune(code)
	if r == 0 || !utf8.ValidRune(r) {
		r = utf8.RuneError
	}
	return string(r), len(s)
}
