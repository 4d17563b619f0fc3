package site

import (
	"strings"
	"testing"
)

// TestFunctions renders expressions on a page with these parameters.
func TestFunctions(t *testing.T) {
	const front = `---
title: A page
date: 2024-05-06
tags: [x]
params:
  n: 7
  team: [{name: Bo, age: 30}, {name: Al, age: 40}, {name: Cy}]
  letters: [a, b, c]
---
# Head *ing*
text
`
	for expression, want := range map[string]string{
		`markdownify "*a*"`:                              "<em>a</em>",
		`markdownify "a\n\nb"`:                           "<p>a</p>\n<p>b</p>",
		`plainify "<b>a</b> &amp; c"`:                    "a &amp; c",
		`safeHTML "<b>"`:                                 "<b>",
		`"<b>"`:                                          "&lt;b&gt;",
		`dateFormat "2 Jan 2006" .Date`:                  "6 May 2024",
		`dateFormat "2006" "2023-01-02"`:                 "2023",
		`dateFormat "2006" "soon"`:                       "error: soon is no date",
		`relURL "x/y"`:                                   "/sub/x/y",
		`relURL "/x"`:                                    "/sub/x",
		`relURL "https://x.example/"`:                    "https://x.example/",
		`absURL "x"`:                                     "http://h.example/sub/x",
		`(ref "a.md").Title`:                             "A page",
		`ref "b.md"`:                                     "error: no page content/b.md",
		`urlize "Über  uns / C++"`:                       "über-uns-c",
		`title "two words"`:                              "Two Words",
		`truncate 3 "äöüß"`:                              "äöü…",
		`replace "abab" "b" "c"`:                         "acac",
		`join (split "a,b" ",") "-"`:                     "a-b",
		`default "x" ""`:                                 "x",
		`default "x" "y"`:                                "y",
		`add 1 .Params.n`:                                "8",
		`div .Params.n 2`:                                "3",
		`mod 7 0`:                                        "error: division by zero",
		`add "a" 1`:                                      "error: a is no whole number",
		`first 2 .Params.letters`:                        "[a b]",
		`last 2 .Params.letters`:                         "[b c]",
		`after 1 .Params.letters`:                        "[b c]",
		`first 9 .Params.letters`:                        "[a b c]",
		`first -1 .Params.letters`:                       "error: a negative number of elements",
		`reverse .Params.letters`:                        "[c b a]",
		`in .Params.letters "b"`:                         "true",
		`in "abc" "d"`:                                   "false",
		`len (where .Params.team "age" ">" 30)`:          "1",
		`len (where .Params.team "age" "!=" 30)`:         "2",
		`len (where .Site.Pages "Tags" "in" "x")`:        "1",
		`len (where .Site.Pages "Params.n" 7)`:           "1",
		`where .Site.Pages "Nope" 7`:                     "error: a page has no field &#34;Nope&#34; that can be compared",
		`where .Params.team "age" "~" 30`:                "error: no operator &#34;~&#34;",
		`(index (sort .Params.team "name") 0).name`:      "Al",
		`(index (sort .Site.Pages "Title" "desc") 0)`:    "A page",
		`sort .Params.team "age"`:                        "error: sort by age: cannot compare",
		`sort .Params.letters "x" "up"`:                  "error: no order",
		`(dict "a" 1).a`:                                 "1",
		`dict "a"`:                                       "error: a key without a value",
		`seq 2 4`:                                        "[2 3 4]",
		`(index (groupByDate "2006" .Site.Pages) 0).Key`: "2024",
		`.TOC`:       "<ul>\n<li><a href=\"#head-ing\">Head <em>ing</em></a></li>\n</ul>\n",
		`.Summary`:   "text",
		`.WordCount`: "3",
		`.`:          "A page",
	} {
		fsys := source("content/a.md", front, "templates/single.html", "{{"+expression+"}}")
		output, _, err := buildFrom(fsys, func(o *Options) { o.BaseURL = "http://h.example/sub"; o.CheckLinks = LinksOff })
		if message, isError := strings.CutPrefix(want, "error: "); isError {
			if err == nil || !strings.Contains(err.Error(), strings.ReplaceAll(message, "&#34;", `"`)) {
				t.Errorf("%s: %v, want %s", expression, err, message)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", expression, err)
			continue
		}
		if got := output.text(t, "a/index.html"); got != want {
			t.Errorf("%s: %q, want %q", expression, got, want)
		}
	}
}

func TestMinifyHTML(t *testing.T) {
	for source, want := range map[string]string{
		"<p>\n\n  a  b\t</p> <!-- c -->\n <p>":              "<p>\na b </p> <p>",
		"<pre>\n a  b\n</pre>  x":                           "<pre>\n a  b\n</pre> x",
		"<a title=\"x  > y\">  z</a>":                       "<a title=\"x  > y\"> z</a>",
		"<script>\nif (a  < b) {}\n</script>\n\n<STYLE>  a": "<script>\nif (a  < b) {}\n</script>\n<STYLE>  a",
		"<!--[if IE]>  x<![endif]-->":                       "<!--[if IE]> x<![endif]-->",
		"<!-- no end":                                       "",
		"<p":                                                "<p",
	} {
		if got := string(minifyHTML([]byte(source))); got != want {
			t.Errorf("%q: %q, want %q", source, got, want)
		}
	}
}

// Whatever the HTML, scanning and making it smaller end, and no text is made
// up.
func FuzzHTML(f *testing.F) {
	for _, seed := range []string{"<a href=\"b\" c>d</a><!-- e -->", "<script><b></script>", "<p a='", "<", "<pre>  x", "&lt;"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, source string) {
		size := 0
		scanHTML(source, func(tag tag) { size += len(tag.text) })
		if small := minifyHTML([]byte(source)); size > len(source) || len(small) > len(source) {
			t.Errorf("%q: %d bytes of text, %q", source, size, small)
		}
	})
}
