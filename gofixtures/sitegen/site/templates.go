package site

import (
	"bytes"
	"errors"
	"fmt"
	"html/template"
	"path"
	"strings"
	"text/template/parse"
	"unicode/utf8"
)

// Templates are html/template files in templates/. A page is rendered with the
// first of these that exists, where SECTION is the folder at the top of
// content/ that it is in:
//
//	a page       SECTION/single.html, single.html
//	a section    SECTION/list.html, list.html
//	the home     home.html, list.html
//	the tags     tags.html, list.html
//	a tag        tag.html, list.html
//	404.html     404.html
//
// "layout: NAME" in the front matter looks for SECTION/NAME.html, NAME.html
// instead. A template that holds nothing but definitions is rendered through
// SECTION/base.html or base.html, whose blocks it fills. All can use the files
// of partials/ by their path: {{template "partials/header.html" .}}.
//
// The data is a Page, with a Paginator for a list. See funcs.go for the
// functions.
type layouts struct {
	masters map[string]*master // by path below templates/
}

// master is a template with all it needs, never executed itself.
type master struct {
	set       *template.Template
	entry     string // the file that is executed
	paginates bool
}

const partialsFolder = "partials/"

// readTemplates parses all templates.
func (s *Site) readTemplates() {
	s.layouts = &layouts{masters: make(map[string]*master)}
	texts := make(map[string]string)
	for _, name := range s.files.templates {
		data, err := readFile(s.opts.Source, "templates/"+name, maxTemplate)
		if err == nil && !utf8.Valid(data) {
			err = errors.New("not valid UTF-8")
		}
		if err != nil {
			s.problems.addFatal(Problem{File: "templates/" + name, Message: err.Error()})
			continue
		}
		texts[name] = string(data)
	}
	for _, name := range s.files.templates {
		if _, ok := texts[name]; !ok || strings.HasPrefix(name, partialsFolder) || path.Base(name) == "base.html" {
			continue
		}
		m, err := s.parseMaster(name, texts)
		if err != nil {
			s.problems.addFatal(templateProblem(name, err))
			continue
		}
		s.layouts.masters[name] = m
	}
	if len(s.layouts.masters) == 0 && !s.problems.fatal() {
		s.problems.addFatal(Problem{File: "templates", Message: "no template: want at least single.html and list.html"})
	}
}

// parseMaster parses a template with its base and the partials.
func (s *Site) parseMaster(name string, texts map[string]string) (*master, error) {
	m := &master{entry: name}
	m.set = template.New("").Funcs(s.funcs(&executor{}))
	onlyDefines, err := s.definesOnly(name, texts[name])
	if err != nil {
		return nil, err
	}
	base := path.Join(path.Dir(name), "base.html")
	if _, ok := texts[base]; !ok {
		base = "base.html"
	}
	names := make([]string, 0, len(texts))
	for _, partial := range s.files.templates {
		if strings.HasPrefix(partial, partialsFolder) {
			names = append(names, partial)
		}
	}
	if _, ok := texts[base]; ok && onlyDefines {
		m.entry = base
		names = append(names, base)
	}
	for _, part := range append(names, name) { // the last definition counts
		if _, err := m.set.New(part).Parse(texts[part]); err != nil {
			return nil, err
		}
	}
	for _, t := range m.set.Templates() {
		if t.Tree == nil || t.Tree.Root == nil {
			continue
		}
		if strings.Contains(t.Tree.Root.String(), ".Paginator") {
			m.paginates = true
		}
		guard(t.Tree.Root)
	}
	return m, nil
}

// definesOnly is whether a template holds nothing but definitions.
func (s *Site) definesOnly(name, text string) (bool, error) {
	t, err := template.New(name).Funcs(s.funcs(&executor{})).Parse(text)
	if err != nil {
		return false, err
	}
	return t.Tree == nil || parse.IsEmptyTree(t.Tree.Root), nil
}

// find returns the template for p, or says what it looked for.
func (l *layouts) find(p *Page) (*master, error) {
	var bases []string
	switch p.Kind {
	case RegularPage:
		bases = []string{"single.html"}
	case SectionPage:
		bases = []string{"list.html"}
	case HomePage:
		bases = []string{"home.html", "list.html"}
	case TaxonomyPage:
		bases = []string{"tags.html", "list.html"}
	case TermPage:
		bases = []string{"tag.html", "list.html"}
	case MissingPage:
		bases = []string{"404.html"}
	}
	if p.Layout != "" {
		bases = []string{p.Layout + ".html"}
	}
	var tried []string
	for _, base := range bases {
		if p.Section != "" && (p.Kind == RegularPage || p.Kind == SectionPage) {
			tried = append(tried, p.Section+"/"+base)
		}
		tried = append(tried, base)
	}
	for _, name := range tried {
		if m := l.masters[name]; m != nil {
			return m, nil
		}
	}
	return nil, fmt.Errorf("no template for the %s: want %s", p.Kind, strings.Join(tried, " or "))
}

// executor executes templates for one goroutine. The functions of its clones
// of the templates charge its budget.
type executor struct {
	site   *Site
	clones map[*master]*template.Template
	budget budget
}

func newExecutor(s *Site) *executor {
	return &executor{site: s, clones: make(map[*master]*template.Template)}
}

// execute renders data.
func (e *executor) execute(m *master, data any) ([]byte, error) {
	t := e.clones[m]
	if t == nil {
		var err error
		if t, err = m.set.Clone(); err != nil {
			return nil, err
		}
		t.Funcs(e.site.funcs(e))
		e.clones[m] = t
	}
	e.budget = budget{}
	var out limitedBuffer
	if err := t.ExecuteTemplate(&out, m.entry, data); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// maxPage is how large a page may become.
const maxPage = 64 << 20

var errTooLarge = fmt.Errorf("the page becomes longer than %d bytes", maxPage)

// limitedBuffer is a buffer that fails rather than grow without bound.
type limitedBuffer struct{ bytes.Buffer }

func (b *limitedBuffer) Write(p []byte) (int, error) {
	if b.Len()+len(p) > maxPage {
		return 0, errTooLarge
	}
	return b.Buffer.Write(p)
}

// templateProblem is an error of html/template with the file name.
func templateProblem(name string, err error) Problem {
	if p, ok := locate("templates", err); ok {
		var limit limitError
		if errors.As(err, &limit) {
			p.Message = limit.Error()
		}
		if strings.HasSuffix(p.File, "/"+guardFile) {
			return Problem{File: "templates/" + name, Message: p.Message}
		}
		return p
	}
	return Problem{File: "templates/" + name, Message: strings.TrimPrefix(err.Error(), "html/template: ")}
}
