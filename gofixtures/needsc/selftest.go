package main

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"

	"gopie.example/needsc/internal/nsc"
)

// selfTestResult is what was found of one input.
type selfTestResult struct {
	raw, coded counter
}

func (r selfTestResult) String() string {
	return fmt.Sprintf("%d -> %d, CRC-32 %08x, ok", r.raw.size, r.coded.size, r.coded.crc)
}

// counter is a writer that keeps no more than this of what it is given.
type counter struct {
	size int64
	crc  uint32
}

func (c *counter) Write(b []byte) (int, error) {
	c.size += int64(len(b))
	c.crc = nsc.Checksum(c.crc, b)
	return len(b), nil
}

var errDiffers = errors.New("what was decompressed differs from what was compressed")

// selfTest compresses r and at the same time decompresses that again, and so
// needs no more memory for a long input than for a short one.
func selfTest(r io.Reader, level int) (selfTestResult, error) {
	var result selfTestResult
	before, after := sha256.New(), sha256.New()
	compressed, compressor := io.Pipe()
	decompressed := make(chan error, 1)
	go func() {
		err := nsc.Decompress(after, compressed)
		compressed.CloseWithError(err)
		decompressed <- err
	}()
	raw := io.TeeReader(r, io.MultiWriter(before, &result.raw))
	err := nsc.Compress(io.MultiWriter(compressor, &result.coded), raw, level)
	compressor.CloseWithError(err)
	if decompressErr := <-decompressed; err == nil {
		err = decompressErr
	}
	if err == nil && !bytes.Equal(before.Sum(nil), after.Sum(nil)) {
		err = errDiffers
	}
	return result, err
}
