package frontmatter

import "strings"

// tomlParser is TOML 1.0.0 (https://toml.io/en/v1.0.0) but for times without a
// date, and infinite numbers and those that are none.
type tomlParser struct {
	scanner
	depth   int
	root    *Table
	defined map[*Table]bool // by a header of its own
}

// ParseTOML reads a table whose first line is the given one.
func ParseTOML(src string, line int) (*Table, error) {
	p := tomlParser{scanner: scanner{s: src, line: line}, root: newTable(), defined: make(map[*Table]bool)}
	if err := p.document(); err != nil {
		return nil, err
	}
	return p.root, nil
}

func (p *tomlParser) document() *Error {
	current := p.root
	for {
		p.skipLines()
		if p.done() {
			return nil
		}
		var err *Error
		if p.peek() == '[' {
			current, err = p.header()
		} else {
			err = p.pair(current)
		}
		if err != nil {
			return err
		}
		if err := p.endOfLine(); err != nil {
			return err
		}
	}
}

// skipLines skips white space, line endings and comments.
func (p *tomlParser) skipLines() {
	for p.skip(" \t\r\n"); p.peek() == '#'; p.skip(" \t\r\n") {
		p.takeWhile(func(c byte) bool { return c != '\n' })
	}
}

func (p *tomlParser) endOfLine() *Error {
	p.skip(" \t\r")
	if p.peek() == '#' {
		p.takeWhile(func(c byte) bool { return c != '\n' })
	}
	if !p.done() && !p.take("\n") {
		return p.errorf("want the end of the line, have %s", p.next())
	}
	return nil
}

// header reads [table] or [[array of tables]] and returns the table.
func (p *tomlParser) header() (*Table, *Error) {
	line := p.line
	p.i++
	array := p.take("[")
	keys, err := p.key()
	if err != nil {
		return nil, err
	}
	end := "]"
	if array {
		end = "]]"
	}
	if err := p.want(end, "after the name of a table"); err != nil {
		return nil, err
	}
	parent, err := p.descend(p.root, keys[:len(keys)-1], line)
	if err != nil {
		return nil, err
	}
	name := keys[len(keys)-1]
	old, exists := parent.Get(name)
	if array {
		list, _ := old.Data.([]Value)
		if exists && (len(list) == 0 || !p.defined[tableOf(list[len(list)-1])]) {
			return nil, errorAt(line, "%q is no array of tables; it is on line %d too", name, old.Line)
		}
		t := newTable()
		p.defined[t] = true
		if !exists {
			if err := parent.put(name, Value{line, nil}); err != nil {
				return nil, err
			}
		}
		parent.values[name] = Value{line, append(list, Value{line, t})}
		return t, nil
	}
	t, isTable := old.Data.(*Table)
	switch {
	case !exists:
		t = newTable()
		if err := parent.put(name, Value{line, t}); err != nil {
			return nil, err
		}
	case !isTable || p.defined[t] || t.closed:
		return nil, errorAt(line, "%q is here again; it is on line %d too", name, old.Line)
	}
	p.defined[t] = true
	return t, nil
}

func tableOf(v Value) *Table {
	t, _ := v.Data.(*Table)
	return t
}

// descend returns the table that keys lead to, and makes what is not there.
func (p *tomlParser) descend(t *Table, keys []string, line int) (*Table, *Error) {
	for _, key := range keys {
		v, exists := t.Get(key)
		if !exists {
			v = Value{line, newTable()}
			if err := t.put(key, v); err != nil {
				return nil, err
			}
		}
		if list, ok := v.Data.([]Value); ok && len(list) > 0 {
			v = list[len(list)-1] // the latest of an array of tables
		}
		next := tableOf(v)
		if next == nil || next.closed {
			return nil, errorAt(line, "%q cannot be added to; it is on line %d", key, v.Line)
		}
		t = next
	}
	return t, nil
}

// key reads a key, which may be dotted.
func (p *tomlParser) key() ([]string, *Error) {
	var keys []string
	for {
		p.skip(" \t")
		var key string
		var err *Error
		switch {
		case p.take(`"`):
			key, err = p.quoted(tomlEscapes)
		case p.take("'"):
			key, err = p.literal()
		default:
			key = p.takeWhile(isBareKey)
			if key == "" {
				err = p.errorf("want a key, have %s", p.next())
			}
		}
		if err != nil {
			return nil, err
		}
		if keys = append(keys, key); len(keys) > maxDepth {
			return nil, p.errorf("a key of more than %d parts", maxDepth)
		}
		p.skip(" \t")
		if !p.take(".") {
			return keys, nil
		}
	}
}

func isBareKey(c byte) bool {
	return 'a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9' || c == '_' || c == '-'
}

// pair reads key = value into t.
func (p *tomlParser) pair(t *Table) *Error {
	line := p.line
	keys, err := p.key()
	if err != nil {
		return err
	}
	if err := p.want("=", "after the key "+strings.Join(keys, ".")); err != nil {
		return err
	}
	v, err := p.value()
	if err != nil {
		return err
	}
	v.Line = line
	if t, err = p.descend(t, keys[:len(keys)-1], line); err != nil {
		return err
	}
	return t.put(keys[len(keys)-1], v)
}
