package main

import (
	"fmt"
	"html"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
)

// maxList bounds the work and memory for one folder; what is beyond is said to
// be left out, and the names left are those that the file system gave first.
const maxList = 10_000

// serveList lists a folder, sorted by name. What would not be served is not in
// the list.
func (f *files) serveList(w http.ResponseWriter, req *http.Request, folder *os.File) {
	entries, err := folder.ReadDir(f.maxList + 1)
	if err != nil && err != io.EOF {
		f.fail(w, err)
		return
	}
	more := len(entries) > f.maxList
	if more {
		entries = entries[:f.maxList]
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })

	var page strings.Builder
	title := html.EscapeString(strings.ToValidUTF8(req.URL.Path, "\uFFFD"))
	fmt.Fprintf(&page, "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"><title>%s</title></head>\n<body><h1>%s</h1>\n<ul>\n", title, title)
	if path.Clean(req.URL.Path) != "/" {
		page.WriteString("<li><a href=\"../\">../</a></li>\n")
	}
	for _, entry := range entries {
		name, size, ok := f.listed(req.URL.Path, entry)
		if !ok {
			continue
		}
		// "./" lest a colon in a name make the rest of it a scheme.
		fmt.Fprintf(&page, "<li><a href=\"./%s\">%s</a>%s</li>\n",
			html.EscapeString((&url.URL{Path: name}).EscapedPath()), html.EscapeString(strings.ToValidUTF8(name, "\uFFFD")), size)
	}
	page.WriteString("</ul>\n")
	if more {
		page.WriteString("<p>and others</p>\n")
	}
	page.WriteString("</body></html>\n")

	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-cache")
	h.Set("Content-Length", strconv.Itoa(page.Len()))
	if req.Method == http.MethodGet {
		_, err := io.WriteString(w, page.String())
		cutOffOn(err)
	}
}

// listed gives an entry's name, with a slash if it is a folder, and the size if
// it is a file; links are followed as far as they stay within the root.
func (f *files) listed(folder string, entry fs.DirEntry) (name, size string, ok bool) {
	if hidden(path.Join(folder, entry.Name())) {
		return "", "", false
	}
	info, err := entry.Info()
	if entry.Type() == fs.ModeSymlink {
		var real string
		if real, err = f.root.resolve(path.Join(folder, entry.Name())); err == nil {
			info, err = os.Lstat(real)
		}
	}
	switch {
	case err != nil:
		return "", "", false
	case info.IsDir():
		return entry.Name() + "/", "", true
	case info.Mode().IsRegular():
		return entry.Name(), fmt.Sprintf(" %d", info.Size()), true
	}
	return "", "", false
}
