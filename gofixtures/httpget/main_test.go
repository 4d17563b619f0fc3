package main

import (
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func httpgetWith(args ...string) (stdout, stderr string, status int) {
	var out, errs strings.Builder
	status = run(args, &out, &errs)
	return out.String(), errs.String(), status
}

// site serves what the tests below ask for.
func site(t *testing.T) *httptest.Server {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("/ten", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "0123456789") })
	mux.HandleFunc("/chunked", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, "01234")
		w.(http.Flusher).Flush() // so that there is no Content-Length
		fmt.Fprint(w, "56789")
	})
	mux.HandleFunc("/short", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "20")
		fmt.Fprint(w, "0123456789")
	})
	mux.HandleFunc("/gzip", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		fmt.Fprint(z, strings.Repeat("z", 5000))
		z.Close()
	})
	mux.HandleFunc("/moved", func(w http.ResponseWriter, req *http.Request) {
		http.Redirect(w, req, "/ten", http.StatusFound)
	})
	mux.HandleFunc("/loop", func(w http.ResponseWriter, req *http.Request) {
		http.Redirect(w, req, "/loop", http.StatusFound)
	})
	mux.HandleFunc("/slow", func(_ http.ResponseWriter, req *http.Request) {
		select {
		case <-req.Context().Done():
		case <-time.After(10 * time.Second):
		}
	})
	mux.HandleFunc("/gone", func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "nothing here", http.StatusGone)
	})
	mux.HandleFunc("/echo", func(w http.ResponseWriter, req *http.Request) {
		fmt.Fprintf(w, "%s %s %q %q", req.Method, req.Host, req.UserAgent(), req.Header["X-Test"])
	})
	mux.HandleFunc("/headers", func(w http.ResponseWriter, req *http.Request) {
		h := w.Header()
		h["Date"] = nil
		h.Set("Content-Length", "5")
		h.Set("Zebra", req.Method)
		h.Add("Apple", "second goes first")
		h.Add("Apple", "a")
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server
}

func TestRequests(t *testing.T) {
	server := site(t)
	host := strings.TrimPrefix(server.URL, "http://")
	for _, test := range []struct {
		name   string
		args   []string
		path   string
		stdout string
		stderr string // a part of it; "" is empty
		status int
	}{
		{"body", nil, "/ten", "0123456789", "", 0},
		{"redirect", nil, "/moved", "0123456789", "", 0},
		{"redirect without end", nil, "/loop", "", "stopped after 10 redirects", 1},
		{"not found", nil, "/nowhere", "", "/nowhere: HTTP/1.1 404 Not Found\n", 1},
		{"gone", nil, "/gone", "", "/gone: HTTP/1.1 410 Gone\n", 1},
		{"body cut off", nil, "/short", "0123456789", "unexpected EOF", 1},
		{"body cut off, with a limit", []string{"-max-bytes", "15"}, "/short", "", "longer than -max-bytes 15", 1},
		{"just short enough", []string{"-max-bytes", "10"}, "/ten", "0123456789", "", 0},
		{"too long, and says so", []string{"-max-bytes", "9"}, "/ten", "", "body of 10 bytes is longer than -max-bytes 9", 1},
		{"chunked, short enough", []string{"-max-bytes", "10"}, "/chunked", "0123456789", "", 0},
		{"chunked, too long", []string{"-max-bytes", "9"}, "/chunked", "012345678", "body is longer than -max-bytes 9", 1},
		{"compressed, short enough", []string{"-max-bytes", "5000"}, "/gzip", strings.Repeat("z", 5000), "", 0},
		{"compressed, too long", []string{"-max-bytes", "4999"}, "/gzip", strings.Repeat("z", 4999), "longer than -max-bytes 4999", 1},
		{"no body allowed", []string{"-max-bytes", "0"}, "/chunked", "", "body is longer than -max-bytes 0", 1},
		{"timeout", []string{"-timeout", "20ms"}, "/slow", "", "Client.Timeout exceeded", 1},
		{"headers", []string{"-I"}, "/headers",
			"HTTP/1.1 200 OK\nApple: second goes first\nApple: a\nContent-Length: 5\nZebra: HEAD\n", "", 0},
		{"headers of a failure", []string{"-I", "-o", os.DevNull}, "/gone", "", "410 Gone", 1},
		{"as it is", nil, "/echo", `GET ` + host + ` "httpget/1.0" []`, "", 0},
		{"own headers", []string{"-H", "x-test: a: b", "-H", "X-Test:c", "-H", "user-agent: other", "-H", "host: example.org"}, "/echo",
			`GET example.org "other" ["a: b" "c"]`, "", 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			stdout, stderr, status := httpgetWith(append(test.args, server.URL+test.path)...)
			if stdout != test.stdout {
				t.Errorf("stdout %q, want %q", stdout, test.stdout)
			}
			if !strings.Contains(stderr, test.stderr) || (stderr == "") != (test.stderr == "") {
				t.Errorf("stderr %q, want %q", stderr, test.stderr)
			}
			if status != test.status {
				t.Errorf("exit status %d, want %d", status, test.status)
			}
		})
	}
}

func TestCommandLine(t *testing.T) {
	for _, test := range []struct {
		name   string
		args   []string
		stdout string
		stderr string // a part of it; "" is empty
		status int
	}{
		{"help", []string{"--help"}, usage, "", 0},
		{"version", []string{"--version"}, "httpget 1.0\n", "", 0},
		{"nothing", nil, "", "want one URL, have 0\nhint: ", 2},
		{"two URLs", []string{"http://a/", "http://b/"}, "", "want one URL, have 2", 2},
		{"no scheme", []string{"example.org"}, "", `"example.org" begins with neither http`, 2},
		{"other scheme", []string{"ftp://example.org/"}, "", "begins with neither http", 2},
		{"no host", []string{"http:///x"}, "", "names no host", 2},
		{"port and no host", []string{"http://:80/x"}, "", "names no host", 2},
		{"not a URL", []string{"http://a b/"}, "", "invalid character", 2},
		{"bad header", []string{"-H", "no colon", "http://a/"}, "", "is not of the form", 2},
		{"negative limit", []string{"-max-bytes", "-1", "http://a/"}, "", "-max-bytes must not", 2},
		{"negative timeout", []string{"-timeout", "-1s", "http://a/"}, "", "-timeout must not", 2},
		{"self-test of nothing", []string{"-self-test", "0"}, "", "-self-test must be at least 1", 2},
		{"self-test of a URL", []string{"-self-test", "1", "http://a/"}, "", "-self-test goes with no", 2},
		{"self-test and more", []string{"-self-test", "1", "-I"}, "", "-self-test goes with no", 2},
		{"unknown flag", []string{"-x"}, "", "flag provided but not defined: -x", 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			stdout, stderr, status := httpgetWith(test.args...)
			if stdout != test.stdout {
				t.Errorf("stdout %q, want %q", stdout, test.stdout)
			}
			if !strings.Contains(stderr, test.stderr) || (stderr == "") != (test.stderr == "") {
				t.Errorf("stderr %q, want %q", stderr, test.stderr)
			}
			if status != test.status {
				t.Errorf("exit status %d, want %d", status, test.status)
			}
		})
	}
}

func TestOutputFile(t *testing.T) {
	server := site(t)
	dir := t.TempDir()
	name := filepath.Join(dir, "out")

	if _, stderr, status := httpgetWith("-o", name, server.URL+"/gone"); status != 1 {
		t.Errorf("exit status %d, %q", status, stderr)
	}
	if _, err := os.Stat(name); !os.IsNotExist(err) {
		t.Errorf("a failed request left a file behind: %v", err)
	}
	if stdout, stderr, status := httpgetWith("-o", name, server.URL+"/ten"); status != 0 || stdout != "" || stderr != "" {
		t.Errorf("exit status %d, %q, %q", status, stdout, stderr)
	}
	if body, err := os.ReadFile(name); err != nil || string(body) != "0123456789" {
		t.Errorf("file holds %q, %v", body, err)
	}
	missing := filepath.Join(dir, "missing", "out")
	if _, stderr, status := httpgetWith("-o", missing, server.URL+"/ten"); status != 1 || !strings.Contains(stderr, missing) {
		t.Errorf("exit status %d, %q", status, stderr)
	}
}

// So many headers that no map gives them sorted by chance.
func TestHeadersAreSorted(t *testing.T) {
	resp := http.Response{Proto: "HTTP/1.1", Status: "200 OK", Header: http.Header{}}
	want := "HTTP/1.1 200 OK\n"
	for r := 'A'; r <= 'Z'; r++ {
		resp.Header.Set(string(r), "x")
		want += string(r) + ": x\n"
	}
	var got strings.Builder
	if err := printHeaders(&got, &resp); err != nil || got.String() != want {
		t.Errorf("%v, %q, want %q", err, got.String(), want)
	}
}

func TestNobodyListens(t *testing.T) {
	server := site(t)
	server.Close()
	stdout, stderr, status := httpgetWith(server.URL)
	if status != 1 || stdout != "" || !strings.HasPrefix(stderr, "httpget: Get ") {
		t.Errorf("exit status %d, %q, %q", status, stdout, stderr)
	}
}

// The digest is worked out here from the bodies alone, without HTTP.
func TestSelfTest(t *testing.T) {
	const n = 200
	served := newBodies()
	digest := sha256.New()
	total := 0
	for i := 0; i < n; i++ {
		body := served.at(i)
		total += len(body)
		digest.Write(body)
	}
	want := fmt.Sprintf("requests %d bytes %d sha256 %x\n", n, total, digest.Sum(nil))
	if stdout, stderr, status := httpgetWith("-self-test", fmt.Sprint(n)); stdout != want || stderr != "" || status != 0 {
		t.Errorf("%q, %q, exit status %d; want %q", stdout, stderr, status, want)
	}
}

func TestBodiesHaveEveryLength(t *testing.T) {
	served := newBodies()
	seen := make(map[int]bool)
	for i := 0; i < maxBody; i++ {
		seen[len(served.at(i))] = true
	}
	if len(seen) != maxBody || !seen[1] || !seen[maxBody] {
		t.Errorf("%d lengths, want all of 1 to %d", len(seen), maxBody)
	}
}

func TestServerRefusesWhatIsNoBody(t *testing.T) {
	for _, path := range []string{"/", "/-1", "/x"} {
		answer := httptest.NewRecorder()
		newBodies().ServeHTTP(answer, httptest.NewRequest("GET", path, nil))
		if answer.Code != http.StatusNotFound {
			t.Errorf("GET %s: %d", path, answer.Code)
		}
	}
}

func TestParseHeader(t *testing.T) {
	for _, test := range []struct{ in, key, value string }{
		{"Accept: text/html", "Accept", "text/html"},
		{"accept:text/html", "Accept", "text/html"},
		{"X:", "X", ""},
		{"X: \t a b \t", "X", "a b"},
		{"X: a:b", "X", "a:b"},
		{"X: caf\u00e9", "X", "caf\u00e9"},
		{"no colon", "", ""},
		{": value", "", ""},
		{"two words: x", "", ""},
		{"X : x", "", ""},
		{"X: a\r\nY: b", "", ""},
		{"X: a\x00", "", ""},
	} {
		key, value, err := parseHeader(test.in)
		if key != test.key || value != test.value || (err == nil) != (test.key != "") {
			t.Errorf("parseHeader(%q) = %q, %q, %v; want %q, %q", test.in, key, value, err, test.key, test.value)
		}
	}
}

// What parseHeader takes must come through net/http, and alone.
func FuzzParseHeader(f *testing.F) {
	for _, s := range []string{"A: b", "a-b:c", "X: a\r\nY: b", ":", "é: x", "A: \xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		key, value, err := parseHeader(s)
		if err != nil {
			return
		}
		var b strings.Builder
		h := http.Header{}
		h.Set(key, value)
		if err := h.Write(&b); err != nil {
			t.Fatal(err)
		}
		if want := key + ": " + value + "\r\n"; b.String() != want {
			t.Errorf("parseHeader(%q): sent as %q, want %q", s, b.String(), want)
		}
	})
}
