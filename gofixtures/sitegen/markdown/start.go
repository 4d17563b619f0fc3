package markdown

import "strings"

// startBlock opens the block that the rest of the line begins, if any, in the
// last of the first matched open blocks. It returns how many open blocks hold
// the rest of the line now; 0 if nothing is left of it. lazy is whether the
// line could be a lazy continuation of a paragraph instead.
func (p *parser) startBlock(matched int, lazy bool) (depth int, ok bool) {
	l := p.line
	container := p.open[matched-1]
	if l.blank() {
		return 0, false
	}
	if l.indent() >= 4 {
		if p.tip().kind == paragraphBlock || container.kind == tableBlock {
			return 0, false
		}
		l.skipColumns(4)
		p.prepare(matched)
		p.push(indentedCodeBlock)
		return len(p.open), true
	}
	rest := l.s[l.nextPos:]
	switch rest[0] {
	case '>':
		if matched > maxNesting {
			return 0, false
		}
		l.skipIndent()
		l.skipBytes(1)
		l.skipOneSpace()
		p.prepare(matched)
		p.push(quoteBlock)
		return len(p.open), true
	case '#':
		if level, text, ok := parseATX(rest); ok {
			p.prepare(matched)
			b := p.push(headingBlock)
			b.level, b.text = level, []byte(text)
			return 0, true
		}
	case '`', '~':
		if f, ok := parseFence(rest); ok {
			f.indent = l.indent()
			p.prepare(matched)
			p.push(fencedCodeBlock).fence = f
			return 0, true
		}
	case '<':
		interrupts := container.kind == paragraphBlock || lazy
		if kind := htmlBlockStart(rest); kind != notHTML && !(kind == htmlAnyTag && interrupts) {
			p.prepare(matched)
			p.push(htmlBlock).html = kind
			return len(p.open), true
		}
	case '[':
		if label, length, ok := parseFootnoteLabel(rest); ok && matched <= maxNesting {
			l.skipIndent()
			l.skipBytes(length)
			p.prepare(matched)
			p.push(footnoteBlock).label = label
			p.defineFootnote(p.tip())
			return len(p.open), true
		}
	}
	if container.kind == paragraphBlock {
		if p.makeSetext(container, rest) || p.makeTable(container, rest) {
			return 0, true
		}
	}
	if isThematicBreak(rest) {
		p.prepare(matched)
		p.push(thematicBreakBlock)
		return 0, true
	}
	return p.startItem(matched)
}

// prepare makes the last of the first n open blocks, or what holds it, the
// tip, and one that a new block can be put in.
func (p *parser) prepare(n int) {
	p.closeTo(n)
	for !p.tip().contains() || p.tip().kind == listBlock {
		p.closeTo(len(p.open) - 1)
	}
}

// parseATX reads an ATX heading (section 4.2).
func parseATX(s string) (level int, text string, ok bool) {
	for level < len(s) && s[level] == '#' {
		level++
	}
	text = s[level:]
	if level > 6 || text != "" && text[0] != ' ' && text[0] != '\t' {
		return 0, "", false
	}
	text = strings.Trim(text, " \t")
	if closing := strings.TrimRight(text, "#"); closing == "" || strings.HasSuffix(closing, " ") || strings.HasSuffix(closing, "\t") {
		text = strings.TrimRight(closing, " \t")
	}
	return level, text, true
}

// makeSetext turns a paragraph into a heading if s underlines it (section 4.3).
func (p *parser) makeSetext(b *block, s string) bool {
	s = strings.TrimRight(s, " \t")
	level := 1
	if s[0] == '-' {
		level = 2
	}
	if s[0] != '=' && s[0] != '-' || strings.Trim(s, s[:1]) != "" {
		return false
	}
	p.takeReferences(b)
	if len(b.text) == 0 {
		return false // nothing but link reference definitions
	}
	b.kind, b.level, b.lastLine = headingBlock, level, p.lineNumber
	return true
}

// isThematicBreak is section 4.1.
func isThematicBreak(s string) bool {
	c := s[0]
	if c != '*' && c != '-' && c != '_' {
		return false
	}
	count := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case c:
			count++
		case ' ', '\t':
		default:
			return false
		}
	}
	return count >= 3
}

// fence is the opening of fenced code (section 4.5).
type fence struct {
	char   byte
	length int
	indent int
	info   string
}

func parseFence(s string) (fence, bool) {
	f := fence{char: s[0]}
	for f.length < len(s) && s[f.length] == f.char {
		f.length++
	}
	f.info = strings.Trim(s[f.length:], " \t")
	if f.length < 3 || f.char == '`' && strings.Contains(f.info, "`") {
		return fence{}, false
	}
	f.info = unescape(f.info)
	return f, true
}

func (f fence) closedBy(s string) bool {
	length := 0
	for length < len(s) && s[length] == f.char {
		length++
	}
	return length >= f.length && strings.Trim(s[length:], " \t") == ""
}

// listStyle is what a list marker says (section 5.2).
type listStyle struct {
	marker  byte // '-', '+' or '*', or what follows the number: '.' or ')'
	start   int  // of an ordered list; -1 for a bullet list
	content int  // how far the content is indented, in columns
}

// startItem opens a list item, and the list if it does not go on with one.
func (p *parser) startItem(matched int) (depth int, ok bool) {
	l := p.line
	container := p.open[matched-1]
	rest := l.s[l.nextPos:]
	style, length := parseMarker(rest)
	if length == 0 || length < len(rest) && rest[length] != ' ' && rest[length] != '\t' {
		return 0, false
	}
	empty := strings.Trim(rest[length:], " \t") == ""
	if container.kind == paragraphBlock && (empty || style.start > 1 || style.start == 0) {
		return 0, false // may not interrupt a paragraph
	}
	if container.kind != listBlock && matched+1 > maxNesting {
		return 0, false
	}
	style.content = l.indent() + length
	l.skipIndent()
	l.skipBytes(length)
	switch spaces := l.indent(); {
	case empty:
		style.content++
		l.skipIndent()
	case spaces >= 5: // the content begins with indented code
		style.content++
		l.skipColumns(1)
	default:
		style.content += spaces
		l.skipIndent()
	}

	p.closeTo(matched)
	sameList := container.kind == listBlock && container.list.marker == style.marker &&
		(container.list.start < 0) == (style.start < 0)
	if !sameList {
		p.prepare(matched)
		p.push(listBlock).list = style
	}
	p.push(itemBlock).list = style
	return len(p.open), true
}

// parseMarker reads the list marker at the beginning of s; length is 0
// without one.
func parseMarker(s string) (style listStyle, length int) {
	switch s[0] {
	case '-', '+', '*':
		return listStyle{marker: s[0], start: -1}, 1
	}
	i := 0
	for i < len(s) && i < 10 && '0' <= s[i] && s[i] <= '9' {
		style.start = style.start*10 + int(s[i]-'0')
		i++
	}
	if i == 0 || i > 9 || i == len(s) || s[i] != '.' && s[i] != ')' {
		return listStyle{}, 0
	}
	style.marker = s[i]
	return style, i + 1
}

// isLoose is section 5.3: items are separated by blank lines, or one has two
// children with a blank line between.
func isLoose(list *block) bool {
	for i, item := range list.children {
		if i > 0 && list.children[i-1].lastLine+1 < item.firstLine {
			return true
		}
		for j := 1; j < len(item.children); j++ {
			if item.children[j-1].lastLine+1 < item.children[j].firstLine {
				return true
			}
		}
	}
	return false
}
