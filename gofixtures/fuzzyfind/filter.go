package main

import (
	"bufio"
	"io"
	"runtime"
	"slices"
)

// filter reads candidates, and writes those that match. One goroutine reads,
// as many as there are processors score what is read, chunk by chunk, and this
// one takes the chunks in the order in which they were read. So how the work
// falls to processors decides nothing about the output.
//
// Matches are kept only if they must be sorted or reversed: the bytes of each
// and 16 more, or the chunk that it is in if that is mostly matches.
func filter(o *options, stdin io.Reader, stdout io.Writer) (found bool, err error) {
	q := parseQuery(o)
	sort := o.sort && q.ranks()
	stream := !sort && !o.tac

	out := &writer{Writer: bufio.NewWriterSize(stdout, 64<<10), end: '\n'}
	if o.print0 {
		out.end = 0
	}
	if o.printQuery {
		if err := out.line([]byte(*o.filter)); err != nil {
			return false, err
		}
	}
	in := newReader(stdin, o.read0, stream)
	defer close(in.stop)
	ordered := scoreAll(in, !stream, func() *scorer { return newScorer(o, q, sort) })

	var kept []*chunk
	for {
		if stream && len(ordered) == 0 {
			if err := out.Flush(); err != nil {
				return found, err
			}
		}
		c, ok := <-ordered
		if !ok {
			break
		}
		<-c.scored
		found = found || len(c.matches) > 0
		switch {
		case stream:
			for i := range c.matches {
				if err := out.line(c.line(i)); err != nil {
					return found, err
				}
			}
			in.recycle(c.data)
		case len(c.matches) > 0:
			kept = append(kept, c)
		}
	}
	if in.err != nil {
		out.Flush()
		return found, in.err
	}
	if o.tac {
		slices.Reverse(kept)
	}
	if sort {
		err = merge(kept, out.line)
	} else {
		err = allReversed(kept, out.line)
	}
	if err != nil {
		return found, err
	}
	return found, out.Flush()
}

// scoreAll scores what there is to read, and gives the chunks in the order of
// the input, some of them before they are scored. If shrink, a chunk gives back
// what it does not need.
func scoreAll(in *reader, shrink bool, newScorer func() *scorer) <-chan *chunk {
	workers := runtime.GOMAXPROCS(0)
	ordered := make(chan *chunk, workers)
	work := make(chan *chunk)
	for i := 0; i < workers; i++ {
		s := newScorer()
		go func() {
			for c := range work {
				s.score(c, in.delimiter)
				if shrink {
					c.shrink(in.free)
				}
				close(c.scored)
			}
		}()
	}
	go in.read(ordered, work)
	return ordered
}

// allReversed hands over the matches of chunks, those of each from last to first.
func allReversed(chunks []*chunk, yield func(line []byte) error) error {
	for _, c := range chunks {
		for i := len(c.matches) - 1; i >= 0; i-- {
			if err := yield(c.line(i)); err != nil {
				return err
			}
		}
	}
	return nil
}

// writer writes lines.
type writer struct {
	*bufio.Writer
	end byte
}

func (w *writer) line(line []byte) error {
	if _, err := w.Write(line); err != nil {
		return err
	}
	return w.WriteByte(w.end)
}
