package frontmatter

import (
	"strconv"
	"strings"
)

// yamlFlow reads flow lists and mappings: "[a, b]" and "{a: 1}". It takes
// further lines as it needs them.
type yamlFlow struct {
	scanner
	lines []string
	depth int
}

// yamlEscapes are those beyond the common ones; 0 is one with digits.
var yamlEscapes = map[byte]rune{'a': '\a', 'v': '\v', 'e': 0x1b, ' ': ' ', '/': '/',
	'N': 0x85, '_': 0xa0, 'L': 0x2028, 'P': 0x2029, 'x': 0, 'U': 0}

// skipSpace skips white space, comments and line endings.
func (f *yamlFlow) skipSpace() {
	for {
		f.skip(" \t")
		if !f.done() && f.peek() != '#' || len(f.lines) == 0 {
			return
		}
		f.s, f.i, f.lines = f.lines[0], 0, f.lines[1:]
		f.line++
	}
}

func (f *yamlFlow) value() (Value, *Error) {
	v := Value{Line: f.line}
	if f.depth++; f.depth > maxDepth {
		return v, f.errorf("values nested more than %d deep", maxDepth)
	}
	defer func() { f.depth-- }()
	var err *Error
	switch c := f.peek(); {
	case f.take("["):
		v.Data, err = f.list()
	case f.take("{"):
		v.Data, err = f.mapping()
	case c == '"' || c == '\'':
		f.i++
		v.Data, err = f.yamlQuoted(c)
	default:
		text := f.plain()
		if text == "" || strings.IndexByte("&*!|>%@`", text[0]) >= 0 {
			return v, f.errorf("want a value, have %s", f.next())
		}
		v.Data = plainYAML(text)
	}
	return v, err
}

// plain reads a plain text, up to what ends it in a list or mapping.
func (f *yamlFlow) plain() string {
	start := f.i
	for !f.done() && strings.IndexByte(",[]{}", f.peek()) < 0 {
		rest := f.s[f.i:]
		if strings.HasPrefix(rest, ": ") || rest == ":" || strings.HasPrefix(rest, " #") {
			break
		}
		f.i++
	}
	return strings.TrimRight(f.s[start:f.i], " \t")
}

func (f *yamlFlow) list() ([]Value, *Error) {
	list := []Value{}
	for {
		f.skipSpace()
		if f.take("]") {
			return list, nil
		}
		v, err := f.value()
		if err != nil {
			return nil, err
		}
		list = append(list, v)
		f.skipSpace()
		if !f.take(",") && f.peek() != ']' {
			return nil, f.errorf("want , or ] in a list, have %s", f.next())
		}
	}
}

func (f *yamlFlow) mapping() (*Table, *Error) {
	t := newTable()
	for {
		f.skipSpace()
		if f.take("}") {
			return t, nil
		}
		line := f.line
		var key string
		var err *Error
		if c := f.peek(); c == '"' || c == '\'' {
			f.i++
			key, err = f.yamlQuoted(c)
		} else if key = f.plain(); key == "" {
			err = f.errorf("want a key, have %s", f.next())
		}
		if err != nil {
			return nil, err
		}
		f.skipSpace()
		if err := f.want(":", "after a key"); err != nil {
			return nil, err
		}
		f.skipSpace()
		v := Value{Line: line}
		if c := f.peek(); c != ',' && c != '}' {
			if v, err = f.value(); err != nil {
				return nil, err
			}
		}
		if err := t.put(key, v); err != nil {
			return nil, err
		}
		f.skipSpace()
		if !f.take(",") && f.peek() != '}' {
			return nil, f.errorf("want , or } in a mapping, have %s", f.next())
		}
	}
}

// yamlQuoted reads a string from after its first quote.
func (sc *scanner) yamlQuoted(quote byte) (string, *Error) {
	if quote == '"' {
		return sc.quoted(yamlEscapes)
	}
	var b strings.Builder
	for {
		b.WriteString(sc.takeWhile(func(c byte) bool { return c != '\'' && c != '\n' }))
		switch {
		case sc.take("''"):
			b.WriteByte('\'')
		case sc.take("'"):
			return b.String(), nil
		default:
			return "", sc.errorf("the string in single quotes is not closed before %s", sc.next())
		}
	}
}

// plainYAML gives a plain text its type by the core schema (section 10.3.2);
// dates are dates too.
func plainYAML(s string) any {
	switch s {
	case "", "~", "null", "Null", "NULL":
		return nil
	case "true", "True", "TRUE":
		return true
	case "false", "False", "FALSE":
		return false
	}
	if c := s[0]; c != '-' && c != '+' && c != '.' && (c < '0' || c > '9') {
		return s
	}
	if date, ok := ParseDate(s); ok {
		return date
	}
	digits, base := s, 10
	if strings.HasPrefix(s, "0x") {
		digits, base = s[2:], 16
	} else if strings.HasPrefix(s, "0o") {
		digits, base = s[2:], 8
	}
	if n, err := strconv.ParseInt(digits, base, 64); err == nil && (base == 10 || digits[0] != '-' && digits[0] != '+') {
		return n
	}
	if strings.Trim(s, "0123456789+-.eE") == "" {
		if f, err := strconv.ParseFloat(s, 64); err == nil {
			return f
		}
	}
	return s
}
