package syntax

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// Style is the layout that Print gives a script.
type Style struct {
	Indent         int  // columns per level; 0 is one tab
	CaseIndent     bool // indent the patterns of case
	BinaryNextLine bool // put && || | at the beginning of the continued line
	SpaceRedirects bool // a blank after redirection operators
	FuncNextLine   bool // the { of a function on its own line
}

// printer writes a tree. Blank lines and comments go by positions in the
// source, everything else by the tree.
type printer struct {
	Style
	file *File
	out  []byte

	level     int
	lineStart int  // offset in out of the current line
	fresh     bool // nothing on the current line yet, not even the indentation
	commented bool // the current line ends in a comment: nothing may follow
	continued bool // the current statement has broken its line already

	comments []Comment  // those still to come
	here     []*HereDoc // those whose body comes at the next line break
	trailing []trailing // comments at line ends that may be aligned
	last     int        // line in the source of what was printed last
	cursor   int        // line of the last look-up

	// verbatim, the source, is set in tests only, which let bash compare what
	// it sees before and after. It keeps the text of here-documents, arithmetic
	// and backquotes, and semicolons between statements, as bash does in what
	// it prints.
	verbatim string
}

// Print appends f in the given style to out.
func Print(out []byte, f *File, style Style) []byte {
	p := &printer{Style: style, file: f, out: out, comments: f.Comments}
	return p.print()
}

func (p *printer) print() []byte {
	if p.out == nil {
		p.out = make([]byte, 0, p.file.size+p.file.size/8+64)
	}
	p.lineStart = len(p.out)
	p.fresh = true
	p.last = -1
	start := len(p.out)
	p.stmts(&p.file.Stmts, Pos(p.file.size), true)
	if len(p.out) > start && !p.fresh {
		p.newline()
	}
	p.alignTrailing()
	return p.out
}

// line is lineTable.line with a memory: look-ups go forward by little.
func (p *printer) line(pos Pos) int {
	t := p.file.lines
	i := p.cursor
	if t[i] > pos || i+8 < len(t) && t[i+8] <= pos {
		i = t.line(pos)
	}
	for i+1 < len(t) && t[i+1] <= pos {
		i++
	}
	p.cursor = i
	return i
}

// str writes text that has no line break, or that is verbatim.
func (p *printer) str(s string) {
	if s == "" {
		return
	}
	if p.commented {
		p.newline()
	}
	if p.fresh {
		p.indent()
	}
	p.out = append(p.out, s...)
}

func (p *printer) indent() {
	p.fresh = false
	if p.Indent == 0 {
		for i := 0; i < p.level; i++ {
			p.out = append(p.out, '\t')
		}
		return
	}
	for i := 0; i < p.level*p.Indent; i++ {
		p.out = append(p.out, ' ')
	}
}

// space writes a blank between two words, none at the beginning of a line.
func (p *printer) space() {
	if !p.fresh && !p.commented {
		p.out = append(p.out, ' ')
	}
}

// newline ends the line and writes the here-documents that wait for it.
func (p *printer) newline() {
	if !p.commented {
		p.alignTrailing()
	}
	p.endLine()
	if len(p.here) > 0 {
		docs := p.here
		p.here = nil
		for _, h := range docs {
			p.hereDoc(h)
		}
	}
}

func (p *printer) endLine() {
	p.out = append(p.out, '\n')
	p.lineStart = len(p.out)
	p.fresh = true
	p.commented = false
}

// blankLine leaves one line free if the source has any before pos.
func (p *printer) blankLine(pos Pos) {
	line := p.line(pos)
	if p.last >= 0 && line > p.last+1 {
		p.alignTrailing()
		p.endLine()
	}
	p.last = line
}

// escapedBreak breaks the line within a statement with a backslash.
func (p *printer) escapedBreak() {
	if p.fresh {
		return
	}
	if !p.commented {
		p.space()
		p.out = append(p.out, '\\')
		p.alignTrailing()
		p.endLine()
	}
	p.continueStmt()
}

// continueStmt indents what follows in the statement by one level more, once.
func (p *printer) continueStmt() {
	if !p.continued {
		p.continued = true
		p.level++
	}
}

// flush writes the comments before pos, each at the end of the line or, if it
// was so in the source, on a line of its own. It tells whether it wrote any.
func (p *printer) flush(pos Pos) bool {
	some := false
	for len(p.comments) > 0 && p.comments[0].From < pos {
		c := p.comments[0]
		if p.inHereDoc(c) {
			p.newline() // writes it
			continue
		}
		p.comments = p.comments[1:]
		some = true
		if p.commented || c.Own && !p.fresh {
			p.newline()
		}
		if p.fresh {
			p.alignTrailing()
			p.blankLine(c.From)
			p.str(c.Text)
		} else {
			line := p.out[p.lineStart:]
			line = line[bytes.LastIndexByte(line, '\n')+1:]
			p.trailing = append(p.trailing, trailing{len(p.out), utf8.RuneCount(line)})
			p.out = append(p.out, ' ')
			p.out = append(p.out, c.Text...)
			p.last = p.line(c.From)
		}
		p.commented = true
	}
	return some
}

// inHereDoc tells whether c is in the body of a here-document that is still to
// be written, or behind it.
func (p *printer) inHereDoc(c Comment) bool {
	return len(p.here) > 0 && c.From >= p.here[0].From
}

func (p *printer) commentBefore(pos Pos) bool {
	return len(p.comments) > 0 && p.comments[0].From < pos
}

// flushBehind writes the next comment if it is before pos and was not on a
// line of its own: it belongs to what was written last.
func (p *printer) flushBehind(pos Pos) {
	if p.commentBefore(pos) && !p.comments[0].Own && !p.inHereDoc(p.comments[0]) {
		p.flush(p.comments[0].From + 1)
	}
}

// dropComments forgets the comments of a text that is written verbatim.
func (p *printer) dropComments(pos Pos) {
	for p.commentBefore(pos) {
		p.comments = p.comments[1:]
	}
}

// trailing is where blanks go in front of a comment at the end of a line, and
// how many columns are before it.
type trailing struct {
	offset, width int
}

// alignTrailing aligns the comments at the ends of the last lines.
func (p *printer) alignTrailing() {
	if len(p.trailing) > 1 {
		width := 0
		for _, t := range p.trailing {
			if t.width > width {
				width = t.width
			}
		}
		begin := p.trailing[0].offset
		tail := append([]byte(nil), p.out[begin:]...)
		p.out = p.out[:begin]
		from := begin
		for _, t := range p.trailing {
			p.out = append(p.out, tail[from-begin:t.offset-begin]...)
			p.out = append(p.out, bytes.Repeat([]byte{' '}, width-t.width)...)
			from = t.offset
		}
		p.out = append(p.out, tail[from-begin:]...)
		p.lineStart += len(p.out) - begin - len(tail)
	}
	p.trailing = p.trailing[:0]
}

// stmts writes a list, one statement a line or all on one, up to pos, where
// what closes the list stands.
func (p *printer) stmts(l *List, pos Pos, broken bool) {
	for i, s := range l.Stmts {
		if i > 0 && p.verbatim != "" && !l.Stmts[i-1].Background && hasSemicolon(p.verbatim[l.Stmts[i-1].To:s.From]) {
			p.str(";")
		}
		if broken {
			p.flush(s.From)
			if !p.fresh {
				p.newline()
			}
			p.blankLine(s.From)
		} else if i > 0 {
			p.space()
		}
		p.stmt(s)
		p.last = p.line(s.To)
		if !broken && i < len(l.Stmts)-1 && !s.Background {
			p.str(";")
		}
	}
	if broken {
		p.flush(pos)
	}
}

func (p *printer) stmt(s *Stmt) {
	level, continued := p.level, p.continued
	p.continued = false
	p.command(s.Cmd)
	if s.Background {
		p.str(" &")
	}
	p.level, p.continued = level, continued
}

// block writes a list between its opening, which is written already, and its
// closing word at pos, which is not.
func (p *printer) block(l *List, pos Pos, separator string) {
	if !l.Broken {
		p.str(separator)
		p.stmts(l, pos, false)
		if separator != "" && !l.Stmts[len(l.Stmts)-1].Background {
			p.str(";")
		}
		p.str(separator)
		return
	}
	p.indented(l, pos)
}

// indented writes a list on lines of its own.
func (p *printer) indented(l *List, pos Pos) {
	level, continued := p.level, p.continued
	p.level++
	p.flushOpening(l, pos)
	p.stmts(l, pos, true)
	p.level, p.continued = level, continued
	if !p.fresh {
		p.newline()
	}
	p.last = p.line(pos)
}

// flushOpening writes a comment behind what opens a list and ends that line.
// There is no blank line behind it.
func (p *printer) flushOpening(l *List, pos Pos) {
	if len(l.Stmts) > 0 {
		pos = l.Stmts[0].From
	}
	p.flushBehind(pos)
	p.newline()
	p.last = -1
}

// separated tells whether a ( must be kept off an opening in front of it:
// "$((" and "((" would begin arithmetic.
func separated(l *List) string {
	if len(l.Stmts) > 0 && !l.Broken && startsWithParen(l.Stmts[0].Cmd) {
		return " "
	}
	return ""
}

func startsWithParen(c Command) bool {
	switch c := c.(type) {
	case *AndOr:
		return startsWithParen(c.Cmds[0])
	case *Pipeline:
		return len(c.Prefix) == 0 && startsWithParen(c.Cmds[0])
	case *Redirected:
		return startsWithParen(c.Cmd)
	case *Subshell, *ArithCmd:
		return true
	}
	return false
}

// parenthesized writes a list and the ) at pos.
func (p *printer) parenthesized(l *List, pos Pos) {
	if l.Broken {
		p.indented(l, pos)
	} else {
		p.str(separated(l))
		p.stmts(l, pos, false)
	}
	p.str(")")
}

// substitution is parenthesized inside a word: the here-documents of the line
// outside come after the whole of it.
func (p *printer) substitution(l *List, pos Pos) {
	outer := p.here
	p.here = nil
	p.parenthesized(l, pos)
	p.here = append(outer, p.here...)
}

// hasSemicolon tells whether the text between two statements begins with one.
func hasSemicolon(s string) bool {
	return strings.HasPrefix(strings.TrimLeft(strings.ReplaceAll(s, "\\\n", ""), " \t"), ";")
}
