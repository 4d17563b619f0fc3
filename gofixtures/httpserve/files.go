package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path"
	"strconv"
	"time"
)

// files serves a folder.
//
// It does without http.ServeContent, which sends what is compressed already
// without its length, knows nothing of representations that differ by encoding
// and puts no bound on the number of ranges. The tests hold it against
// http.ServeContent where both should agree.
type files struct {
	root root
	list bool
	gzip bool
}

// representation is one form of a file's content: RFC 9110, section 8.
type representation struct {
	file *os.File
	size int64
	validators
	mimeType string
	encoding string // of what is sent; "" is none
	deflate  bool   // file is to be compressed on the way
	varies   bool   // there are others, chosen by Accept-Encoding
}

func (f *files) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if req.Method != http.MethodGet && req.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		refuse(w, http.StatusMethodNotAllowed)
		return
	}
	name := req.URL.Path
	file, info, err := f.root.open(name)
	if err != nil {
		f.fail(w, err)
		return
	}
	defer func() { file.Close() }() // whichever file it is by then
	if info.IsDir() {
		if name[len(name)-1] != '/' {
			redirectToFolder(w, req.URL)
			return
		}
		name = path.Join(name, "index.html")
		index, indexInfo, err := f.root.open(name)
		switch {
		case err == nil && !indexInfo.IsDir():
			file.Close()
			file, info = index, indexInfo
		case err == nil || missing(err):
			if err == nil {
				index.Close()
			}
			if f.list {
				f.serveList(w, req, file)
			} else {
				refuse(w, http.StatusNotFound)
			}
			return
		default:
			f.fail(w, err)
			return
		}
	}

	rep := f.represent(req, name, file, info)
	file = rep.file
	rep.serve(w, req)
}

// represent chooses between a file as it is, the .gz that lies beside it and
// compression on the way.
//
// A file compressed on the way has a weak entity tag, since another release of
// the compressor may give other bytes, and so has no ranges: who asks for
// ranges is given the file as it is.
func (f *files) represent(req *http.Request, name string, file *os.File, info fs.FileInfo) representation {
	rep := representation{
		file:       file,
		size:       info.Size(),
		validators: validatorsOf(info, "", time.Now()),
		mimeType:   mimeType(name),
	}
	accepted := acceptsGzip(req.Header.Values("Accept-Encoding"))
	if packed, packedInfo, err := f.root.open(name + ".gz"); err == nil {
		// One that is older than the file has been forgotten there.
		fresh := packedInfo.Mode().IsRegular() && !packedInfo.ModTime().Before(info.ModTime())
		rep.varies = fresh
		if fresh && accepted {
			file.Close()
			rep.file, rep.size = packed, packedInfo.Size()
			rep.validators = validatorsOf(packedInfo, "-gz", time.Now())
			rep.encoding = "gzip"
			return rep
		}
		packed.Close()
	}
	if f.gzip && rep.size >= minGzip && compressible(rep.mimeType) {
		rep.varies = true
		if accepted && req.Header.Get("Range") == "" {
			rep.validators = validatorsOf(info, "-gzip", time.Now())
			if !isWeak(rep.etag) {
				rep.etag = "W/" + rep.etag
			}
			rep.encoding, rep.deflate = "gzip", true
		}
	}
	return rep
}

// validatorsOf makes an entity tag from the time of the last change, to the
// nanosecond, and the size. A file that was changed just now may be changed
// again within what the file system's clock can tell apart; until some seconds
// have passed its tag is weak, and one from the future has no date either.
func validatorsOf(info fs.FileInfo, suffix string, now time.Time) validators {
	v := validators{
		etag:    fmt.Sprintf(`"%x-%x%s"`, info.ModTime().UnixNano(), info.Size(), suffix),
		modTime: info.ModTime().UTC(),
	}
	if age := now.Sub(v.modTime); age < 2*time.Second {
		v.etag = "W/" + v.etag
		if age < 0 {
			v.modTime = time.Time{}
		}
	}
	return v
}

func (rep *representation) serve(w http.ResponseWriter, req *http.Request) {
	h := w.Header()
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
		cutOffOn(copyGzip(w, io.LimitReader(rep.file, rep.size)))
	default:
		cutOffOn(rep.send(w, part))
	}
}

// piece is how much of a file is sent at once: each piece has the time of
// -write-timeout, and goes from file to socket within the kernel where it can.
const piece = 256 << 10

func (rep *representation) send(w io.Writer, part byteRange) error {
	if _, err := rep.file.Seek(part.start, io.SeekStart); err != nil {
		return err
	}
	for part.length > 0 {
		n, err := io.CopyN(w, rep.file, min(part.length, piece))
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

func (f *files) fail(w http.ResponseWriter, err error) {
	switch {
	case missing(err):
		refuse(w, http.StatusNotFound)
	case errors.Is(err, fs.ErrPermission):
		refuse(w, http.StatusForbidden)
	default:
		noteError(w, err)
		refuse(w, http.StatusInternalServerError)
	}
}

// refuse answers with a status and its name. What has been said of the content
// that is not sent does not hold for this one.
func refuse(w http.ResponseWriter, status int) {
	h := w.Header()
	for _, name := range []string{"Etag", "Last-Modified", "Accept-Ranges", "Content-Encoding"} {
		h.Del(name)
	}
	text := fmt.Sprintf("%d %s\n", status, http.StatusText(status))
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(len(text)))
	w.WriteHeader(status)
	io.WriteString(w, text)
}

// redirectToFolder adds the slash without which relative links would go wrong.
// The target is relative: "//host" as a path must not become a host.
func redirectToFolder(w http.ResponseWriter, u *url.URL) {
	target := "./" + url.PathEscape(path.Base(u.Path)) + "/"
	if u.RawQuery != "" {
		target += "?" + u.RawQuery
	}
	w.Header().Set("Location", target)
	refuse(w, http.StatusMovedPermanently)
}
