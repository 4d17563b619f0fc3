package site

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"path"
	"sort"
	"strings"
)

// Output is a site that is built, in memory.
type Output struct {
	files   map[string]outputFile // by slash path
	pages   int
	refused []Problem
}

type outputFile struct {
	data   []byte
	source string
}

func newOutput() *Output { return &Output{files: make(map[string]outputFile)} }

// add adds a file, which no other source may have made. Its path must not climb
// out of the site.
func (o *Output) add(name, source string, data []byte) {
	if !fs.ValidPath(name) {
		o.refused = append(o.refused, Problem{File: source, Message: fmt.Sprintf("makes %q, which is no path", name)})
		return
	}
	if old, exists := o.files[name]; exists {
		o.refused = append(o.refused, Problem{File: source, Message: fmt.Sprintf("makes %s, which %s makes too", name, old.source)})
		return
	}
	o.files[name] = outputFile{data, source}
}

// Paths returns the paths of the files, in order.
func (o *Output) Paths() []string {
	names := make([]string, 0, len(o.files))
	for name := range o.files {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// File returns the content of a file; ok is false if there is none.
func (o *Output) File(name string) (data []byte, ok bool) {
	f, ok := o.files[name]
	return f.data, ok
}

// conflicts are the files that several sources make, and those that would have
// to be folders too.
func (o *Output) conflicts() []Problem {
	conflicts := o.refused
	for name, f := range o.files {
		for folder := path.Dir(name); folder != "."; folder = path.Dir(folder) {
			if other, exists := o.files[folder]; exists {
				conflicts = append(conflicts, Problem{
					File:    f.source,
					Message: fmt.Sprintf("makes %s, but %s makes a file %s", name, other.source, folder),
				})
			}
		}
		if strings.HasPrefix(name, manifestFile) {
			conflicts = append(conflicts, Problem{File: f.source, Message: "makes " + name + ", which is for the list of files"})
		}
	}
	return conflicts
}

// Digest is the SHA-256 of all files in the order of their paths: of each, its
// path, its length in decimal, each with a line ending, and its content.
func (o *Output) Digest() string {
	sum := sha256.New()
	for _, name := range o.Paths() {
		data := o.files[name].data
		fmt.Fprintf(sum, "%s\n%d\n", name, len(data))
		sum.Write(data)
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// WriteDigests writes a line with the SHA-256 of each file, as sha256sum does.
func (o *Output) WriteDigests(w io.Writer) error {
	for _, name := range o.Paths() {
		if _, err := fmt.Fprintf(w, "%x  %s\n", sha256.Sum256(o.files[name].data), name); err != nil {
			return err
		}
	}
	return nil
}
