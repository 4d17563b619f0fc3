package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// syncBuffer is a log that a test reads while a server writes it.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// started starts a server in this process, on http, and ends it with the test.
func started(t *testing.T, c config) (*server, string) {
	t.Helper()
	if c.errorLog == nil {
		c.errorLog = log.New(io.Discard, "", 0)
	}
	s, err := newServer(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.http.Close() })
	url, err := s.listen("http", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return s, url
}

// fixtureConfig serves a fixture of the test's own.
func fixtureConfig(t *testing.T) config {
	t.Helper()
	c := defaults()
	c.root = t.TempDir()
	if err := writeFixture(c.root); err != nil {
		t.Fatal(err)
	}
	return c
}

// connect gives a connection on which nothing is waited for longer than a test
// may last.
func connect(t *testing.T, url string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(30 * time.Second))
	return conn
}

func get(t *testing.T, url string, headers ...string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequest("GET", url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := newClient("", false, 1).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(body)
}

func TestLimitOnHeaders(t *testing.T) {
	c := fixtureConfig(t)
	c.maxHeader = 1000
	_, url := started(t, c)
	conn := connect(t, url)
	fmt.Fprintf(conn, "GET / HTTP/1.1\r\nHost: x\r\nX: %s\r\n\r\n", strings.Repeat("x", 10_000))
	line, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil || line != "HTTP/1.1 431 Request Header Fields Too Large\r\n" {
		t.Errorf("%q, %v", line, err)
	}
}

// A client that never ends its header, and one that goes on without end.
func TestSlowHeaders(t *testing.T) {
	c := fixtureConfig(t)
	c.headerTimeout = 50 * time.Millisecond
	_, url := started(t, c)
	for _, begin := range []string{"", "G", "GET / HTTP/1.1\r\nHost: x\r\n"} {
		conn := connect(t, url)
		io.WriteString(conn, begin)
		if _, err := io.Copy(io.Discard, conn); err != nil && !strings.Contains(err.Error(), "reset") {
			t.Errorf("%q: not cut off: %v", begin, err)
		}
	}
}

// A client that takes nothing is cut off.
func TestSlowReaders(t *testing.T) {
	c := fixtureConfig(t)
	c.writeTimeout = 300 * time.Millisecond
	big := filepath.Join(c.root, "big.bin")
	if err := os.WriteFile(big, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	const size = 64 << 20 // more than the kernel keeps for both ends
	if err := os.Truncate(big, size); err != nil {
		t.Fatal(err)
	}
	var logged syncBuffer
	c.log = &logged
	s, url := started(t, c)

	conn := connect(t, url)
	io.WriteString(conn, "GET /big.bin HTTP/1.1\r\nHost: x\r\n\r\n")
	for !strings.Contains(logged.String(), "/big.bin") { // until it has ended
		time.Sleep(10 * time.Millisecond)
	}
	if n, _ := io.Copy(io.Discard, conn); n >= size {
		t.Errorf("all of %d bytes were sent", n)
	}

	if err := s.shutdown(context.Background()); err != nil {
		t.Error(err)
	}
}

// deadlines is a writer that notes how often it was given more time.
type deadlines struct {
	*httptest.ResponseRecorder
	times []time.Time
}

func (d *deadlines) SetWriteDeadline(t time.Time) error {
	d.times = append(d.times, t)
	return nil
}

// A client that is slow is not: each piece has the time anew.
func TestEachPieceHasItsTime(t *testing.T) {
	d := &deadlines{ResponseRecorder: httptest.NewRecorder()}
	w := &response{ResponseWriter: d, timeout: time.Hour}
	content := strings.Repeat("x", 5*piece)
	rep := &representation{content: strings.NewReader(content), size: int64(len(content)), mimeType: "text/plain"}
	rep.serve(w, httptest.NewRequest("GET", "/", nil))
	if len(d.times) != 1+5 || w.bytes != int64(len(content)) || d.Body.String() != content {
		t.Errorf("given time %d times for %d bytes", len(d.times), w.bytes)
	}
	for _, at := range d.times {
		if left := time.Until(at); left > time.Hour || left < time.Minute {
			t.Errorf("%v are left", left)
		}
	}
}

// Over HTTP/2 one stream that nobody reads is cut off, and the others go on.
func TestSlowReadersOfHTTP2(t *testing.T) {
	c := fixtureConfig(t)
	c.writeTimeout = 300 * time.Millisecond
	if err := os.WriteFile(filepath.Join(c.root, "big.bin"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	const size = 64 << 20
	if err := os.Truncate(filepath.Join(c.root, "big.bin"), size); err != nil {
		t.Fatal(err)
	}
	var logged syncBuffer
	c.log = &logged
	certificate, err := certificateOf("", "", []string{"localhost"})
	if err != nil {
		t.Fatal(err)
	}
	c.tlsConfig = serverTLS(certificate)
	s, _ := started(t, c)
	base, err := s.listen("https", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	client := newClient(fingerprint(certificate.Certificate[0]), false, 1)
	resp, err := client.Get(base + "/big.bin")
	if err != nil || resp.ProtoMajor != 2 {
		t.Fatalf("%v, %v", resp, err)
	}
	defer resp.Body.Close()
	for !strings.Contains(logged.String(), "/big.bin") {
		time.Sleep(10 * time.Millisecond)
	}
	if n, err := io.Copy(io.Discard, resp.Body); err == nil || n >= size {
		t.Errorf("all of %d bytes were sent", n)
	}
	if _, err := newPlan().at(0).do(context.Background(), client, base); err != nil {
		t.Error(err)
	}
	if strings.Contains(logged.String(), "HTTP/1") {
		t.Error(logged.String())
	}
}

func TestConnectionsPerHost(t *testing.T) {
	c := fixtureConfig(t)
	c.maxHostConns = 2
	_, url := started(t, c)
	ask := func(conn net.Conn) error {
		io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err == nil {
			_, err = io.Copy(io.Discard, resp.Body)
		}
		return err
	}
	one, two, three := connect(t, url), connect(t, url), connect(t, url)
	if err := ask(one); err != nil {
		t.Error(err)
	}
	if err := ask(two); err != nil {
		t.Error(err)
	}
	if err := ask(three); err == nil {
		t.Error("a third connection was taken")
	}
	one.Close()
	for i := 0; ; i++ { // once the server has noticed
		if err := ask(connect(t, url)); err == nil {
			break
		} else if i == 1000 {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func TestConnectionsWaitTheirTurn(t *testing.T) {
	c := fixtureConfig(t)
	c.maxConns = 1
	s, url := started(t, c)
	first := connect(t, url)
	io.WriteString(first, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	reader := bufio.NewReader(first)
	if _, err := http.ReadResponse(reader, nil); err != nil {
		t.Fatal(err)
	}
	second := connect(t, url)
	io.WriteString(second, "GET / HTTP/1.0\r\n\r\n")
	answered := make(chan error, 1)
	go func() {
		_, err := bufio.NewReader(second).ReadString('\n')
		answered <- err
	}()
	select {
	case <-answered:
		t.Error("the second was answered beside the first")
	case <-time.After(50 * time.Millisecond):
	}
	first.Close()
	if err := <-answered; err != nil {
		t.Error(err)
	}

	// Nor does one that still waits keep the server from its end.
	third, fourth := connect(t, url), connect(t, url)
	io.WriteString(third, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	if _, err := bufio.NewReader(third).ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	io.WriteString(fourth, "GET / HTTP/1.0\r\n\r\n")
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := s.shutdown(ctx); err != nil {
		t.Error(err)
	}
}

// slowBackend answers once told to.
func slowBackend(t *testing.T) (backend *httptest.Server, asked, answer chan struct{}) {
	asked, answer = make(chan struct{}, 1), make(chan struct{})
	backend = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		asked <- struct{}{}
		select {
		case <-answer:
		case <-req.Context().Done():
		}
		io.WriteString(w, "late")
	}))
	t.Cleanup(backend.Close)
	return backend, asked, answer
}

func TestShutdownWaitsForRequests(t *testing.T) {
	backend, asked, answer := slowBackend(t)
	c := fixtureConfig(t)
	c.rules = []proxyRule{mustRule(t, "/slow="+backend.URL)}
	s, url := started(t, c)
	got := make(chan string, 1)
	go func() {
		resp, body := get(t, url+"/slow")
		got <- resp.Status + " " + body
	}()
	<-asked
	ended := make(chan error, 1)
	go func() { ended <- s.shutdown(context.Background()) }()
	for { // until it takes no more
		conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
		if err != nil {
			break
		}
		conn.Close()
		time.Sleep(time.Millisecond)
	}
	select {
	case err := <-ended:
		t.Fatalf("it ended with a request under way: %v", err)
	default:
	}
	close(answer)
	if text := <-got; text != "200 OK late" {
		t.Errorf("%q", text)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestShutdownCutsOffInTheEnd(t *testing.T) {
	backend, asked, _ := slowBackend(t)
	c := fixtureConfig(t)
	c.rules = []proxyRule{mustRule(t, "/slow="+backend.URL)}
	s, url := started(t, c)
	conn := connect(t, url)
	io.WriteString(conn, "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
	<-asked
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	err := s.shutdown(ctx)
	if err == nil || err.Error() != "connections cut off with a request under way: 1" {
		t.Errorf("%v", err)
	}
	if _, err := conn.Read(make([]byte, 1)); err == nil {
		t.Error("the connection is there still")
	}
}

// Who has connected and asked for nothing keeps nothing from its end.
func TestShutdownWithoutRequests(t *testing.T) {
	s, url := started(t, fixtureConfig(t))
	connect(t, url)
	io.WriteString(connect(t, url), "GET / HT")
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	if err := s.shutdown(ctx); err != nil {
		t.Error(err)
	}
}
