package main

import (
	"bufio"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

func mustRule(t testing.TB, s string) proxyRule {
	t.Helper()
	rule, err := parseProxyRule(s)
	if err != nil {
		t.Fatal(err)
	}
	return rule
}

func TestParseProxyRule(t *testing.T) {
	for in, want := range map[string]string{
		"/=http://a": "/ http://a", "/a=http://b:80": "/a http://b:80", "/a/=https://b/c/": "/a https://b/c/", "/a/b-c_d.e~=http://[::1]:80": "/a/b-c_d.e~ http://[::1]:80",
		"/a=http://b/?=": "", "": "", "/a": "", "a=http://b": "", "=http://b": "", "/a=": "", "/a=b": "", "/a=ftp://b": "", "/a=http://": "", "/a=http://:80": "",
		"/a=http://u:p@b": "", "/a=http://b?c": "", "/a=http://b#c": "", "/%61=http://b": "", "/a//b=http://c": "", "/../a=http://b": "", "/a b=http://c": "", "/a=http://b c": "",
	} {
		rule, err := parseProxyRule(in)
		got := ""
		if err == nil {
			got = rule.prefix + " " + rule.target.String()
		}
		if got != want {
			t.Errorf("parseProxyRule(%q): %q, %v; want %q", in, got, err, want)
		}
	}
}

func FuzzParseProxyRule(f *testing.F) {
	for _, s := range []string{"/a=http://b:80", "/=https://[::1]/", "/a/b=http://c/d%2fe", "/a=http://b/../c", "/./a=http://b"} {
		f.Add(s, "/a/b%2fc")
	}
	f.Fuzz(func(t *testing.T, s, path string) {
		rule, err := parseProxyRule(s)
		if err != nil {
			return
		}
		if !strings.HasPrefix(rule.prefix, "/") || rule.target.Host == "" {
			t.Fatalf("parseProxyRule(%q) = %v", s, rule)
		}
		in, err := url.ParseRequestURI(path)
		if err != nil || climbs(in.Path) || !rule.matches(in) {
			return
		}
		out := rule.rewrite(in)
		if out.Host != rule.target.Host || out.Scheme != rule.target.Scheme {
			t.Errorf("%q leads to %q", path, out)
		}
		if base := strings.TrimSuffix(rule.target.Path, "/"); !strings.HasPrefix(out.Path, base) {
			t.Errorf("%q with %q leads to %q", path, s, out)
		}
		if again, err := url.ParseRequestURI(out.RequestURI()); err != nil || again.Path != out.Path {
			t.Errorf("%q with %q is sent as %q: %v", path, s, out.RequestURI(), err)
		}
	})
}

func TestRewrite(t *testing.T) {
	for _, test := range []struct{ rule, path, want string }{ // "" does not match
		{"/=http://b", "/", "http://b/"}, {"/=http://b", "/x/y?q=1", "http://b/x/y?q=1"}, {"/=http://b/base", "/x", "http://b/base/x"},
		{"/a=http://b", "/a", "http://b/a"}, {"/a=http://b", "/a/", "http://b/a/"}, {"/a=http://b", "/a/x%2fy%20z?q", "http://b/a/x%2fy%20z?q"},
		{"/a=http://b/", "/a", "http://b/"}, {"/a=http://b/", "/a/x", "http://b/x"}, {"/a=http://b/", "/a//x", "http://b//x"},
		{"/a=http://b/c", "/a", "http://b/c"}, {"/a=http://b/c", "/a/", "http://b/c/"}, {"/a=http://b/c/", "/a/x%2fy", "http://b/c/x%2fy"},
		{"/a=http://b/c%2fd", "/a/x", "http://b/c%2fd/x"},
		{"/a=http://b", "/", ""}, {"/a=http://b", "/ab", ""}, {"/a=http://b", "/%61", ""}, {"/a=http://b", "//a", ""},
	} {
		in, err := url.ParseRequestURI(test.path)
		if err != nil {
			t.Fatal(err)
		}
		rule, got := mustRule(t, test.rule), ""
		if rule.matches(in) {
			got = rule.rewrite(in).String()
		}
		if got != test.want {
			t.Errorf("%s of %s: %q, want %q", test.rule, test.path, got, test.want)
		}
	}
}

// echo answers with what it was asked, headers sorted.
func echo(t *testing.T) *httptest.Server {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, err := io.ReadAll(req.Body)
		fmt.Fprintf(w, "%s %s %s\n", req.Method, req.Host, req.RequestURI)
		req.Header.Write(w)
		fmt.Fprintf(w, "\n%s %v", body, err)
	}))
	t.Cleanup(server.Close)
	return server
}

func TestProxyHeaders(t *testing.T) {
	backend := echo(t)
	c := fixtureConfig(t)
	c.rules = []proxyRule{mustRule(t, "/e="+backend.URL)}
	_, base := started(t, c)
	conn := connect(t, base)
	io.WriteString(conn, "POST /e/%41?b=c HTTP/1.1\r\nHost: public.example\r\nContent-Length: 4\r\nConnection: close, X-Hop, Upgrade\r\nX-Hop: 1\r\n"+
		"Keep-Alive: 5\r\nTe: gzip\r\nUpgrade: websocket\r\nProxy-Authorization: secret\r\nX-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: https\r\nForwarded: for=192.0.2.1\r\n"+
		"X-End: 2\r\nVia: 1.0 other\r\n\r\nbody")
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(resp.Body)
	got := string(body)
	for _, want := range []string{
		"POST " + strings.TrimPrefix(backend.URL, "http://") + " /e/%41?b=c\n", "X-End: 2\r\n", "Content-Length: 4\r\n", "\nbody <nil>",
		"X-Forwarded-For: 127.0.0.1\r\n", "X-Forwarded-Host: public.example\r\n", "X-Forwarded-Proto: http\r\n", "Via: 1.0 other\r\nVia: 1.1 httpserve-",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in %q", want, got)
		}
	}
	for _, not := range []string{"X-Hop", "Keep-Alive", "Te:", "Upgrade", "secret", "192.0.2.1", "Forwarded:", "Connection"} {
		if strings.Contains(got, not) {
			t.Errorf("%q in %q", not, got)
		}
	}
}

// proxied starts a proxy for /p and gives its URL and its error log.
func proxied(t *testing.T, target string, change func(*config)) (string, *syncBuffer) {
	t.Helper()
	c := fixtureConfig(t)
	var errs syncBuffer
	c.errorLog = log.New(&errs, "", 0)
	c.rules = []proxyRule{mustRule(t, "/p="+target)}
	if change != nil {
		change(&c)
	}
	_, base := started(t, c)
	return base + "/p", &errs
}

func TestProxyFailures(t *testing.T) {
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	slow, _, _ := slowBackend(t)
	garbage := rawBackend(t, "no HTTP\r\n\r\n")
	for _, test := range []struct {
		name, target string
		status       int
		log          string
	}{
		// Go's own resolver says so of this name without asking anybody.
		{"name", "http://" + numericForm + ":80", 502, `proxy /p to http://127.1:80: 502: cannot resolve "127.1": no such host (-resolver go)`},
		{"nobody listens", gone.URL, 502, "connection refused"},
		{"no HTTP", garbage, 502, "malformed HTTP"},
		{"no answer in time", slow.URL, 504, "timeout"},
	} {
		base, errs := proxied(t, test.target, func(c *config) {
			c.resolver, c.resolverMode = &net.Resolver{PreferGo: true}, "go"
			if test.status == http.StatusGatewayTimeout {
				c.proxyTimeout = 200 * time.Millisecond
			}
		})
		resp, body := get(t, base)
		if resp.StatusCode != test.status || body != fmt.Sprintf("%d %s\n", test.status, http.StatusText(test.status)) {
			t.Errorf("%s: %s %q", test.name, resp.Status, body)
		}
		if !strings.Contains(errs.String(), test.log) {
			t.Errorf("%s: log %q, want %q", test.name, errs.String(), test.log)
		}
	}
}

// rawBackend answers the first request of each connection with the same bytes,
// and then is silent.
func rawBackend(t *testing.T, answer string) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { conn.Close() })
			if _, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
				io.WriteString(conn, answer)
			}
		}
	}()
	return "http://" + listener.Addr().String()
}

// A server behind that stops in the middle of an answer: the client must see
// that it has not got all.
func TestProxyStallsMidway(t *testing.T) {
	target := rawBackend(t, "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"+strings.Repeat("x", 50_000))
	var access syncBuffer
	base, _ := proxied(t, target, func(c *config) {
		c.proxyTimeout = 100 * time.Millisecond
		c.log, c.logJSON = &access, true
	})
	resp, err := http.Get(base)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if body, err := io.ReadAll(resp.Body); err == nil {
		t.Errorf("%d bytes look whole", len(body))
	}
	for access.String() == "" {
		time.Sleep(time.Millisecond)
	}
	if !strings.Contains(access.String(), `"complete":false`) {
		t.Errorf("%q", access.String())
	}
}

func TestProxyLimitsBodies(t *testing.T) {
	base, _ := proxied(t, echo(t).URL, func(c *config) { c.maxBody = 10 })
	for _, test := range []struct {
		body    string
		chunked bool
		status  int
	}{
		{"0123456789", false, 200}, {"0123456789", true, 200}, {"0123456789x", false, 413}, {strings.Repeat("x", 1<<20), true, 413},
	} {
		var body io.Reader = strings.NewReader(test.body)
		if test.chunked {
			body = io.MultiReader(body) // whose length net/http cannot know
		}
		resp, err := http.Post(base, "text/plain", body)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != test.status {
			t.Errorf("%d bytes, chunked %v: %s", len(test.body), test.chunked, resp.Status)
		}
	}
}

// A client that sends its body too slowly is told so; the server behind, which
// waits for it, is not blamed for that.
func TestProxyOfSlowBodies(t *testing.T) {
	base, errs := proxied(t, echo(t).URL, func(c *config) { c.readTimeout = 200 * time.Millisecond })
	conn := connect(t, base[:len(base)-len("/p")])
	fmt.Fprintf(conn, "POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nbegin")
	line, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil || line != "HTTP/1.1 408 Request Timeout\r\n" || errs.String() != "" {
		t.Errorf("%q, %v, log %q", line, err, errs.String())
	}
}

// An answer may take longer than a request may: -read-timeout is over once the
// request is there.
func TestProxyOfLongAnswers(t *testing.T) {
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		io.Copy(io.Discard, req.Body)
		for i := 0; i < 6; i++ {
			io.WriteString(w, "x")
			w.(http.Flusher).Flush()
			time.Sleep(250 * time.Millisecond)
		}
	}))
	defer backend.Close()
	base, _ := proxied(t, backend.URL, func(c *config) { c.readTimeout = time.Second })
	if _, body := get(t, base); body != "xxxxxx" {
		t.Errorf("%q", body)
	}
	resp, err := http.Post(base, "text/plain", strings.NewReader("body"))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if body, err := io.ReadAll(resp.Body); err != nil || string(body) != "xxxxxx" {
		t.Errorf("%q, %v", body, err)
	}
}

func TestProxyToItself(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := fixtureConfig(t)
	var errs syncBuffer
	c.errorLog = log.New(&errs, "", 0)
	c.rules = []proxyRule{mustRule(t, "/p=http://"+listener.Addr().String())}
	s, err := newServer(c)
	if err != nil {
		t.Fatal(err)
	}
	defer s.http.Close()
	go s.http.Serve(listener)
	resp, _ := get(t, "http://"+listener.Addr().String()+"/p")
	if resp.StatusCode != http.StatusLoopDetected || strings.Count(errs.String(), "leads back to this server") != 1 {
		t.Errorf("%s, %q", resp.Status, errs.String())
	}
}

func TestProxyPrefersTheLongerPrefix(t *testing.T) {
	a, b := echo(t), echo(t)
	c := fixtureConfig(t)
	c.rules = []proxyRule{mustRule(t, "/a="+a.URL), mustRule(t, "/a/b="+b.URL)}
	_, base := started(t, c)
	for path, want := range map[string]string{"/a": a.URL, "/a/bc": a.URL, "/a/b": b.URL, "/a/b/c": b.URL} {
		if _, body := get(t, base+path); !strings.Contains(body, " "+strings.TrimPrefix(want, "http://")+" ") {
			t.Errorf("%s: %q, want %s", path, body, want)
		}
	}
	if resp, _ := get(t, base+"/index.html"); resp.StatusCode != 200 {
		t.Errorf("beside the proxies: %s", resp.Status)
	}
	c.rules = append(c.rules, c.rules[0])
	if _, err := newServer(c); err == nil {
		t.Error("one prefix goes to two places")
	}
}
