package site

import (
	"html"
	"path"
	"strconv"
	"strings"
)

// view is the data of a template.
type view struct {
	*Page
	Paginator *Paginator // nil for what lists no pages
}

// Paginator is a page of a list that is parted into several.
type Paginator struct {
	Pages  []*Page // those on this page
	Number int     // of this page, from 1
	Total  int     // how many pages there are
	First  string  // the path of the first page
	Prev   string  // likewise; empty if there is none
	Next   string
	Last   string
}

// job is a page to render.
type job struct {
	view   view
	master *master
	out    string // path of the output
}

// renderPages executes the templates, in parallel.
func (s *Site) renderPages() {
	var jobs []job
	for _, p := range append(append([]*Page(nil), s.lists...), s.Pages...) {
		jobs = s.addJobs(jobs, p)
	}
	if s.layouts.masters["404.html"] != nil {
		missing := &Page{Kind: MissingPage, Title: "Page not found", Params: map[string]any{}, Site: s, Parent: s.Home, url: "404.html"}
		missing.locate()
		jobs = s.addJobs(jobs, missing)
	}
	s.pageCount = len(jobs)
	results := make([][]byte, len(jobs))
	executors := make([]*executor, s.opts.Jobs)
	parallel(len(jobs), s.opts.Jobs, func(worker, i int) {
		if executors[worker] == nil {
			executors[worker] = newExecutor(s)
		}
		j := jobs[i]
		data, err := executors[worker].execute(j.master, j.view)
		if err != nil {
			p := templateProblem(j.master.entry, err)
			p.page = j.view.Page.source()
			s.problems.add(p)
			return
		}
		if s.opts.Minify {
			data = minifyHTML(data)
		}
		results[i] = data
	})
	for i, j := range jobs {
		s.output.add(j.out, j.view.Page.source(), results[i])
	}
	for _, p := range s.Pages {
		for _, alias := range p.Aliases {
			s.addAlias(p, alias)
		}
	}
}

// addJobs adds the jobs for p: several if its list is parted.
func (s *Site) addJobs(jobs []job, p *Page) []job {
	m, err := s.layouts.find(p)
	if err != nil {
		problem := Problem{File: "templates", Message: err.Error(), page: p.source()}
		if p.Layout != "" {
			problem = Problem{File: p.File, Line: 1, Message: "layout: " + err.Error()}
		}
		s.problems.add(problem)
		return jobs
	}
	if p.Kind == MissingPage {
		return append(jobs, job{view{Page: p}, m, p.url})
	}
	if p.Kind == RegularPage || p.Kind == TaxonomyPage || !m.paginates {
		return append(jobs, job{view{Page: p}, m, p.url + "index.html"})
	}
	size := s.Paginate
	total := max(1, (len(p.Pages)+size-1)/size)
	link := func(n int) string {
		switch {
		case n < 1 || n > total:
			return ""
		case n == 1:
			return p.RelPermalink
		}
		return p.RelPermalink + "page/" + strconv.Itoa(n) + "/"
	}
	for n := 1; n <= total; n++ {
		v := view{p, &Paginator{
			Pages:  p.Pages[(n-1)*size : min(n*size, len(p.Pages))],
			Number: n, Total: total,
			First: link(1), Prev: link(n - 1), Next: link(n + 1), Last: link(total),
		}}
		out := p.url
		if n > 1 {
			out += "page/" + strconv.Itoa(n) + "/"
		}
		jobs = append(jobs, job{v, m, out + "index.html"})
	}
	return jobs
}

// addAlias writes a page that leads to p.
func (s *Site) addAlias(p *Page, alias string) {
	target := html.EscapeString(p.Permalink)
	var b strings.Builder
	b.WriteString("<!DOCTYPE html>\n<html lang=\"" + html.EscapeString(s.Language) + "\">\n<head>\n<meta charset=\"utf-8\">\n")
	b.WriteString("<title>" + html.EscapeString(p.Title) + "</title>\n")
	b.WriteString("<link rel=\"canonical\" href=\"" + target + "\">\n<meta name=\"robots\" content=\"noindex\">\n")
	b.WriteString("<meta http-equiv=\"refresh\" content=\"0; url=" + target + "\">\n</head>\n")
	b.WriteString("<body><p><a href=\"" + target + "\">" + html.EscapeString(p.Title) + "</a></p></body>\n</html>\n")
	if path.Ext(alias) != ".html" {
		alias += "/index.html"
	}
	s.output.add(alias, p.File+" (alias)", []byte(b.String()))
}
