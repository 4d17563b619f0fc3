package main

import (
	"fmt"
	"math"
	"strings"
)

// byteRange is length bytes from start on; length is above zero.
type byteRange struct{ start, length int64 }

func (r byteRange) contentRange(size int64) string {
	return fmt.Sprintf("bytes %d-%d/%d", r.start, r.start+r.length-1, size)
}

// maxRanges is how many a request may ask for. RFC 9110, section 14.2, lets a
// server ignore more; section 17.15 says why it should.
const maxRanges = 32

// parseRanges reads a Range header (RFC 9110, section 14.1.2) for size bytes.
//
// It is nil and true if the header is to be ignored and everything sent: other
// units than bytes, bad syntax, too many ranges or so much overlap that the
// whole is shorter, nothing to take a part of. It is nil and false if none of
// the ranges can be satisfied.
func parseRanges(header string, size int64) (ranges []byteRange, ok bool) {
	unit, set, found := strings.Cut(header, "=")
	if !found || !strings.EqualFold(strings.TrimSpace(unit), "bytes") || size == 0 {
		return nil, true
	}
	specs := 0
	left := size
	for more := true; more; {
		var spec string
		spec, set, more = strings.Cut(set, ",")
		if spec = strings.Trim(spec, " \t"); spec == "" {
			continue // lists may have empty elements: RFC 9110, section 5.6.1.2
		}
		r, valid, satisfiable := parseRange(spec, size)
		if specs++; !valid || specs > maxRanges {
			return nil, true
		}
		if !satisfiable {
			continue
		}
		if r.length > left {
			return nil, true
		}
		left -= r.length
		ranges = append(ranges, r)
	}
	if specs == 0 {
		return nil, true
	}
	return ranges, len(ranges) > 0
}

func parseRange(spec string, size int64) (r byteRange, valid, satisfiable bool) {
	first, last, found := strings.Cut(spec, "-")
	if !found {
		return r, false, false
	}
	if first == "" { // the last so many bytes
		n, ok := parseDigits(last)
		n = min(n, size)
		return byteRange{size - n, n}, ok, n > 0
	}
	start, ok := parseDigits(first)
	if !ok {
		return r, false, false
	}
	end := int64(math.MaxInt64)
	if last != "" {
		if end, ok = parseDigits(last); !ok || end < start {
			return r, false, false
		}
	}
	if start >= size {
		return r, true, false
	}
	return byteRange{start, min(end, size-1) - start + 1}, true, true
}

// parseDigits takes digits alone, with no sign. A number too large for int64
// is beyond every file too, and as good as the largest.
func parseDigits(s string) (n int64, ok bool) {
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return 0, false
		}
		if digit := int64(c - '0'); n > (math.MaxInt64-digit)/10 {
			n = math.MaxInt64
		} else {
			n = n*10 + digit
		}
	}
	return n, s != ""
}
