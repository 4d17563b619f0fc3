package main

import (
	"errors"
	"io"
	"net/http"
	"time"
)

// response is what every handler here writes to. It counts for the access log,
// and gives each piece of an answer, rather than the whole of it, the time of
// -write-timeout: a slow client may fetch a large file, one that has stopped
// reading is cut off.
type response struct {
	http.ResponseWriter
	timeout time.Duration
	status  int
	bytes   int64
	err     error // what went wrong on our side, for the error log
}

func (w *response) begin(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.allow(w.timeout)
}

// allow sets the time until when what is written next must be gone. A writer
// that knows no deadlines, such as a test's, goes without.
func (w *response) allow(d time.Duration) {
	http.NewResponseController(w.ResponseWriter).SetWriteDeadline(time.Now().Add(d))
}

func (w *response) WriteHeader(status int) {
	if status >= 200 { // those below are not the answer yet
		w.begin(status)
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *response) Write(p []byte) (int, error) {
	w.begin(http.StatusOK)
	n, err := w.ResponseWriter.Write(p)
	w.bytes += int64(n)
	return n, err
}

// ReadFrom lets net/http send files without copying them through this process.
func (w *response) ReadFrom(r io.Reader) (int64, error) {
	w.begin(http.StatusOK)
	n, err := io.Copy(w.ResponseWriter, r)
	w.bytes += n
	return n, err
}

// Unwrap is for http.ResponseController.
func (w *response) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// noteError leaves an error to be logged; the client is not told.
func noteError(w http.ResponseWriter, err error) {
	if r, ok := w.(*response); ok {
		r.err = errors.Join(r.err, err)
	}
}
