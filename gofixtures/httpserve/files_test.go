package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestEveryTypeIsGiven(t *testing.T) {
	for name, want := range map[string]string{
		"a.html": "text/html; charset=utf-8", "A.HTML": "text/html; charset=utf-8", "a.tar.gz": "application/gzip", "a.b/c": "application/octet-stream",
		"a": "application/octet-stream", "a.": "application/octet-stream", ".html": "text/html; charset=utf-8", "a.unknown": "application/octet-stream",
	} {
		if got := mimeType(name); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

// What the fixture has no place for: files that come and go beside each other.
func TestPackedFiles(t *testing.T) {
	c := defaults()
	c.root = t.TempDir()
	_, base := started(t, c)
	old := time.Now().Add(-time.Hour)
	write := func(name string, changed time.Time) {
		t.Helper()
		path := filepath.Join(c.root, name)
		if err := os.WriteFile(path, []byte("of "+name), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, changed, changed); err != nil {
			t.Fatal(err)
		}
	}
	write("a.txt", old)
	ask := func(want, encoding, vary string) {
		t.Helper()
		resp, body := get(t, base+"/a.txt", "Accept-Encoding", "gzip")
		if body != want || resp.Header.Get("Content-Encoding") != encoding || resp.Header.Get("Vary") != vary {
			t.Errorf("%q, %v", body, resp.Header)
		}
	}
	ask("of a.txt", "", "")
	write("a.txt.gz", old.Add(-time.Second))
	ask("of a.txt", "", "")
	write("a.txt.gz", old)
	ask("of a.txt.gz", "gzip", "Accept-Encoding")
	if resp, body := get(t, base+"/a.txt", "Accept-Encoding", "br"); body != "of a.txt" || resp.Header.Get("Vary") != "Accept-Encoding" {
		t.Errorf("%q, %v", body, resp.Header)
	}
	if resp, body := get(t, base+"/a.txt.gz"); body != "of a.txt.gz" || resp.Header.Get("Content-Encoding") != "" || resp.Header.Get("Content-Type") != "application/gzip" {
		t.Errorf("%q, %v", body, resp.Header)
	}
	if err := os.Remove(filepath.Join(c.root, "a.txt.gz")); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(c.root, "a.txt.gz"), 0o755); err != nil {
		t.Fatal(err)
	}
	ask("of a.txt", "", "")
}

func TestTagsOfFreshFilesAreWeak(t *testing.T) {
	name := filepath.Join(t.TempDir(), "x")
	if err := os.WriteFile(name, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	now := time.Unix(1_700_000_000, 0)
	for _, test := range []struct {
		age         time.Duration
		weak, dated bool
	}{{time.Hour, false, true}, {2 * time.Second, false, true}, {time.Second, true, true}, {0, true, true}, {-time.Hour, true, false}} {
		changed := now.Add(-test.age)
		if err := os.Chtimes(name, changed, changed); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if v := validatorsOf(info, "", now); isWeak(v.etag) != test.weak || v.modTime.IsZero() == test.dated {
			t.Errorf("%v old: %+v", test.age, v)
		}
	}
}

func TestListing(t *testing.T) {
	r := forest(t)
	for _, name := range []string{"javascript:alert(1)", "<b>&\"'", "a b?c#d%e", "bad\xffname"} {
		if err := os.WriteFile(filepath.Join(string(r), "sub", name), []byte("x"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	c := defaults()
	c.root, c.list = string(r), true
	_, base := started(t, c)
	resp, body := get(t, base+"/sub/")
	want := `<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>/sub/</title></head>
<body><h1>/sub/</h1>
<ul>
<li><a href="../">../</a></li>
<li><a href="./%3Cb%3E&amp;%22%27">&lt;b&gt;&amp;&#34;&#39;</a> 1</li>
<li><a href="./a%20b%3Fc%23d%25e">a b?c#d%e</a> 1</li>
<li><a href="./b.txt">b.txt</a> 1</li>
` + "<li><a href=\"./bad%FFname\">bad\uFFFDname</a> 1</li>" + `
<li><a href="./javascript:alert%281%29">javascript:alert(1)</a> 1</li>
<li><a href="./up">up</a> 1</li>
</ul>
</body></html>
`
	if body != want || resp.Header.Get("Content-Type") != "text/html; charset=utf-8" {
		t.Errorf("%v\n%s", resp.Header, body)
	}
	// Nothing hidden, nothing outside, nothing that is no file.
	_, body = get(t, base+"/")
	var names []string
	for _, line := range strings.Split(body, "\n") {
		if _, rest, found := strings.Cut(line, `<a href="./`); found {
			name, _, _ := strings.Cut(rest, `"`)
			names = append(names, name)
			if resp, _ := get(t, base+"/"+name); resp.StatusCode != 200 {
				t.Errorf("%s is listed: %s", name, resp.Status)
			}
		}
	}
	if got := strings.Join(names, " "); got != ".well-known/ a.txt absolute chain in insub/ sub/" {
		t.Errorf("listed: %s", got)
	}
	if strings.Contains(body, "../") {
		t.Error("there is nothing above the root")
	}
}

func TestListingIsBounded(t *testing.T) {
	r := forest(t)
	for most, want := range map[int]bool{0: true, 1: true, 2: false} {
		w := httptest.NewRecorder()
		(&files{root: r, list: true, maxList: most}).ServeHTTP(w, httptest.NewRequest("GET", "/sub/", nil))
		entries := strings.Count(w.Body.String(), `<li><a href="./`)
		if more := strings.Contains(w.Body.String(), "<p>and others</p>"); w.Code != 200 || more != want || entries > most {
			t.Errorf("at most %d: %d entries, and others %v", most, entries, more)
		}
	}
}

func TestFoldersWithoutIndex(t *testing.T) {
	r := forest(t)
	c := defaults()
	c.root = string(r)
	_, base := started(t, c)
	if resp, _ := get(t, base+"/sub/"); resp.StatusCode != 404 {
		t.Errorf("not to be listed: %s", resp.Status)
	}
	if err := os.Mkdir(filepath.Join(string(r), "sub", "index.html"), 0o755); err != nil {
		t.Fatal(err)
	}
	if resp, _ := get(t, base+"/sub/"); resp.StatusCode != 404 {
		t.Errorf("the index is a folder: %s", resp.Status)
	}
	for path, want := range map[string]string{
		"/sub": "./sub/", "//sub": "./sub/", "/./sub?x=//y": "./sub/?x=//y", "/insub": "./insub/",
	} {
		w := httptest.NewRecorder()
		req := httptest.NewRequest("GET", "/", nil)
		req.URL.Path, req.URL.RawQuery, _ = strings.Cut(path, "?")
		(&files{root: r}).ServeHTTP(w, req)
		if w.Code != http.StatusMovedPermanently || w.Header().Get("Location") != want {
			t.Errorf("%s: %d %v", path, w.Code, w.Header())
		}
	}
}

// A file that shrinks while it is sent must not look whole.
func TestFileShrinks(t *testing.T) {
	w := httptest.NewRecorder()
	rep := &representation{content: strings.NewReader("short"), size: 100, mimeType: "text/plain"}
	defer func() {
		if err := recover(); err != http.ErrAbortHandler {
			t.Errorf("%v", err)
		}
	}()
	rep.serve(w, httptest.NewRequest("GET", "/", nil))
	t.Error("no end")
}
