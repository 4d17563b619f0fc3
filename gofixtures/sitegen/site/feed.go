package site

import (
	"strings"
	"time"
	"unicode/utf8"
)

// writeFeeds writes the feeds of the home page, the sections and the tags, and
// the site map.
func (s *Site) writeFeeds() {
	for _, p := range s.lists {
		if p.Kind == TaxonomyPage {
			continue
		}
		entries := newest(p.Pages, s.FeedLimit)
		s.output.add(p.url+"index.xml", p.source(), s.rss(p, entries))
		s.output.add(p.url+"atom.xml", p.source(), s.atom(p, entries))
	}
	s.output.add("sitemap.xml", configFile, s.siteMap())
}

// newest returns the n newest pages that have a date.
func newest(pages []*Page, n int) []*Page {
	var dated []*Page
	for _, p := range pages {
		if !p.Date.IsZero() {
			dated = append(dated, p)
		}
	}
	sortByDate(dated)
	return dated[:min(n, len(dated))]
}

// xmlWriter writes elements, one a line.
type xmlWriter struct{ strings.Builder }

func newXML() *xmlWriter {
	w := &xmlWriter{}
	w.WriteString(`<?xml version="1.0" encoding="utf-8"?>` + "\n")
	return w
}

// element writes an element with a text; start is the start tag but for its
// brackets.
func (w *xmlWriter) element(start, text string) {
	name, _, _ := strings.Cut(start, " ")
	w.WriteString("<" + start + ">")
	w.text(text)
	w.WriteString("</" + name + ">\n")
}

// text writes s, escaped; what XML cannot hold (XML 1.0, 2.2) is U+FFFD.
func (w *xmlWriter) text(s string) {
	start := 0
	for i, r := range s {
		var escaped string
		switch {
		case r == '&':
			escaped = "&amp;"
		case r == '<':
			escaped = "&lt;"
		case r == '>':
			escaped = "&gt;"
		case r == '"':
			escaped = "&quot;"
		case r < ' ' && r != '\t' && r != '\n' || r == 0xFFFE || r == 0xFFFF:
			escaped = "\uFFFD"
		default:
			continue
		}
		w.WriteString(s[start:i])
		w.WriteString(escaped)
		start = i + utf8.RuneLen(r)
	}
	w.WriteString(s[start:])
}

// feedTitle is the title of the feed of p.
func (s *Site) feedTitle(p *Page) string {
	if p == s.Home || s.Title == "" {
		return p.Title
	}
	return p.Title + " – " + s.Title
}

// rss is RSS 2.0 (https://www.rssboard.org/rss-specification).
func (s *Site) rss(list *Page, entries []*Page) []byte {
	w := newXML()
	w.WriteString(`<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom">` + "\n<channel>\n")
	w.element("title", s.feedTitle(list))
	w.element("link", list.Permalink)
	w.element("description", s.Description)
	w.element("language", s.Language)
	w.WriteString(`<atom:link href="`)
	w.text(list.Permalink + "index.xml")
	w.WriteString(`" rel="self" type="application/rss+xml"/>` + "\n")
	if len(entries) > 0 {
		w.element("lastBuildDate", entries[0].Date.Format(time.RFC1123Z))
	}
	for _, p := range entries {
		w.WriteString("<item>\n")
		w.element("title", p.Title)
		w.element("link", p.Permalink)
		w.element("guid", p.Permalink)
		w.element("pubDate", p.Date.Format(time.RFC1123Z))
		for _, tag := range p.Terms {
			w.element("category", tag.Title)
		}
		w.element("description", string(p.Summary))
		w.WriteString("</item>\n")
	}
	w.WriteString("</channel>\n</rss>\n")
	return []byte(w.String())
}

// atom is RFC 4287.
func (s *Site) atom(list *Page, entries []*Page) []byte {
	w := newXML()
	size := 4096
	for _, p := range entries {
		size += len(p.Content) + len(p.Content)/4 + 1024
	}
	w.Grow(size) // the most of a site's feeds is contents
	w.WriteString(`<feed xmlns="http://www.w3.org/2005/Atom">` + "\n")
	w.element("title", s.feedTitle(list))
	w.element("id", list.Permalink)
	w.link("self", list.Permalink+"atom.xml")
	w.link("alternate", list.Permalink)
	updated := time.Unix(0, 0).UTC() // an empty feed must have a date too
	if len(entries) > 0 {
		updated = entries[0].Date
	}
	w.element("updated", updated.Format(time.RFC3339))
	author := s.Author
	if author == "" {
		author = s.feedTitle(s.Home)
	}
	w.WriteString("<author>\n")
	w.element("name", author)
	w.WriteString("</author>\n")
	for _, p := range entries {
		w.WriteString("<entry>\n")
		w.element("title", p.Title)
		w.element("id", p.Permalink)
		w.link("alternate", p.Permalink)
		w.element("updated", p.Date.Format(time.RFC3339))
		for _, tag := range p.Terms {
			w.WriteString(`<category term="`)
			w.text(tag.Title)
			w.WriteString(`"/>` + "\n")
		}
		w.element(`summary type="html"`, string(p.Summary))
		w.WriteString(`<content type="html" xml:base="`)
		w.text(p.Permalink)
		w.WriteString(`">`)
		w.text(string(p.Content))
		w.WriteString("</content>\n")
		w.WriteString("</entry>\n")
	}
	w.WriteString("</feed>\n")
	return []byte(w.String())
}

func (w *xmlWriter) link(rel, href string) {
	w.WriteString(`<link rel="` + rel + `" href="`)
	w.text(href)
	w.WriteString(`"/>` + "\n")
}

// siteMap is https://www.sitemaps.org/protocol.html.
func (s *Site) siteMap() []byte {
	w := newXML()
	w.WriteString(`<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">` + "\n")
	for _, p := range append(append([]*Page(nil), s.lists...), s.Pages...) {
		w.WriteString("<url>\n")
		w.element("loc", p.Permalink)
		if !p.Date.IsZero() {
			w.element("lastmod", p.Date.Format(time.RFC3339))
		}
		w.WriteString("</url>\n")
	}
	w.WriteString("</urlset>\n")
	return []byte(w.String())
}
