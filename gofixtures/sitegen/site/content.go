package site

import (
	"html"
	"html/template"
	"path"
	"strings"

	"gopie.example/sitegen/markdown"
)

// renderContent makes HTML of the text of each page, in parallel.
func (s *Site) renderContent() {
	beside := make(map[string]bool, len(s.files.beside))
	for _, name := range s.files.beside {
		beside[name] = true
	}
	var pages []*Page
	for _, name := range s.files.content {
		if p := s.byPath[name]; p != nil {
			pages = append(pages, p)
		}
	}
	parallel(len(pages), s.opts.Jobs, func(_, i int) { pages[i].render(beside) })
}

// moreMark parts the summary of a page from the rest.
const moreMark = "<!--more-->"

// summaryWords is how long a summary is that is made of the first paragraph.
const summaryWords = 50

// wordsPerMinute is a usual speed of reading.
const wordsPerMinute = 200

func (p *Page) render(beside map[string]bool) {
	result := markdown.Render(p.body, markdown.Options{
		HeadingIDs: true,
		Link:       func(destination string) string { return p.resolve(destination, beside) },
	})
	p.body = ""
	p.Content = template.HTML(result.HTML)
	p.TOC = tableOfContents(result.Headings)
	p.WordCount = len(strings.Fields(plainText(result.HTML)))
	p.ReadingTime = (p.WordCount + wordsPerMinute - 1) / wordsPerMinute
	if p.summary != "" {
		p.Summary = template.HTML(html.EscapeString(p.summary))
		return
	}
	if before, _, found := strings.Cut(result.HTML, moreMark); found {
		p.Summary = template.HTML(before)
		return
	}
	if _, after, found := strings.Cut(result.HTML, "<p>"); found {
		paragraph, _, _ := strings.Cut(after, "</p>")
		words := strings.Fields(plainText(paragraph))
		short := strings.Join(words[:min(len(words), summaryWords)], " ")
		if len(words) > summaryWords {
			short += "…"
		}
		p.Summary = template.HTML(html.EscapeString(short))
	}
}

// resolve makes the destination of a link in the text of p one that works on
// its page: a page named by its file, a file beside the page, or a path from
// the root of the site.
func (p *Page) resolve(destination string, beside map[string]bool) string {
	if destination == "" || destination[0] == '#' || strings.HasPrefix(destination, "//") || hasScheme(destination) {
		return destination
	}
	target, suffix := destination, ""
	if i := strings.IndexAny(destination, "?#"); i >= 0 {
		target, suffix = destination[:i], destination[i:]
	}
	name := strings.TrimPrefix(target, "/")
	if name == target { // relative to the file
		name = path.Join(strings.TrimPrefix(path.Dir(p.File), "content"), target)
		name = strings.TrimPrefix(name, "/")
	}
	if linked := p.Site.byPath[name]; linked != nil {
		return linked.RelPermalink + suffix
	}
	if beside[name] {
		return p.Site.basePath + name + suffix
	}
	if target != "" && target[0] == '/' {
		return p.Site.relURL(destination)
	}
	return destination
}

// tableOfContents makes nested lists of headings.
func tableOfContents(headings []markdown.Heading) template.HTML {
	var b strings.Builder
	var open []int // the levels of the lists that are open
	for _, h := range headings {
		for len(open) > 1 && h.Level < open[len(open)-1] && h.Level <= open[len(open)-2] {
			b.WriteString("</li>\n</ul>\n")
			open = open[:len(open)-1]
		}
		switch {
		case len(open) == 0 || h.Level > open[len(open)-1]:
			b.WriteString("<ul>\n")
			open = append(open, h.Level)
		default:
			b.WriteString("</li>\n")
			open[len(open)-1] = h.Level
		}
		b.WriteString(`<li><a href="#` + h.ID + `">` + h.HTML + "</a>")
	}
	for range open {
		b.WriteString("</li>\n</ul>\n")
	}
	return template.HTML(b.String())
}
