package site

import (
	"fmt"
	"strings"
	"testing"
)

// TestTemplateBombs checks that templates that would take for ever, or all
// memory, end with an error that says why.
func TestTemplateBombs(t *testing.T) {
	for _, test := range []struct{ name, template, want string }{
		{"calls itself", `{{define "x"}}{{template "x" .}}{{end}}{{template "x" .}}`, "templates call each other more than 200 deep"},
		{"call each other", `{{define "x"}}{{template "y" .}}{{end}}{{define "y"}}a{{template "x" .}}{{end}}{{template "x" .}}`, "templates call each other more than 200 deep"},
		{"doubles", doubling(40), "the templates take more than 2000000 steps"},
		{"loops in loops", `{{range seq 1 10000}}{{range seq 1 10000}}{{end}}{{end}}`, "the templates take more than 2000000 steps"},
		{"long loop", `{{range seq 1 1000000000}}{{end}}`, "a sequence longer than 100000"},
		{"output", `{{$s := printf "%01000000d" 1}}{{range seq 1 1000}}{{$s}}{{end}}`, "the page becomes longer than 67108864 bytes"},
		{"printf", `{{$s := "a"}}{{range seq 1 100}}{{$s = printf "%s%s" $s $s}}{{end}}`, "a text longer than 4194304 bytes"},
		{"replace", `{{$s := "aaaaaaaaaa"}}{{range seq 1 100}}{{$s = replace $s "a" "aaaaaaaaaa"}}{{end}}`, "a text longer than 4194304 bytes"},
		{"join", `{{$s := "a"}}{{range seq 1 100}}{{$s = join (slice $s $s $s) "-"}}{{end}}`, "a text longer than 4194304 bytes"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, _, err := buildFrom(source("templates/single.html", test.template), nil)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("%v, want %s", err, test.want)
			}
			if !strings.HasPrefix(err.Error(), "templates/single.html") || len(err.Error()) > 500 {
				t.Errorf("%v", err)
			}
		})
	}
}

// doubling is n templates each of which calls the next twice.
func doubling(n int) string {
	var b strings.Builder
	for i := 0; i < n; i++ {
		fmt.Fprintf(&b, `{{define "t%d"}}{{template "t%d" .}}{{template "t%d" .}}{{end}}`, i, i+1, i+1)
	}
	fmt.Fprintf(&b, `{{define "t%d"}}{{end}}{{template "t0" .}}`, n)
	return b.String()
}

// Recursion that ends is well, wherever in a page the template is called.
func TestRecursion(t *testing.T) {
	template := `{{define "x"}}{{if lt (len .) 5}}{{.}}{{template "x" (print . "a")}}{{end}}{{end}}` +
		`{{template "x" ""}}<a title="{{template "x" ""}}" href="/a/"><script>"{{template "x" ""}}"</script></a>`
	got := mustBuild(t, source("templates/single.html", template), nil).text(t, "a/index.html")
	if want := `aaaaaaaaaa<a title="aaaaaaaaaa" href="/a/"><script>"aaaaaaaaaa"</script></a>`; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// A page of one long line, and one of many links to nowhere.
func TestLargePages(t *testing.T) {
	fsys := source("content/long.md", strings.Repeat("word *and* [link](a.md) ", 100_000))
	if got := mustBuild(t, fsys, nil).text(t, "long/index.html"); strings.Count(got, "/a/") != 100_000 {
		t.Errorf("%d links", strings.Count(got, "/a/"))
	}
	_, _, err := buildFrom(source("content/b.md", strings.Repeat("[x](/nope) ", 10_000)), nil)
	if err == nil || strings.Count(err.Error(), "\n") > 0 {
		t.Errorf("%.500v", err)
	}
	_, _, err = buildFrom(source("content/b.md", strings.Repeat("a", maxContent+1)), nil)
	if err == nil || !strings.HasPrefix(err.Error(), "content/b.md: the file is longer than") {
		t.Errorf("%v", err)
	}
}
