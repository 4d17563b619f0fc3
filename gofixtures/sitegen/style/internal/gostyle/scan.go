package gostyle

import "strings"

// cursor is a place in a file, and where to stop.
type cursor struct {
	f        *file
	pos, end int
}

// peek returns the byte that is n further, 0 past the end.
func (k *cursor) peek(n int) byte {
	if k.pos+n < k.end {
		return k.f.text[k.pos+n]
	}
	return 0
}

// at says whether s comes next.
func (k *cursor) at(s string) bool {
	return strings.HasPrefix(k.f.text[k.pos:k.end], s)
}

func isNewline(ch byte) bool { return ch == '\n' || ch == '\r' || ch == '\f' }

func isSpace(ch byte) bool { return ch == ' ' || ch == '\t' || isNewline(ch) }

func isDigit(ch byte) bool { return '0' <= ch && ch <= '9' }

func isHex(ch byte) bool {
	return isDigit(ch) || 'a' <= lower(ch) && lower(ch) <= 'f'
}

// isName says whether ch can be within an identifier.
func isName(ch byte) bool {
	return isNameStart(ch) || isDigit(ch) || ch == '-'
}

func isNameStart(ch byte) bool {
	return 'a' <= lower(ch) && lower(ch) <= 'z' || ch == '_' || ch >= 0x80
}

func lower(ch byte) byte {
	if 'A' <= ch && ch <= 'Z' {
		return ch + 'a' - 'A'
	}
	return ch
}

// lowered is s in lower case, of ASCII letters alone.
func lowered(s string) string {
	b := []byte(s)
	for i := range b {
		b[i] = lower(b[i])
	}
	return string(b)
}

// name reads name characters.
func (k *cursor) name() string {
	start := k.pos
	for k.pos < k.end && isName(k.f.text[k.pos]) {
		k.pos++
	}
	return k.f.text[start:k.pos]
}

// blanks skips white space alone.
func (k *cursor) blanks() {
	for k.pos < k.end && isSpace(k.f.text[k.pos]) {
		k.pos++
	}
}

// space skips white space and comments, and says whether there was any.
func (k *cursor) space() bool {
	start := k.pos
	for {
		switch ch := k.peek(0); {
		case isSpace(ch):
			k.pos++
		case ch == '/' && k.peek(1) == '/':
			k.line()
		case ch == '/' && k.peek(1) == '*':
			k.comment()
		default:
			return k.pos > start
		}
	}
}

// line skips to the end of the line.
func (k *cursor) line() {
	for k.pos < k.end && !isNewline(k.f.text[k.pos]) {
		k.pos++
	}
}

// comment skips the comment that begins here.
func (k *cursor) comment() {
	n := strings.Index(k.f.text[k.pos+2:k.end], "*/")
	if n < 0 {
		k.f.fail(k.pos, "unclosed comment")
	}
	k.pos += 2 + n + 2
}

// rawURL says whether the parenthesis at pos opens a url() whose address is
// not quoted, and so ends at the first parenthesis whatever is in between (CSS
// Syntax Level 3, 4.3.6). An address that begins with a variable is a value.
func rawURL(text string, pos, end int) bool {
	if pos < 3 || lowered(text[pos-3:pos]) != "url" {
		return false
	}
	if pos > 3 && (isName(text[pos-4]) || strings.IndexByte(`\$@`, text[pos-4]) >= 0) {
		return false
	}
	k := cursor{&file{text: text}, pos + 1, end}
	k.blanks()
	return strings.IndexByte("\"'$", k.peek(0)) < 0
}

// What scan can be within, named by the closing byte but for these two.
const (
	inURL           = 'u'
	inInterpolation = 'i'
)

var unclosed = map[byte]string{
	'"': "unclosed string", '\'': "unclosed string", ')': "unclosed (", ']': "unclosed [",
	'}': "unclosed {", inURL: "unclosed url(", inInterpolation: "unclosed #{",
}

// scan moves to the first byte of stops that is not within brackets, strings,
// url(), interpolations or comments, or to the end. raw is for values of custom
// properties, where // is no comment.
func (k *cursor) scan(stops string, raw bool) {
	var stack [maxNesting]struct {
		in  byte
		pos int
	}
	depth, interpolations := 0, 0
	push := func(in byte) {
		if depth == maxNesting {
			k.f.fail(k.pos, "nested too deeply")
		}
		stack[depth].in, stack[depth].pos = in, k.pos
		depth++
	}
	for k.pos < k.end {
		ch := k.f.text[k.pos]
		var in byte
		if depth > 0 {
			in = stack[depth-1].in
		}
		switch {
		case isName(ch): // means nothing in any state
		case ch == '\\':
			k.pos++
			if k.at("\r\n") {
				k.pos++
			}
			if k.pos == k.end {
				continue
			}
		case ch == '#' && k.peek(1) == '{':
			push(inInterpolation)
			interpolations++
			k.pos++
		case in == '"' || in == '\'':
			if ch == in {
				depth--
			} else if isNewline(ch) {
				k.f.fail(stack[depth-1].pos, unclosed[in])
			}
		case in == inURL:
			if ch == ')' {
				depth--
			}
		case depth == 0 && strings.IndexByte(stops, ch) >= 0:
			return
		case ch == '"' || ch == '\'':
			push(ch)
		case ch == '(' && rawURL(k.f.text, k.pos, k.end):
			push(inURL)
		case ch == '(':
			push(')')
		case ch == '[':
			push(']')
		case ch == '{':
			push('}')
		case ch == '}' && in == inInterpolation:
			depth--
			interpolations--
		case ch == ')' || ch == ']' || ch == '}':
			if depth == 0 {
				k.f.fail(k.pos, "unmatched "+string(rune(ch)))
			}
			if ch != in {
				k.f.fail(stack[depth-1].pos, unclosed[in])
			}
			depth--
		case ch == '/' && k.peek(1) == '*':
			k.comment()
			continue
		case ch == '/' && k.peek(1) == '/' && !(raw && interpolations == 0):
			k.line()
			continue
		}
		k.pos++
	}
	if depth > 0 {
		k.f.fail(stack[depth-1].pos, unclosed[stack[depth-1].in])
	}
}
