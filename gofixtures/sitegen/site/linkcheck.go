package site

import (
	"fmt"
	"net/url"
	"path"
	"strings"
)

// LinkCheck is what to do about broken links.
type LinkCheck int

const (
	LinksError LinkCheck = iota
	LinksWarn
	LinksOff
)

// templateLinks: a link that is broken on more pages than this, and on more than
// half of all, is one of the templates, and is listed once.
const templateLinks = 3

// document is what the check needs of an HTML file.
type document struct {
	name  string
	links []string
	ids   map[string]bool
}

// linkAttributes are where links are, of which elements.
var linkAttributes = map[string]map[string]bool{
	"href":   {"a": true, "area": true, "link": true},
	"src":    {"img": true, "script": true, "iframe": true, "audio": true, "video": true, "source": true, "track": true, "embed": true, "input": true},
	"poster": {"video": true},
	"data":   {"object": true},
}

// checkLinks checks each link in each HTML file that leads into the site: the
// file must be there, and the fragment an id in it. Others are not followed.
func (s *Site) checkLinks() {
	var documents []*document
	for _, name := range s.output.Paths() {
		if path.Ext(name) == ".html" {
			documents = append(documents, &document{name: name})
		}
	}
	parallel(len(documents), s.opts.Jobs, func(_, i int) { documents[i].scan(s.output.files[documents[i].name].data) })
	byName := make(map[string]*document, len(documents))
	for _, d := range documents {
		byName[d.name] = d
	}
	found := make([][]string, len(documents)) // what is wrong with each
	parallel(len(documents), s.opts.Jobs, func(_, i int) {
		for _, link := range documents[i].links {
			if reason := s.broken(documents[i], link, byName); reason != "" {
				found[i] = append(found[i], fmt.Sprintf("broken link %.200q: %s", link, reason))
			}
		}
	})
	count := make(map[string]int)
	for _, messages := range found {
		for _, message := range messages {
			count[message]++
		}
	}
	for i, d := range documents {
		for _, message := range found[i] {
			source := s.output.files[d.name].source
			p := Problem{File: source, Message: message, warning: s.opts.CheckLinks == LinksWarn}
			if count[message] > max(templateLinks, len(documents)/2) {
				p.File, p.page = "templates", source
			}
			s.problems.add(p)
		}
	}
}

// scan finds the links and ids of a document.
func (d *document) scan(data []byte) {
	d.ids = make(map[string]bool)
	seen := make(map[string]bool)
	link := func(value string) {
		if value = strings.TrimSpace(value); !seen[value] {
			seen[value] = true
			d.links = append(d.links, value)
		}
	}
	scanHTML(string(data), func(t tag) {
		for _, a := range t.attributes {
			switch {
			case a.name == "id", a.name == "name" && t.name == "a":
				d.ids[a.value] = true
			case linkAttributes[a.name][t.name]:
				link(a.value)
			case a.name == "srcset":
				for _, candidate := range strings.Split(a.value, ",") {
					if fields := strings.Fields(candidate); len(fields) > 0 {
						link(fields[0])
					}
				}
			}
		}
	})
}

// broken says what is wrong with a link; empty if it is well or leads out of
// the site.
func (s *Site) broken(from *document, link string, documents map[string]*document) string {
	u, err := url.Parse(link)
	if err != nil {
		return "no URL"
	}
	sameHost := u.Host != "" && strings.HasSuffix(s.baseHost, "://"+u.Host) &&
		(u.Scheme == "" || strings.HasPrefix(s.baseHost, u.Scheme+"://"))
	if !sameHost && (u.Scheme != "" || u.Host != "") {
		return ""
	}
	target := from
	if u.Path != "" || u.Host != "" {
		full := path.Join("/", u.Path)
		if !strings.HasPrefix(u.Path, "/") {
			full = path.Join(s.baseRoot, path.Dir(from.name), u.Path)
		}
		if strings.HasSuffix(u.Path, "/") && full != "/" {
			full += "/"
		}
		name, within := strings.CutPrefix(full, s.baseRoot)
		if !within && full+"/" != s.baseRoot {
			return "" // another site on the same host
		}
		var found bool
		if target, found = s.lookUp(name, documents); !found {
			return "no such page or file"
		}
	}
	if target == nil || u.Fragment == "" || u.Fragment == "top" || target.ids[u.Fragment] {
		return ""
	}
	return fmt.Sprintf("no id %.200q there", u.Fragment)
}

// lookUp finds what a server gives for a path: a file, or the index of a
// folder. The document is nil for what is no HTML.
func (s *Site) lookUp(name string, documents map[string]*document) (*document, bool) {
	for _, name := range []string{name, strings.TrimPrefix(strings.TrimSuffix(name, "/")+"/index.html", "/")} {
		if _, ok := s.output.files[name]; ok {
			return documents[name], true
		}
	}
	return nil, false
}
