// Package site builds a web site from a folder:
//
//	site.toml       the configuration
//	content/        pages in Markdown with front matter, and files beside them
//	templates/      html/template files; see templates.go for their look-up
//	styles/         style sheets; each *.scss that begins with no "_" becomes a .css
//	static/         files that are copied as they are
//
// Nothing of a site depends on the clock, on the order of files in a folder, or
// on how many goroutines build it: the same folder gives the same bytes.
package site

import (
	"fmt"
	"io/fs"
	"runtime"
	"sync"
	"sync/atomic"
)

// Options say what to build and how.
type Options struct {
	Source     fs.FS
	BaseURL    string // instead of the configuration's, unless empty
	Drafts     bool   // build drafts too
	Minify     bool
	Jobs       int // how many goroutines; below 1: as many as processors
	CheckLinks LinkCheck

	// CompileStyle compiles the style sheet entry of fsys, a slash path.
	CompileStyle func(entry string, fsys fs.FS, minify bool) ([]byte, error)
}

// Site is what templates know of the whole site, as .Site.
type Site struct {
	Config
	Home     *Page
	Pages    []*Page // those that have a text of their own, newest first
	Sections []*Page // those at the top, by name
	Tags     []*Page // a page for each tag, by name

	opts      Options
	files     *files
	byPath    map[string]*Page // by path below content/
	layouts   *layouts
	output    *Output
	problems  problems
	basePath  string // of BaseURL; begins and ends with "/"
	baseRoot  string // the same, not percent-encoded
	baseHost  string // "https://host"
	lists     []*Page
	taxonomy  *Page
	pageCount int
}

// Build makes the site. Its error is Problems if something is wrong with the
// source; all that is wrong is then in it. Warnings are no reason to fail.
func Build(opts Options) (output *Output, warnings Problems, err error) {
	if opts.Jobs < 1 {
		opts.Jobs = runtime.GOMAXPROCS(0)
	}
	s := &Site{opts: opts, output: newOutput(), byPath: make(map[string]*Page)}
	for _, step := range []func(){
		s.readConfig,
		s.readFiles,
		s.readTemplates,
		s.readPages,
		s.arrange,
		s.renderContent,
		s.renderPages,
		s.writeFeeds,
		s.compileStyles,
		s.copyFiles,
		s.finish,
	} {
		step()
		if problems := s.problems.errors(); len(problems) > 0 && s.problems.fatal() {
			return nil, s.problems.warnings(), problems
		}
	}
	if problems := s.problems.errors(); len(problems) > 0 {
		return nil, s.problems.warnings(), problems
	}
	return s.output, s.problems.warnings(), nil
}

// finish is what needs all of the output.
func (s *Site) finish() {
	s.output.pages = s.pageCount
	for _, conflict := range s.output.conflicts() {
		s.problems.add(conflict)
	}
	if s.opts.CheckLinks != LinksOff && len(s.problems.errors()) == 0 {
		s.checkLinks()
	}
}

// parallel calls f with each index below n, from at most jobs goroutines at
// once, which it numbers.
func parallel(n, jobs int, f func(worker, i int)) {
	var next atomic.Int64
	var wait sync.WaitGroup
	for worker := 0; worker < min(jobs, n); worker++ {
		worker := worker
		wait.Add(1)
		go func() {
			defer wait.Done()
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				f(worker, i)
			}
		}()
	}
	wait.Wait()
}

// compileStyles compiles the style sheets.
func (s *Site) compileStyles() {
	if len(s.files.styles) == 0 {
		return
	}
	styles, err := fs.Sub(s.opts.Source, "styles")
	if err != nil {
		s.problems.add(Problem{File: "styles", Message: err.Error()})
		return
	}
	compiled := make([][]byte, len(s.files.styles))
	parallel(len(compiled), s.opts.Jobs, func(_, i int) {
		css, err := s.opts.CompileStyle(s.files.styles[i], styles, s.opts.Minify)
		if err != nil {
			s.problems.add(styleProblem(s.files.styles[i], err))
		}
		compiled[i] = css
	})
	for i, name := range s.files.styles {
		s.output.add("styles/"+name[:len(name)-len(".scss")]+".css", "styles/"+name, compiled[i])
	}
}

// copyFiles copies static files, and those beside pages.
func (s *Site) copyFiles() {
	type file struct{ from, to string }
	var list []file
	for _, name := range s.files.static {
		list = append(list, file{"static/" + name, name})
	}
	for _, name := range s.files.beside {
		list = append(list, file{"content/" + name, name})
	}
	data := make([][]byte, len(list))
	parallel(len(list), s.opts.Jobs, func(_, i int) {
		var err error
		if data[i], err = readFile(s.opts.Source, list[i].from, maxStatic); err != nil {
			s.problems.add(Problem{File: list[i].from, Message: err.Error()})
		}
	})
	for i, f := range list {
		s.output.add(f.to, f.from, data[i])
	}
}

// Summary describes the output on a line.
func (o *Output) Summary() string {
	var size int64
	for _, f := range o.files {
		size += int64(len(f.data))
	}
	return fmt.Sprintf("%d pages, %d files, %d bytes", o.pages, len(o.files), size)
}
