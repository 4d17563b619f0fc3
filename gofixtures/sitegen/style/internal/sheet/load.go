package sheet

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
)

// Limits of what is read.
const (
	maxFiles = 1000
	maxInput = 4 << 20 // bytes of all files
)

// Compile loads entry and all that it imports from fsys into c, and renders.
func Compile(c Compiler, entry string, fsys fs.FS) ([]byte, error) {
	l := loader{compiler: c, fsys: fsys, files: make(map[string]int), found: make(map[string]int)}
	if _, err := l.load(entry); err != nil {
		return nil, located(err, entry, func() (int, int) { return 1, 1 })
	}
	for {
		i, ok := c.NextImport()
		if !ok {
			return c.Render()
		}
		file, err := l.find(i)
		if err != nil {
			return nil, located(err, i.File, c.ImportPosition)
		}
		c.Resolve(file)
	}
}

// located makes err an *Error, unless it is one already.
func located(err error, file string, position func() (line, column int)) error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	line, column := position()
	return &Error{File: file, Line: line, Column: column, Message: err.Error()}
}

type loader struct {
	compiler Compiler
	fsys     fs.FS
	files    map[string]int // by name
	found    map[string]int // by name as imported, from the root
	read     int64
}

// find loads what i imports: NAME itself, NAME.scss or _NAME.scss in the folder
// of the importing file. (Sass documentation, "@import", "Partials".)
func (l *loader) find(i Import) (file int, err error) {
	name := path.Join(path.Dir(i.File), i.Name)
	if strings.HasPrefix(i.Name, "/") || !fs.ValidPath(name) {
		return 0, fmt.Errorf("cannot import %q: outside of the folder of the style sheets", clip(i.Name))
	}
	if file, ok := l.found[name]; ok {
		return file, nil
	}
	dir, base := path.Split(name)
	candidates := []string{name, dir + "_" + base}
	if !strings.HasSuffix(base, ".scss") {
		candidates = []string{name, name + ".scss", dir + "_" + base + ".scss"}
	}
	var found []string
	for _, candidate := range candidates {
		info, err := fs.Stat(l.fsys, candidate)
		if err == nil && info.Mode().IsRegular() {
			found = append(found, candidate)
		}
	}
	switch len(found) {
	case 0:
		return 0, fmt.Errorf("cannot import %q: no such file", clip(i.Name))
	case 1:
		file, err = l.load(found[0])
		l.found[name] = file
		return file, err
	}
	return 0, fmt.Errorf("cannot import %q: could be %s or %s", clip(i.Name), clip(found[0]), clip(found[1]))
}

// load reads and parses a file, once.
func (l *loader) load(name string) (file int, err error) {
	if file, ok := l.files[name]; ok {
		return file, nil
	}
	if len(l.files) == maxFiles {
		return 0, fmt.Errorf("more than %d files", maxFiles)
	}
	f, err := l.fsys.Open(name)
	if err != nil {
		return 0, fmt.Errorf("cannot read: %w", err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxInput-l.read+1))
	if err != nil {
		return 0, fmt.Errorf("cannot read: %w", err)
	}
	l.read += int64(len(text))
	if l.read > maxInput {
		return 0, fmt.Errorf("the style sheets have more than %d bytes", maxInput)
	}
	if file, err = l.compiler.Add(name, text); err != nil {
		return 0, err
	}
	l.files[name] = file
	return file, nil
}

// clip shortens what is quoted in an error.
func clip(name string) string {
	const most = 60
	if len(name) <= most {
		return name
	}
	return strings.ToValidUTF8(name[:most], "") + "..."
}
