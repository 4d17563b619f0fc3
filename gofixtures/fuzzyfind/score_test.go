package main

import (
	"bytes"
	"io"
	"testing"
)

// Lines cost no allocation, whether ASCII or not, once buffers have grown.
func TestNoAllocationPerLine(t *testing.T) {
	paths := generatedPaths(2000)
	for name, data := range map[string][]byte{
		"ASCII": paths,
		"runes": bytes.ReplaceAll(paths, []byte("e"), []byte("é")),
	} {
		query := "src 'er | lo ^s | ^k !xyz h$ | c$ | o$"
		o := &options{filter: &query, extended: true, sort: true, tiebreak: []criterion{byLength, byBegin, byEnd}}
		s := newScorer(o, parseQuery(o), true)
		c := &chunk{data: data}
		run := func() {
			c.matches = c.matches[:0]
			s.score(c, '\n')
		}
		run()
		if len(c.matches) < 10 {
			t.Errorf("%s: only %d matches", name, len(c.matches))
		}
		if n := testing.AllocsPerRun(5, run); n > 0 {
			t.Errorf("%s: %v allocations for 2000 lines", name, n)
		}
	}
}

func BenchmarkFilter(b *testing.B) {
	input := generatedPaths(100000)
	for _, query := range []string{"src", "netdrv", "zzz", "'config .yaml$", "etr sni lor .go$"} {
		b.Run(query, func(b *testing.B) {
			b.SetBytes(int64(len(input)))
			b.ReportAllocs()
			for i := 0; i < b.N; i++ {
				run([]string{"-f", query}, bytes.NewReader(input), io.Discard, io.Discard)
			}
		})
	}
}
