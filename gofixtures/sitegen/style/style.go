package style

import (
	"io/fs"

	"gopie.example/sitegen/style/internal/sheet"
)

// Options are how to write the CSS.
type Options struct {
	Minify bool // short rather than readable
}

// Error is a mistake in a style sheet, or one that cannot be read. Its text is
// file:line:column: message.
type Error = sheet.Error

// Compile returns the CSS of the style sheet entry in fsys and of what it
// imports. An error is an *Error, but for the want of memory.
func Compile(entry string, fsys fs.FS, opts Options) ([]byte, error) {
	c, err := newCompiler(opts.Minify)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	return sheet.Compile(c, entry, fsys)
}
