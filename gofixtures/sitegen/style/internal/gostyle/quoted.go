package gostyle

import "strings"

// quoted reads a string.
func (e *evaluator) quoted(quote byte) string {
	at := e.pos
	out := []byte{quote}
	e.pos++
	for e.pos < e.end {
		ch := e.peek(0)
		switch {
		case ch == '\\' && e.pos+1 < e.end:
			out = append(out, ch, e.peek(1))
			e.pos++
		case e.at("#{"):
			out = appendEscaped(out, e.interpolation(), quote)
			continue
		case ch == quote:
			e.pos++
			return string(append(out, quote))
		default:
			out = append(out, ch)
		}
		e.pos++
	}
	e.f.fail(at, "unclosed string")
	return ""
}

// appendEscaped appends what is interpolated into a string.
func appendEscaped(out []byte, s string, quote byte) []byte {
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s):
			out = append(out, s[i])
			i++
		case s[i] == quote || s[i] == '\\':
			out = append(out, '\\')
		}
		out = append(out, s[i])
	}
	return out
}

// interpolation reads #{...}; a quoted string loses its quotes.
func (e *evaluator) interpolation() string {
	e.pos += 2
	value := e.list('}', withVariables|arithmetic|division)
	e.pos++
	if n := len(value); n >= 2 && (value[0] == '"' || value[0] == '\'') && stringEnd(value, 0) == n {
		return value[1 : n-1]
	}
	return value
}

// stringEnd returns the place after the string that begins at i.
func stringEnd(s string, i int) int {
	quote := s[i]
	for i++; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case quote:
			return i + 1
		}
	}
	return len(s)
}

// url reads the parentheses of an address without quotes as they are.
func (e *evaluator) url() string {
	at := e.pos
	var out []byte
	for e.pos < e.end {
		ch := e.peek(0)
		switch {
		case e.at("#{"):
			out = append(out, e.interpolation()...)
			continue
		case ch == '\\' && e.pos+1 < e.end:
			out = append(out, ch)
			e.pos++
			ch = e.peek(0)
		case ch == ')':
			e.pos++
			return string(append(out, ch))
		}
		out = append(out, ch)
		e.pos++
	}
	e.f.fail(at, "unclosed url(")
	return ""
}

// verbatim evaluates nothing but interpolations: the value of a custom
// property may be anything (CSS Custom Properties Level 1, 2).
func (c *Compiler) verbatim(n *node, s span, sc *scope) string {
	c.spend(s.end - s.start)
	e := evaluator{cursor{n.file, s.start, s.end}, c, sc}
	var out []byte
	var quote byte // of the string that we are in, inURL in an address
	for e.pos < e.end {
		start := e.pos
		switch ch := e.peek(0); {
		case ch == '\\' && e.pos+1 < e.end:
			e.pos++
		case e.at("#{"):
			out = append(out, e.interpolation()...)
			continue
		case quote == inURL:
			if ch == ')' {
				quote = 0
			}
		case quote != 0:
			if ch == quote {
				quote = 0
			}
		case ch == '"' || ch == '\'':
			quote = ch
		case ch == '(' && rawURL(e.f.text, e.pos, e.end):
			quote = inURL
		case e.at("/*"):
			e.comment()
			e.pos--
		}
		e.pos++
		out = append(out, e.f.text[start:e.pos]...)
	}
	c.spend(len(out))
	return strings.Trim(string(out), " \t\r\n\f")
}
