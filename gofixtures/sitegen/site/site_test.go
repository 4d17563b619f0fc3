package site

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"
)

// source makes a source of names and contents by turns, beside the least that a
// site needs.
func source(namesAndContents ...string) fstest.MapFS {
	fsys := fstest.MapFS{
		"content/a.md":          {Data: []byte("---\ntitle: A\n---\ntext\n")},
		"templates/single.html": {Data: []byte("<h1>{{.Title}}</h1>{{.Content}}")},
		"templates/list.html":   {Data: []byte("<h1>{{.Title}}</h1>{{range .Pages}}<a href=\"{{.RelPermalink}}\">{{.Title}}</a>{{end}}")},
	}
	for i := 0; i < len(namesAndContents); i += 2 {
		fsys[namesAndContents[i]] = &fstest.MapFile{Data: []byte(namesAndContents[i+1])}
	}
	return fsys
}

func buildFrom(fsys fs.FS, change func(*Options)) (*Output, Problems, error) {
	opts := Options{Source: fsys, CompileStyle: plainStyle}
	if change != nil {
		change(&opts)
	}
	return Build(opts)
}

// mustBuild returns the output, which must come without a problem.
func mustBuild(t *testing.T, fsys fs.FS, change func(*Options)) *Output {
	t.Helper()
	output, warnings, err := buildFrom(fsys, change)
	if err != nil || len(warnings) > 0 {
		t.Fatalf("%v\n%v", err, warnings)
	}
	return output
}

func (o *Output) text(t *testing.T, name string) string {
	t.Helper()
	data, ok := o.File(name)
	if !ok {
		t.Fatalf("no file %s; there are %s", name, strings.Join(o.Paths(), ", "))
	}
	return string(data)
}

// TestProblems checks the errors of a build, each of which has a file and, where
// one is to blame, a line.
func TestProblems(t *testing.T) {
	page := func(front string) []string { return []string{"content/b.md", "---\n" + front + "\n---\n"} }
	for _, test := range []struct {
		name  string
		files []string
		want  string // the beginning of a line of the error
	}{
		{"configuration", []string{"site.toml", "title = 1\nx = 2\n"}, "site.toml:2: unknown key \"x\"; the site's own go under [params]"},
		{"configuration, type", []string{"site.toml", "title = true\n"}, "site.toml:1: title: want a text, have true or false"},
		{"configuration, syntax", []string{"site.toml", "\ntitle\n"}, "site.toml:2: want \"=\" after the key title"},
		{"base URL", []string{"site.toml", "\nbase_url = \"example\"\n"}, "site.toml:2: the base URL is none of the form"},
		{"paginate", []string{"site.toml", "paginate = 0\n"}, "site.toml:1: paginate: want a number from 1 to 1000000, have 0"},
		{"menu", []string{"site.toml", "[[menu]]\nname = \"a\"\nlink = \"b\"\n"}, "site.toml:3: unknown key \"link\""},

		{"front matter", page("title: [a"), "content/b.md:3: want , or ] in a list"},
		{"unknown key", page("title: a\ntitel: b"), "content/b.md:3: unknown key \"titel\"; a page's own go under params"},
		{"title", page("title: [a]"), "content/b.md:2: title: want a text, have a list"},
		{"date", page("date: tomorrow"), "content/b.md:2: date: \"tomorrow\" is no date"},
		{"date, type", page("date: 7"), "content/b.md:2: date: want a date, have a number"},
		{"draft", page("draft: maybe"), "content/b.md:2: draft: want true or false, have a text"},
		{"weight", page("weight: 1.5"), "content/b.md:2: weight: want a whole number, have a number"},
		{"tags", page("tags: [a, {b: c}]"), "content/b.md:2: tags: want a list of texts, have a table"},
		{"tag without a letter", page("tags: ['!?']"), "content/b.md:2: tags: \"!?\" makes no URL"},
		{"params", page("params: a"), "content/b.md:2: params: want a table, have a text"},
		{"slug that climbs", page("slug: ../../etc"), "content/b.md:2: slug: \"../../etc\" may not be empty or begin with a dot"},
		{"slug with a slash", page("slug: a/b"), "content/b.md:2: slug: \"a/b\" may not hold a slash"},
		{"slug with a NUL", page("slug: \"a\\x00\""), "content/b.md:2: slug: \"a\\x00\" may not hold a control character"},
		{"layout that climbs", page("layout: ../a"), "content/b.md:2: layout: "},
		{"alias that climbs", page("aliases: [a/../../b]"), "content/b.md:2: aliases: \"a/../../b\": \"..\" may not"},
		{"NUL", []string{"content/b.md", "a\nb\x00"}, "content/b.md:2: no text: not valid UTF-8, or a NUL"},
		{"binary", []string{"content/b.md", "\x89PNG\r\n"}, "content/b.md:1: no text: not valid UTF-8, or a NUL"},
		{"no name", []string{"content/!.md", ""}, "content/!.md:1: the name of the file makes no URL: want a slug"},
		{"layout", page("layout: b"), "content/b.md:1: layout: no template for the page: want b.html"},

		{"template, syntax", []string{"templates/single.html", "a\n{{if}}\n"}, "templates/single.html:2: missing value for if"},
		{"template, function", []string{"templates/single.html", "{{nope}}"}, "templates/single.html:1: function \"nope\" not defined"},
		{"template, field", []string{"templates/single.html", "a\n{{.Nope}}"}, "templates/single.html:2:2: executing \"single.html\" at <.Nope>: can't evaluate field Nope"},
		{"template, context", []string{"templates/single.html", "<a href='{{if .Draft}}'{{end}}>"}, "templates/single.html:1"},
		{"template, missing partial", []string{"templates/single.html", "{{template \"partials/x.html\" .}}"}, "templates/single.html:1"},
		{"template, UTF-8", []string{"templates/single.html", "\xff"}, "templates/single.html: not valid UTF-8"},
		{"template, size", []string{"templates/single.html", strings.Repeat("{{if 1}}", maxTemplate/8+1)}, "templates/single.html: the file is longer than"},

		{"two of one URL", []string{"content/A.md", ""}, "content/a.md: makes a/index.html, which content/A.md makes too"},
		{"page and static", []string{"static/a/index.html", ""}, "static/a/index.html: makes a/index.html, which content/a.md makes too"},
		{"file and folder", []string{"static/a", ""}, "content/a.md: makes a/index.html, but static/a makes a file a"},
		{"list of files", []string{"static/b", "", "content/.sitegen-files/x.md", "", "static/c.css", "", "styles/../static/d", ""}, ""},

		{"link", []string{"content/b.md", "[x](/nope/)"}, "content/b.md: broken link \"/nope/\": no such page or file"},
		{"relative link", []string{"content/b.md", "[x](../nope)"}, "content/b.md: broken link \"../nope\": no such page or file"},
		{"link to a file", []string{"content/b.md", "[x](nope.md)"}, "content/b.md: broken link \"nope.md\": no such page or file"},
		{"fragment", []string{"content/b.md", "[x](a.md#nope)"}, "content/b.md: broken link \"/a/#nope\": no id \"nope\" there"},
		{"fragment here", []string{"content/b.md", "# y\n[x](#nope) [y](#y)"}, "content/b.md: broken link \"#nope\": no id \"nope\" there"},
		{"image", []string{"content/b.md", "![x](nope.png)"}, "content/b.md: broken link \"nope.png\": no such page or file"},
		{"own host", []string{"content/b.md", "<http://localhost/nope>"}, "content/b.md: broken link \"http://localhost/nope\": no such page or file"},
		{"no URL", []string{"content/b.md", "<http://[/>"}, "content/b.md: broken link \"http://%5B/\": no URL"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, _, err := buildFrom(source(test.files...), nil)
			if test.want == "" {
				if err != nil {
					t.Errorf("%v", err)
				}
				return
			}
			var problems Problems
			if !errors.As(err, &problems) {
				t.Fatalf("%v, want %s", err, test.want)
			}
			if !strings.HasPrefix(problems.Error(), test.want) && !strings.Contains(problems.Error(), "\n"+test.want) {
				t.Errorf("%v\nwant %s", err, test.want)
			}
		})
	}
}

// All that is wrong is listed, in order; the same in several pages once.
func TestAllProblems(t *testing.T) {
	_, _, err := buildFrom(source("content/c.md", "---\nx: 1\ndate: y\n---\n", "content/b.md", "---\ntitle: [\n---\n",
		"templates/single.html", "{{.Nope}}", "content/d.md", "", "content/e.md", ""), nil)
	want := `content/b.md:3: want a value, have the end
content/c.md:2: unknown key "x"; a page's own go under params
content/c.md:3: date: "y" is no date: want 2006-01-02 or 2006-01-02T15:04:05Z
templates/single.html:1:2: executing "single.html" at <.Nope>: can't evaluate field Nope in type site.view (in content/a.md and 3 more)`
	if err == nil || err.Error() != want {
		t.Errorf("%v\nwant %s", err, want)
	}
	_, warnings, err := buildFrom(source("content/b.md", "[x](/nope/)"), func(o *Options) { o.CheckLinks = LinksWarn })
	if err != nil || len(warnings) != 1 {
		t.Errorf("%v, %v", warnings, err)
	}
	mustBuild(t, source("content/b.md", "[x](/nope/)"), func(o *Options) { o.CheckLinks = LinksOff })

	fsys := source("templates/single.html", `<img src="/nope.png">`, "content/b.md", "", "content/c.md", "", "content/d.md", "")
	_, _, err = buildFrom(fsys, nil)
	want = "templates: broken link \"/nope.png\": no such page or file (in content/a.md and 3 more)"
	if err == nil || err.Error() != want {
		t.Errorf("%v\nwant %s", err, want)
	}
}

func TestNothingThere(t *testing.T) {
	for want, fsys := range map[string]fstest.MapFS{
		"content: no page: want at least one .md file":                      {"templates/a.html": {}},
		"templates: no template: want at least single.html and list.html":   {"content/a.md": {}},
		"templates: no template for the page: want single.html (in content": {"content/a.md": {}, "templates/list.html": {}},
	} {
		if _, _, err := buildFrom(fsys, nil); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// The output is the same however many goroutines make it, and again.
func TestDeterminism(t *testing.T) {
	fsys := generate(t, 60)
	want := mustBuild(t, fsys, func(o *Options) { o.Jobs = 1 }).Digest()
	for _, jobs := range []int{0, 2, 3, 8, 100} {
		if got := mustBuild(t, fsys, func(o *Options) { o.Jobs = jobs }).Digest(); got != want {
			t.Errorf("%d jobs: %s, want %s", jobs, got, want)
		}
	}
}

// Symbolic links are not followed, wherever they lead.
func TestSymbolicLinks(t *testing.T) {
	folder := t.TempDir()
	for name, content := range map[string]string{"content/a.md": "a", "templates/single.html": "{{.Content}}", "templates/list.html": "x"} {
		writeFile(t, folder+"/"+name, content)
	}
	for name, target := range map[string]string{"content/loop": ".", "content/out.md": "/etc/passwd", "static": "/etc"} {
		if err := os.Symlink(target, folder+"/"+name); err != nil {
			t.Skip("not tested here: symbolic links:", err)
		}
	}
	output, warnings, err := buildFrom(os.DirFS(folder), nil)
	if err != nil {
		t.Fatal(err)
	}
	want := "content/loop: left out: a symbolic link\ncontent/out.md: left out: a symbolic link\nstatic: left out: a symbolic link"
	if warnings.Error() != want {
		t.Errorf("%v\nwant %s", warnings, want)
	}
	for _, name := range output.Paths() {
		if strings.Contains(name, "passwd") || strings.Contains(name, "loop") {
			t.Errorf("there is %s", name)
		}
	}
}

// Folders nested without end are an error.
func TestDeepFolders(t *testing.T) {
	_, _, err := buildFrom(source("content/"+strings.Repeat("d/", maxFolders+5)+"a.md", ""), nil)
	if want := fmt.Sprintf("folders nested more than %d deep", maxFolders); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%v, want %s", err, want)
	}
}
