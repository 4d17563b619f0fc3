package main

import (
	"encoding/binary"
	"errors"
	"flag"
	"hash/crc32"
	"hash/fnv"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// fixtureFile is a file whose content follows from its path, so that a client
// knows what a server of the fixture must answer.
type fixtureFile struct {
	path   string
	size   int
	packed bool // a .gz lies beside it
}

// fixtureFiles are all there are. Sizes lie about those that mean something to
// somebody: empty, below minGzip, a pipe's, a piece's.
var fixtureFiles = []fixtureFile{
	{"/index.html", 2_000, false},
	{"/text/short.txt", 100, false},
	{"/text/page.html", 30_000, false},
	{"/text/script.js", 65_537, false},
	{"/text/data.json", 200_000, false},
	{"/binary/empty.bin", 0, false},
	{"/binary/one.png", 1, false},
	{"/binary/pipe.jpg", 65_536, false},
	{"/binary/piece.zip", piece + 1, false},
	{"/packed/style.css", 9_000, true},
	{"/packed/notes.txt", 120_000, true},
	{"/odd names/a b?c#d%e.txt", 3_000, false},
	{"/odd names/\u00fc:\u20ac.svg", 5_000, false},
	{"/folder/index.html", 700, false},
}

// fixtureTime is when all files of the fixture were last changed.
var fixtureTime = time.Date(2020, time.February, 29, 12, 30, 15, 0, time.UTC)

// content is the same wherever it is worked out.
func (f fixtureFile) content() []byte {
	seed := fnv.New64a()
	seed.Write([]byte(f.path))
	state := seed.Sum64() | 1
	next := func() uint64 { // xorshift: G. Marsaglia, Xorshift RNGs, 2003
		state ^= state << 13
		state ^= state >> 7
		state ^= state << 17
		return state
	}
	out := make([]byte, 0, f.size+16)
	text := compressible(mimeType(f.path))
	for len(out) < f.size {
		if text {
			out = append(out, fixtureWords[next()>>32%uint64(len(fixtureWords))]...)
			out = append(out, " \n"[next()>>40&7/7])
		} else {
			out = binary.LittleEndian.AppendUint64(out, next())
		}
	}
	return out[:f.size]
}

var fixtureWords = strings.Fields(`a and are as at be by can content entity field for from has header if in is it
	may message must no not of on or origin range request response selected server should that the this to transfer
	user validator when which will with <p> </p> { } ; = 0 1 42`)

// stored is content as gzip that does not compress: RFC 1952 about blocks of
// RFC 1951, section 3.2.4. Unlike package gzip's output it never changes, and a
// client knows each byte of that too.
func stored(content []byte) []byte {
	out := []byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255} // no name, no time, unknown system
	for rest := content; ; {
		n := min(len(rest), 0xffff)
		last := byte(0)
		if n == len(rest) {
			last = 1
		}
		out = append(out, last)
		out = binary.LittleEndian.AppendUint16(out, uint16(n))
		out = binary.LittleEndian.AppendUint16(out, ^uint16(n))
		out = append(out, rest[:n]...)
		if rest = rest[n:]; last == 1 {
			break
		}
	}
	out = binary.LittleEndian.AppendUint32(out, crc32.ChecksumIEEE(content))
	return binary.LittleEndian.AppendUint32(out, uint32(len(content)))
}

// fixture is the command of that name.
func fixture(args []string) error {
	flags := flag.NewFlagSet("fixture", flag.ContinueOnError)
	if err := parse(flags, args); err != nil {
		return err
	}
	if flags.NArg() != 1 {
		return usageError("want one folder to write the fixture into")
	}
	return writeFixture(flags.Arg(0))
}

// writeFixture also puts there what must not be served: a hidden file, and a
// link that leads out.
func writeFixture(dir string) error {
	write := func(name string, content []byte) error {
		name = filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(name, content, 0o644); err != nil {
			return err
		}
		return os.Chtimes(name, fixtureTime, fixtureTime)
	}
	for _, f := range fixtureFiles {
		content := f.content()
		err := write(f.path, content)
		if err == nil && f.packed {
			err = write(f.path+".gz", stored(content))
		}
		if err != nil {
			return err
		}
	}
	if err := write("/.hidden/secret.txt", []byte("secret\n")); err != nil {
		return err
	}
	for name, target := range map[string]string{"outside": "/", "inside": "text"} {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil && !errors.Is(err, os.ErrExist) {
			return err
		}
	}
	return nil
}
