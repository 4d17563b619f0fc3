package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"
)

// request is what the command line asks for.
type request struct {
	url         *url.URL
	headers     []header
	headersOnly bool
	file        string        // empty: stdout
	timeout     time.Duration // zero: none
	maxBytes    int64         // negative: no limit
}

type header struct{ key, value string }

// do makes the request and writes the answer to r.file or stdout. Nothing is
// written, and no file created, before an answer with a good status is there.
func (r request) do(stdout io.Writer) (err error) {
	method := http.MethodGet
	if r.headersOnly {
		method = http.MethodHead
	}
	req, err := http.NewRequest(method, r.url.String(), nil)
	if err != nil {
		return err
	}
	req.Header.Set("User-Agent", "httpget/1.0")
	for i, h := range r.headers {
		// The first of a name replaces our own; net/http sends Host apart.
		switch {
		case h.key == "Host":
			req.Host = h.value
		case !slices.ContainsFunc(r.headers[:i], func(e header) bool { return e.key == h.key }):
			req.Header.Set(h.key, h.value)
		default:
			req.Header.Add(h.key, h.value)
		}
	}
	client := http.Client{Timeout: r.timeout}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()

	bad := resp.StatusCode >= 400
	status := fmt.Errorf("%s: %s %s", resp.Request.URL.Redacted(), resp.Proto, resp.Status)
	if bad && !r.headersOnly {
		return status
	}
	if !r.headersOnly && r.maxBytes >= 0 && resp.ContentLength > r.maxBytes {
		return fmt.Errorf("body of %d bytes is longer than -max-bytes %d", resp.ContentLength, r.maxBytes)
	}
	out := stdout
	if r.file != "" {
		file, createErr := os.Create(r.file)
		if createErr != nil {
			return createErr
		}
		defer func() { err = errors.Join(err, file.Close()) }()
		out = file
	}
	if !r.headersOnly {
		return copyAtMost(out, resp.Body, r.maxBytes)
	}
	if err := printHeaders(out, resp); err != nil {
		return err
	}
	if bad {
		return status
	}
	return nil
}

// copyAtMost copies src to dst and fails on more than max bytes, of which it
// then has copied max; a negative max is none.
func copyAtMost(dst io.Writer, src io.Reader, max int64) error {
	if max < 0 {
		_, err := io.Copy(dst, src)
		return err
	}
	switch _, err := io.CopyN(dst, src, max); err {
	case io.EOF:
		return nil
	case nil:
	default:
		return err
	}
	var beyond [1]byte
	switch _, err := io.ReadFull(src, beyond[:]); err {
	case io.EOF:
		return nil
	case nil:
		return fmt.Errorf("body is longer than -max-bytes %d", max)
	default:
		return err
	}
}

// printHeaders writes a header a line, sorted by name; values of one name stay
// in the order in which they came, which means something.
func printHeaders(w io.Writer, resp *http.Response) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s\n", resp.Proto, resp.Status)
	var names []string
	for name := range resp.Header {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		for _, value := range resp.Header[name] {
			fmt.Fprintf(&b, "%s: %s\n", name, value)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// parseHeader takes "Key: value" apart. What a header may be made of is
// RFC 9110, sections 5.1 and 5.5; net/http would refuse the rest too, but only
// once the request is under way.
func parseHeader(s string) (key, value string, err error) {
	key, value, found := strings.Cut(s, ":")
	if !found {
		return "", "", fmt.Errorf("%q is not of the form 'Key: value'", s)
	}
	if key == "" || strings.ContainsFunc(key, func(r rune) bool { return !isTokenRune(r) }) {
		return "", "", fmt.Errorf("%q is no header name", key)
	}
	value = strings.Trim(value, " \t")
	if strings.ContainsFunc(value, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }) {
		return "", "", fmt.Errorf("control character in the value of header %q", key)
	}
	return http.CanonicalHeaderKey(key), value, nil
}

func isTokenRune(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' ||
		strings.ContainsRune("!#$%&'*+-.^_`|~", r)
}
