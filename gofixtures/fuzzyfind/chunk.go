package main

import (
	"bytes"
	"errors"
	"io"
	"runtime"
)

const (
	// chunkSize is how much input is scored at once: enough to make the hand-over
	// cheap, and little enough to share out evenly.
	chunkSize = 256 << 10

	// maxLine keeps an endless line from taking all memory.
	maxLine = 16 << 20
)

var errLineTooLong = errors.New("a candidate is longer than 16 MiB")

// chunk is some lines of input, and those of them that match.
type chunk struct {
	data    []byte
	matches []found
	scored  chan struct{} // closed when it is
}

func (c *chunk) line(i int) []byte { return c.data[c.matches[i].from:c.matches[i].to] }

// shrink drops what did not match if that is more than half, and then hands the
// buffer on.
func (c *chunk) shrink(free chan<- []byte) {
	size := 0
	for _, m := range c.matches {
		size += int(m.to - m.from)
	}
	if 2*size > len(c.data) {
		return
	}
	data := make([]byte, 0, size)
	for i := range c.matches {
		line := c.line(i)
		c.matches[i].from = uint32(len(data))
		data = append(data, line...)
		c.matches[i].to = uint32(len(data))
	}
	offer(free, c.data)
	c.data = data
	c.matches = append([]found(nil), c.matches...)
}

// reader cuts input into chunks at line ends.
type reader struct {
	source    io.Reader
	delimiter byte
	prompt    bool // hand over lines as soon as they are there

	free chan []byte   // buffers to use again
	stop chan struct{} // closed when no more chunks are wanted
	err  error         // what ended the input; to be read once the chunks have ended
}

// newReader makes a reader, which a wait for input keeps from stopping: it then
// ends with the process.
func newReader(source io.Reader, read0, prompt bool) *reader {
	r := &reader{source: source, delimiter: '\n', prompt: prompt,
		free: make(chan []byte, 2*runtime.GOMAXPROCS(0)), stop: make(chan struct{})}
	if read0 {
		r.delimiter = 0
	}
	return r
}

// offer keeps a buffer for later, unless there are enough or it is a large one.
func offer(free chan<- []byte, buffer []byte) {
	if cap(buffer) != chunkSize {
		return
	}
	select {
	case free <- buffer:
	default:
	}
}

func (r *reader) recycle(buffer []byte) { offer(r.free, buffer) }

func (r *reader) buffer() []byte {
	select {
	case b := <-r.free:
		return b[:0]
	default:
		return make([]byte, 0, chunkSize)
	}
}

// read sends each chunk both to be scored and, in order, to be printed.
func (r *reader) read(ordered, work chan<- *chunk) {
	defer close(ordered)
	defer close(work)
	buffer := r.buffer()
	for {
		end, err := r.fill(&buffer)
		data, rest := buffer[:end], buffer[end:]
		// The rest is copied before anybody can have the buffer used again.
		buffer = append(r.buffer(), rest...)
		if len(data) > 0 {
			c := &chunk{data: data, scored: make(chan struct{})}
			for _, queue := range []chan<- *chunk{ordered, work} {
				select {
				case queue <- c:
				case <-r.stop:
					return
				}
			}
		}
		if err == io.EOF {
			return
		}
		if err != nil {
			r.err = err
			return
		}
	}
}

// fill reads into the buffer until it is full or, if prompt, has a line, and
// gives the end of the last line in it. The buffer grows for a line that it
// cannot hold; the first line in it begins where it does, so that one is too
// long if the buffer has more than the most that a line may have.
func (r *reader) fill(buffer *[]byte) (end int, err error) {
	b := *buffer
	defer func() { *buffer = b }()
	for {
		full := min(cap(b), maxLine+1)
		if len(b) == full {
			if end > 0 {
				return end, nil
			}
			if len(b) > maxLine {
				return 0, errLineTooLong
			}
			full = min(2*full, maxLine+1)
			b = append(make([]byte, 0, full), b...)
		}
		n, err := r.source.Read(b[len(b):full])
		if i := bytes.LastIndexByte(b[len(b):len(b)+n], r.delimiter); i >= 0 {
			end = len(b) + i + 1
		}
		b = b[:len(b)+n]
		if err == io.EOF {
			if len(b)-end > maxLine {
				return end, errLineTooLong
			}
			return len(b), err
		}
		if err != nil || r.prompt && end > 0 {
			return end, err
		}
	}
}
