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
func filter(o *options, stdin io.Reader, stdout io.Writer) (found bool, err error) {
	q := parseQuery(o)
	sort := o.sort && q.ranks()
	stream := !sort && !o.tac
	workers := runtime.GOMAXPROCS(0)

	delimiter := byte('\n')
	if o.read0 {
		delimiter = 0
	}
	in := &reader{
		source:    stdin,
		delimiter: delimiter,
		prompt:    stream,
		free:      make(chan []byte, 2*workers),
		stop:      make(chan struct{}),
	}
	// A reader that waits for input cannot be stopped: it ends with the process.
	defer close(in.stop)
	ordered := make(chan *chunk, workers)
	work := make(chan *chunk)
	go in.read(ordered, work)
	for i := 0; i < workers; i++ {
		s := newScorer(o, q, sort)
		go func() {
			for c := range work {
				s.score(c, delimiter)
				if !stream {
					c.shrink(in.free)
				}
				close(c.scored)
			}
		}()
	}

	out := &writer{Writer: bufio.NewWriterSize(stdout, 64<<10), end: '\n'}
	if o.print0 {
		out.end = 0
	}
	if o.printQuery {
		if err := out.line([]byte(*o.filter)); err != nil {
			return false, err
		}
	}
	var kept []*chunk
	for {
		if len(ordered) == 0 && stream {
			if err := out.Flush(); err != nil {
				return false, err
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
	if o.tac {
		slices.Reverse(kept)
	}
	switch {
	case in.err != nil:
		err = in.err
	case sort:
		err = merge(kept, out.line)
	default: // nothing, if streamed
		err = allReversed(kept, out.line)
	}
	if flushErr := out.Flush(); err == nil {
		err = flushErr
	}
	return found, err
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
