package frontmatter

import (
	"strconv"
	"unicode/utf16"
)

// jsonParser is RFC 8259, but that an object may not have a key twice.
type jsonParser struct {
	scanner
	depth int
}

const jsonSpace = " \t\r\n"

var jsonEscapes = map[byte]rune{'/': '/'}

// splitJSON is Split for a page that begins with a JSON object.
func splitJSON(src string) (front *Table, body string, bodyLine int, err error) {
	limited := src
	if len(limited) > maxSize {
		limited = limited[:maxSize]
	}
	p := jsonParser{scanner: scanner{s: limited, line: 1}}
	v, parseErr := p.value()
	if parseErr != nil {
		if p.done() && len(src) > maxSize {
			parseErr = errorAt(1, "the front matter is longer than %d bytes", maxSize)
		}
		return nil, "", 0, parseErr
	}
	p.skip(" \t\r")
	if !p.done() && !p.take("\n") {
		return nil, "", 0, p.errorf("want the end of the line after the front matter, have %s", p.next())
	}
	return v.Data.(*Table), src[p.i:], p.line, nil
}

func (p *jsonParser) value() (Value, *Error) {
	p.skip(jsonSpace)
	v := Value{Line: p.line}
	if p.depth++; p.depth > maxDepth {
		return v, p.errorf("values nested more than %d deep", maxDepth)
	}
	defer func() { p.depth-- }()
	var err *Error
	switch c := p.peek(); {
	case c == '{':
		v.Data, err = p.object()
	case c == '[':
		v.Data, err = p.array()
	case c == '"':
		v.Data, err = p.text()
	case c == '-' || '0' <= c && c <= '9':
		v.Data, err = p.number()
	case p.take("true"):
		v.Data = true
	case p.take("false"):
		v.Data = false
	case p.take("null"):
	default:
		err = p.errorf("want a JSON value, have %s", p.next())
	}
	return v, err
}

func (p *jsonParser) object() (*Table, *Error) {
	p.i++
	t := newTable()
	p.skip(jsonSpace)
	for !p.take("}") {
		if len(t.Keys) > 0 {
			if err := p.want(",", "or } in an object"); err != nil {
				return nil, err
			}
			p.skip(jsonSpace)
		}
		line := p.line
		if p.peek() != '"' {
			return nil, p.errorf("want a key in double quotes, have %s", p.next())
		}
		key, err := p.text()
		if err != nil {
			return nil, err
		}
		p.skip(jsonSpace)
		if err := p.want(":", "after a key"); err != nil {
			return nil, err
		}
		v, err := p.value()
		if err != nil {
			return nil, err
		}
		v.Line = line
		if err := t.put(key, v); err != nil {
			return nil, err
		}
		p.skip(jsonSpace)
	}
	return t, nil
}

func (p *jsonParser) array() ([]Value, *Error) {
	p.i++
	list := []Value{}
	p.skip(jsonSpace)
	for !p.take("]") {
		if len(list) > 0 {
			if err := p.want(",", "or ] in an array"); err != nil {
				return nil, err
			}
		}
		v, err := p.value()
		if err != nil {
			return nil, err
		}
		list = append(list, v)
		p.skip(jsonSpace)
	}
	return list, nil
}

// text reads a string. Halves of a surrogate pair, which only JSON has, are
// joined.
func (p *jsonParser) text() (string, *Error) {
	p.i++
	s := []byte{}
	for {
		start := p.i
		p.takeWhile(func(c byte) bool { return c != '"' && c != '\\' && c >= ' ' })
		s = append(s, p.s[start:p.i]...)
		switch {
		case p.take(`"`):
			return string(s), nil
		case p.take(`\`):
			r, err := p.escape(jsonEscapes)
			if err != nil {
				return "", err
			}
			if utf16.IsSurrogate(r) && p.take(`\u`) {
				p.i--
				low, err := p.escape(jsonEscapes)
				if err != nil {
					return "", err
				}
				r = utf16.DecodeRune(r, low)
			}
			s = append(s, string(r)...)
		default:
			return "", p.errorf("the string is not closed before %s", p.next())
		}
	}
}

func (p *jsonParser) number() (any, *Error) {
	text := p.takeWhile(func(c byte) bool {
		return '0' <= c && c <= '9' || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E'
	})
	if n, err := strconv.ParseInt(text, 10, 64); err == nil && text[0] != '+' {
		return n, nil
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return nil, p.errorf("%q is no number, or too large", text)
	}
	return f, nil
}
