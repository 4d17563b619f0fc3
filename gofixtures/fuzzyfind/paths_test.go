package main

import (
	"bytes"
	"strings"
)

// randomNumbers is xorshift64* (S. Vigna, An experimental exploration of
// Marsaglia's xorshift generators, scrambled, 2016): the same numbers in every
// release of Go, which math/rand does not promise.
type randomNumbers uint64

// below is a number from 0 to n-1; the bias is of no account here.
func (r *randomNumbers) below(n int) int {
	x := *r
	x ^= x >> 12
	x ^= x << 25
	x ^= x >> 27
	*r = x
	return int(uint64(x*0x2545F4914F6CDD1D) >> 33 % uint64(n))
}

// generatedPaths are n lines, each a path as source trees have them: top
// directories that are common to many, words joined in every style, and a few
// dozen endings.
func generatedPaths(n int) []byte {
	random := randomNumbers(88172645463325252)
	pick := func(words []string) string { return words[random.below(len(words))] }

	tops := strings.Fields(`src lib usr/share/doc vendor/github.com internal cmd pkg test kernel/drivers
		kernel/arch/x86 fs/ext4 node_modules third_party/llvm Documentation include/linux tools web/app`)
	words := strings.Fields(`net ethernet driver buffer cache index page block inode file path name list tree
		hash map table queue lock mutex thread process signal timer clock event handler manager factory
		builder parser lexer token syntax grammar config option setting default user account login session
		password key cipher secret public private remote local server client request response header body
		stream reader writer input output device memory address region segment symbol section dynamic static
		shared library module package version release update install remove create delete select insert
		query result error warning debug trace log message notify monitor state status check verify test
		bench example sample data model view controller service provider adapter bridge proxy cluster node
		edge graph vertex matrix vector color image pixel texture shader render window widget button layout
		style theme font glyph unicode string number integer float double bool char byte word scan usb pci
		scsi sata nvme tcp udp ipv4 ipv6 http tls dns ssh git make cmake bash zlib xml json yaml html css`)
	endings := strings.Fields(`.c .c .c .h .h .go .go .rs .py .js .ts .tsx .java .cc .hpp .md .txt .json
		.yaml .xml .html .css .sh .mk .S .o .so .tar.gz .conf .service .1.gz .test.js _test.go .min.js`)
	wholes := strings.Fields("Makefile README.md LICENSE Kconfig CMakeLists.txt index.html main.go mod.rs __init__.py BUILD.bazel")

	var b bytes.Buffer
	b.Grow(n * 64)
	name := func() {
		style := random.below(5)
		for i, last := 0, random.below(3); i <= last; i++ {
			word := pick(words)
			switch {
			case style == 0 && i > 0, style == 1:
				word = strings.ToUpper(word[:1]) + word[1:]
			case style == 2 && i > 0:
				b.WriteByte('_')
			case style == 3 && i > 0:
				b.WriteByte('-')
			case style == 4 && i > 0:
				b.WriteString(pick([]string{"", ".", "2", "64"}))
			}
			b.WriteString(word)
		}
	}
	for i := 0; i < n; i++ {
		b.WriteString(pick(tops))
		for depth := 1 + random.below(4); depth > 0; depth-- {
			b.WriteByte('/')
			name()
		}
		b.WriteByte('/')
		if random.below(12) == 0 {
			b.WriteString(pick(wholes))
		} else {
			name()
			b.WriteString(pick(endings))
		}
		b.WriteByte('\n')
	}
	return b.Bytes()
}
