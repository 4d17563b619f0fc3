package main

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// fieldRange is from one field to another, both included, counted from 1 or,
// backwards from the last, from -1.
type fieldRange struct{ from, to int }

// parseFieldRanges takes what fzf(1) documents under "FIELD INDEX EXPRESSION".
func parseFieldRanges(list string) ([]fieldRange, error) {
	var ranges []fieldRange
	for _, s := range strings.Split(list, ",") {
		from, to, isRange := strings.Cut(s, "..")
		r := fieldRange{1, -1}
		var err error
		switch {
		case !isRange:
			r.from, err = parseField(s)
			r.to = r.from
		case from != "" && to != "":
			r.from, err = parseField(from)
			if err == nil {
				r.to, err = parseField(to)
			}
		case from != "":
			r.from, err = parseField(from)
		case to != "":
			r.to, err = parseField(to)
		}
		if err != nil {
			return nil, fmt.Errorf("%q is no field or range of fields: %v", s, err)
		}
		ranges = append(ranges, r)
	}
	return ranges, nil
}

func parseField(s string) (int, error) {
	n, err := strconv.Atoi(s)
	switch {
	case errors.Is(err, strconv.ErrRange):
		return 0, errors.New("number too large")
	case err != nil || s[0] == '+':
		return 0, errors.New("want an integer")
	case n == 0:
		return 0, errors.New("fields are counted from 1")
	}
	return n, nil
}

// bounds gives the range within n fields as from:to of a slice; it is empty
// where the line has none of its fields.
func (r fieldRange) bounds(n int) (from, to int) {
	from, to = r.from-1, r.to
	if r.from < 0 {
		from = n + r.from
	}
	if r.to < 0 {
		to = n + r.to + 1
	}
	from, to = max(from, 0), min(to, n)
	if from >= to {
		return 0, 0
	}
	return from, to
}

// delimiter ends fields: a regular expression, or else a string, or else blanks.
type delimiter struct {
	expression *regexp.Regexp
	literal    []byte
}

// parseDelimiter takes a single character for itself, and so what is no valid
// expression, as fzf does: -d. and -d'|' mean what they seem to.
func parseDelimiter(s string) (delimiter, error) {
	s = strings.ReplaceAll(s, `\t`, "\t")
	if s == "" {
		return delimiter{}, errors.New("must not be empty")
	}
	if len([]rune(s)) > 1 && regexp.QuoteMeta(s) != s {
		if expression, err := regexp.Compile(s); err == nil {
			return delimiter{expression: expression}, nil
		}
	}
	return delimiter{literal: []byte(s)}, nil
}

// span is from one offset to another in a line.
type span struct{ from, to int }

// split appends the fields of a line. A field includes what ends it, so that
// together they are the line, but for blanks before the first one.
func (d delimiter) split(fields []span, line []byte) []span {
	from := 0
	switch {
	case d.expression != nil:
		for _, end := range d.expression.FindAllIndex(line, -1) {
			if end[0] < end[1] {
				fields = append(fields, span{from, end[1]})
				from = end[1]
			}
		}
	case d.literal != nil:
		for {
			i := bytes.Index(line[from:], d.literal)
			if i < 0 {
				break
			}
			end := from + i + len(d.literal)
			fields = append(fields, span{from, end})
			from = end
		}
	default:
		for from < len(line) && isBlank(line[from]) {
			from++
		}
		for i := from + 1; i < len(line); i++ {
			if isBlank(line[i-1]) && !isBlank(line[i]) {
				fields = append(fields, span{from, i})
				from = i
			}
		}
		if from == len(line) {
			return fields
		}
	}
	return append(fields, span{from, len(line)})
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' }
