package markdown

import "bytes"

type blockKind int

const (
	documentBlock blockKind = iota
	quoteBlock
	listBlock
	itemBlock
	footnoteBlock
	paragraphBlock
	headingBlock
	thematicBreakBlock
	indentedCodeBlock
	fencedCodeBlock
	htmlBlock
	tableBlock
)

// block is a node of the block structure. Containers have children, leaves
// have text.
type block struct {
	kind      blockKind
	children  []*block
	text      []byte
	firstLine int
	lastLine  int // blank lines after it excluded

	level int       // of a heading
	list  listStyle // of a list and an item
	loose bool      // of a list
	fence fence     // of fenced code
	html  htmlKind  // of an HTML block
	table *table    // of a table
	label string    // of a footnote, normalized
}

// contains is whether b may have children.
func (b *block) contains() bool { return b.kind <= footnoteBlock }

// parser holds the tree and its open blocks, as the appendix of the
// specification has it ("A parsing strategy", phase 1).
type parser struct {
	open       []*block // the document first; each the last child of the one before
	line       *line
	lineNumber int
	size       int // of the input so far

	references map[string]reference
	footnotes  map[string]*footnote
}

func newParser() *parser {
	return &parser{
		open:       []*block{{kind: documentBlock}},
		references: make(map[string]reference),
		footnotes:  make(map[string]*footnote),
	}
}

func (p *parser) tip() *block { return p.open[len(p.open)-1] }

// addLine puts a line of the input into the tree.
func (p *parser) addLine(s string) {
	p.lineNumber++
	p.size += len(s) + 1
	p.line = newLine(s)

	matched := 1
	for matched < len(p.open) {
		result := p.continueBlock(p.open[matched])
		if result == closed {
			p.closeTo(matched)
			return
		}
		if result == notContinued {
			break
		}
		matched++
	}
	lazy := matched < len(p.open) && p.tip().kind == paragraphBlock
	started := false
	for {
		container := p.open[matched-1]
		if k := container.kind; k == indentedCodeBlock || k == fencedCodeBlock || k == htmlBlock {
			break
		}
		depth, ok := p.startBlock(matched, lazy && !started)
		if !ok {
			break
		}
		if depth == 0 {
			return // the line is used up
		}
		started = true
		matched = depth
	}
	if lazy && !started && !p.line.blank() {
		matched = len(p.open) // a lazy continuation line
	}
	p.closeTo(matched)
	p.addText()
}

// addText gives the rest of the line to the tip.
func (p *parser) addText() {
	tip, l := p.tip(), p.line
	switch tip.kind {
	case indentedCodeBlock, fencedCodeBlock, htmlBlock:
		tip.text = append(l.appendRest(tip.text), '\n')
		if !l.blank() || tip.kind == fencedCodeBlock {
			tip.lastLine = p.lineNumber
		}
		if tip.kind == htmlBlock && tip.html.endsAt(l.s[l.pos:]) {
			p.closeTo(len(p.open) - 1)
		}
	case tableBlock:
		tip.table.addRow(l.s[l.nextPos:])
		tip.lastLine = p.lineNumber
	case paragraphBlock:
		p.addParagraphLine(tip)
	default:
		if l.blank() {
			return
		}
		if tip.kind == listBlock {
			p.closeTo(len(p.open) - 1)
		}
		p.addParagraphLine(p.push(paragraphBlock))
	}
}

func (p *parser) addParagraphLine(b *block) {
	p.line.skipIndent()
	b.text = append(p.line.appendRest(b.text), '\n')
	b.lastLine = p.lineNumber
}

// push opens a new block in the tip.
func (p *parser) push(kind blockKind) *block {
	b := &block{kind: kind, firstLine: p.lineNumber, lastLine: p.lineNumber}
	parent := p.tip()
	parent.children = append(parent.children, b)
	p.open = append(p.open, b)
	return b
}

// removeTip removes the tip, which is the last child of its parent.
func (p *parser) removeTip() {
	p.open = p.open[:len(p.open)-1]
	parent := p.tip()
	parent.children = parent.children[:len(parent.children)-1]
}

// closeTo closes the open blocks but for the first n.
func (p *parser) closeTo(n int) {
	for len(p.open) > n {
		b := p.tip()
		switch b.kind {
		case paragraphBlock:
			p.takeReferences(b)
			if len(b.text) == 0 {
				p.removeTip()
				continue
			}
		case indentedCodeBlock:
			b.text = trimBlankLines(b.text)
		case htmlBlock:
			b.text = bytes.TrimRight(b.text, "\n")
		case listBlock, itemBlock, footnoteBlock:
			if len(b.children) > 0 {
				b.lastLine = b.children[len(b.children)-1].lastLine
			}
			if b.kind == listBlock {
				b.loose = isLoose(b)
			}
		}
		if n == 0 && len(p.open) == 1 {
			return // the document stays, for render
		}
		p.open = p.open[:len(p.open)-1]
	}
}

// trimBlankLines removes the blank lines at the end.
func trimBlankLines(text []byte) []byte {
	end := len(bytes.TrimRight(text, " \t\n"))
	if i := bytes.IndexByte(text[end:], '\n'); i >= 0 {
		end += i + 1
	}
	return text[:end]
}

type continuation int

const (
	notContinued continuation = iota
	continued
	closed // and the line is used up
)

// continueBlock is whether the line goes on with b, an open block, and
// consumes what of the line says so.
func (p *parser) continueBlock(b *block) continuation {
	l := p.line
	is := func(ok bool) continuation {
		if ok {
			return continued
		}
		return notContinued
	}
	switch b.kind {
	case quoteBlock:
		if l.indent() > 3 || l.peek() != '>' {
			return notContinued
		}
		l.skipIndent()
		l.skipBytes(1)
		l.skipOneSpace()
		b.lastLine = p.lineNumber
		return continued
	case listBlock:
		return continued
	case itemBlock:
		if l.blank() {
			l.skipIndent()
			// An item may begin with at most one blank line.
			return is(len(b.children) > 0)
		}
		if l.indent() < b.list.content {
			return notContinued
		}
		l.skipColumns(b.list.content)
		return continued
	case footnoteBlock:
		if !l.blank() && l.indent() < 4 {
			return notContinued
		}
		l.skipColumns(4)
		return continued
	case paragraphBlock, tableBlock:
		return is(!l.blank())
	case indentedCodeBlock:
		if !l.blank() && l.indent() < 4 {
			return notContinued
		}
		l.skipColumns(4)
		return continued
	case fencedCodeBlock:
		if l.indent() < 4 && b.fence.closedBy(l.s[l.nextPos:]) {
			b.lastLine = p.lineNumber
			return closed
		}
		l.skipColumns(b.fence.indent)
		return continued
	case htmlBlock:
		return is(!l.blank() || b.html < htmlBlockTag)
	}
	return notContinued // headings and thematic breaks are one line
}
