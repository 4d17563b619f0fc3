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
// without its length, knows nothing of representations that differ by encoding,
// and answers requests for several ranges in one way or another by the release
// that builds it: of a module that says go 1.21, as this one does, Go 1.27 gives
// them the whole (GODEBUG httpservecontentmaxranges). The tests hold it against
// http.ServeContent where both should agree.
type files struct {
	root    root
	list    bool
	maxList int
	gzip    bool
}

func (f *files) ServeHTTP(w http.ResponseWriter, req *http.Request) {
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
	defer file.Close()
	if info.IsDir() {
		if name[len(name)-1] != '/' {
			redirectToFolder(w, req.URL)
			return
		}
		name = path.Join(name, "index.html")
		index, indexInfo, err := f.root.open(name)
		if missing(err) && f.list {
			f.serveList(w, req, file)
			return
		}
		if err != nil {
			f.fail(w, err)
			return
		}
		defer index.Close()
		file, info = index, indexInfo
		if info.IsDir() {
			refuse(w, http.StatusNotFound)
			return
		}
	}

	packed, packedInfo := f.openPacked(name, info)
	if packed != nil {
		defer packed.Close()
	}
	rep := representation{
		content:    file,
		size:       info.Size(),
		validators: validatorsOf(info, "", time.Now()),
		mimeType:   mimeType(name),
	}
	accepted := acceptsGzip(req.Header.Values("Accept-Encoding"))
	switch {
	case packed != nil:
		rep.varies = true
		if accepted {
			rep.content, rep.size = packed, packedInfo.Size()
			rep.validators = validatorsOf(packedInfo, "-gz", time.Now())
			rep.encoding = "gzip"
		}
	case f.gzip && rep.size >= minGzip && compressible(rep.mimeType):
		// What is compressed on the way has a weak entity tag, since another
		// release of the compressor may give other bytes, and so has no ranges:
		// who asks for a range is given the file as it is.
		rep.varies = true
		if accepted && req.Header.Get("Range") == "" {
			rep.etag = weaken(validatorsOf(info, "-gzip", time.Now()).etag)
			rep.encoding, rep.deflate = "gzip", true
		}
	}
	rep.serve(w, req)
}

// openPacked opens the .gz that lies beside a file, or nothing. One that is
// older than the file has been forgotten there.
func (f *files) openPacked(name string, of fs.FileInfo) (*os.File, fs.FileInfo) {
	packed, info, err := f.root.open(name + ".gz")
	if err != nil {
		return nil, nil
	}
	if !info.Mode().IsRegular() || info.ModTime().Before(of.ModTime()) {
		packed.Close()
		return nil, nil
	}
	return packed, info
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
	h.Set("X-Content-Type-Options", "nosniff")
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
