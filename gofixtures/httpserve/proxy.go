package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"time"
)

// proxyRule says which prefix goes where.
type proxyRule struct {
	prefix string // "/" or "/a/b": no slash at the end
	target *url.URL
}

// parseProxyRule reads "/PREFIX=URL".
func parseProxyRule(s string) (proxyRule, error) {
	prefix, address, found := strings.Cut(s, "=")
	if !found || !strings.HasPrefix(prefix, "/") {
		return proxyRule{}, errors.New("want /PREFIX=URL")
	}
	// Plain characters only: then a prefix has one spelling that we look for.
	if strings.ContainsFunc(prefix, func(r rune) bool { return !unreserved(r) && r != '/' }) || strings.Contains(prefix, "//") || climbs(prefix) {
		return proxyRule{}, fmt.Errorf("prefix %q is not made of letters, digits and -._~ between single slashes", prefix)
	}
	target, err := parseTarget(address)
	if err != nil {
		return proxyRule{}, err
	}
	if prefix != "/" {
		prefix = strings.TrimSuffix(prefix, "/")
	}
	return proxyRule{prefix, target}, nil
}

// unreserved characters need no escape anywhere in a URL: RFC 3986, section 2.3.
func unreserved(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("-._~", r)
}

func parseTarget(address string) (*url.URL, error) {
	target, err := url.Parse(address)
	switch {
	case err != nil:
		return nil, err
	case target.Scheme != "http" && target.Scheme != "https":
		return nil, fmt.Errorf("%q begins with neither http:// nor https://", address)
	case target.Hostname() == "":
		return nil, fmt.Errorf("%q names no host", address)
	case target.User != nil || target.RawQuery != "" || target.Fragment != "":
		return nil, fmt.Errorf("%q has more to it than scheme, host, port and path", address)
	}
	return target, nil
}

// matches compares as the client spelt the path: a prefix in disguise, as
// "/%61pi", is another path, and nothing here decides by it what may be seen.
func (r proxyRule) matches(u *url.URL) bool {
	escaped := u.EscapedPath()
	return r.prefix == "/" || escaped == r.prefix || strings.HasPrefix(escaped, r.prefix+"/")
}

// rewrite gives the URL to ask. A path in the target takes the prefix's place.
func (r proxyRule) rewrite(u *url.URL) *url.URL {
	out := *u
	out.Scheme, out.Host = r.target.Scheme, r.target.Host
	if r.target.Path != "" {
		strip := strings.TrimSuffix(r.prefix, "/")
		out.Path = joinPath(r.target.Path, strings.TrimPrefix(u.Path, strip))
		if u.RawPath != "" || r.target.RawPath != "" {
			out.RawPath = joinPath(r.target.EscapedPath(), strings.TrimPrefix(u.EscapedPath(), strip))
		}
	}
	return &out
}

func joinPath(base, rest string) string {
	if rest == "" {
		return base
	}
	return strings.TrimSuffix(base, "/") + "/" + strings.TrimPrefix(rest, "/")
}

// gateway is what proxies share.
type gateway struct {
	via       string // our name in Via headers, another for each process
	transport http.RoundTripper
	timeout   time.Duration
	maxBody   int64
	resolver  string // what -resolver says
	log       *log.Logger
}

func newGateway(c config) (*gateway, error) {
	var random [8]byte
	if _, err := rand.Read(random[:]); err != nil {
		return nil, err
	}
	timeout := c.proxyTimeout
	dialer := &net.Dialer{Timeout: timeout, Resolver: c.resolver}
	return &gateway{
		via: fmt.Sprintf("httpserve-%x", random),
		transport: &http.Transport{ // and no Proxy: the environment has no say
			DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
				conn, err := dialer.DialContext(ctx, network, address)
				if err != nil {
					return nil, err
				}
				return &patientConn{conn, timeout}, nil
			},
			DisableCompression:     true, // what the client accepts counts
			DisableKeepAlives:      c.proxyFresh,
			IdleConnTimeout:        timeout,
			MaxIdleConnsPerHost:    64,
			MaxResponseHeaderBytes: 256 << 10,
			TLSHandshakeTimeout:    timeout,
		},
		timeout:  timeout,
		maxBody:  c.maxBody,
		resolver: c.resolverMode,
		log:      c.errorLog,
	}, nil
}

// patientConn gives up once nothing has gone either way for some time, so that
// a server behind us that stalls in an answer does not hold on to a client.
type patientConn struct {
	net.Conn
	timeout time.Duration
}

func (c *patientConn) Read(p []byte) (int, error) {
	c.SetDeadline(time.Now().Add(c.timeout))
	return c.Conn.Read(p)
}

func (c *patientConn) Write(p []byte) (int, error) {
	c.SetDeadline(time.Now().Add(c.timeout))
	return c.Conn.Write(p)
}

// proxy passes requests on. Connections are not upgraded (to WebSocket): such a
// one would be beyond the limits on time and the graceful end.
func (g *gateway) proxy(rule proxyRule) http.Handler {
	reverse := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL = rule.rewrite(r.In.URL)
			r.Out.Host = "" // the target's
			r.Out.Header.Del("Connection")
			r.Out.Header.Del("Upgrade")
			// What the client says of X-Forwarded-* is gone by here.
			r.SetXForwarded()
			r.Out.Header.Add("Via", fmt.Sprintf("%d.%d %s", r.In.ProtoMajor, r.In.ProtoMinor, g.via))
		},
		Transport: g.transport,
		ErrorLog:  g.log,
		ErrorHandler: func(w http.ResponseWriter, req *http.Request, err error) {
			status, why := g.explain(req, err)
			if why != "" {
				g.log.Printf("proxy %s to %s: %d: %s", rule.prefix, rule.target, status, why)
			}
			refuse(w, status)
		},
	}
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		for _, via := range req.Header.Values("Via") {
			if strings.Contains(via, g.via) {
				g.log.Printf("proxy %s to %s: leads back to this server", rule.prefix, rule.target)
				refuse(w, http.StatusLoopDetected)
				return
			}
		}
		if req.ContentLength > g.maxBody {
			refuse(w, http.StatusRequestEntityTooLarge)
			return
		}
		if req.ContentLength != 0 {
			body := &clientBody{ReadCloser: http.MaxBytesReader(w, req.Body, g.maxBody)}
			req = req.WithContext(context.WithValue(req.Context(), bodyKey{}, body))
			req.Body = body
		}
		if r, ok := w.(*response); ok {
			r.allow(r.timeout + 2*g.timeout) // to connect, and to answer
		}
		reverse.ServeHTTP(w, req)
	})
}

// clientBody notes whether a request's body has come whole, and marks an error
// in it. If it stops coming, either that error comes back from the transport, or
// that of the request being cancelled, as net/http does then: whichever is first.
type clientBody struct {
	io.ReadCloser
	whole atomic.Bool
}

type bodyKey struct{} // of a *clientBody in a request's context

func (b *clientBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err == io.EOF {
		b.whole.Store(true)
	} else if err != nil {
		err = &bodyError{err}
	}
	return n, err
}

type bodyError struct{ error }

func (e *bodyError) Unwrap() error { return e.error }

// statusClientGone is for the access log alone: nobody is there to read it.
const statusClientGone = 499

// explain turns what went wrong into a status and a line for who runs this,
// which is empty if the client is to blame.
func (g *gateway) explain(req *http.Request, err error) (status int, why string) {
	var unresolved *net.DNSError
	var tooLarge *http.MaxBytesError
	var slow interface{ Timeout() bool }
	var inBody *bodyError
	body, hasBody := req.Context().Value(bodyKey{}).(*clientBody)
	switch {
	case errors.As(err, &tooLarge):
		return http.StatusRequestEntityTooLarge, ""
	case errors.As(err, &inBody), errors.Is(err, context.Canceled) && hasBody && !body.whole.Load():
		return http.StatusRequestTimeout, ""
	case errors.Is(err, context.Canceled):
		return statusClientGone, ""
	case errors.As(err, &unresolved):
		return http.StatusBadGateway, fmt.Sprintf("cannot resolve %q: %s (-resolver %s)", unresolved.Name, unresolved.Err, g.resolver)
	case errors.As(err, &slow) && slow.Timeout():
		return http.StatusGatewayTimeout, err.Error()
	}
	return http.StatusBadGateway, err.Error()
}
