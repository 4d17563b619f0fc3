package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A load that finds nothing wrong means something only if it finds what is.
func TestLoadFindsWrongAnswers(t *testing.T) {
	all := len(kinds) * len(fixtureFiles) // each kind of each file
	for _, test := range []struct {
		name  string
		spoil func(h http.Header, body []byte) []byte
	}{
		{"a byte", func(_ http.Header, body []byte) []byte {
			if len(body) > 0 {
				body[len(body)/2] ^= 1
			}
			return body
		}},
		{"a byte more", func(_ http.Header, body []byte) []byte { return append(body, 0) }},
		{"tag", func(h http.Header, body []byte) []byte { h.Set("Etag", `"other"`); return body }},
		{"type", func(h http.Header, body []byte) []byte { h.Set("Content-Type", "text/x-other"); return body }},
	} {
		c := fixtureConfig(t)
		site, err := newSite(c)
		if err != nil {
			t.Fatal(err)
		}
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			answer := httptest.NewRecorder()
			site.ServeHTTP(answer, req)
			for name, values := range answer.Header() {
				w.Header()[name] = values
			}
			body := test.spoil(w.Header(), answer.Body.Bytes())
			if answer.Code != http.StatusNotModified && req.Method != http.MethodHead {
				w.Header().Set("Content-Length", fmt.Sprint(len(body)))
			}
			w.WriteHeader(answer.Code)
			w.Write(body)
		}))
		stdout, stderr, status := httpserveWith("load", "-url", server.URL, "-requests", fmt.Sprint(all))
		server.Close()
		var ok, wrong, unused int
		fmt.Sscanf(stdout, "requests %d ok %d refused %d cut %d wrong %d", &unused, &ok, &unused, &unused, &wrong)
		// Answers without a body, or without the header in question, are right.
		if status != 1 || wrong < all/2 || ok+wrong != all || strings.Count(stderr, "\n") != maxMistakes {
			t.Errorf("%s: exit status %d, %q, %q", test.name, status, stdout, stderr)
		}
	}
}

func TestLoadOfTheRightAnswers(t *testing.T) {
	_, url := started(t, fixtureConfig(t))
	all := len(kinds) * len(fixtureFiles)
	stdout, stderr, status := httpserveWith("load", "-url", url, "-requests", fmt.Sprint(all))
	if status != 0 || stderr != "" || !strings.HasPrefix(stdout, fmt.Sprintf("requests %d ok %d refused 0 cut 0 wrong 0 ", all, all)) {
		t.Errorf("exit status %d, %q, %q", status, stdout, stderr)
	}
}

func TestLoadTellsCutFromRefused(t *testing.T) {
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	cutting := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		w.Write([]byte("begin"))
	}))
	defer cutting.Close()
	for url, want := range map[string]string{
		cutting.URL:             "requests 1 ok 0 refused 0 cut 1 wrong 0 bytes 0\n",
		gone.URL:                "requests 1 ok 0 refused 1 cut 0 wrong 0 bytes 0\n",
		"http://192.0.2.1:8080": "requests 1 ok 0 refused 1 cut 0 wrong 0 bytes 0\n",
	} {
		stdout, stderr, status := httpserveWith("load", "-url", url, "-requests", "1")
		if stdout != want || status != 1 || strings.Contains(stderr, "is not on loopback") != strings.Contains(url, "192.0.2.1") {
			t.Errorf("%s: exit status %d, %q, %q", url, status, stdout, stderr)
		}
	}
}

// The fixture can be written again over itself.
func TestFixtureTwice(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	for i := 0; i < 2; i++ {
		if _, stderr, status := httpserveWith("fixture", dir); status != 0 {
			t.Fatalf("exit status %d, %q", status, stderr)
		}
	}
	for _, f := range fixtureFiles {
		got, err := os.ReadFile(filepath.Join(dir, f.path))
		if err != nil || string(got) != string(f.content()) || len(got) != f.size {
			t.Errorf("%s: %d bytes, %v", f.path, len(got), err)
		}
	}
}
