package site

import (
	"errors"
	"io/fs"
	"net/url"
	"strings"

	"gopie.example/sitegen/frontmatter"
)

// Config is site.toml.
type Config struct {
	Title       string
	BaseURL     string
	Language    string
	Description string
	Author      string
	Paginate    int // pages on a page of a list
	FeedLimit   int // entries of a feed
	Menu        []MenuEntry
	Params      map[string]any
}

// MenuEntry is an entry of the site's menu.
type MenuEntry struct {
	Name string
	URL  string // as relURL makes it
}

const configFile = "site.toml"

// readConfig reads site.toml; without one all is as by default.
func (s *Site) readConfig() {
	s.Config = Config{Language: "en", Paginate: 10, FeedLimit: 20, BaseURL: "http://localhost/", Params: map[string]any{}}
	data, err := readFile(s.opts.Source, configFile, maxConfig)
	if _, statErr := fs.Stat(s.opts.Source, configFile); errors.Is(statErr, fs.ErrNotExist) {
		data, err = nil, nil
	}
	if err != nil {
		s.problems.addFatal(Problem{File: configFile, Message: err.Error()})
		return
	}
	table, err := frontmatter.ParseTOML(string(data), 1)
	if err != nil {
		s.problems.addFatal(frontProblem(configFile, err))
		return
	}
	d := decoder{table: table, file: configFile, problems: &s.problems}
	d.text("title", &s.Title)
	d.text("base_url", &s.BaseURL)
	d.text("language", &s.Language)
	d.text("description", &s.Description)
	d.text("author", &s.Author)
	d.number("paginate", &s.Paginate, 1)
	d.number("feed_limit", &s.FeedLimit, 1)
	d.params("params", &s.Params)
	menu := d.tables("menu")
	d.unknown("the site's own go under [params]")
	if s.opts.BaseURL != "" {
		s.BaseURL = s.opts.BaseURL
	}
	s.setBase(d.line("base_url"))
	for _, entry := range menu {
		var e MenuEntry
		d := decoder{table: entry, file: configFile, problems: &s.problems}
		d.text("name", &e.Name)
		d.text("url", &e.URL)
		d.unknown("an entry of the menu has a name and a url")
		e.URL = s.relURL(e.URL)
		s.Menu = append(s.Menu, e)
	}
}

// setBase takes BaseURL apart.
func (s *Site) setBase(line int) {
	base, err := url.Parse(s.BaseURL)
	if err != nil || base.Scheme != "http" && base.Scheme != "https" || base.Host == "" || base.RawQuery != "" || base.Fragment != "" {
		file := configFile
		if s.opts.BaseURL != "" {
			file, line = "-base-url", 0
		}
		s.problems.addFatal(Problem{File: file, Line: line, Message: "the base URL is none of the form http://host/ or https://host/path/"})
		return
	}
	if !strings.HasSuffix(s.BaseURL, "/") {
		s.BaseURL += "/"
	}
	s.basePath = base.EscapedPath()
	if !strings.HasSuffix(s.basePath, "/") {
		s.basePath += "/"
	}
	s.baseRoot = strings.TrimSuffix(base.Path, "/") + "/"
	s.baseHost = strings.TrimSuffix(s.BaseURL, s.basePath)
}

// relURL makes a path below the root of the site one below the root of its
// host. It leaves alone what has a scheme or a host, and fragments.
func (s *Site) relURL(ref string) string {
	if strings.HasPrefix(ref, "//") || strings.HasPrefix(ref, "#") || hasScheme(ref) {
		return ref
	}
	return s.basePath + strings.TrimPrefix(ref, "/")
}

// absURL is relURL with scheme and host.
func (s *Site) absURL(ref string) string {
	if ref = s.relURL(ref); strings.HasPrefix(ref, "/") && !strings.HasPrefix(ref, "//") {
		return s.baseHost + ref
	}
	return ref
}

// hasScheme is whether ref begins with a URI scheme (RFC 3986, 3.1).
func hasScheme(ref string) bool {
	i := strings.IndexAny(ref, ":/?#")
	return i > 0 && ref[i] == ':'
}
