package site

import (
	"bytes"
	"errors"
	"fmt"
	"html/template"
	"net/url"
	"path"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"gopie.example/sitegen/frontmatter"
)

// The kinds of pages.
const (
	HomePage     = "home"
	SectionPage  = "section"  // lists the pages of a folder
	RegularPage  = "page"     // has a text of its own
	TaxonomyPage = "taxonomy" // lists the tags
	TermPage     = "term"     // lists the pages of a tag
	MissingPage  = "404"
)

// Page is what templates know of a page.
type Page struct {
	Kind    string
	Title   string
	Date    time.Time // zero without one
	Draft   bool
	Weight  int
	Slug    string
	Layout  string
	Tags    []string
	Aliases []string
	Params  map[string]any
	File    string // below the source folder; empty if it has none

	Content     template.HTML
	Summary     template.HTML
	TOC         template.HTML
	WordCount   int
	ReadingTime int // in minutes

	Section      string  // the name of the folder at the top that it is in
	Parent       *Page   // nil for the home page
	Pages        []*Page // those that it lists
	Sections     []*Page // of a section: those in it
	Terms        []*Page // the pages of its tags
	Prev, Next   *Page   // in the list of its section
	RelPermalink string  // its path
	Permalink    string  // its URL
	Site         *Site

	url     string // its path below the root of the site; ends with "/", or is empty
	folder  string // of the source, below content/
	summary string // of the front matter
	body    string
	line    int // of the source where body begins
}

// String is what a template shows that has {{.}} for a page: its title. Without
// it, that would be the addresses of what the page refers to.
func (p *Page) String() string { return p.Title }

// String is for {{.Site}} what Page.String is for {{.}}.
func (s *Site) String() string { return s.Title }

// readPages reads the pages in parallel.
func (s *Site) readPages() {
	pages := make([]*Page, len(s.files.content))
	parallel(len(pages), s.opts.Jobs, func(_, i int) {
		pages[i] = s.readPage(s.files.content[i])
	})
	for i, p := range pages {
		if p != nil && (!p.Draft || s.opts.Drafts) {
			s.byPath[s.files.content[i]] = p
		}
	}
}

// readPage reads the page content/name; nil if that cannot be.
func (s *Site) readPage(name string) *Page {
	file := "content/" + name
	data, err := readFile(s.opts.Source, file, maxContent)
	if err != nil {
		s.problems.add(Problem{File: file, Message: err.Error()})
		return nil
	}
	if i := firstBinary(data); i >= 0 {
		s.problems.add(Problem{File: file, Line: 1 + bytes.Count(data[:i], []byte("\n")), Message: "no text: not valid UTF-8, or a NUL"})
		return nil
	}
	front, body, line, err := frontmatter.Split(string(data))
	if err != nil {
		s.problems.add(frontProblem(file, err))
		return nil
	}
	p := &Page{Kind: RegularPage, File: file, Site: s, body: body, line: line, Params: map[string]any{}}
	p.folder = path.Dir(name)
	base := strings.TrimSuffix(path.Base(name), ".md")
	switch {
	case base == "_index" && p.folder == ".":
		p.Kind = HomePage
	case base == "_index" && p.folder == tagsFolder:
		p.Kind = TaxonomyPage
	case base == "_index":
		p.Kind = SectionPage
	case base == "index":
		base = path.Base(p.folder)
		p.folder = path.Dir(p.folder)
	}
	d := decoder{table: front, file: file, problems: &s.problems}
	p.decode(&d)
	if p.Kind == RegularPage {
		element := urlize(base)
		if p.Slug != "" {
			element = p.Slug
		}
		if element == "" {
			s.problems.add(Problem{File: file, Line: 1, Message: "the name of the file makes no URL: want a slug"})
			return nil
		}
		p.url = urlOfFolder(p.folder) + element + "/"
	} else {
		p.url = urlOfFolder(p.folder)
	}
	if p.Title == "" {
		p.Title = titleOf(base)
		if p.Kind != RegularPage {
			p.Title = titleOf(path.Base(p.folder))
		}
		if p.Kind == HomePage {
			p.Title = s.Title
		}
	}
	return p
}

// firstBinary returns the index of the first byte that no text has, or -1.
func firstBinary(data []byte) int {
	if i := bytes.IndexByte(data, 0); i >= 0 {
		return i
	}
	if utf8.Valid(data) {
		return -1
	}
	i := 0
	for {
		r, n := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && n <= 1 {
			return i
		}
		i += n
	}
}

func (p *Page) decode(d *decoder) {
	d.text("title", &p.Title)
	d.date("date", &p.Date)
	d.flag("draft", &p.Draft)
	d.number("weight", &p.Weight, -1_000_000)
	d.text("slug", &p.Slug)
	d.text("layout", &p.Layout)
	d.text("summary", &p.summary)
	d.texts("tags", &p.Tags)
	d.texts("aliases", &p.Aliases)
	d.params("params", &p.Params)
	d.unknown("a page's own go under params")
	if p.Slug != "" {
		if p.Kind != RegularPage {
			d.fail(d.line("slug"), "slug: the URL of a section is that of its folder")
		}
		if err := checkElement(p.Slug); err != nil {
			d.fail(d.line("slug"), "slug: %v", err)
			p.Slug = ""
		}
	}
	if p.Layout != "" {
		if err := checkElement(p.Layout); err != nil {
			d.fail(d.line("layout"), "layout: %v", err)
			p.Layout = ""
		}
	}
	var aliases []string
	for _, alias := range p.Aliases {
		clean := strings.Trim(alias, "/")
		var err error
		for _, element := range strings.Split(clean, "/") {
			err = errors.Join(err, checkElement(element))
		}
		if err != nil {
			d.fail(d.line("aliases"), "aliases: %q: %v", alias, err)
			continue
		}
		aliases = append(aliases, clean)
	}
	p.Aliases = aliases
	for _, tag := range p.Tags {
		if urlize(tag) == "" {
			d.fail(d.line("tags"), "tags: %.40q makes no URL: want a letter or a digit", tag)
		}
	}
}

// checkElement is whether s may be an element of a path: it must neither climb
// out of the folder nor go down from it.
func checkElement(s string) error {
	switch {
	case s == "" || strings.HasPrefix(s, "."):
		return fmt.Errorf("%q may not be empty or begin with a dot", s)
	case len(s) > 200:
		return fmt.Errorf("longer than 200 bytes: %.20q...", s)
	case strings.ContainsAny(s, `/\`):
		return fmt.Errorf("%q may not hold a slash", s)
	case strings.IndexFunc(s, unicode.IsControl) >= 0:
		return fmt.Errorf("%q may not hold a control character", s)
	}
	return nil
}

// urlize makes an element of a path: letters, digits, dots and underscores in
// lower case, the rest as hyphens between them.
func urlize(s string) string {
	words := strings.FieldsFunc(strings.ToLower(s), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) && r != '.' && r != '_'
	})
	s = strings.TrimLeft(strings.Join(words, "-"), ".")
	for len(s) > 200 {
		_, n := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-n]
	}
	return s
}

// urlOfFolder is the path of a folder below content/.
func urlOfFolder(folder string) string {
	if folder == "." {
		return ""
	}
	elements := strings.Split(folder, "/")
	for i, element := range elements {
		if elements[i] = urlize(element); elements[i] == "" {
			elements[i] = "-"
		}
	}
	return strings.Join(elements, "/") + "/"
}

// titleOf makes a title of the name of a file.
func titleOf(name string) string {
	name = strings.Join(strings.FieldsFunc(name, func(r rune) bool { return r == '-' || r == '_' }), " ")
	first, n := utf8.DecodeRuneInString(name)
	return string(unicode.ToTitle(first)) + name[n:]
}

// locate gives p its URLs.
func (p *Page) locate() {
	escaped := (&url.URL{Path: p.url}).EscapedPath()
	p.RelPermalink = p.Site.basePath + escaped
	p.Permalink = p.Site.baseHost + p.RelPermalink
}

// source names where p comes from, for errors.
func (p *Page) source() string {
	if p.File != "" {
		return p.File
	}
	return p.Kind + " /" + p.url
}
