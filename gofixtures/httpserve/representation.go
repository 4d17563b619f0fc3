package main

import (
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"strconv"
	"time"
)

// representation is one form of a file's content: RFC 9110, section 8.
type representation struct {
	content io.ReadSeeker
	size    int64
	validators
	mimeType string
	encoding string // of what is sent; "" is none
	deflate  bool   // content is to be compressed on the way
	varies   bool   // there are others, chosen by Accept-Encoding
}

// validatorsOf makes an entity tag from the time of the last change, to the
// nanosecond, and the size: whoever puts another file of the same size there and
// sets the time back deceives it, at the price that a tag costs no reading. A file that was changed just now may be changed
// again within what the file system's clock can tell apart; until some seconds
// have passed its tag is weak, and one from the future has no date either.
func validatorsOf(info fs.FileInfo, suffix string, now time.Time) validators {
	v := validators{
		etag:    fmt.Sprintf(`"%x-%x%s"`, info.ModTime().UnixNano(), info.Size(), suffix),
		modTime: info.ModTime().UTC(),
	}
	if age := now.Sub(v.modTime); age < 2*time.Second {
		v.etag = weaken(v.etag)
		if age < 0 {
			v.modTime = time.Time{}
		}
	}
	return v
}

func (rep *representation) serve(w http.ResponseWriter, req *http.Request) {
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Etag", rep.etag)
	if !rep.modTime.IsZero() {
		h.Set("Last-Modified", rep.modTime.Format(http.TimeFormat))
	}
	if rep.varies {
		h.Set("Vary", "Accept-Encoding")
	}
	if rep.deflate {
		h.Set("Accept-Ranges", "none")
	} else {
		h.Set("Accept-Ranges", "bytes")
	}

	switch rep.judge(req.Header) {
	case failed:
		refuse(w, http.StatusPreconditionFailed)
		return
	case notModified:
		w.WriteHeader(http.StatusNotModified)
		return
	}

	var ranges []byteRange
	// HEAD has no ranges: RFC 9110, section 14.2.
	if header := req.Header.Get("Range"); header != "" && !rep.deflate && req.Method == http.MethodGet && rep.allowsRange(req.Header) {
		var ok bool
		if ranges, ok = parseRanges(header, rep.size); !ok {
			h.Set("Content-Range", fmt.Sprintf("bytes */%d", rep.size))
			refuse(w, http.StatusRequestedRangeNotSatisfiable)
			return
		}
	}
	if rep.encoding != "" {
		h.Set("Content-Encoding", rep.encoding)
	}
	if len(ranges) > 1 {
		rep.sendParts(w, ranges)
		return
	}
	h.Set("Content-Type", rep.mimeType)
	status, part := http.StatusOK, byteRange{0, rep.size}
	if len(ranges) == 1 {
		status, part = http.StatusPartialContent, ranges[0]
		h.Set("Content-Range", part.contentRange(rep.size))
	}
	if !rep.deflate {
		h.Set("Content-Length", strconv.FormatInt(part.length, 10))
	}
	w.WriteHeader(status)
	switch {
	case req.Method == http.MethodHead:
	case rep.deflate:
		cutOffOn(copyGzip(w, io.LimitReader(rep.content, rep.size)))
	default:
		cutOffOn(rep.send(w, part))
	}
}

// piece is how much of a file is sent at once: each piece has the time of
// -write-timeout, and goes from file to socket within the kernel where it can.
const piece = 256 << 10

func (rep *representation) send(w io.Writer, part byteRange) error {
	if _, err := rep.content.Seek(part.start, io.SeekStart); err != nil {
		return err
	}
	for part.length > 0 {
		n, err := io.CopyN(w, rep.content, min(part.length, piece))
		part.length -= n
		if err != nil {
			return err // io.EOF: the file has become shorter
		}
	}
	return nil
}

// cutOffOn ends a connection in the middle of an answer, so that the client
// knows that it has not got all; an error page would go into the body.
func cutOffOn(err error) {
	if err != nil {
		panic(http.ErrAbortHandler)
	}
}
