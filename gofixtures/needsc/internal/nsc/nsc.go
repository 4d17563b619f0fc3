// Package nsc compresses streams and decompresses them. All of the codec is C,
// codec.h, and there is no other: without cgo this package does not build.
// What is Go here reads and writes around it.
package nsc

// #cgo CFLAGS: -std=c11
// #include "codec.h"
import "C"

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"unsafe"
)

// Levels of effort.
const (
	MinLevel     = C.NSC_MIN_LEVEL
	MaxLevel     = C.NSC_MAX_LEVEL
	DefaultLevel = 6
)

// blockLog is what blocks of compressed streams have: 1 MiB.
const blockLog = 20

// CorruptError is a stream that is not what Compress makes.
type CorruptError struct {
	Offset int64 // in the input, of the part that is wrong
	Reason string
}

func (e *CorruptError) Error() string { return fmt.Sprintf("%s (at byte %d)", e.Reason, e.Offset) }

// status makes an error of what the codec returned.
func status(s C.enum_nsc_status) error {
	if s == C.NSC_OK {
		return nil
	}
	return errors.New(C.GoString(C.nsc_message(s)))
}

// bytesOf is nil or points at b's first byte. C keeps none of these pointers.
func bytesOf(b []byte) *C.uint8_t { return (*C.uint8_t)(unsafe.SliceData(b)) }

// Checksum goes on from crc, 0 at first, with the CRC-32 of b.
func Checksum(crc uint32, b []byte) uint32 {
	return uint32(C.nsc_crc32(C.uint32_t(crc), bytesOf(b), C.size_t(len(b))))
}

// Compress writes one stream of all that can be read from r.
func Compress(w io.Writer, r io.Reader, level int) error {
	var encoder *C.struct_nsc_encoder
	if err := status(C.nsc_encoder_new(blockLog, C.uint(level), &encoder)); err != nil {
		return err
	}
	defer C.nsc_encoder_free(encoder)

	raw := make([]byte, 1<<blockLog)
	coded := make([]byte, C.NSC_BLOCK_HEADER_SIZE+len(raw))
	C.nsc_write_header(encoder, bytesOf(coded))
	if _, err := w.Write(coded[:C.NSC_HEADER_SIZE]); err != nil {
		return err
	}
	for {
		n, err := io.ReadFull(r, raw)
		end := err == io.EOF || err == io.ErrUnexpectedEOF
		if err != nil && !end {
			return err
		}
		if n > 0 {
			var size C.size_t
			err := status(C.nsc_encode(encoder, bytesOf(raw), C.size_t(n), bytesOf(coded), C.size_t(len(coded)), &size))
			if err != nil {
				return err
			}
			if _, err := w.Write(coded[:size]); err != nil {
				return err
			}
		}
		if end {
			C.nsc_write_trailer(encoder, bytesOf(coded))
			_, err := w.Write(coded[:C.NSC_BLOCK_HEADER_SIZE])
			return err
		}
	}
}

// Decompress writes what the streams in r hold, one or more, one after the
// other. What is wrong with them is a *CorruptError, and by then all blocks
// before it are written.
func Decompress(w io.Writer, r io.Reader) error {
	d := &decoder{in: r}
	if err := status(C.nsc_decoder_new(&d.c)); err != nil {
		return err
	}
	defer C.nsc_decoder_free(d.c)
	for first := true; ; first = false {
		if end, err := d.stream(w, first); end || err != nil {
			return err
		}
	}
}

// decoder keeps its buffers from one stream to the next.
type decoder struct {
	in         io.Reader
	offset     int64
	c          *C.struct_nsc_decoder
	raw, coded []byte
}

// stream decompresses one. Only if it is not the first may there be none.
func (d *decoder) stream(w io.Writer, first bool) (end bool, err error) {
	var header [C.NSC_HEADER_SIZE]byte
	start := d.offset
	n, err := io.ReadFull(d.in, header[:])
	switch {
	case err == io.EOF && !first:
		return true, nil
	case err == io.EOF:
		return false, &CorruptError{start, "empty: not in needsc format"}
	case err == io.ErrUnexpectedEOF:
		// Something else than a header that was cut off is told below.
		if bytes.HasPrefix(header[:n], []byte("NSC")) {
			d.offset += int64(n)
			return false, d.truncated()
		}
	case err != nil:
		return false, err
	}
	d.offset += int64(n)
	var blockMax C.size_t
	if err := status(C.nsc_read_header(d.c, bytesOf(header[:]), &blockMax)); err != nil {
		if !first {
			err = fmt.Errorf("trailing garbage: %w", err)
		}
		return false, &CorruptError{start, err.Error()}
	}
	for {
		if end, err := d.block(w); end || err != nil {
			return false, err
		}
	}
}

// block decompresses one, or takes the trailer.
func (d *decoder) block(w io.Writer) (end bool, err error) {
	start := d.offset
	var header [C.NSC_BLOCK_HEADER_SIZE]byte
	if err := d.readFull(header[:]); err != nil {
		return false, err
	}
	var block C.struct_nsc_block
	if err := status(C.nsc_read_block_header(d.c, bytesOf(header[:]), &block)); err != nil {
		return false, &CorruptError{start, err.Error()}
	}
	if block.raw_size == 0 {
		return true, nil
	}
	d.coded = grow(d.coded, int(block.coded_size))
	if err := d.readFull(d.coded); err != nil {
		return false, err
	}
	d.raw = grow(d.raw, int(block.raw_size))
	if err := status(C.nsc_decode(d.c, &block, bytesOf(d.coded), bytesOf(d.raw))); err != nil {
		return false, &CorruptError{start, err.Error()}
	}
	_, err = w.Write(d.raw)
	return false, err
}

// readFull fills b, or the stream is truncated.
func (d *decoder) readFull(b []byte) error {
	n, err := io.ReadFull(d.in, b)
	d.offset += int64(n)
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return d.truncated()
	}
	return err
}

func (d *decoder) truncated() error {
	return &CorruptError{d.offset, "unexpected end: the stream is truncated"}
}

// grow is a slice of n bytes, in b's memory if that is enough.
func grow(b []byte, n int) []byte {
	if n <= cap(b) {
		return b[:n]
	}
	return make([]byte, n)
}
