package syntax

import (
	"fmt"
	"math"
	"strings"
)

// Lang is a dialect of the shell language.
type Lang int

// The dialects.
const (
	Bash Lang = iota
	POSIX
)

func (l Lang) String() string {
	if l == POSIX {
		return "posix"
	}
	return "bash"
}

// maxDepth bounds how deep constructs may nest, which bounds the stack of the
// parser, of the printer and of whoever walks the tree.
const maxDepth = 1000

// Error is a syntax error.
type Error struct {
	Name string
	Position
	Msg string
}

func (e *Error) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s", e.Name, e.Line, e.Column, e.Msg)
}

// parser is a recursive descent over the bytes of the source; it has no token
// stage, as what a token is depends on the grammar in shell. off is always the
// next byte to read. An error unwinds as a panic with an *Error, which Parse
// recovers.
type parser struct {
	src  string
	off  int
	end  int // parsing stops here: len(src), or the end of a here-document
	lang Lang

	// origin maps offsets of src to those of the file; nil is identity. It is
	// set within backquotes, whose content is parsed without its escapes.
	origin *origin

	file   *File
	depth  int
	breaks int // counts what forces a line break, see finishList
	docs   int // counts here-documents
	// continued is set when a line continuation was skipped before the token
	// that is next.
	continued bool
	pending   []*HereDoc // here-documents whose body comes at the next newline
	hereDelim string     // not empty inside a here-document's body
	// Both by the offset behind the opening of the arithmetic.
	arithEnds map[int]int
	arithRaw  map[int]bool

	parts []Part // stack on which words under construction lie
	words []*Word
	nodes nodes
}

// Parse parses a script. The error, if any, is an *Error.
func Parse(name, src string, lang Lang) (f *File, err error) {
	f = &File{Name: name, Lang: lang, size: len(src)}
	if len(src) >= math.MaxInt32 {
		return nil, &Error{name, Position{Line: 1, Column: 1}, "the script is too large: 2 GiB or more"}
	}
	f.lines = makeLineTable(src)
	if i := strings.IndexByte(src, 0); i >= 0 {
		return nil, &Error{name, f.Position(Pos(i)), "found a NUL byte, expected text: this is no shell script, or it carries binary data"}
	}
	p := &parser{src: src, end: len(src), lang: lang, file: f}
	defer func() {
		switch e := recover().(type) {
		case nil:
		case *Error:
			f, err = nil, e
		default:
			panic(e)
		}
	}()
	f.Stmts = p.list()
	if p.off < p.end {
		p.fail(p.off, "found %s, expected a command", p.found())
	}
	f.Stmts.Broken = true
	if len(p.pending) > 0 {
		p.unclosedHereDoc(p.pending[0])
	}
	return f, nil
}

func makeLineTable(src string) lineTable {
	t := make(lineTable, 1, 1+strings.Count(src, "\n"))
	for i := 0; ; {
		n := strings.IndexByte(src[i:], '\n')
		if n < 0 {
			return t
		}
		i += n + 1
		t = append(t, Pos(i))
	}
}

// pos is the position in the file of an offset in src.
func (p *parser) pos(off int) Pos {
	if p.origin == nil {
		return Pos(off)
	}
	return p.origin.pos(off)
}

func (p *parser) span(from int) Span { return Span{p.pos(from), p.pos(p.off)} }

// fail ends the parse with an error at an offset of src.
func (p *parser) fail(off int, format string, args ...any) {
	p.failAt(p.pos(off), format, args...)
}

func (p *parser) failAt(pos Pos, format string, args ...any) {
	panic(&Error{p.file.Name, p.file.Position(pos), fmt.Sprintf(format, args...)})
}

// at names the place where something was opened, for a message.
func (p *parser) at(pos Pos) string {
	o := p.file.Position(pos)
	return fmt.Sprintf("opened at %d:%d", o.Line, o.Column)
}

// bashOnly fails in a POSIX script.
func (p *parser) bashOnly(off int, what string) {
	if p.lang == POSIX {
		p.fail(off, "%s is bash only, not POSIX shell", what)
	}
}

// enter counts a level of nesting. Commands count, and so does what nests
// without a command in between: expansions, patterns and expressions.
func (p *parser) enter() {
	p.depth++
	if p.depth > maxDepth {
		p.fail(p.off, "nested too deeply: more than %d levels", maxDepth)
	}
}

func (p *parser) leave() { p.depth-- }

// peek gives the byte n bytes ahead, 0 at the end; the source has no NUL bytes.
func (p *parser) peek(n int) byte {
	if p.off+n < p.end {
		return p.src[p.off+n]
	}
	return 0
}

func (p *parser) has(prefix string) bool {
	return strings.HasPrefix(p.src[p.off:p.end], prefix)
}

// found describes what stands at the current offset for a message.
func (p *parser) found() string {
	if p.off >= p.end {
		switch {
		case p.origin != nil && p.end == len(p.src):
			return "the closing backquote"
		case p.hereDelim != "":
			return fmt.Sprintf("the end of here-document %q", p.hereDelim)
		}
		return "the end of the file"
	}
	rest := p.src[p.off:p.end]
	if rest[0] == '\n' {
		return "a line break"
	}
	for _, op := range operators {
		if strings.HasPrefix(rest, op) {
			return fmt.Sprintf("%q", op)
		}
	}
	n := 0
	for n < len(rest) && n < 30 && !isMeta(rest[n]) {
		n++
	}
	if n == 0 {
		n = 1
	}
	return fmt.Sprintf("%q", rest[:n])
}

var operators = []string{";;&", ";;", ";&", "&&", "||", "|&", "&>>", "&>", "<<<", "<<-", "<<", ">>", "<&", ">&", "<>", ">|"}

// skipBlanks goes over blanks and line continuations. The latter are noted for
// the token to come, whose parser resets continued.
func (p *parser) skipBlanks() {
	for p.off < p.end {
		switch c := p.src[p.off]; {
		case c == ' ' || c == '\t':
			p.off++
		case c == '\\' && p.peek(1) == '\n':
			p.off += 2
			p.continued = true
		default:
			return
		}
	}
}

// skipNewlines goes over blanks, comments and line breaks, and reads the
// here-documents that wait for a line break. It tells whether there was one.
func (p *parser) skipNewlines() bool {
	some := false
	for {
		p.skipBlanks()
		switch p.peek(0) {
		case '\n':
			p.newline()
			some = true
		case '#':
			p.comment()
		default:
			return some
		}
	}
}

// newline reads a line break and the here-documents begun before it.
func (p *parser) newline() {
	p.off++
	p.continued = false
	if len(p.pending) > 0 {
		docs := p.pending
		p.pending = nil
		for _, h := range docs {
			p.hereBody(h)
		}
	}
}

func (p *parser) comment() {
	from := p.off
	n := strings.IndexByte(p.src[from:p.end], '\n')
	if n < 0 {
		n = p.end - from
	}
	p.off = from + n
	text := strings.TrimRight(p.src[from:p.off], " \t")
	before := from
	for before > 0 && (p.src[before-1] == ' ' || p.src[before-1] == '\t') {
		before--
	}
	own := before == 0 && p.origin == nil || before > 0 && p.src[before-1] == '\n'
	p.file.Comments = append(p.file.Comments, Comment{
		Span: Span{p.pos(from), p.pos(from + len(text))}, Text: text, Own: own,
	})
}

// isMeta tells the bytes that end a word when unquoted (POSIX.1-2017, 2.3).
func isMeta(c byte) bool {
	switch c {
	case ' ', '\t', '\n', ';', '&', '|', '<', '>', '(', ')':
		return true
	}
	return false
}

// reserved gives the reserved word at the current offset, or "". The caller
// knows whether one may stand there.
func (p *parser) reserved() string {
	rest := p.src[p.off:p.end]
	if rest == "" {
		return ""
	}
	n := 0
	for n < len(rest) && n <= len("function") {
		c := rest[n]
		if (c < 'a' || c > 'z') && c != '{' && c != '}' && c != '!' && c != '[' {
			break
		}
		n++
	}
	if n == 0 || !p.endsWord(p.off+n) {
		return ""
	}
	switch w := rest[:n]; w {
	case "if", "then", "elif", "else", "fi", "do", "done", "case", "esac", "while", "until", "for", "{", "}", "!":
		return w
	case "function", "select", "time", "coproc", "[[":
		if p.lang == POSIX && w == "time" {
			return "" // a utility there
		}
		return w
	}
	return ""
}
