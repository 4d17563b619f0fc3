package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestCutETag(t *testing.T) {
	for _, test := range []struct{ in, tag, rest string }{
		{`"a"`, `"a"`, ""}, {`W/"a",b`, `W/"a"`, ",b"}, {`""`, `""`, ""}, {`"é!" x`, `"é!"`, " x"},
		{``, "", ""}, {`a`, "", "a"}, {`"a`, "", `"a`}, {`"a b"`, "", `"a b"`}, {`w/"a"`, "", `w/"a"`}, {`W/`, "", "W/"}, {"\"\x7f\"", "", "\"\x7f\""},
	} {
		tag, rest, ok := cutETag(test.in)
		if tag != test.tag || rest != test.rest || ok != (test.tag != "") {
			t.Errorf("cutETag(%q) = %q, %q, %v", test.in, tag, rest, ok)
		}
	}
}

func FuzzCutETag(f *testing.F) {
	for _, s := range []string{`"a"`, `W/"a", "b"`, `"`, `W/"`, "\"\x00\""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		tag, rest, ok := cutETag(s)
		if tag+rest != s || ok != (tag != "") {
			t.Fatalf("cutETag(%q) = %q, %q, %v", s, tag, rest, ok)
		}
		if again, left, _ := cutETag(tag); ok && (again != tag || left != "") {
			t.Errorf("cutETag(%q) = %q, which is cut to %q", s, tag, again)
		}
		if ok && !matchesAny([]string{s}, tag, weakly) {
			t.Errorf("%q does not match the first tag in %q", tag, s)
		}
	})
}

// Conditions whose outcome http.ServeContent, which others wrote, must share.
// Left out is where the two differ: ranges of bad syntax, which RFC 9110 lets a
// server ignore or refuse; "bytes=-0", of which ServeContent makes a part that
// ends before it begins; and the date in a 304, which beside a tag is optional.
func TestAgreesWithServeContent(t *testing.T) {
	// Go 1.27 lets ServeContent send one range only, in programs of Go 1.21.
	t.Setenv("GODEBUG", "httpservecontentmaxranges=200")
	const etag = `"tag"`
	content := strings.Repeat("0123456789", 1000)
	date := fixtureTime.Format(http.TimeFormat)
	earlier := fixtureTime.Add(-time.Second).Format(http.TimeFormat)
	later := fixtureTime.Add(time.Second).Format(http.TimeFormat)
	tags := []string{"", etag, `"other"`, `W/"tag"`, `"x", "tag"`, `"x","y"`, "*", `"x" , W/"tag"`}
	dates := []string{"", date, earlier, later, "nonsense"}
	ranges := []string{"", "bytes=0-9", "bytes=-7", "bytes=9995-20000", "bytes=20000-", "bytes=0-1,5-6"}

	compare := func(method string, headers map[string]string) {
		ask := func() *http.Request {
			req := httptest.NewRequest(method, "/", nil)
			for name, value := range headers {
				if value != "" {
					req.Header.Set(name, value)
				}
			}
			return req
		}
		theirs := httptest.NewRecorder()
		theirs.Header().Set("Etag", etag)
		theirs.Header().Set("Content-Type", "text/plain; charset=utf-8")
		http.ServeContent(theirs, ask(), "", fixtureTime, strings.NewReader(content))
		ours := httptest.NewRecorder()
		rep := &representation{content: strings.NewReader(content), size: int64(len(content)), mimeType: "text/plain; charset=utf-8",
			validators: validators{etag: etag, modTime: fixtureTime.Add(time.Millisecond)}}
		rep.serve(ours, ask())

		want, got := theirs.Result(), ours.Result()
		names := []string{"Content-Range"}
		if want.StatusCode < 400 {
			names = append(names, "Etag", "Last-Modified", "Content-Type", "Content-Length")
		}
		multipart := strings.HasPrefix(want.Header.Get("Content-Type"), "multipart/byteranges")
		for _, name := range names {
			if multipart && strings.HasPrefix(name, "Content-") {
				continue // boundaries differ
			}
			if want.StatusCode == http.StatusNotModified && name != "Etag" {
				continue
			}
			if got.Header.Get(name) != want.Header.Get(name) {
				t.Errorf("%s %v: %s %q, ServeContent has %q", method, headers, name, got.Header.Get(name), want.Header.Get(name))
			}
		}
		if got.StatusCode != want.StatusCode {
			t.Errorf("%s %v: %d, ServeContent answers %d", method, headers, got.StatusCode, want.StatusCode)
		}
		if want.StatusCode < 400 && !multipart && ours.Body.String() != theirs.Body.String() {
			t.Errorf("%s %v: %q, ServeContent sends %q", method, headers, ours.Body, theirs.Body)
		}
	}
	for _, tag := range tags {
		for _, date := range dates {
			for _, r := range ranges {
				compare("GET", map[string]string{"If-None-Match": tag, "If-Modified-Since": date, "Range": r})
				compare("GET", map[string]string{"If-Match": tag, "If-Unmodified-Since": date, "Range": r})
			}
			compare("HEAD", map[string]string{"If-None-Match": tag, "If-Modified-Since": date})
			compare("HEAD", map[string]string{"If-Match": tag, "If-Unmodified-Since": date})
		}
	}
	for _, condition := range append(dates, etag, `"other"`, `W/"tag"`) {
		for _, r := range ranges {
			compare("GET", map[string]string{"If-Range": condition, "Range": r})
		}
	}
}

func TestConditionsOfWeakTags(t *testing.T) {
	v := validators{etag: `W/"t"`, modTime: fixtureTime}
	date := fixtureTime.Format(http.TimeFormat)
	for _, test := range []struct {
		name, value string
		want        verdict
	}{
		{"If-None-Match", `W/"t"`, notModified}, {"If-None-Match", `"t"`, notModified}, {"If-None-Match", `"u"`, send},
		{"If-Match", `W/"t"`, failed}, {"If-Match", `"t"`, failed}, {"If-Match", "*", send}, {"If-Match", "", failed},
		{"If-Modified-Since", date, notModified},
	} {
		if got := v.judge(http.Header{test.name: {test.value}}); got != test.want {
			t.Errorf("%s: %s: %d, want %d", test.name, test.value, got, test.want)
		}
	}
	for _, condition := range []string{`W/"t"`, `"t"`, date} {
		if v.allowsRange(http.Header{"If-Range": {condition}}) {
			t.Errorf("If-Range: %s lets a part be sent of what may have changed", condition)
		}
	}
	if got := (validators{etag: `"t"`}).judge(http.Header{"If-Modified-Since": {date}, "If-Unmodified-Since": {date}}); got != send {
		t.Errorf("of an unknown date: %d", got)
	}
}

func TestMultipart(t *testing.T) {
	w := httptest.NewRecorder()
	rep := &representation{content: strings.NewReader("0123456789"), size: 10, mimeType: "text/plain"}
	req := httptest.NewRequest("GET", "/", nil)
	req.Header.Set("Range", "bytes=1-2,-1")
	rep.serve(w, req)
	_, boundary, _ := strings.Cut(w.Header().Get("Content-Type"), "boundary=")
	want := fmt.Sprintf("\r\n--%[1]s\r\nContent-Type: text/plain\r\nContent-Range: bytes 1-2/10\r\n\r\n12"+
		"\r\n--%[1]s\r\nContent-Type: text/plain\r\nContent-Range: bytes 9-9/10\r\n\r\n9\r\n--%[1]s--\r\n", boundary)
	got, _ := io.ReadAll(w.Body)
	if string(got) != want || len(boundary) != 32 || w.Header().Get("Content-Length") != fmt.Sprint(len(want)) {
		t.Errorf("%v %q", w.Header(), got)
	}
}
