package main

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

// plan is a fixed sequence of exchanges with a server of the fixture, which
// repeats itself with other ranges and files each time.
type plan struct {
	contents map[string][]byte
	packed   map[string][]byte
}

func newPlan() *plan {
	p := &plan{contents: make(map[string][]byte), packed: make(map[string][]byte)}
	for _, f := range fixtureFiles {
		p.contents[f.path] = f.content()
		if f.packed {
			p.packed[f.path] = stored(f.content())
		}
	}
	return p
}

// fixtureTag is the entity tag of a file of the fixture.
func fixtureTag(size int, suffix string) string {
	return fmt.Sprintf(`"%x-%x%s"`, fixtureTime.UnixNano(), size, suffix)
}

// at is the exchange number i, not negative.
func (p *plan) at(i int) exchange {
	kind, turn := i%len(kinds), i/len(kinds)
	file := fixtureFiles[(turn+kind)%len(fixtureFiles)]
	e := exchange{method: http.MethodGet, path: escapePath(file.path), ask: map[string]string{}, status: http.StatusOK}
	e.want = p.contents[file.path]
	size := len(e.want)
	e.tell = map[string]string{
		"Content-Type":           mimeType(file.path),
		"Etag":                   fixtureTag(size, ""),
		"Last-Modified":          fixtureTime.Format(http.TimeFormat),
		"Accept-Ranges":          "bytes",
		"Content-Encoding":       "",
		"Content-Length":         fmt.Sprint(size),
		"Content-Range":          "",
		"Vary":                   "",
		"X-Content-Type-Options": "nosniff",
	}
	if file.packed || size >= minGzip && compressible(mimeType(file.path)) {
		e.tell["Vary"] = "Accept-Encoding"
	}
	kinds[kind](p, &e, file, turn)
	return e
}

// kinds change the plain exchange that they are given for a file into another.
var kinds = []func(p *plan, e *exchange, f fixtureFile, turn int){
	func(*plan, *exchange, fixtureFile, int) {},
	func(_ *plan, e *exchange, _ fixtureFile, _ int) { e.method = http.MethodHead },
	(*plan).compressed,
	(*plan).oneRange,
	(*plan).lastBytes,
	(*plan).severalRanges,
	(*plan).compressedRange,
	func(_ *plan, e *exchange, f fixtureFile, _ int) {
		if f.size > 0 {
			e.ask["Range"] = fmt.Sprintf("bytes=%d-", f.size)
			e.refused(http.StatusRequestedRangeNotSatisfiable)
			e.tell["Content-Range"] = fmt.Sprintf("bytes */%d", f.size)
		}
	},
	func(_ *plan, e *exchange, f fixtureFile, _ int) {
		e.ask["If-None-Match"] = `"x", ` + fixtureTag(f.size, "")
		e.notModified()
	},
	func(_ *plan, e *exchange, f fixtureFile, _ int) {
		e.ask["If-None-Match"] = fixtureTag(f.size+1, "")
		e.ask["If-Modified-Since"] = fixtureTime.Format(http.TimeFormat) // does not count beside the other
	},
	func(_ *plan, e *exchange, _ fixtureFile, _ int) {
		e.ask["If-Modified-Since"] = fixtureTime.Format(http.TimeFormat)
		e.notModified()
	},
	func(_ *plan, e *exchange, _ fixtureFile, _ int) {
		e.ask["If-Modified-Since"] = fixtureTime.Add(-time.Second).Format(http.TimeFormat)
	},
	func(_ *plan, e *exchange, f fixtureFile, _ int) {
		e.ask["If-Match"] = fixtureTag(f.size+1, "")
		e.refused(http.StatusPreconditionFailed)
	},
	func(p *plan, e *exchange, f fixtureFile, turn int) {
		p.oneRange(e, f, turn)
		e.ask["If-Range"] = fixtureTag(f.size, "")
	},
	func(_ *plan, e *exchange, f fixtureFile, _ int) {
		e.ask["Range"] = "bytes=0-0"
		e.ask["If-Range"] = fixtureTag(f.size+1, "")
	},
	func(p *plan, e *exchange, _ fixtureFile, _ int) {
		e.path = "/folder/"
		e.want = p.contents["/folder/index.html"]
		e.tell["Content-Type"] = "text/html; charset=utf-8"
		e.tell["Etag"] = fixtureTag(len(e.want), "")
		e.tell["Content-Length"] = fmt.Sprint(len(e.want))
		e.tell["Vary"] = "Accept-Encoding"
	},
	func(_ *plan, e *exchange, _ fixtureFile, turn int) {
		e.path = []string{"/folder", "/folder?a=b"}[turn%2]
		e.refused(http.StatusMovedPermanently)
		e.tell["Location"] = []string{"./folder/", "./folder/?a=b"}[turn%2]
		e.want = []byte("301 Moved Permanently\n")
	},
	func(_ *plan, e *exchange, _ fixtureFile, turn int) {
		e.path = []string{"/none", "/.hidden/secret.txt", "/outside/etc/passwd", "/index.html/", "/text/.hidden"}[turn%5]
		e.refused(http.StatusNotFound)
	},
	func(_ *plan, e *exchange, _ fixtureFile, turn int) {
		e.path = []string{"/../etc/passwd", "/%2e%2e/etc/passwd", "/text/..%2f..%2fetc/passwd", "/%00"}[turn%4]
		e.refused(http.StatusBadRequest)
	},
	func(_ *plan, e *exchange, _ fixtureFile, _ int) {
		e.method = http.MethodPut
		e.body = "new content"
		e.refused(http.StatusMethodNotAllowed)
		e.tell["Allow"] = "GET, HEAD"
	},
	func(p *plan, e *exchange, _ fixtureFile, _ int) {
		e.path = "/inside/script.js" // a link within the root
		e.want = p.contents["/text/script.js"]
		e.tell["Content-Type"] = "text/javascript; charset=utf-8"
		e.tell["Etag"] = fixtureTag(len(e.want), "")
		e.tell["Content-Length"] = fmt.Sprint(len(e.want))
		e.tell["Vary"] = "Accept-Encoding"
	},
}

// refused wants nothing said of the content that is not sent.
func (e *exchange) refused(status int) {
	e.status, e.want = status, nil
	e.tell = map[string]string{
		"Content-Type": "text/plain; charset=utf-8", "Etag": "", "Last-Modified": "", "Content-Encoding": "", "Accept-Ranges": "",
		"X-Content-Type-Options": "nosniff",
	}
}

func (e *exchange) notModified() {
	e.status, e.want = http.StatusNotModified, nil
	delete(e.tell, "Content-Type")
	delete(e.tell, "Content-Length")
}

// compressed asks for gzip, which makes a representation of its own.
func (p *plan) compressed(e *exchange, f fixtureFile, turn int) {
	e.ask["Accept-Encoding"] = []string{"gzip", "br;q=1.0, gzip;q=0.5", "*", "identity;q=0.1, GZIP"}[turn%4]
	switch {
	case f.packed:
		e.want = p.packed[f.path]
		e.tell["Etag"] = fixtureTag(len(e.want), "-gz")
		e.tell["Content-Length"] = fmt.Sprint(len(e.want))
		e.tell["Content-Encoding"] = "gzip"
	case e.tell["Vary"] != "":
		e.tell["Etag"] = "W/" + fixtureTag(f.size, "-gzip")
		e.tell["Content-Encoding"] = "gzip"
		e.tell["Accept-Ranges"] = "none"
		delete(e.tell, "Content-Length") // not known beforehand
	}
}

// compressedRange is a part of what is packed, or of the file as it is.
func (p *plan) compressedRange(e *exchange, f fixtureFile, turn int) {
	if f.packed {
		p.compressed(e, f, turn)
		f.size = len(e.want)
	} else {
		e.ask["Accept-Encoding"] = "gzip"
	}
	p.oneRange(e, f, turn)
}

// oneRange asks for a part that lies elsewhere each time.
func (p *plan) oneRange(e *exchange, f fixtureFile, turn int) {
	if f.size == 0 {
		e.ask["Range"] = "bytes=0-" // of nothing there is no part
		return
	}
	start := turn * 7919 % f.size
	length := min(turn*104_729%f.size+1, f.size-start)
	e.ask["Range"] = fmt.Sprintf("bytes=%d-%d", start, start+length-1)
	e.partial(byteRange{int64(start), int64(length)}, f.size)
}

// lastBytes may ask for more than there are.
func (p *plan) lastBytes(e *exchange, f fixtureFile, turn int) {
	asked := turn*1009%(f.size+10) + 1
	e.ask["Range"] = fmt.Sprintf("bytes=-%d", asked)
	if f.size > 0 {
		length := min(asked, f.size)
		e.partial(byteRange{int64(f.size - length), int64(length)}, f.size)
	}
}

func (e *exchange) partial(r byteRange, size int) {
	e.status = http.StatusPartialContent
	e.want = e.want[r.start : r.start+r.length]
	e.tell["Content-Range"] = r.contentRange(int64(size))
	e.tell["Content-Length"] = fmt.Sprint(r.length)
}

// severalRanges asks for every other tenth of a file, and one part beyond it.
func (p *plan) severalRanges(e *exchange, f fixtureFile, turn int) {
	tenth := f.size / 10
	if tenth == 0 {
		return
	}
	var specs []string
	for i := turn % 2; i < 10; i += 2 {
		r := byteRange{int64(i * tenth), int64(tenth)}
		e.parts = append(e.parts, r)
		specs = append(specs, fmt.Sprintf("%d-%d", r.start, r.start+r.length-1))
	}
	specs = append(specs, fmt.Sprintf("%d-", f.size))
	e.ask["Range"] = "bytes=" + strings.Join(specs, ", ")
	e.status = http.StatusPartialContent
	delete(e.tell, "Content-Length") // depends on the length of the boundary
}
