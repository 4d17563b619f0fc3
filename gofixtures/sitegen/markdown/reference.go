package markdown

import (
	"strings"
	"unicode/utf8"
)

// reference is a link reference definition (section 4.7).
type reference struct {
	destination, title string
}

// takeReferences moves the link reference definitions at the beginning of a
// paragraph out of it.
func (p *parser) takeReferences(b *block) {
	if len(b.text) == 0 || b.text[0] != '[' {
		return
	}
	s := string(b.text)
	for strings.HasPrefix(s, "[") {
		label, ref, n := parseDefinition(s)
		if n == 0 {
			break
		}
		if _, defined := p.references[label]; !defined {
			p.references[label] = ref
		}
		s = s[n:]
	}
	b.text = append(b.text[:0], s...)
}

// parseDefinition reads the definition at the beginning of s; n is 0 if there
// is none.
func parseDefinition(s string) (label string, ref reference, n int) {
	label, i := scanLabel(s)
	if i == 0 || i == len(s) || s[i] != ':' {
		return "", reference{}, 0
	}
	destination, i := scanDestination(s, skipSpace(s, i+1))
	if i < 0 {
		return "", reference{}, 0
	}
	ref.destination = unescape(destination)
	end := endOfLine(s, i)
	if start := skipSpace(s, i); start > i {
		if title, after := scanTitle(s, start); after > 0 {
			if titleEnd := endOfLine(s, after); titleEnd >= 0 {
				ref.title = unescape(title)
				return label, ref, titleEnd
			}
		}
	}
	if end < 0 {
		return "", reference{}, 0
	}
	return label, ref, end
}

// endOfLine returns the index after the line ending that follows at i but for
// spaces, or -1.
func endOfLine(s string, i int) int {
	for i < len(s) && (s[i] == ' ' || s[i] == '\t') {
		i++
	}
	switch {
	case i == len(s):
		return i
	case s[i] == '\n':
		return i + 1
	}
	return -1
}

// scanLabel reads the link label "[...]" at the beginning of s and returns it
// normalized, and its length with the brackets; 0 if there is none.
func scanLabel(s string) (label string, length int) {
	if !strings.HasPrefix(s, "[") {
		return "", 0
	}
	for i := 1; i < len(s) && i <= maxLabel+1; i++ {
		switch s[i] {
		case '\\':
			i++
		case '[':
			return "", 0
		case ']':
			label = normalizeLabel(s[1:i])
			if label == "" {
				return "", 0
			}
			return label, i + 1
		}
	}
	return "", 0
}

// normalizeLabel folds case and white space (section 6.3, "matches").
func normalizeLabel(s string) string {
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r < utf8.RuneSelf && isSpace(byte(r)) }), " ")
	plain := true
	for i := 0; i < len(s) && plain; i++ {
		plain = s[i] < utf8.RuneSelf && !('A' <= s[i] && s[i] <= 'Z')
	}
	if plain {
		return s
	}
	// Upper before lower case, for letters of which there are several lower
	// ones, such as the sigmas. Sharp s folds to two letters, which the
	// mappings of package strings never do.
	s = strings.ToLower(strings.ToUpper(s))
	return strings.ReplaceAll(s, "ß", "ss")
}

// scanDestination reads the link destination at i and returns the index after
// it; -1 if there is none.
func scanDestination(s string, i int) (string, int) {
	if i == len(s) {
		return "", -1
	}
	start := i
	if s[i] == '<' {
		for i++; i < len(s); i++ {
			switch s[i] {
			case '\\':
				i++
			case '\n', '<':
				return "", -1
			case '>':
				return s[start+1 : i], i + 1
			}
		}
		return "", -1
	}
	depth := 0
scan:
	for ; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' && i+1 < len(s) && isPunctuation(s[i+1]):
			i++
		case c == '(':
			// The specification asks for three levels at least.
			if depth++; depth > 32 {
				return "", -1
			}
		case c == ')':
			if depth == 0 {
				break scan
			}
			depth--
		case c <= ' ' || c == 0x7f:
			break scan
		}
	}
	if i == start || depth > 0 {
		return "", -1
	}
	return s[start:i], i
}

// scanTitle reads the link title at i and returns the index after it; 0 if
// there is none.
func scanTitle(s string, i int) (string, int) {
	if i == len(s) {
		return "", 0
	}
	start, end := i, s[i]
	switch end {
	case '"', '\'':
	case '(':
		end = ')'
	default:
		return "", 0
	}
	for i++; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case end:
			return s[start+1 : i], i + 1
		case '(':
			if end == ')' {
				return "", 0
			}
		}
	}
	return "", 0
}
