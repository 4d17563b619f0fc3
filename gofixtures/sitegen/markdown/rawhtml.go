package markdown

import "strings"

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }
func isDigit(c byte) bool  { return '0' <= c && c <= '9' }

// isPunctuation is "ASCII punctuation character" of section 2.1.
func isPunctuation(c byte) bool {
	return '!' <= c && c <= '/' || ':' <= c && c <= '@' || '[' <= c && c <= '`' || '{' <= c && c <= '~'
}

func isSpace(c byte) bool {
	return c == ' ' || c == '\t' || c == '\n' || c == '\v' || c == '\f' || c == '\r'
}

// skipSpace returns the index of the first byte from i on that is no space,
// tab or line ending.
func skipSpace(s string, i int) int {
	for i < len(s) && isSpace(s[i]) {
		i++
	}
	return i
}

// scanTag returns the length of the open or closing tag at the beginning of s,
// or 0 (section 6.6).
func scanTag(s string) int {
	if len(s) < 3 || s[0] != '<' {
		return 0
	}
	if s[1] == '/' {
		i := scanTagName(s, 2)
		if i == 2 {
			return 0
		}
		if i = skipSpace(s, i); i < len(s) && s[i] == '>' {
			return i + 1
		}
		return 0
	}
	i := scanTagName(s, 1)
	if i == 1 {
		return 0
	}
	for {
		next := skipSpace(s, i)
		attribute := scanAttribute(s, next)
		if attribute == next || next == i { // none, or not set off by a space
			i = next
			break
		}
		if attribute < 0 {
			return 0
		}
		i = attribute
	}
	if i < len(s) && s[i] == '/' {
		i++
	}
	if i < len(s) && s[i] == '>' {
		return i + 1
	}
	return 0
}

func scanTagName(s string, i int) int {
	if i == len(s) || !isLetter(s[i]) {
		return i
	}
	for i < len(s) && (isLetter(s[i]) || isDigit(s[i]) || s[i] == '-') {
		i++
	}
	return i
}

// scanAttribute returns the end of the attribute at i: i itself if there is
// none, -1 if it is malformed.
func scanAttribute(s string, i int) int {
	start := i
	for i < len(s) {
		c := s[i]
		if !isLetter(c) && c != '_' && c != ':' && (i == start || !isDigit(c) && c != '.' && c != '-') {
			break
		}
		i++
	}
	if i == start {
		return start
	}
	equals := skipSpace(s, i)
	if equals == len(s) || s[equals] != '=' {
		return i
	}
	i = skipSpace(s, equals+1)
	if i == len(s) {
		return -1
	}
	if q := s[i]; q == '"' || q == '\'' {
		end := strings.IndexByte(s[i+1:], q)
		if end < 0 {
			return -1
		}
		return i + 1 + end + 1
	}
	value := i
	for i < len(s) && !isSpace(s[i]) && strings.IndexByte("\"'=<>`", s[i]) < 0 {
		i++
	}
	if i == value {
		return -1
	}
	return i
}

// scanAutolink returns the length of the autolink at the beginning of s, which
// begins with "<", or 0, and whether it is an email address (section 6.5).
func scanAutolink(s string) (length int, email bool) {
	end := strings.IndexAny(s[1:], "<> \t\n")
	if end < 0 || s[1+end] != '>' {
		return 0, false
	}
	inner := s[1 : 1+end]
	if hasScheme(inner) {
		for i := 0; i < len(inner); i++ {
			if inner[i] < ' ' || inner[i] == 0x7f {
				return 0, false
			}
		}
		return end + 2, false
	}
	if isEmail(inner) {
		return end + 2, true
	}
	return 0, false
}

// hasScheme is whether s begins with a URI scheme, which for an autolink has 2
// to 32 characters.
func hasScheme(s string) bool {
	i := 0
	for i < len(s) && i <= 32 && (isLetter(s[i]) || i > 0 && (isDigit(s[i]) || strings.IndexByte("+.-", s[i]) >= 0)) {
		i++
	}
	return 2 <= i && i <= 32 && i < len(s) && s[i] == ':'
}

// isEmail is the regular expression that section 6.5 takes from HTML 5.
func isEmail(s string) bool {
	local, domain, found := strings.Cut(s, "@")
	if !found || local == "" {
		return false
	}
	for i := 0; i < len(local); i++ {
		if c := local[i]; !isLetter(c) && !isDigit(c) && strings.IndexByte(".!#$%&'*+/=?^_`{|}~-", c) < 0 {
			return false
		}
	}
	for _, label := range strings.Split(domain, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for i := 0; i < len(label); i++ {
			if c := label[i]; !isLetter(c) && !isDigit(c) && c != '-' {
				return false
			}
		}
	}
	return true
}
