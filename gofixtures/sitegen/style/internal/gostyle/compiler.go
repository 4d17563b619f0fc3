// Package gostyle compiles style sheets in Go alone.
//
// It does what the C library beside it (package cstyle) does, function by
// function in files of the same names, and must give the same bytes and the
// same errors: who changes one changes the other.
//
// A value is text. It is a number where its whole text reads as one, so
// nothing is lost between a literal and its use, and what is not calculated
// with stays as it was written.
package gostyle

import (
	"strings"
	"unicode/utf8"

	"gopie.example/sitegen/style/internal/sheet"
)

// Limits, the same as in C.
const (
	maxNesting = 100      // blocks, brackets, calls and imports within each other
	maxOutput  = 16 << 20 // bytes of CSS
	maxWork    = 64 << 20 // bytes of intermediate text and statements, see spend
	maxParams  = 100      // of a mixin

	// Work that is not text, in bytes.
	stepCost     = 32  // a statement
	bindingCost  = 128 // a variable that is set
	selectorCost = 64  // a combined selector
)

// Compiler implements sheet.Compiler.
type Compiler struct {
	minify  bool
	files   []*file
	imports []*node // without a file from next on
	next    int

	work    int
	current *node // what is being evaluated, for errors of no narrower place
	output
}

// file is a parsed style sheet.
type file struct {
	name   string
	text   string
	body   []*node
	active bool // being evaluated: importing it now is a cycle
}

// New returns a compiler without files.
func New(minify bool) *Compiler {
	return &Compiler{minify: minify}
}

// Close does nothing; it is there for the compiler in C.
func (c *Compiler) Close() {}

// Add parses a file and returns its number.
func (c *Compiler) Add(name string, text []byte) (number int, err error) {
	defer rescue(&err)
	f := &file{name: name, text: string(text)}
	f.check()
	start := 0
	if strings.HasPrefix(f.text, "\uFEFF") {
		start = len("\uFEFF")
	}
	p := parser{cursor{f, start, len(f.text)}, c}
	f.body = p.block(-1, 0)
	c.files = append(c.files, f)
	return len(c.files) - 1, nil
}

// NextImport returns the first import that has no file yet.
func (c *Compiler) NextImport() (i sheet.Import, ok bool) {
	if c.next == len(c.imports) {
		return i, false
	}
	n := c.imports[c.next]
	return sheet.Import{File: n.file.name, Name: n.name}, true
}

// ImportPosition returns where that import is.
func (c *Compiler) ImportPosition() (line, column int) {
	n := c.imports[c.next]
	return n.file.position(n.pos)
}

// Resolve gives that import its file.
func (c *Compiler) Resolve(number int) {
	c.imports[c.next].target = number
	c.next++
}

// Render evaluates the first file.
func (c *Compiler) Render() (css []byte, err error) {
	defer rescue(&err)
	first := c.files[0]
	first.active = true
	c.run(first.body, &context{scope: &scope{}}, 0)
	c.place(place{})
	return c.finish(), nil
}

// rescue turns the panic of a failure into err. Failures come from deep within
// the evaluator, where nothing can be done about them.
func rescue(err *error) {
	switch p := recover().(type) {
	case nil:
	case *sheet.Error:
		*err = p
	default:
		panic(p)
	}
}

// fail ends the compilation.
func (f *file) fail(pos int, message string) {
	line, column := f.position(pos)
	panic(&sheet.Error{File: f.name, Line: line, Column: column, Message: message})
}

// position counts lines as CSS does (CSS Syntax Level 3, 3.3).
func (f *file) position(pos int) (line, column int) {
	line, start := 1, 0
	for i := 0; i < pos; i++ {
		ch := f.text[i]
		if ch == '\n' || ch == '\f' || ch == '\r' && (i+1 == len(f.text) || f.text[i+1] != '\n') {
			line, start = line+1, i+1
		}
	}
	return line, pos - start + 1
}

// check refuses what is not text.
func (f *file) check() {
	for i := 0; i < len(f.text); {
		if f.text[i] == 0 {
			f.fail(i, "NUL byte")
		}
		if f.text[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(f.text[i:])
		if r == utf8.RuneError && size == 1 {
			f.fail(i, "invalid UTF-8")
		}
		i += size
	}
}

// spend bounds time and memory: every text that is read or built costs its
// length, and what takes memory without a text costs as much. Flat CSS of
// any kind costs less than maxWork: see maxInput in package sheet.
func (c *Compiler) spend(n int) {
	if n > maxWork-c.work {
		c.current.file.fail(c.current.pos, "too much work: the style sheets grow without bounds")
	}
	c.work += n
}

// clip shortens what is quoted in an error.
func clip(s string) string {
	const most = 40
	if len(s) <= most {
		return s
	}
	n := most
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + "..."
}
