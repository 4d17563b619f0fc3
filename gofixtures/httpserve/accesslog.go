package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// accessLog writes a line for each request, in one write of its own, so that
// processes that append to one file do not mix their lines.
type accessLog struct {
	mu     sync.Mutex
	w      io.Writer // nil: no log
	json   bool
	errors *log.Logger
	broken bool // the last write failed
}

// entry is a request that has been answered. Its names are those of the JSON.
type entry struct {
	Time      time.Time `json:"time"`
	Remote    string    `json:"remote"`
	Method    string    `json:"method"`
	Host      string    `json:"host"`
	URI       string    `json:"uri"`
	Proto     string    `json:"proto"`
	TLS       bool      `json:"tls"`
	Status    int       `json:"status"`
	Bytes     int64     `json:"bytes"` // of the body, sent
	Seconds   float64   `json:"seconds"`
	Complete  bool      `json:"complete"` // false: the answer was cut off
	Referer   string    `json:"referer,omitempty"`
	UserAgent string    `json:"user_agent,omitempty"`
}

// wrap logs what h answers; it is also where a response comes from.
func (l *accessLog) wrap(h http.Handler, writeTimeout time.Duration) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, req *http.Request) {
		w := &response{ResponseWriter: rw, timeout: writeTimeout}
		start := time.Now()
		complete := false
		// Deferred: an answer that is cut off panics through here.
		defer func() {
			if w.err != nil {
				l.errors.Printf("%s %q: %v", req.Method, req.URL.Path, w.err)
			}
			if w.status == 0 {
				w.status = http.StatusOK // what net/http sends where a handler sends nothing
			}
			l.add(describe(req, w, start, complete))
		}()
		h.ServeHTTP(w, req)
		complete = true
	})
}

func describe(req *http.Request, w *response, start time.Time, complete bool) entry {
	remote, _, err := net.SplitHostPort(req.RemoteAddr)
	if err != nil {
		remote = req.RemoteAddr
	}
	return entry{
		Time: start, Remote: remote, Method: req.Method, Host: req.Host, URI: req.RequestURI, Proto: req.Proto,
		TLS: req.TLS != nil, Status: w.status, Bytes: w.bytes, Seconds: time.Since(start).Seconds(),
		Complete: complete, Referer: req.Referer(), UserAgent: req.UserAgent(),
	}
}

// add writes an entry. A log that cannot be written is said once, until it can
// be again; requests are served all the same.
func (l *accessLog) add(e entry) {
	if l.w == nil {
		return
	}
	line := e.combined()
	if l.json {
		bytes, err := json.Marshal(e)
		if err != nil {
			l.errors.Printf("access log: %v", err)
			return
		}
		line = string(bytes) + "\n"
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	_, err := io.WriteString(l.w, line)
	if err != nil && !l.broken {
		l.errors.Printf("access log: %v", err)
	}
	l.broken = err != nil
}

// combined is the format that Apache's documentation of mod_log_config calls so:
// "%h %l %u %t \"%r\" %>s %b \"%{Referer}i\" \"%{User-agent}i\"".
func (e entry) combined() string {
	return fmt.Sprintf("%s - - [%s] \"%s %s %s\" %d %s \"%s\" \"%s\"\n",
		quoteLog(e.Remote), e.Time.Format("02/Jan/2006:15:04:05 -0700"),
		quoteLog(e.Method), quoteLog(e.URI), quoteLog(e.Proto), e.Status, dash(fmt.Sprint(e.Bytes), "0"),
		dash(quoteLog(e.Referer), ""), dash(quoteLog(e.UserAgent), ""))
}

func dash(s, empty string) string {
	if s == empty {
		return "-"
	}
	return s
}

// quoteLog keeps what clients send from ending a field or a line, or reaching a
// terminal: quotes, backslashes and all that is not printable ASCII become \xHH.
func quoteLog(s string) string {
	plain := func(c byte) bool { return c >= ' ' && c < 0x7f && c != '"' && c != '\\' }
	i := 0
	for i < len(s) && plain(s[i]) {
		i++
	}
	if i == len(s) {
		return s
	}
	var b strings.Builder
	for _, c := range []byte(s) {
		if plain(c) {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, `\x%02x`, c)
		}
	}
	return b.String()
}
