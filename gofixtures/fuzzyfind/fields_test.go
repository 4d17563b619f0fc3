package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestParseFieldRanges(t *testing.T) {
	for _, test := range []struct{ in, want string }{
		{"1", "[{1 1}]"}, {"-1", "[{-1 -1}]"}, {"2..", "[{2 -1}]"}, {"..-2", "[{1 -2}]"}, {"..", "[{1 -1}]"},
		{"1,3", "[{1 1} {3 3}]"}, {"3..5,-2", "[{3 5} {-2 -2}]"},
		{"", ""}, {"0", ""}, {"..0", ""}, {"0..1", ""}, {"1,", ""}, {"a", ""}, {"1-", ""}, {"--1", ""}, {"+1", ""},
		{"1..2..3", ""}, {"1...2", ""}, {" 1", ""}, {"99999999999999999999", ""},
	} {
		ranges, err := parseFieldRanges(test.in)
		if (err == nil) != (test.want != "") || err == nil && fmt.Sprint(ranges) != test.want {
			t.Errorf("%q: %v, %v; want %s", test.in, ranges, err, test.want)
		}
	}
}

func TestFields(t *testing.T) {
	for _, test := range []struct {
		delimiter, line string // no delimiter is blanks
		want            []string
	}{
		{"", "a b  c", []string{"a ", "b  ", "c"}},
		{"", " \ta\t b ", []string{"a\t ", "b "}},
		{"", "", nil},
		{"", "  ", nil},
		{":", "a:b:c", []string{"a:", "b:", "c"}},
		{":", ":a:", []string{":", "a:", ""}},
		{":", "a", []string{"a"}},
		{".", "a.b", []string{"a.", "b"}},
		{"|", "a|b", []string{"a|", "b"}},
		{"[", "a[b", []string{"a[", "b"}},
		{"(x", "a(xb", []string{"a(x", "b"}},
		{"::", "a::b:c", []string{"a::", "b:c"}},
		{`\t`, "a\tb", []string{"a\t", "b"}},
		{"[:/]+", "a:/b/c", []string{"a:/", "b/", "c"}},
		{"x*", "axb", []string{"ax", "b"}}, // and nothing ends nothing
		{"^a", "aab", []string{"a", "ab"}},
	} {
		var d delimiter
		if test.delimiter != "" {
			var err error
			if d, err = parseDelimiter(test.delimiter); err != nil {
				t.Fatal(err)
			}
		}
		var got []string
		for _, s := range d.split(nil, []byte(test.line)) {
			got = append(got, test.line[s.from:s.to])
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%q split at %q: %q, want %q", test.line, test.delimiter, got, test.want)
		}
	}
}

func TestFieldRangeBounds(t *testing.T) {
	fields := []string{"1", "2", "3"}
	for _, test := range []struct{ ranges, want string }{
		{"1", "1"}, {"3", "3"}, {"4", ""}, {"-1", "3"}, {"-3", "1"}, {"-4", ""},
		{"2..", "23"}, {"..2", "12"}, {"..-2", "12"}, {"-2..", "23"}, {"..", "123"}, {"-9..9", "123"}, {"3..1", ""}, {"-1..-3", ""}, {"-9..-4", ""},
	} {
		ranges, err := parseFieldRanges(test.ranges)
		if err != nil {
			t.Fatal(err)
		}
		from, to := ranges[0].bounds(len(fields))
		if got := strings.Join(fields[from:to], ""); got != test.want {
			t.Errorf("%s of 123: %q, want %q", test.ranges, got, test.want)
		}
	}
}

// Fields follow upon each other to the end of the line, and whatever range is
// asked for is within them.
func FuzzFields(f *testing.F) {
	f.Add("", "1", "a b")
	f.Add("/", "-1..,..2", "a/b//c")
	f.Add("[ab]*", "..", "\xffab")
	f.Add("^|$", "2", "ab")
	f.Fuzz(func(t *testing.T, delimiterText, rangesText, line string) {
		d, err := parseDelimiter(delimiterText)
		if err != nil {
			d = delimiter{}
		}
		fields := d.split(nil, []byte(line))
		for i, s := range fields {
			if s.from > s.to || i > 0 && s.from != fields[i-1].to || i < len(fields)-1 && s.from == s.to {
				t.Fatalf("%q split at %q: %v", line, delimiterText, fields)
			}
		}
		if n := len(fields); n > 0 && fields[n-1].to != len(line) || n == 0 && strings.Trim(line, " \t") != "" {
			t.Fatalf("%q split at %q: %v", line, delimiterText, fields)
		}
		ranges, err := parseFieldRanges(rangesText)
		if err != nil {
			return
		}
		for _, r := range ranges {
			if from, to := r.bounds(len(fields)); from < 0 || to > len(fields) || from > to {
				t.Fatalf("%v of %d: %d to %d", r, len(fields), from, to)
			}
		}
	})
}
