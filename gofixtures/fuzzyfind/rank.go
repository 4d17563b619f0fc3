package main

import (
	"cmp"
	"math"
	"slices"
)

// found is a line that matches: its rank among all, of which the smallest is
// the best, and from where to where it is in the data of its chunk.
type found struct {
	rank     uint64
	from, to uint32
}

// rank packs the score and up to three criteria, the first the most
// significant, 16 bits each: what is larger counts as 65535. The place in the
// input, which decides last, need not be in it.
func (s *scorer) rank(line *text, m match) uint64 {
	rank := uint64(math.MaxUint16 - min(m.score, math.MaxUint16))
	for i := 0; i < maxCriteria; i++ {
		value := 0
		if i < len(s.o.tiebreak) {
			if line.isASCII {
				value = measure(s.o.tiebreak[i], line.raw, m)
			} else {
				value = measure(s.o.tiebreak[i], line.runes(0), m)
			}
		}
		rank = rank<<16 | uint64(min(value, math.MaxUint16))
	}
	return rank
}

// measure gives what a criterion looks at, so that less is better. Blanks
// around the line do not count.
func measure[T unit](c criterion, line []T, m match) int {
	from, to := 0, len(line)
	for from < to && classOf(line[from]) == classBlank {
		from++
	}
	for from < to && classOf(line[to-1]) == classBlank {
		to--
	}
	if c == byLength {
		return to - from
	}
	if m.end == 0 { // of a line that lacks what it must not have, no part matches
		return math.MaxUint16
	}
	switch c {
	case byChunk:
		begin, end := m.begin, m.end
		for begin > 0 && classOf(line[begin-1]) != classBlank {
			begin--
		}
		for end < len(line) && classOf(line[end]) != classBlank {
			end++
		}
		return end - begin
	case byEnd:
		// In proportion to the line, lest it be another way to say "short".
		return int(math.MaxUint16 * int64(max(to-m.end, 0)) / int64(max(to-from, 1)))
	}
	return max(m.begin-from, 0)
}

// sortByRank sorts the matches of a chunk, which are in input order. Of equals
// the first comes first or, if last, the last.
func sortByRank(matches []found, last bool) {
	slices.SortFunc(matches, func(a, b found) int {
		if a.rank != b.rank {
			return cmp.Compare(a.rank, b.rank)
		}
		if last {
			a, b = b, a
		}
		return cmp.Compare(a.from, b.from)
	})
}

// merge hands over the matches of all chunks by rank, each chunk's own being
// sorted; between equals the chunk that stands before decides. It stops at an
// error.
func merge(chunks []*chunk, yield func(line []byte) error) error {
	// A heap of the places of chunks by their next matches.
	next := make([]int, len(chunks))
	before := func(a, b int) bool {
		x, y := chunks[a].matches[next[a]].rank, chunks[b].matches[next[b]].rank
		return x < y || x == y && a < b
	}
	var heap []int
	sink := func(i int) {
		for {
			child := 2*i + 1
			if child >= len(heap) {
				return
			}
			if child+1 < len(heap) && before(heap[child+1], heap[child]) {
				child++
			}
			if !before(heap[child], heap[i]) {
				return
			}
			heap[i], heap[child] = heap[child], heap[i]
			i = child
		}
	}
	for i, c := range chunks {
		if len(c.matches) > 0 {
			heap = append(heap, i)
		}
	}
	for i := len(heap)/2 - 1; i >= 0; i-- {
		sink(i)
	}
	for len(heap) > 0 {
		i := heap[0]
		if err := yield(chunks[i].line(next[i])); err != nil {
			return err
		}
		if next[i]++; next[i] == len(chunks[i].matches) {
			heap[0] = heap[len(heap)-1]
			heap = heap[:len(heap)-1]
		}
		sink(0)
	}
	return nil
}
