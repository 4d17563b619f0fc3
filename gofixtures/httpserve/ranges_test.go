package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestParseRanges(t *testing.T) {
	all := []byteRange(nil)
	many := "bytes=0-0" + strings.Repeat(",2-2", maxRanges)
	for _, test := range []struct {
		header string
		size   int64
		want   []byteRange
		ok     bool
	}{
		{"bytes=0-0", 10, []byteRange{{0, 1}}, true},
		{"bytes=0-", 10, []byteRange{{0, 10}}, true},
		{"bytes=9-", 10, []byteRange{{9, 1}}, true},
		{"bytes=2-5", 10, []byteRange{{2, 4}}, true},
		{"bytes=2-99", 10, []byteRange{{2, 8}}, true},
		{"bytes=-3", 10, []byteRange{{7, 3}}, true},
		{"bytes=-30", 10, []byteRange{{0, 10}}, true},
		{"Bytes=0-0", 10, []byteRange{{0, 1}}, true},
		{"bytes=0-0, 5-6,-1", 10, []byteRange{{0, 1}, {5, 2}, {9, 1}}, true},
		{"bytes=,, 0-0 ,\t,5-5,", 10, []byteRange{{0, 1}, {5, 1}}, true},
		{"bytes=5-5,0-0", 10, []byteRange{{5, 1}, {0, 1}}, true},
		{"bytes=0-0,10-", 10, []byteRange{{0, 1}}, true},
		{"bytes=0-99999999999999999999", 10, []byteRange{{0, 10}}, true},
		{"bytes=-99999999999999999999", 10, []byteRange{{0, 10}}, true},
		{"bytes=0000000000000000000000001-1", 10, []byteRange{{1, 1}}, true},

		{"bytes=10-", 10, nil, false},
		{"bytes=10-10,-0", 10, nil, false},
		{"bytes=-0", 10, nil, false},
		{"bytes=99999999999999999999-", 10, nil, false},

		{"", 10, all, true},
		{"bytes", 10, all, true},
		{"bytes=", 10, all, true},
		{"bytes=,", 10, all, true},
		{"bytes=-", 10, all, true},
		{"bytes=5", 10, all, true},
		{"bytes=5-2", 10, all, true},
		{"bytes=a-b", 10, all, true},
		{"bytes=+1-2", 10, all, true},
		{"bytes=1-+2", 10, all, true},
		{"bytes=--1", 10, all, true},
		{"bytes=0x1-2", 10, all, true},
		{"bytes=1 - 2", 10, all, true},
		{"lines=0-0", 10, all, true},
		{"bytes=0-0,x", 10, all, true},
		{"bytes=0-,0-", 10, all, true},
		{many, 10, all, true},
		{"bytes=0-", 0, all, true},
		{"bytes=-1", 0, all, true},
	} {
		got, ok := parseRanges(test.header, test.size)
		if !slices.Equal(got, test.want) || ok != test.ok {
			t.Errorf("parseRanges(%q, %d) = %v, %v; want %v, %v", test.header, test.size, got, ok, test.want, test.ok)
		}
	}
}

// Whatever the header: all ranges lie within, and are no more than the whole;
// and written out again they are read as the same.
func FuzzParseRanges(f *testing.F) {
	for _, s := range []string{"bytes=0-0", "bytes=-5,3-", "bytes=9223372036854775807-", "bytes=1-9223372036854775807", "bytes=0-,0-", "x=1-2"} {
		f.Add(s, int64(10))
		f.Add(s, int64(1)<<62)
	}
	f.Fuzz(func(t *testing.T, header string, size int64) {
		size &= 1<<63 - 1
		ranges, ok := parseRanges(header, size)
		if len(ranges) > maxRanges || len(ranges) > 0 && !ok {
			t.Fatalf("%v, %v", ranges, ok)
		}
		total := int64(0)
		var specs []string
		for _, r := range ranges {
			if r.start < 0 || r.length < 1 || r.start > size-r.length {
				t.Fatalf("parseRanges(%q, %d) = %v", header, size, ranges)
			}
			total += r.length
			specs = append(specs, fmt.Sprintf("%d-%d", r.start, r.start+r.length-1))
		}
		if total < 0 || total > size {
			t.Fatalf("parseRanges(%q, %d): %d bytes", header, size, total)
		}
		again, _ := parseRanges("bytes="+strings.Join(specs, ","), size)
		if !slices.Equal(again, ranges) {
			t.Errorf("parseRanges(%q, %d) = %v, read again %v", header, size, ranges, again)
		}
	})
}
