package main

import (
	"bytes"
	"io"
	"testing"
	"testing/iotest"
)

// readChunks gives copies of all chunks that a reader makes of an input.
func readChunks(source io.Reader, prompt bool) ([][]byte, error) {
	r := newReader(source, false, prompt)
	ordered, work := make(chan *chunk, 1), make(chan *chunk)
	go r.read(ordered, work)
	var chunks [][]byte
	for c := range work {
		if <-ordered != c {
			panic("another order")
		}
		chunks = append(chunks, append([]byte(nil), c.data...))
		r.recycle(c.data)
	}
	<-ordered // closed after work, and after the error is set
	return chunks, r.err
}

// Chunks are all of the input, and end where lines end, however it is read and
// however long lines are.
func TestChunks(t *testing.T) {
	random := randomNumbers(4)
	for _, longest := range []int{1, 100, chunkSize / 3, chunkSize, 5 * chunkSize} {
		var input []byte
		for len(input) < 6*chunkSize {
			input = append(input, bytes.Repeat([]byte{'a' + byte(random.below(26))}, random.below(longest+1))...)
			input = append(input, '\n')
		}
		for _, last := range []string{"", "no newline"} {
			input := append(input[:len(input):len(input)], last...)
			for _, prompt := range []bool{false, true} {
				for name, source := range map[string]io.Reader{
					"whole":  bytes.NewReader(input),
					"halves": iotest.HalfReader(bytes.NewReader(input)),
					"at EOF": iotest.DataErrReader(bytes.NewReader(input)),
				} {
					chunks, err := readChunks(source, prompt)
					if err != nil || !bytes.Equal(bytes.Join(chunks, nil), input) {
						t.Fatalf("lines up to %d, %s, prompt %v: %d chunks are not the input; %v", longest, name, prompt, len(chunks), err)
					}
					for i, c := range chunks {
						if len(c) == 0 || c[len(c)-1] != '\n' && i < len(chunks)-1 {
							t.Fatalf("lines up to %d, %s, prompt %v: chunk %d of %d is cut off", longest, name, prompt, i, len(chunks))
						}
						if longest <= chunkSize/3 && len(c) > chunkSize {
							t.Fatalf("lines up to %d: chunk of %d bytes", longest, len(c))
						}
					}
				}
			}
		}
	}
}

func TestChunksBeforeAnError(t *testing.T) {
	source := io.MultiReader(bytes.NewReader([]byte("a\nb")), iotest.ErrReader(io.ErrClosedPipe))
	chunks, err := readChunks(source, false)
	if err != io.ErrClosedPipe || len(chunks) != 1 || string(chunks[0]) != "a\n" {
		t.Errorf("%q, %v", chunks, err)
	}
}

// The longest line there may be passes, whatever is around it, and one byte more
// does not.
func TestLongestLine(t *testing.T) {
	longest := bytes.Repeat([]byte("a"), maxLine)
	for _, before := range []string{"", "b\n", string(bytes.Repeat([]byte("b\n"), chunkSize/3))} {
		for _, after := range []string{"", "\n", "\nb"} {
			for _, more := range []string{"", "a"} {
				source := io.MultiReader(bytes.NewReader([]byte(before)), bytes.NewReader(longest), bytes.NewReader([]byte(more+after)))
				chunks, err := readChunks(source, false)
				if tooLong := err == errLineTooLong; tooLong != (more != "") || !tooLong && err != nil {
					t.Errorf("%d bytes before, %q after: %d chunks, %v", len(before), more+after, len(chunks), err)
				}
			}
		}
	}
}
