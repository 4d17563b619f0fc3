package frontmatter

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// scanner reads a text from the left and counts its lines.
type scanner struct {
	s    string
	i    int
	line int
}

// peek returns the next byte, or 0 at the end.
func (sc *scanner) peek() byte {
	if sc.i == len(sc.s) {
		return 0
	}
	return sc.s[sc.i]
}

func (sc *scanner) done() bool { return sc.i == len(sc.s) }

// skip consumes the bytes of set that come next.
func (sc *scanner) skip(set string) {
	for sc.i < len(sc.s) && strings.IndexByte(set, sc.s[sc.i]) >= 0 {
		if sc.s[sc.i] == '\n' {
			sc.line++
		}
		sc.i++
	}
}

// take consumes prefix, if it comes next.
func (sc *scanner) take(prefix string) bool {
	if !strings.HasPrefix(sc.s[sc.i:], prefix) {
		return false
	}
	sc.i += len(prefix)
	sc.line += strings.Count(prefix, "\n")
	return true
}

// takeWhile consumes and returns the bytes that come next and are ok.
func (sc *scanner) takeWhile(ok func(byte) bool) string {
	start := sc.i
	for sc.i < len(sc.s) && ok(sc.s[sc.i]) {
		sc.i++
	}
	return sc.s[start:sc.i]
}

func (sc *scanner) errorf(format string, args ...any) *Error {
	return errorAt(sc.line, format, args...)
}

// next describes what comes next, for errors.
func (sc *scanner) next() string {
	if sc.done() {
		return "the end"
	}
	r, _ := utf8.DecodeRuneInString(sc.s[sc.i:])
	if r == '\n' {
		return "the end of the line"
	}
	return strconv.QuoteRune(r)
}

// want consumes prefix or fails.
func (sc *scanner) want(prefix, where string) *Error {
	if !sc.take(prefix) {
		return sc.errorf("want %q %s, have %s", prefix, where, sc.next())
	}
	return nil
}

// simpleEscapes are those that TOML, YAML and JSON share.
var simpleEscapes = map[byte]rune{'"': '"', '\\': '\\', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// escape reads what follows a backslash in a string in double quotes. more
// holds the escapes that not all formats have.
func (sc *scanner) escape(more map[byte]rune) (rune, *Error) {
	c := sc.peek()
	digits := map[byte]int{'u': 4, 'U': 8, 'x': 2}[c]
	if r, ok := simpleEscapes[c]; ok {
		sc.i++
		return r, nil
	}
	if r, ok := more[c]; ok && r != 0 {
		sc.i++
		return r, nil
	}
	if _, ok := more[c]; digits == 0 || c != 'u' && !ok {
		return 0, sc.errorf("no such escape: backslash and %s", sc.next())
	}
	sc.i++
	if sc.i+digits > len(sc.s) {
		return 0, sc.errorf("want %d hexadecimal digits after \\%c", digits, c)
	}
	code, err := strconv.ParseUint(sc.s[sc.i:sc.i+digits], 16, 32)
	if err != nil {
		return 0, sc.errorf("want %d hexadecimal digits after \\%c, have %q", digits, c, sc.s[sc.i:sc.i+digits])
	}
	sc.i += digits
	return rune(code), nil
}

// quoted reads a string in double quotes, from after the first of them, to the
// last, on one line.
func (sc *scanner) quoted(more map[byte]rune) (string, *Error) {
	var b strings.Builder
	for {
		start := sc.i
		sc.takeWhile(func(c byte) bool { return c != '"' && c != '\\' && c >= ' ' || c == '\t' })
		b.WriteString(sc.s[start:sc.i])
		switch {
		case sc.take(`"`):
			return b.String(), nil
		case sc.take(`\`):
			r, err := sc.escape(more)
			if err != nil {
				return "", err
			}
			b.WriteRune(r) // U+FFFD for what is no character
		default:
			return "", sc.errorf("the string in double quotes is not closed before %s", sc.next())
		}
	}
}
