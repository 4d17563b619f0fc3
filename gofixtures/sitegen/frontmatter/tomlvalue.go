package frontmatter

import (
	"strconv"
	"strings"
)

// tomlEscapes are those beyond the common ones; 0 is one with digits.
var tomlEscapes = map[byte]rune{'U': 0}

func (p *tomlParser) value() (Value, *Error) {
	p.skip(" \t")
	v := Value{Line: p.line}
	if p.depth++; p.depth > maxDepth {
		return v, p.errorf("values nested more than %d deep", maxDepth)
	}
	defer func() { p.depth-- }()
	var err *Error
	switch c := p.peek(); {
	case p.take(`"""`):
		v.Data, err = p.multiline(`"""`)
	case p.take(`'''`):
		v.Data, err = p.multiline(`'''`)
	case p.take(`"`):
		v.Data, err = p.quoted(tomlEscapes)
	case p.take("'"):
		v.Data, err = p.literal()
	case p.take("["):
		v.Data, err = p.array()
	case p.take("{"):
		v.Data, err = p.inlineTable()
	case isBareKey(c) || c == '+':
		v.Data, err = p.scalar()
	default:
		err = p.errorf("want a value, have %s", p.next())
	}
	return v, err
}

// literal reads a string in single quotes from after the first.
func (p *tomlParser) literal() (string, *Error) {
	s := p.takeWhile(func(c byte) bool { return c != '\'' && (c >= ' ' || c == '\t') })
	if !p.take("'") {
		return "", p.errorf("the string in single quotes is not closed before %s", p.next())
	}
	return s, nil
}

// multiline reads a string in three quotes from after the first three.
func (p *tomlParser) multiline(quotes string) (string, *Error) {
	first := p.line
	if !p.take("\r\n") {
		p.take("\n")
	}
	var b strings.Builder
	for !p.done() {
		if p.take(quotes) {
			for i := 0; i < 2 && p.take(quotes[:1]); i++ {
				b.WriteByte(quotes[0]) // up to two quotes may stand before the end
			}
			return b.String(), nil
		}
		c := p.peek()
		if c == '\\' && quotes[0] == '"' {
			p.i++
			if line := p.line; p.endsLine() {
				p.skip(" \t\r\n")
				if p.line > line {
					continue
				}
			}
			r, err := p.escape(tomlEscapes)
			if err != nil {
				return "", err
			}
			b.WriteRune(r)
			continue
		}
		if c == '\n' {
			p.line++
		}
		b.WriteByte(c)
		p.i++
	}
	return "", errorAt(first, "the string in %s is not closed", quotes)
}

// endsLine is whether nothing but white space is left on the line.
func (p *tomlParser) endsLine() bool {
	i := p.i
	for i < len(p.s) && strings.IndexByte(" \t\r", p.s[i]) >= 0 {
		i++
	}
	return i < len(p.s) && p.s[i] == '\n'
}

func (p *tomlParser) array() ([]Value, *Error) {
	list := []Value{}
	for {
		p.skipLines()
		if p.take("]") {
			return list, nil
		}
		v, err := p.value()
		if err != nil {
			return nil, err
		}
		list = append(list, v)
		p.skipLines()
		if !p.take(",") && p.peek() != ']' {
			return nil, p.errorf("want , or ] in an array, have %s", p.next())
		}
	}
}

func (p *tomlParser) inlineTable() (*Table, *Error) {
	t := newTable()
	for p.skip(" \t"); !p.take("}"); p.skip(" \t") {
		if len(t.Keys) > 0 {
			if err := p.want(",", "or } in an inline table"); err != nil {
				return nil, err
			}
			p.skip(" \t")
		}
		if err := p.pair(t); err != nil {
			return nil, err
		}
	}
	t.closed = true
	return t, nil
}

// scalar reads true, false, a number or a date.
func (p *tomlParser) scalar() (any, *Error) {
	inScalar := func(c byte) bool { return isBareKey(c) || c == '+' || c == '.' || c == ':' }
	text := p.takeWhile(inScalar)
	if _, isDate := ParseDate(text); isDate && p.i+1 < len(p.s) && p.s[p.i] == ' ' && '0' <= p.s[p.i+1] && p.s[p.i+1] <= '9' {
		p.i++ // a space may part the date and the time
		text += " " + p.takeWhile(inScalar)
	}
	switch text {
	case "true":
		return true, nil
	case "false":
		return false, nil
	}
	if date, ok := ParseDate(text); ok {
		return date, nil
	}
	digits := strings.TrimLeft(text, "+-")
	if !strings.Contains(text, "__") && !strings.HasPrefix(digits, "_") && !strings.HasSuffix(digits, "_") {
		plain := strings.ReplaceAll(text, "_", "")
		leadingZero := len(digits) > 1 && digits[0] == '0' && '0' <= digits[1] && digits[1] <= '9'
		base := 10
		if len(text) > 2 && text[0] == '0' {
			base = map[byte]int{'x': 16, 'o': 8, 'b': 2}[text[1]]
		}
		switch {
		case base > 0 && base != 10:
			if n, err := strconv.ParseInt(plain[2:], base, 64); err == nil && plain[2] != '+' && plain[2] != '-' {
				return n, nil
			}
		case !leadingZero && isDecimal(plain):
			if n, err := strconv.ParseInt(plain, 10, 64); err == nil {
				return n, nil
			}
			if f, err := strconv.ParseFloat(plain, 64); err == nil && strings.ContainsAny(plain, ".eE") {
				return f, nil
			}
		}
	}
	return nil, p.errorf("%q is no value: texts go in quotes", text)
}

// isDecimal is whether s has the form of a number of TOML; strconv also takes
// "1." and ".5".
func isDecimal(s string) bool {
	s = strings.TrimPrefix(strings.TrimPrefix(s, "+"), "-")
	mantissa := s
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		mantissa = s[:i]
	}
	whole, fraction, dotted := strings.Cut(mantissa, ".")
	return whole != "" && strings.Trim(whole+fraction, "0123456789") == "" && !(dotted && fraction == "")
}
