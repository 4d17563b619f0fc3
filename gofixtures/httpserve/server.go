package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// config is all that there is to set about a server.
type config struct {
	root         string
	list         bool
	gzip         bool
	rules        []proxyRule
	proxyTimeout time.Duration
	proxyFresh   bool
	resolver     *net.Resolver
	resolverMode string // for the error log
	maxBody      int64

	log       io.Writer // nil: none
	logJSON   bool
	errorLog  *log.Logger
	tlsConfig *tls.Config // needed to listen on https

	headerTimeout, readTimeout, writeTimeout, idleTimeout time.Duration

	maxHeader              int
	maxConns, maxHostConns int
}

// defaults are those that the usage names.
func defaults() config {
	return config{
		root:          ".",
		gzip:          true,
		proxyTimeout:  10 * time.Second,
		resolver:      net.DefaultResolver,
		resolverMode:  "auto",
		maxBody:       10 << 20,
		headerTimeout: 10 * time.Second,
		readTimeout:   time.Minute,
		writeTimeout:  30 * time.Second,
		idleTimeout:   2 * time.Minute,
		maxHeader:     32 << 10,
		maxConns:      1024,
		maxHostConns:  256,
	}
}

// server is a running server.
type server struct {
	http   http.Server
	limits *connLimits
	ended  chan error // the first of the listeners' ends

	mu     sync.Mutex
	active map[net.Conn]bool // those with a request under way
}

func newServer(c config) (*server, error) {
	handler, err := newSite(c)
	if err != nil {
		return nil, err
	}
	access := &accessLog{w: c.log, json: c.logJSON, errors: c.errorLog}
	s := &server{
		limits: newConnLimits(c.maxConns, c.maxHostConns),
		ended:  make(chan error, 1),
		active: make(map[net.Conn]bool),
	}
	s.http = http.Server{
		Handler:           access.wrap(handler, c.writeTimeout),
		ErrorLog:          c.errorLog,
		TLSConfig:         c.tlsConfig,
		ReadHeaderTimeout: c.headerTimeout,
		ReadTimeout:       c.readTimeout,
		WriteTimeout:      c.writeTimeout, // response gives more, piece by piece
		IdleTimeout:       c.idleTimeout,
		MaxHeaderBytes:    c.maxHeader,
		ConnState:         s.track,
	}
	return s, nil
}

// listen serves on an address, "HOST:PORT", and gives the URL that it has.
func (s *server) listen(scheme, address string) (string, error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return "", err
	}
	limited := &limitedListener{listener, s.limits}
	go func() {
		serve := s.http.Serve
		if scheme == "https" {
			serve = func(l net.Listener) error { return s.http.ServeTLS(l, "", "") }
		}
		err := serve(limited)
		select {
		case s.ended <- err:
		default:
		}
	}()
	return scheme + "://" + listener.Addr().String(), nil
}

// track notes which connections have a request under way.
func (s *server) track(conn net.Conn, state http.ConnState) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if state == http.StateActive {
		s.active[conn] = true
	} else {
		delete(s.active, conn)
	}
}

// shutdown takes no more requests and lets those under way go on for as long as
// ctx allows; it fails if it had to cut some off. A connection on which no
// request has come yet is not worth an error.
func (s *server) shutdown(ctx context.Context) error {
	err := s.http.Shutdown(ctx)
	if err == nil {
		return nil
	}
	s.mu.Lock()
	cut := len(s.active)
	s.mu.Unlock()
	closeErr := s.http.Close()
	if cut > 0 {
		return fmt.Errorf("connections cut off with a request under way: %d", cut)
	}
	return closeErr
}

// site passes each request on to who answers it.
type site struct {
	routes []route // the longest prefix first
	files  http.Handler
}

type route struct {
	proxyRule
	handler http.Handler
}

func newSite(c config) (*site, error) {
	dir, err := newRoot(c.root)
	if err != nil {
		return nil, err
	}
	s := &site{files: &files{root: dir, list: c.list, maxList: maxList, gzip: c.gzip}}
	if len(c.rules) == 0 {
		return s, nil
	}
	g, err := newGateway(c)
	if err != nil {
		return nil, err
	}
	for _, rule := range c.rules {
		if slices.ContainsFunc(s.routes, func(r route) bool { return r.prefix == rule.prefix }) {
			return nil, errors.New("two proxies for " + rule.prefix)
		}
		s.routes = append(s.routes, route{rule, g.proxy(rule)})
	}
	slices.SortFunc(s.routes, func(a, b route) int {
		if len(a.prefix) != len(b.prefix) {
			return len(b.prefix) - len(a.prefix)
		}
		return strings.Compare(a.prefix, b.prefix)
	})
	return s, nil
}

func (s *site) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	if climbs(req.URL.Path) {
		refuse(w, http.StatusBadRequest)
		return
	}
	for _, r := range s.routes {
		if r.matches(req.URL) {
			r.handler.ServeHTTP(w, req)
			return
		}
	}
	s.files.ServeHTTP(w, req)
}
