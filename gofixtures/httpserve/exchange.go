package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"hash"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
)

// exchange is a request and the answer that it must have.
type exchange struct {
	method string
	path   string // as sent, escapes and all
	ask    map[string]string
	body   string

	status int
	tell   map[string]string // headers; "" is absence
	want   []byte            // the body, decoded; nil of an answer that has none
	parts  []byteRange       // of want, if the body has several
}

// answer is what came, decoded.
type answer struct {
	status  int
	header  http.Header
	content []byte
}

// errRefused is a request that got no answer at all.
var errRefused = errors.New("no answer")

// errCut is an answer that ended early.
var errCut = errors.New("answer cut off")

// maxAnswer is more than any right answer has.
const maxAnswer = 4 << 20

// do makes the request and checks the answer.
func (e exchange) do(ctx context.Context, client *http.Client, base string) (answer, error) {
	var body io.Reader
	if e.body != "" {
		body = strings.NewReader(e.body)
	}
	req, err := http.NewRequestWithContext(ctx, e.method, base+e.path, body)
	if err != nil {
		return answer{}, err
	}
	for name, value := range e.ask {
		req.Header.Set(name, value)
	}
	resp, err := client.Do(req)
	if err != nil {
		return answer{}, fmt.Errorf("%s %s: %w: %w", e.method, e.path, errRefused, err)
	}
	defer resp.Body.Close()
	sent, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return answer{}, fmt.Errorf("%s %s: %w after %d bytes: %w", e.method, e.path, errCut, len(sent), err)
	}
	a := answer{status: resp.StatusCode, header: resp.Header}
	if a.content, err = e.decode(resp, sent); err == nil {
		err = e.check(a)
	}
	if err != nil {
		return answer{}, fmt.Errorf("%s %s %v: %w", e.method, e.path, e.ask, err)
	}
	return a, nil
}

// decode undoes compression on the way, and takes several parts apart. What was
// compressed beforehand is left as it is: each of its bytes is known.
func (e exchange) decode(resp *http.Response, sent []byte) ([]byte, error) {
	if isWeak(resp.Header.Get("Etag")) && resp.Header.Get("Content-Encoding") == "gzip" && e.method == http.MethodGet {
		z, err := gzip.NewReader(bytes.NewReader(sent))
		if err != nil {
			return nil, err
		}
		return io.ReadAll(io.LimitReader(z, maxAnswer))
	}
	mediaType, parameters, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if mediaType != "multipart/byteranges" {
		return sent, nil
	}
	var content []byte
	parts := multipart.NewReader(bytes.NewReader(sent), parameters["boundary"])
	for i := 0; ; i++ {
		part, err := parts.NextRawPart()
		if err == io.EOF && i == len(e.parts) {
			return content, nil
		}
		if err != nil {
			return nil, fmt.Errorf("part %d: %w", i, err)
		}
		if i >= len(e.parts) || part.Header.Get("Content-Range") != e.parts[i].contentRange(int64(len(e.want))) {
			return nil, fmt.Errorf("part %d is %q", i, part.Header.Get("Content-Range"))
		}
		if part.Header.Get("Content-Type") != e.tell["Content-Type"] {
			return nil, fmt.Errorf("part %d is of type %q", i, part.Header.Get("Content-Type"))
		}
		sent, err := io.ReadAll(part)
		if err != nil {
			return nil, fmt.Errorf("part %d: %w", i, err)
		}
		content = append(content, sent...)
	}
}

func (e exchange) check(a answer) error {
	if a.status != e.status {
		return fmt.Errorf("status %d, want %d", a.status, e.status)
	}
	for name, want := range e.tell {
		if e.parts != nil && name == "Content-Type" {
			continue // that of the parts: decode has looked at it
		}
		if got := a.header.Get(name); got != want {
			return fmt.Errorf("header %s: %q, want %q", name, got, want)
		}
	}
	want := e.want
	if e.parts != nil {
		want = nil
		for _, r := range e.parts {
			want = append(want, e.want[r.start:r.start+r.length]...)
		}
	}
	if e.want == nil && e.status >= 400 {
		want = []byte(fmt.Sprintf("%d %s\n", e.status, http.StatusText(e.status)))
	}
	if e.method == http.MethodHead {
		want = nil
	}
	if !bytes.Equal(a.content, want) {
		return fmt.Errorf("wrong body: %d bytes, want %d; the first difference is at %d", len(a.content), len(want), firstDifference(a.content, want))
	}
	return nil
}

func firstDifference(a, b []byte) int {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	return i
}

// digested are the headers that no two machines or releases of Go differ in.
var digested = []string{
	"Accept-Ranges", "Allow", "Content-Encoding", "Content-Range", "Etag", "Last-Modified", "Location", "Vary",
	"X-Content-Type-Options",
}

// digest adds what came to a digest. Of the type of several parts the boundary
// is left out.
func (a answer) digest(to hash.Hash) {
	contentType, _, _ := strings.Cut(a.header.Get("Content-Type"), "; boundary=")
	fmt.Fprintf(to, "%d\n%s\n", a.status, contentType)
	for _, name := range digested {
		fmt.Fprintf(to, "%s\n", a.header.Get(name))
	}
	fmt.Fprintf(to, "%d\n", len(a.content))
	to.Write(a.content)
}

// escapePath is how a client sends a path.
func escapePath(path string) string { return (&url.URL{Path: path}).EscapedPath() }
