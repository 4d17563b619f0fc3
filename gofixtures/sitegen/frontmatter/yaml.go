package frontmatter

import (
	"strings"
)

// yamlParser reads a subset of YAML 1.2.2 (https://yaml.org/spec/1.2.2/): block
// and flow mappings and lists, plain and quoted texts on one line, literal and
// folded texts, comments. There are no anchors, aliases, tags, directives and
// complex keys, and no texts over several lines without "|" or ">".
type yamlParser struct {
	lines []string
	i     int
	first int // the number of lines[0]
	depth int
}

// parseYAML reads a mapping whose first line is the given one.
func parseYAML(src string, line int) (*Table, error) {
	p := yamlParser{lines: strings.Split(strings.ReplaceAll(src, "\r\n", "\n"), "\n"), first: line}
	indent, err := p.nextLine()
	if err != nil {
		return nil, err
	}
	if p.i == len(p.lines) {
		return newTable(), nil
	}
	v, err := p.block(indent)
	if err != nil {
		return nil, err
	}
	t, ok := v.Data.(*Table)
	if !ok {
		return nil, errorAt(v.Line, "want 'key: value', have %s", v.Kind())
	}
	if p.i < len(p.lines) {
		return nil, p.errorf("the line is indented less than the first")
	}
	return t, nil
}

func (p *yamlParser) number() int { return p.first + p.i }

func (p *yamlParser) errorf(format string, args ...any) *Error {
	return errorAt(p.number(), format, args...)
}

// nextLine goes to the next line that is neither blank nor a comment, and
// returns its indentation; -1 if there is none. The type of the error is not
// *Error lest callers mix up the two kinds of nil.
func (p *yamlParser) nextLine() (indent int, err error) {
	for ; p.i < len(p.lines); p.i++ {
		line := p.lines[p.i]
		text := strings.TrimLeft(line, " ")
		trimmed := strings.TrimLeft(text, " \t")
		if trimmed == "" || trimmed[0] == '#' {
			continue
		}
		if text[0] == '\t' {
			return 0, p.errorf("a tab in the indentation; YAML wants spaces")
		}
		return len(line) - len(text), nil
	}
	return -1, nil
}

// block reads the list, mapping or text that begins on this line.
func (p *yamlParser) block(indent int) (v Value, err error) {
	if p.depth++; p.depth > maxDepth {
		return v, p.errorf("values nested more than %d deep", maxDepth)
	}
	defer func() { p.depth-- }()
	text := p.lines[p.i][indent:]
	v.Line = p.number()
	switch {
	case isListItem(text):
		v.Data, err = p.list(indent)
		return v, err
	case text[0] != '[' && text[0] != '{':
		if _, _, ok := splitKey(text); ok {
			v.Data, err = p.mapping(indent)
			return v, err
		}
	}
	return p.inline(text, indent-1)
}

func isListItem(text string) bool { return text == "-" || strings.HasPrefix(text, "- ") }

func (p *yamlParser) list(indent int) ([]Value, error) {
	list := []Value{}
	for {
		next, err := p.nextLine()
		if err != nil {
			return nil, err
		}
		if next < indent || !isListItem(p.lines[p.i][next:]) && next == indent {
			return list, nil
		}
		if next > indent {
			return nil, p.errorf("the line is indented more than the item before")
		}
		rest := p.lines[p.i][indent+1:]
		text := strings.TrimLeft(rest, " ")
		if text == "" || text[0] == '#' {
			v, err := p.nested(indent + 1)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
			continue
		}
		// What follows the hyphen is as if on a line of its own, indented as
		// far as it stands.
		column := len(p.lines[p.i]) - len(text)
		p.lines[p.i] = strings.Repeat(" ", column) + text
		v, err := p.block(column)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
}

// valueBelow is nested for the value of a key: it is indented further than its
// key, but a list need not be.
func (p *yamlParser) valueBelow(indent int) (Value, error) {
	v := Value{Line: p.number()}
	p.i++
	next, err := p.nextLine()
	if err != nil || next < indent || next == indent && !isListItem(p.lines[p.i][next:]) {
		return v, err
	}
	return p.block(next)
}

// nested reads the value on the lines that follow, which must be indented by
// at least indent; without one the value is nil.
func (p *yamlParser) nested(indent int) (Value, error) {
	v := Value{Line: p.number()}
	p.i++
	next, err := p.nextLine()
	if err != nil || next < indent {
		return v, err
	}
	return p.block(next)
}

func (p *yamlParser) mapping(indent int) (*Table, error) {
	t := newTable()
	for {
		next, err := p.nextLine()
		if err != nil {
			return nil, err
		}
		if next < indent {
			return t, nil
		}
		if next > indent {
			return nil, p.errorf("the line is indented more than the key before; a text over several lines needs | or >")
		}
		key, rest, ok := splitKey(p.lines[p.i][indent:])
		if !ok {
			return nil, p.errorf("want 'key: value', have %.40q", p.lines[p.i][indent:])
		}
		line := p.number()
		var v Value
		if rest == "" || rest[0] == '#' {
			v, err = p.valueBelow(indent)
		} else {
			v, err = p.inline(rest, indent)
		}
		if err != nil {
			return nil, err
		}
		v.Line = line
		if err := t.put(key, v); err != nil {
			return nil, err
		}
	}
}

// splitKey parts "key: value"; ok is false if s is something else.
func splitKey(s string) (key, rest string, ok bool) {
	if s[0] == '"' || s[0] == '\'' {
		sc := scanner{s: s, i: 1}
		key, err := sc.yamlQuoted(s[0])
		if err != nil {
			return "", "", false
		}
		sc.skip(" ")
		if !sc.take(":") || sc.peek() != ' ' && !sc.done() {
			return "", "", false
		}
		return key, strings.Trim(s[sc.i:], " \t"), true
	}
	end := strings.Index(s, ": ")
	if end < 0 && strings.HasSuffix(strings.TrimRight(s, " \t"), ":") {
		end = strings.LastIndexByte(s, ':')
	}
	if comment := strings.Index(s, " #"); end <= 0 || comment >= 0 && comment < end || strings.IndexByte("[]{},#&*!|>%@`", s[0]) >= 0 {
		return "", "", false
	}
	return strings.TrimRight(s[:end], " \t"), strings.Trim(s[end+1:], " \t"), true
}

// inline reads a value that begins on this line as text, and goes to the line
// after it. Further lines of it must be indented more than indent.
func (p *yamlParser) inline(text string, indent int) (Value, error) {
	v := Value{Line: p.number()}
	switch text[0] {
	case '|', '>':
		var err error
		v.Data, err = p.blockText(text, indent)
		return v, err
	case '[', '{', '"', '\'':
		return p.flowValue(text, v)
	case '&', '*', '!', '%', '@', '`':
		return v, p.errorf("%q has a meaning in YAML that is not supported here: put the text in quotes", text[:1])
	}
	if i := strings.Index(text, " #"); i >= 0 {
		text = text[:i]
	}
	text = strings.TrimRight(text, " \t")
	if strings.Contains(text, ": ") {
		return v, p.errorf("%.40q has a colon in it: put the text in quotes", text)
	}
	v.Data = plainYAML(text)
	p.i++
	return v, nil
}

// flowValue reads a quoted text or a flow list or mapping, which may take
// several lines.
func (p *yamlParser) flowValue(text string, v Value) (Value, error) {
	lines := p.lines[p.i:]
	if text[0] == '"' || text[0] == '\'' {
		lines = lines[:1]
	}
	f := yamlFlow{scanner: scanner{s: text, line: p.number()}, lines: lines[1:]}
	data, err := f.value()
	if err != nil {
		return v, err
	}
	v.Data = data.Data
	f.skip(" \t")
	if !f.done() && f.peek() != '#' {
		return v, f.errorf("want the end of the line, have %s", f.next())
	}
	p.i = f.line - p.first + 1
	return v, nil
}

// blockText reads a literal ("|") or folded (">") text (sections 8.1.2 and
// 8.1.3); header is what stands on its first line.
func (p *yamlParser) blockText(header string, indent int) (string, error) {
	options, _, _ := strings.Cut(header[1:], " #")
	options = strings.TrimRight(options, " \t")
	if options != "" && options != "-" && options != "+" {
		return "", p.errorf("want |, |-, |+, >, >- or >+, have %.40q", header)
	}
	p.i++
	var lines []string
	width := -1
	for ; p.i < len(p.lines); p.i++ {
		line := p.lines[p.i]
		spaces := len(line) - len(strings.TrimLeft(line, " "))
		if spaces == len(line) {
			lines = append(lines, line[min(len(line), max(width, 0)):])
			continue
		}
		if width < 0 {
			width = spaces
		}
		if spaces <= indent || spaces < width {
			break
		}
		lines = append(lines, line[width:])
	}
	end := len(lines)
	for end > 0 && strings.Trim(lines[end-1], " ") == "" {
		end--
	}
	text := strings.Join(lines[:end], "\n")
	if header[0] == '>' {
		text = fold(lines[:end])
	}
	switch {
	case options == "+":
		text += strings.Repeat("\n", len(lines)-end+1)
	case options == "" && end > 0:
		text += "\n"
	}
	return text, nil
}

// fold joins lines with spaces, but at blank ones and those indented further.
func fold(lines []string) string {
	var b strings.Builder
	for i, line := range lines {
		if i > 0 {
			before := lines[i-1]
			switch {
			case line == "" && before != "" && !strings.HasPrefix(before, " "):
			case before == "" || line == "" || line[0] == ' ' || before[0] == ' ':
				b.WriteByte('\n')
			default:
				b.WriteByte(' ')
			}
		}
		b.WriteString(line)
	}
	return b.String()
}
