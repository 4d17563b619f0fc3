package main

import (
	"bytes"
	"math"
	"unicode"
	"unicode/utf8"
)

// scorer finds the lines of chunks that match. Each worker has its own.
type scorer struct {
	o        *options
	query    query
	sort     bool // by rank
	backward bool // prefer matches near the end of the line

	aligner aligner
	folded  []byte
	fields  []span
	line    text
	parts   []part // what is searched of the line
}

// part is a range of fields, with how many characters of the line are before it.
type part struct {
	text
	offset int
}

func newScorer(o *options, q query, sort bool) *scorer {
	s := &scorer{o: o, query: q, sort: sort, parts: make([]part, max(len(o.nth), 1))}
	for _, c := range o.tiebreak {
		s.backward = s.backward || c == byEnd
	}
	return s
}

var toLower = func() (table [256]byte) {
	for c := range table {
		table[c] = byte(c)
		if c <= unicode.MaxASCII {
			table[c] = byte(unicode.ToLower(rune(c)))
		}
	}
	return table
}()

// score finds the matches of a chunk, and sorts them if that is asked for.
func (s *scorer) score(c *chunk, delimiter byte) {
	s.folded = append(s.folded[:0], c.data...)
	var all byte
	for i, b := range s.folded {
		s.folded[i] = toLower[b]
		all |= b
	}
	for from := 0; from < len(c.data); {
		length := bytes.IndexByte(c.data[from:], delimiter)
		if length < 0 {
			length = len(c.data) - from
		}
		to := from + length
		if length > 0 {
			line := c.data[from:to]
			isASCII := all < utf8.RuneSelf || isASCII(line)
			if rank, ok := s.match(line, s.folded[from:to], isASCII); ok {
				c.matches = append(c.matches, found{rank, uint32(from), uint32(to)})
			}
		}
		from = to + 1
	}
	if s.sort {
		sortByRank(c.matches, s.o.tac)
	}
}

func isASCII(s []byte) bool {
	for _, c := range s {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// match says whether a line matches and, if it is to be sorted, its rank.
func (s *scorer) match(line, folded []byte, isASCII bool) (rank uint64, ok bool) {
	if len(s.query) == 0 {
		return 0, true
	}
	s.line.reset(line, folded, isASCII)
	parts := s.divide(line, folded, isASCII)
	sum := match{begin: math.MaxInt}
	for _, group := range s.query {
		matched := false
		for _, t := range group {
			m, found := s.find(t, parts)
			if found == t.negated {
				continue
			}
			matched = true
			if found {
				sum = match{sum.score + m.score, min(sum.begin, m.begin), max(sum.end, m.end)}
				break
			}
			// What is merely absent scores nothing, and a later term may yet.
		}
		if !matched {
			return 0, false
		}
	}
	if s.sort {
		rank = s.rank(&s.line, sum)
	}
	return rank, true
}

// find gives the match of a term in the first part of the line that has one.
func (s *scorer) find(t *term, parts []part) (match, bool) {
	for i := range parts {
		if m, ok := t.in(&parts[i].text, &s.aligner, s.backward); ok {
			m.begin += parts[i].offset
			m.end += parts[i].offset
			return m, true
		}
	}
	return match{}, false
}

// divide gives the parts of a line that are to be searched.
func (s *scorer) divide(line, folded []byte, isASCII bool) []part {
	if len(s.o.nth) == 0 {
		s.parts[0].text.reset(line, folded, isASCII)
		return s.parts
	}
	s.fields = s.o.delimiter.split(s.fields[:0], line)
	n := 0
	for _, r := range s.o.nth {
		from, to := r.bounds(len(s.fields))
		if from == to {
			continue
		}
		begin, end := s.fields[from].from, s.fields[to-1].to
		p := &s.parts[n]
		n++
		p.text.reset(line[begin:end], folded[begin:end], isASCII)
		p.offset = begin
		if !isASCII {
			p.offset = utf8.RuneCount(line[:begin])
		}
	}
	return s.parts[:n]
}
