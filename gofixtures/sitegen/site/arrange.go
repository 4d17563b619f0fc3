package site

import (
	"path"
	"sort"
	"strings"
)

// tagsFolder is where the tags are, in content/ and in the site.
const tagsFolder = "tags"

// arrange makes the tree of sections, the tags, and the lists.
func (s *Site) arrange() {
	var names []string
	for name := range s.byPath {
		names = append(names, name)
	}
	sort.Strings(names)
	sections := make(map[string]*Page) // by folder
	for _, name := range names {
		switch p := s.byPath[name]; p.Kind {
		case HomePage:
			s.Home = p
		case SectionPage:
			sections[p.folder] = p
		case TaxonomyPage:
			s.taxonomy = p
		}
	}
	if s.Home == nil {
		s.Home = &Page{Kind: HomePage, Title: s.Title, Params: map[string]any{}, Site: s, folder: "."}
	}
	sections["."] = s.Home
	for _, name := range names {
		p := s.byPath[name]
		switch p.Kind {
		case SectionPage:
			s.section(sections, path.Dir(p.folder))
		case RegularPage:
			p.Parent = s.section(sections, p.folder)
			if p.Parent != s.Home {
				p.Parent.Pages = append(p.Parent.Pages, p)
			}
			s.Pages = append(s.Pages, p)
		}
		p.Section = firstElement(p.folder)
	}
	s.nest(sections)
	sortPages(s.Pages)
	sortByDate(s.Pages)
	s.Home.Pages = s.Pages
	s.tag()
	s.lists = append(s.lists, s.Home)
	for _, section := range s.sortedSections(sections) {
		sortPages(section.Pages)
		for i, p := range section.Pages {
			if i > 0 {
				p.Prev = section.Pages[i-1]
			}
			if i+1 < len(section.Pages) {
				p.Next = section.Pages[i+1]
			}
		}
		s.lists = append(s.lists, section)
	}
	if s.taxonomy != nil {
		s.lists = append(s.lists, s.taxonomy)
	}
	s.lists = append(s.lists, s.Tags...)
	for _, p := range append(append([]*Page(nil), s.lists...), s.Pages...) {
		p.locate()
	}
}

// firstElement is the folder at the top of a path, empty for ".".
func firstElement(folder string) string {
	first, _, _ := strings.Cut(folder, "/")
	return strings.TrimPrefix(first, ".")
}

// section returns the section of folder, and makes it and those above if they
// are not there.
func (s *Site) section(sections map[string]*Page, folder string) *Page {
	p := sections[folder]
	if p == nil {
		p = &Page{
			Kind: SectionPage, Title: titleOf(path.Base(folder)), Params: map[string]any{}, Site: s,
			folder: folder, url: urlOfFolder(folder), Section: firstElement(folder),
		}
		sections[folder] = p
		s.section(sections, path.Dir(folder))
	}
	return p
}

func (s *Site) sortedSections(sections map[string]*Page) []*Page {
	var list []*Page
	for folder, p := range sections {
		if folder != "." {
			list = append(list, p)
		}
	}
	sort.Slice(list, func(i, j int) bool { return list[i].folder < list[j].folder })
	return list
}

// nest puts each section into the one above.
func (s *Site) nest(sections map[string]*Page) {
	for _, p := range s.sortedSections(sections) {
		p.Parent = sections[path.Dir(p.folder)]
		p.Parent.Sections = append(p.Parent.Sections, p)
	}
	s.Sections = s.Home.Sections
	for _, p := range sections {
		sort.SliceStable(p.Sections, func(i, j int) bool { return lessWeight(p.Sections[i], p.Sections[j]) })
	}
}

// tag makes a page for each tag. Tags whose URLs are the same are the same.
func (s *Site) tag() {
	terms := make(map[string]*Page) // by the element of the URL
	for _, p := range s.Pages {
		mine := make(map[string]bool)
		for _, tag := range p.Tags {
			element := urlize(tag)
			if element == "" || mine[element] {
				continue
			}
			mine[element] = true
			term := terms[element]
			if term == nil {
				term = &Page{Kind: TermPage, Title: tag, Params: map[string]any{}, Site: s, url: tagsFolder + "/" + element + "/", Section: tagsFolder}
				terms[element] = term
			}
			if tag < term.Title {
				term.Title = tag // the spelling does not depend on the order of pages
			}
			term.Pages = append(term.Pages, p)
			p.Terms = append(p.Terms, term)
		}
	}
	if len(terms) > 0 && s.taxonomy == nil {
		s.taxonomy = &Page{Kind: TaxonomyPage, Title: titleOf(tagsFolder), Params: map[string]any{}, Site: s, url: tagsFolder + "/", Section: tagsFolder}
	}
	for _, term := range terms {
		sortPages(term.Pages)
		term.Parent = s.taxonomy
		s.Tags = append(s.Tags, term)
	}
	sort.Slice(s.Tags, func(i, j int) bool { return s.Tags[i].url < s.Tags[j].url })
	if s.taxonomy != nil {
		s.taxonomy.Parent = s.Home
		s.taxonomy.Pages = s.Tags
	}
}

// lessWeight puts small weights first and those without one last.
func lessWeight(a, b *Page) bool {
	if a.Weight == 0 || b.Weight == 0 {
		return a.Weight != 0
	}
	return a.Weight < b.Weight
}

// sortPages orders by weight, newest, title and URL.
func sortPages(pages []*Page) {
	sort.SliceStable(pages, func(i, j int) bool {
		a, b := pages[i], pages[j]
		switch {
		case a.Weight != b.Weight:
			return lessWeight(a, b)
		case !a.Date.Equal(b.Date):
			return a.Date.After(b.Date)
		case a.Title != b.Title:
			return a.Title < b.Title
		}
		return a.url < b.url
	})
}

// sortByDate orders by date alone, newest first.
func sortByDate(pages []*Page) {
	sort.SliceStable(pages, func(i, j int) bool { return pages[i].Date.After(pages[j].Date) })
}
