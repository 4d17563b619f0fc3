package main

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"gopie.example/shformat/syntax"
)

// source is a script to format.
type source struct {
	path  string
	maybe bool  // it is one only if it begins with #! and a shell
	err   error // it could not be looked at
}

// find gives the scripts under path, in lexical order, to visit.
func find(path string, visit func(source)) {
	if path == "-" {
		visit(source{path: path})
		return
	}
	info, err := os.Stat(path)
	if err != nil || !info.IsDir() {
		visit(source{path: path, err: err})
		return
	}
	filepath.WalkDir(path, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			visit(source{path: name, err: err})
			if d != nil && d.IsDir() {
				return fs.SkipDir
			}
		case d.IsDir():
			if n := d.Name(); name != path && (n == ".git" || n == ".svn" || n == ".hg") {
				return fs.SkipDir
			}
		case d.Type().IsRegular():
			ext := filepath.Ext(name)
			visit(source{path: name, maybe: ext != ".sh" && ext != ".bash"})
		}
		return nil
	})
}

// read gives the text of a script, and whether it is to be formatted at all.
func (s source) read(stdin io.Reader) (text string, ok bool, err error) {
	switch {
	case s.err != nil:
		return "", false, s.err
	case s.path == "-":
		b, err := io.ReadAll(stdin)
		return string(b), err == nil, err
	}
	f, err := os.Open(s.path)
	if err != nil {
		return "", false, err
	}
	defer f.Close()
	var head [128]byte
	n, err := io.ReadFull(f, head[:])
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		err = nil
	}
	if err != nil || s.maybe && interpreter(string(head[:n])) == "" {
		return "", false, err
	}
	var b strings.Builder
	if info, err := f.Stat(); err == nil && info.Size() < 1<<30 {
		b.Grow(int(info.Size()) + 1)
	}
	b.Write(head[:n])
	if _, err := io.Copy(&b, f); err != nil {
		return "", false, err
	}
	return b.String(), true, nil
}

// interpreter gives the name of the shell in the #! line of a script, or "".
func interpreter(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	if !strings.HasPrefix(line, "#!") {
		return ""
	}
	words := strings.Fields(line[2:])
	for i, w := range words {
		name := filepath.Base(w)
		if i == 0 && name == "env" || i > 0 && strings.HasPrefix(w, "-") {
			continue
		}
		switch name {
		case "sh", "dash", "ash", "bash":
			return name
		}
		break
	}
	return ""
}

// dialect decides what language a script is in.
func dialect(lang, path, text string) syntax.Lang {
	switch lang {
	case "posix":
		return syntax.POSIX
	case "bash":
		return syntax.Bash
	}
	if filepath.Ext(path) == ".bash" {
		return syntax.Bash
	}
	switch interpreter(text) {
	case "sh", "dash", "ash":
		return syntax.POSIX
	}
	return syntax.Bash
}
