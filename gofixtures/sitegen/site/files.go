package site

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
	"unicode/utf8"
)

// How large files may be, in bytes.
const (
	maxContent  = 8 << 20
	maxTemplate = 256 << 10 // text/template parses by recursion
	maxConfig   = 1 << 20
	maxStatic   = 256 << 20
)

// maxFolders is how deep folders may contain each other.
const maxFolders = 64

// files are the paths of the source, each below its folder.
type files struct {
	content   []string // *.md
	beside    []string // other files in content/
	templates []string
	styles    []string // those to compile
	static    []string
}

// readFiles lists the source.
func (s *Site) readFiles() {
	s.files = &files{}
	links := make(map[string]bool) // of the source folder itself
	entries, err := fs.ReadDir(s.opts.Source, ".")
	if err != nil {
		s.problems.addFatal(Problem{File: ".", Message: pathMessage(err)})
	}
	for _, entry := range entries {
		links[entry.Name()] = entry.Type()&fs.ModeSymlink != 0
	}
	for _, folder := range []struct {
		name string
		take func(name string)
	}{
		{"content", func(name string) {
			if path.Ext(name) == ".md" {
				s.files.content = append(s.files.content, name)
			} else {
				s.files.beside = append(s.files.beside, name)
			}
		}},
		{"templates", func(name string) {
			if path.Ext(name) == ".html" {
				s.files.templates = append(s.files.templates, name)
			}
		}},
		{"styles", func(name string) {
			if path.Ext(name) == ".scss" && !strings.HasPrefix(path.Base(name), "_") {
				s.files.styles = append(s.files.styles, name)
			}
		}},
		{"static", func(name string) { s.files.static = append(s.files.static, name) }},
	} {
		if links[folder.name] {
			s.problems.add(Problem{File: folder.name, Message: "left out: a symbolic link", warning: true})
			continue
		}
		s.walk(folder.name, folder.name, folder.take, 0)
	}
	if len(s.files.content) == 0 {
		s.problems.addFatal(Problem{File: "content", Message: "no page: want at least one .md file"})
	}
}

// walk takes the regular files below name, which is in folder. It does not
// follow symbolic links, which could lead out of the source or round in
// circles, and leaves hidden files alone.
func (s *Site) walk(folder, name string, take func(string), depth int) {
	if depth > maxFolders {
		s.problems.add(Problem{File: name, Message: fmt.Sprintf("folders nested more than %d deep", maxFolders)})
		return
	}
	entries, err := fs.ReadDir(s.opts.Source, name)
	if depth == 0 && errors.Is(err, fs.ErrNotExist) {
		return
	}
	if err != nil {
		s.problems.add(Problem{File: name, Message: pathMessage(err)})
	}
	for _, entry := range entries {
		full := path.Join(name, entry.Name())
		switch mode := entry.Type(); {
		case strings.HasPrefix(entry.Name(), "."):
		case !utf8.ValidString(entry.Name()) || strings.ContainsAny(entry.Name(), "\\\x00\n\r"):
			s.problems.add(Problem{File: strings.ToValidUTF8(full, "\uFFFD"), Message: "a file name that no URL can have"})
		case mode.IsDir():
			s.walk(folder, full, take, depth+1)
		case mode.IsRegular():
			take(strings.TrimPrefix(full, folder+"/"))
		case mode&fs.ModeSymlink != 0:
			s.problems.add(Problem{File: full, Message: "left out: a symbolic link", warning: true})
		default:
			s.problems.add(Problem{File: full, Message: "left out: no regular file", warning: true})
		}
	}
}

// readFile reads a file of at most limit bytes.
func readFile(fsys fs.FS, name string, limit int64) ([]byte, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, errors.New(pathMessage(err))
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, errors.New(pathMessage(err))
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("the file is longer than %d bytes", limit)
	}
	return data, nil
}
