package nsc

import (
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math/rand"
	"strings"
	"testing"
	"testing/iotest"
)

func compress(t testing.TB, raw []byte, level int) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := Compress(&out, bytes.NewReader(raw), level); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func decompress(coded []byte) ([]byte, error) {
	var out bytes.Buffer
	err := Decompress(&out, bytes.NewReader(coded))
	return out.Bytes(), err
}

// inputs are of all the kinds that the codec treats each in its way.
func inputs() map[string][]byte {
	random := rand.New(rand.NewSource(1))
	noise := make([]byte, 3<<20/2)
	random.Read(noise)
	var text strings.Builder
	for text.Len() < 2<<20+5 {
		fmt.Fprintf(&text, "%d: for i in $(seq %d); do echo \"$i\"; done\n", text.Len(), random.Intn(1000))
	}
	few := make([]byte, 300_000)
	for i := range few {
		few[i] = "ab"[random.Intn(2)]
	}
	// Long matches from far away, and again and again from the same distance.
	far := append(append([]byte{}, noise[:400_000]...), noise[:400_000]...)
	for i := 400_000; i < len(far); i += 1000 {
		far[i]++
	}
	return map[string][]byte{
		"nothing":          {},
		"a byte":           {0},
		"two bytes":        {255, 255},
		"three":            []byte("aaa"),
		"short":            []byte("hello, hello, hello, world\n"),
		"zeros":            make([]byte, 1<<20),
		"ones, two blocks": bytes.Repeat([]byte{255}, 1<<20+1),
		"a period":         bytes.Repeat([]byte("abcdefghijklmnop\n"), 70_000),
		"noise":            noise,
		"text":             []byte(text.String()),
		"two letters":      few,
		"from afar":        far,
	}
}

func TestRoundTrip(t *testing.T) {
	for name, raw := range inputs() {
		for _, level := range []int{MinLevel, DefaultLevel, MaxLevel} {
			coded := compress(t, raw, level)
			got, err := decompress(coded)
			if err != nil || !bytes.Equal(got, raw) {
				t.Errorf("%s, level %d: %d bytes come back as %d, %v", name, level, len(raw), len(got), err)
			}
			blocks := (len(raw) + 1<<blockLog - 1) >> blockLog
			if most := len(raw) + 8 + 12*(blocks+1); len(coded) > most {
				t.Errorf("%s, level %d: %d bytes take %d, want at most %d", name, level, len(raw), len(coded), most)
			}
		}
	}
}

// The format is the same for good, on every machine, whatever built it.
func TestFormatIsStable(t *testing.T) {
	all := inputs()
	for _, test := range []struct {
		input string
		level int
		size  int
		crc   uint32
	}{
		{"nothing", 6, 20, 0x29d99f74},
		{"short", 6, 52, 0xc7a7a7b8},
		{"text", 1, 257979, 0x8dde1f2a},
		{"text", 6, 239164, 0x5e6e0ee6},
		{"text", 9, 240041, 0xc6da6999},
		{"from afar", 6, 405372, 0xf6b4a9bf},
		{"two letters", 9, 46085, 0x0a26ef67},
		{"noise", 9, 1572908, 0x10f87b3c},
	} {
		coded := compress(t, all[test.input], test.level)
		if crc := crc32.ChecksumIEEE(coded); len(coded) != test.size || crc != test.crc {
			t.Errorf("{%q, %d, %d, %#08x},", test.input, test.level, len(coded), crc)
		}
	}
}

func TestChecksum(t *testing.T) {
	b := []byte("123456789")
	if got := Checksum(0, b); got != 0xcbf43926 {
		t.Errorf("CRC-32 of the check sequence: %08x", got)
	}
	if got := Checksum(Checksum(0, b[:4]), b[4:]); got != 0xcbf43926 {
		t.Errorf("in two parts: %08x", got)
	}
	if got := Checksum(7, nil); got != 7 {
		t.Errorf("of nothing: %08x", got)
	}
}

func TestBadLevel(t *testing.T) {
	for _, level := range []int{MinLevel - 1, MaxLevel + 1, -1} {
		if err := Compress(io.Discard, strings.NewReader("x"), level); err == nil {
			t.Errorf("level %d is taken", level)
		}
	}
}

// small has both a coded and a stored block, so all kinds of bytes.
func small(t testing.TB) (raw, coded []byte) {
	raw = []byte(strings.Repeat("to be or not to be, ", 20))
	coded = append(compress(t, raw, 6), compress(t, []byte("that"), 6)...)
	return append(raw, "that"...), coded
}

func TestEveryCorruptByteIsNoticed(t *testing.T) {
	raw, coded := small(t)
	if got, err := decompress(coded); err != nil || !bytes.Equal(got, raw) {
		t.Fatalf("%q, %v", got, err)
	}
	for i := range coded {
		for change := 1; change < 256; change++ {
			bad := bytes.Clone(coded)
			bad[i] ^= byte(change)
			var corrupt *CorruptError
			if _, err := decompress(bad); !errors.As(err, &corrupt) {
				t.Fatalf("byte %d changed by %#x: %v", i, change, err)
			}
		}
	}
}

func TestEveryTruncationIsNoticed(t *testing.T) {
	_, coded := small(t)
	first := len(compress(t, []byte(strings.Repeat("to be or not to be, ", 20)), 6))
	for n := range coded {
		var corrupt *CorruptError
		_, err := decompress(coded[:n])
		if n == first { // the end of the first of two streams
			if err != nil {
				t.Errorf("one stream of two: %v", err)
			}
		} else if !errors.As(err, &corrupt) || corrupt.Offset > int64(n) {
			t.Errorf("cut off after %d of %d bytes: %v", n, len(coded), err)
		}
	}
}

func TestCorruptStreams(t *testing.T) {
	noise := inputs()["noise"] // two stored blocks
	coded := compress(t, noise, 1)
	first := coded[8 : 8+12+1<<20]
	second := coded[8+len(first) : len(coded)-12]
	join := func(parts ...[]byte) string { return string(bytes.Join(parts, nil)) }
	header, trailer := coded[:8], coded[len(coded)-12:]
	for _, test := range []struct {
		name, coded, want string
	}{
		{"nothing", "", "empty: not in needsc format (at byte 0)"},
		{"text", "hello, world\n", "not in needsc format (at byte 0)"},
		{"short text", "hi\n", "not in needsc format (at byte 0)"},
		{"gzip", "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03", "not in needsc format (at byte 0)"},
		{"half a header", "NSC\x1a\x01", "unexpected end: the stream is truncated (at byte 5)"},
		{"later version", "NSC\x1a\x02\x14" + checkOf("NSC\x1a\x02\x14"), "made by a later version of needsc (at byte 0)"},
		{"huge blocks", "NSC\x1a\x01\x1f" + checkOf("NSC\x1a\x01\x1f"), "the header is corrupt (at byte 0)"},
		{"garbage after", join(coded, []byte("garbage after all")), fmt.Sprintf("trailing garbage: not in needsc format (at byte %d)", len(coded))},
		{"a block lost", join(header, second, trailer), "the checksum does not match (at byte 8)"},
		{"blocks swapped", join(header, second, first, trailer), "the checksum does not match (at byte 8)"},
		{"the last block lost", join(header, first, trailer), fmt.Sprintf("the size does not match (at byte %d)", 8+len(first))},
		{"larger than a block can be", join(header) + "\x01\x00\x10\x00\x01\x00\x00\x00xxxx", "a block has an impossible size (at byte 8)"},
		{"coded larger than raw", join(header) + "\x04\x00\x00\x00\x04\x00\x00\x00xxxx", "a block has an impossible size (at byte 8)"},
		{"stored larger than raw", join(header) + "\x04\x00\x00\x00\x05\x00\x00\x80xxxx", "a block has an impossible size (at byte 8)"},
		{"no code at all", join(header) + "\x04\x00\x00\x00\x00\x00\x00\x00xxxx", "a block is corrupt (at byte 8)"},
		{"code of ones", join(header) + "\xff\x00\x00\x00\x08\x00\x00\x00xxxx\xff\xff\xff\xff\xff\xff\xff\xff", "a block is corrupt (at byte 8)"},
	} {
		_, err := decompress([]byte(test.coded))
		if err == nil || err.Error() != test.want {
			t.Errorf("%s: %v, want %s", test.name, err, test.want)
		}
	}
}

// checkOf is what ends a header that begins so.
func checkOf(header string) string {
	crc := crc32.ChecksumIEEE([]byte(header))
	return string([]byte{byte(crc), byte(crc >> 8)})
}

func TestReadersAndWritersThatFail(t *testing.T) {
	_, coded := small(t)
	broken := errors.New("broken")
	for _, test := range []struct {
		name    string
		convert func(io.Writer, io.Reader) error
		input   []byte
	}{
		{"compress", func(w io.Writer, r io.Reader) error { return Compress(w, r, 1) }, bytes.Repeat([]byte("x"), 3<<20)},
		{"decompress", Decompress, coded},
	} {
		for _, n := range []int64{0, 3, 8, 20, 30} {
			r := io.MultiReader(io.LimitReader(bytes.NewReader(test.input), n), iotest.ErrReader(broken))
			if err := test.convert(io.Discard, r); !errors.Is(err, broken) {
				t.Errorf("%s, reading fails after %d bytes: %v", test.name, n, err)
			}
		}
		for n := 0; n < 2; n++ {
			if err := test.convert(&failing{n, broken}, bytes.NewReader(test.input)); !errors.Is(err, broken) {
				t.Errorf("%s, write %d fails: %v", test.name, n, err)
			}
		}
	}
	// Input that comes a byte at a time is the same input.
	var out bytes.Buffer
	if err := Decompress(&out, iotest.OneByteReader(bytes.NewReader(coded))); err != nil {
		t.Errorf("a byte at a time: %v", err)
	}
}

// failing takes n writes.
type failing struct {
	n   int
	err error
}

func (f *failing) Write(b []byte) (int, error) {
	if f.n--; f.n < 0 {
		return 0, f.err
	}
	return len(b), nil
}

// However much a stream holds, it is decompressed a block at a time.
func TestMemoryIsBounded(t *testing.T) {
	bomb := compress(t, make([]byte, 64<<20), 1)
	if len(bomb) > 8192 {
		t.Errorf("64 MiB of zeros take %d bytes", len(bomb))
	}
	largest := &largestWrite{}
	if err := Decompress(largest, bytes.NewReader(bomb)); err != nil || largest.total != 64<<20 || largest.size > 1<<blockLog {
		t.Errorf("%v; %d bytes, up to %d at a time", err, largest.total, largest.size)
	}
}

type largestWrite struct{ size, total int }

func (l *largestWrite) Write(b []byte) (int, error) {
	l.total += len(b)
	if len(b) > l.size {
		l.size = len(b)
	}
	return len(b), nil
}

func FuzzRoundTrip(f *testing.F) {
	f.Add([]byte("aaaaaaaaaabcabcabcdabcd"), uint8(0))
	f.Add([]byte{}, uint8(5))
	f.Add(bytes.Repeat([]byte("0123456789"), 100), uint8(8))
	f.Fuzz(func(t *testing.T, raw []byte, level uint8) {
		coded := compress(t, raw, MinLevel+int(level)%MaxLevel)
		if got, err := decompress(coded); err != nil || !bytes.Equal(got, raw) {
			t.Errorf("%q comes back as %q, %v", raw, got, err)
		}
	})
}

// FuzzDecompress takes anything as a stream, and as a coded block whose sizes
// are right, so that what is inside is decoded too.
func FuzzDecompress(f *testing.F) {
	raw, coded := small(f)
	f.Add(coded, uint16(10))
	f.Add(coded[8+12:len(coded)-12], uint16(len(raw)))
	f.Add([]byte(strings.Repeat("\xff", 100)), uint16(65535))
	f.Fuzz(func(t *testing.T, b []byte, size uint16) {
		got, err := decompress(b)
		if err == nil && !bytes.Equal(got, mustDecompress(t, compress(t, got, 1))) {
			t.Errorf("%q decompresses to %q, and that does not make the round trip", b, got)
		}
		if len(b) >= int(size) {
			return // must be stored
		}
		block := append([]byte("NSC\x1a\x01\x14"+checkOf("NSC\x1a\x01\x14")),
			byte(size), byte(size>>8), 0, 0, byte(len(b)), byte(len(b)>>8), 0, 0, 0, 0, 0, 0)
		var corrupt *CorruptError
		if _, err := decompress(append(block, b...)); !errors.As(err, &corrupt) {
			t.Errorf("a block of %q, with no trailer: %v", b, err)
		}
	})
}

func mustDecompress(t *testing.T, coded []byte) []byte {
	t.Helper()
	raw, err := decompress(coded)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}
