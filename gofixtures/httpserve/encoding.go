package main

import (
	"compress/gzip"
	"io"
	"strconv"
	"strings"
	"sync"
)

// minGzip is the size below which compression gains less than its header costs
// a packet anyway.
const minGzip = 512

// acceptsGzip reads Accept-Encoding headers: RFC 9110, section 12.5.3. Gzip
// must be named, or meant by "*", with a weight above zero.
func acceptsGzip(headers []string) bool {
	named, any := -1.0, -1.0
	for _, header := range headers {
		for _, element := range strings.Split(header, ",") {
			coding, parameters, _ := strings.Cut(element, ";")
			weight, ok := parseWeight(parameters)
			if !ok {
				continue
			}
			switch strings.ToLower(strings.Trim(coding, " \t")) {
			case "gzip", "x-gzip":
				named = max(named, weight)
			case "*":
				any = max(any, weight)
			}
		}
	}
	if named >= 0 {
		return named > 0
	}
	return any > 0
}

// parseWeight reads "q=0.5", with blanks around it; nothing is 1.
func parseWeight(s string) (float64, bool) {
	if s = strings.Trim(s, " \t"); s == "" {
		return 1, true
	}
	name, value, found := strings.Cut(s, "=")
	if !found || !strings.EqualFold(name, "q") || len(value) > len("0.000") || strings.Trim(value, "0123456789.") != "" {
		return 0, false
	}
	weight, err := strconv.ParseFloat(value, 64)
	return weight, err == nil && weight <= 1
}

// gzipWriters keeps compressors, each of which has several hundred kilobytes.
var gzipWriters = sync.Pool{New: func() any { return gzip.NewWriter(nil) }}

// copyGzip compresses what it reads. On an error the stream is left without an
// end, so that nobody can take it for whole.
func copyGzip(w io.Writer, r io.Reader) error {
	z := gzipWriters.Get().(*gzip.Writer)
	defer gzipWriters.Put(z)
	z.Reset(w)
	if _, err := io.Copy(z, r); err != nil {
		return err
	}
	return z.Close()
}
