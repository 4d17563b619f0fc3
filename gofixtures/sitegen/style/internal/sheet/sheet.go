// Package sheet is what the two style-sheet compilers have in common that is
// not compiling: their interface, their error, and finding the files that
// style sheets import.
package sheet

import "fmt"

// Error is a mistake in a style sheet, or one that cannot be read.
type Error struct {
	File         string
	Line, Column int // from 1; columns count bytes
	Message      string
}

func (e *Error) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, e.Message)
}

// Import is an @import of a file that has not been given yet.
type Import struct {
	File string // the importing file
	Name string // as written
}

// Compiler turns style sheets into CSS. The file given first is the one that
// is rendered.
//
// Give the first file to Add, then resolve every import that NextImport names,
// then Render. After an error only Close may be called.
type Compiler interface {
	// Add parses a file and returns its number, from 0.
	Add(name string, text []byte) (file int, err error)
	// NextImport returns the first import without a file.
	NextImport() (i Import, ok bool)
	// ImportPosition returns where that import is. It takes as long as the file
	// is: it is for errors.
	ImportPosition() (line, column int)
	// Resolve gives that import its file.
	Resolve(file int)
	Render() ([]byte, error)
	Close()
}
