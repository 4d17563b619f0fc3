package main

import (
	"encoding/json"
	"errors"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"
)

func TestCombined(t *testing.T) {
	e := entry{
		Time: time.Date(2024, 2, 29, 1, 2, 3, 0, time.FixedZone("", 3600)), Remote: "192.0.2.1", Method: "GET", URI: "/a\"b", Proto: "HTTP/1.1",
		Status: 200, Bytes: 12, UserAgent: "x\ny\\ \u00e9\x1b[31m",
	}
	want := `192.0.2.1 - - [29/Feb/2024:01:02:03 +0100] "GET /a\x22b HTTP/1.1" 200 12 "-" "x\x0ay\x5c \xc3\xa9\x1b[31m"` + "\n"
	if got := e.combined(); got != want {
		t.Errorf("have %s\nwant %s", got, want)
	}
	e.Bytes, e.Referer = 0, "http://r.example/"
	if got := e.combined(); !strings.Contains(got, ` 200 - "http://r.example/" "x`) {
		t.Error(got)
	}
}

func FuzzQuoteLog(f *testing.F) {
	for _, s := range []string{"", "plain", "a\"b\\c\n", "\x00\x7f\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := quoteLog(s)
		for _, c := range []byte(got) {
			if c < ' ' || c > '~' || c == '"' {
				t.Fatalf("quoteLog(%q) = %q", s, got)
			}
		}
		if len(got) != len(s)+3*strings.Count(got, `\x`) {
			t.Errorf("quoteLog(%q) = %q", s, got)
		}
	})
}

func TestLogsWhatWasAnswered(t *testing.T) {
	c := fixtureConfig(t)
	var access syncBuffer
	c.log, c.logJSON = &access, true
	s, base := started(t, c)
	get(t, base+"/text/short.txt?q=1", "User-Agent", "tester", "Referer", "http://r.example/")
	get(t, base+"/none")
	get(t, base+"/text/short.txt", "If-None-Match", fixtureTag(100, ""))
	get(t, base+"/text/page.html", "Range", "bytes=0-9")
	s.http.Close()
	lines := strings.Split(strings.TrimSpace(access.String()), "\n")
	want := []entry{
		{Method: "GET", URI: "/text/short.txt?q=1", Status: 200, Bytes: 100, UserAgent: "tester", Referer: "http://r.example/"},
		{Method: "GET", URI: "/none", Status: 404, Bytes: 14, UserAgent: "Go-http-client/1.1"},
		{Method: "GET", URI: "/text/short.txt", Status: 304, UserAgent: "Go-http-client/1.1"},
		{Method: "GET", URI: "/text/page.html", Status: 206, Bytes: 10, UserAgent: "Go-http-client/1.1"},
	}
	if len(lines) != len(want) {
		t.Fatalf("%q", lines)
	}
	for i, line := range lines {
		var got entry
		if err := json.Unmarshal([]byte(line), &got); err != nil {
			t.Fatal(err)
		}
		if got.Time.IsZero() || got.Seconds < 0 || got.Remote != "127.0.0.1" || "http://"+got.Host != base || got.Proto != "HTTP/1.1" || !got.Complete || got.TLS {
			t.Errorf("%s", line)
		}
		got = entry{Method: got.Method, URI: got.URI, Status: got.Status, Bytes: got.Bytes, UserAgent: got.UserAgent, Referer: got.Referer}
		if got != want[i] {
			t.Errorf("%+v, want %+v", got, want[i])
		}
	}
}

type fullDisk struct{ full bool }

func (d *fullDisk) Write(p []byte) (int, error) {
	if d.full {
		return 0, errors.New("disk full")
	}
	return len(p), nil
}

func TestFullLogIsSaidOnce(t *testing.T) {
	disk := &fullDisk{full: true}
	var errs strings.Builder
	l := &accessLog{w: disk, errors: log.New(&errs, "", 0)}
	for _, full := range []bool{true, true, false, true} {
		disk.full = full
		l.add(entry{})
	}
	if got := errs.String(); got != "access log: disk full\naccess log: disk full\n" {
		t.Errorf("%q", got)
	}
}

// What goes wrong on our side is told to who runs the server, and nobody else.
func TestErrorsAreNotToldToClients(t *testing.T) {
	var errs strings.Builder
	l := &accessLog{errors: log.New(&errs, "", 0)}
	w := httptest.NewRecorder()
	l.wrap(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		(&files{}).fail(w, &os.PathError{Op: "open", Path: "/srv/secret", Err: errors.New("too many open files")})
	}), time.Second).ServeHTTP(w, httptest.NewRequest("GET", "/x", nil))
	if w.Code != 500 || strings.Contains(w.Body.String(), "secret") || errs.String() != "GET \"/x\": open /srv/secret: too many open files\n" {
		t.Errorf("%d %q %q", w.Code, w.Body, errs.String())
	}
}
