package main

import (
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"strconv"
)

// sendParts answers with several ranges: RFC 9110, section 14.6. The length is
// known beforehand and sent.
func (rep *representation) sendParts(w http.ResponseWriter, ranges []byteRange) {
	// A boundary that who wrote the file cannot foresee, nor put into it.
	var random [16]byte
	if _, err := rand.Read(random[:]); err != nil {
		noteError(w, err)
		refuse(w, http.StatusInternalServerError)
		return
	}
	boundary := fmt.Sprintf("%x", random)
	heads := make([]string, len(ranges))
	tail := "\r\n--" + boundary + "--\r\n"
	length := int64(len(tail))
	for i, r := range ranges {
		heads[i] = fmt.Sprintf("\r\n--%s\r\nContent-Type: %s\r\nContent-Range: %s\r\n\r\n", boundary, rep.mimeType, r.contentRange(rep.size))
		length += int64(len(heads[i])) + r.length
	}
	w.Header().Set("Content-Type", "multipart/byteranges; boundary="+boundary)
	w.Header().Set("Content-Length", strconv.FormatInt(length, 10))
	w.WriteHeader(http.StatusPartialContent)
	for i, r := range ranges {
		_, err := io.WriteString(w, heads[i])
		cutOffOn(err)
		cutOffOn(rep.send(w, r))
	}
	_, err := io.WriteString(w, tail)
	cutOffOn(err)
}
