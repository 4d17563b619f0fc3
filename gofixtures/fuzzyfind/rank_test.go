package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// Chunks that are sorted and merged are all of it sorted.
func TestMerge(t *testing.T) {
	random := randomNumbers(3)
	for round := 0; round < 200; round++ {
		last := round%2 == 1
		var chunks []*chunk
		type line struct {
			rank  uint64
			index int
		}
		var want []line
		for i := random.below(12); i > 0; i-- {
			c := new(chunk)
			for j := random.below(6); j > 0; j-- {
				l := line{uint64(random.below(4)), len(want)}
				from := uint32(len(c.data))
				c.data = fmt.Appendf(c.data, "%d", l.index)
				c.matches = append(c.matches, found{l.rank, from, uint32(len(c.data))})
				want = append(want, l)
			}
			sortByRank(c.matches, last)
			chunks = append(chunks, c)
		}
		if last {
			slices.Reverse(chunks)
			slices.Reverse(want)
		}
		slices.SortStableFunc(want, func(a, b line) int { return int(a.rank) - int(b.rank) })
		var got, wanted []string
		for _, l := range want {
			wanted = append(wanted, fmt.Sprint(l.index))
		}
		err := merge(chunks, func(line []byte) error {
			got = append(got, string(line))
			return nil
		})
		if err != nil || !slices.Equal(got, wanted) {
			t.Fatalf("%v, %v; want %v", got, err, wanted)
		}
	}
}

func TestMergeStopsAtAnError(t *testing.T) {
	c := &chunk{data: []byte("ab"), matches: []found{{0, 0, 1}, {0, 1, 2}}}
	broken := errors.New("broken")
	calls := 0
	err := merge([]*chunk{c}, func([]byte) error { calls++; return broken })
	if err != broken || calls != 1 {
		t.Errorf("%v after %d calls", err, calls)
	}
}

// What is larger than 16 bits can hold counts as the most that they hold, and
// does not spill over into its neighbour.
func TestRankSaturates(t *testing.T) {
	o := &options{tiebreak: []criterion{byLength, byBegin}}
	s := newScorer(o, nil, true)
	line := new(text)
	long := []byte(strings.Repeat("x", 1<<17))
	line.reset(long, long, true)
	if got, want := s.rank(line, match{1 << 20, 1 << 16, 1 << 17}), uint64(0x0000_ffff_ffff_0000); got != want {
		t.Errorf("%#x, want %#x", got, want)
	}
	if got, want := s.rank(line, match{0xfff0, 5, 7}), uint64(0x000f_ffff_0005_0000); got != want {
		t.Errorf("%#x, want %#x", got, want)
	}
}

func TestShrink(t *testing.T) {
	for _, test := range []struct {
		matches []found
		size    int
	}{
		{[]found{{1, 8, 10}, {2, 0, 3}}, 5},
		{[]found{{1, 8, 10}, {2, 0, 4}}, 10},
		{nil, 0},
	} {
		c := &chunk{data: []byte("0123456789"), matches: test.matches}
		var want []string
		for i := range c.matches {
			want = append(want, string(c.line(i)))
		}
		c.shrink(nil)
		for i := range c.matches {
			if got := string(c.line(i)); got != want[i] {
				t.Errorf("%q, want %q", got, want[i])
			}
		}
		if len(c.data) != test.size {
			t.Errorf("%d bytes, want %d", len(c.data), test.size)
		}
	}
}
