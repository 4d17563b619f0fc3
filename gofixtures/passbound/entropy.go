package main

import (
	"errors"
	"math"
	mathbits "math/bits"
	"strings"
	"unicode/utf8"
)

// maxRunes keeps the work on one password, which grows with the square of its
// length, within bounds.
const maxRunes = 1024

var errTooLong = errors.New("password longer than 1024 characters")

// classes are the character classes; of is the class of a character.
var classes = [...]struct {
	name       string
	characters string
}{
	{"lower", "abcdefghijklmnopqrstuvwxyz"},
	{"upper", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"},
	{"digit", "0123456789"},
	{"symbol", " !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"},
}

// Any other character counts as one of 128: no more, since who uses a letter of
// one alphabet beyond ASCII will hardly use those of the others.
const (
	otherClass = len(classes)
	otherSize  = 128
)

// tracks are the ways in which fingers and minds walk: in order, along the rows
// of a keyboard (US layout), down its columns. Each may be walked backwards.
var tracks = [...]string{
	"abcdefghijklmnopqrstuvwxyz ABCDEFGHIJKLMNOPQRSTUVWXYZ 0123456789",
	"qwertyuiop asdfghjkl zxcvbnm QWERTYUIOP ASDFGHJKL ZXCVBNM 1234567890 !@#$%^&*()",
	"1qaz 2wsx 3edc 4rfv 5tgb 6yhn 7ujm",
}

// shortest is how long a pattern must be to be one: two characters that belong
// together are as easily chance.
const shortest = 3

// milli is a thousandth of a bit: fine enough to add up, and an integer.
const milli = 1000

// estimator works out the entropy of passwords: the length in bits of the
// shortest description that it finds. A password is described from left to
// right, and each piece of it is one of
//
//   - a character: the logarithm of the size of all classes that the password
//     uses, together;
//   - a walk along a track: its first character, its track and direction, its
//     length;
//   - a copy of what came before, so a repeat of one character or of many:
//     where that begins, its length.
//
// Numbers count as the whole part of their logarithm, and which kind a piece is
// counts as nothing, so what is found is rather too small than too large. An
// estimator keeps its memory from one password to the next.
type estimator struct {
	class   [utf8.RuneSelf]uint8
	steps   [utf8.RuneSelf][utf8.RuneSelf]uint8 // a bit for each track and direction
	perRune [1 << (otherClass + 1)]int64        // by set of classes, in thousandths

	runes  []rune
	copies []int   // copies[i]: how long the longest copy is that begins at i
	shared []int   // see findCopies
	least  []int64 // least[i]: the shortest description of the first i, in thousandths
}

func newEstimator() *estimator {
	e := new(estimator)
	for r := range e.class {
		e.class[r] = uint8(otherClass)
	}
	for i, class := range classes {
		for _, r := range class.characters {
			e.class[r] = uint8(i)
		}
	}
	for i, track := range tracks {
		for _, line := range strings.Fields(track) {
			for j := 1; j < len(line); j++ {
				e.steps[line[j-1]][line[j]] |= 1 << (2 * i)
				e.steps[line[j]][line[j-1]] |= 1 << (2*i + 1)
			}
		}
	}
	for set := 1; set < len(e.perRune); set++ {
		size := 0
		for i, class := range classes {
			size += set >> i & 1 * len(class.characters)
		}
		size += set >> otherClass & 1 * otherSize
		e.perRune[set] = log2Milli(size)
	}
	return e
}

// log2Milli is the logarithm of n to base 2 in thousandths, rounded down. Of
// the sizes of alphabets none but the powers of two, which are exact, comes so
// near a thousandth that an error of rounding could matter; a test sees to it.
func log2Milli(n int) int64 { return int64(math.Floor(math.Log2(float64(n)) * milli)) }

// log2Floor is the whole part of the logarithm of n to base 2, in thousandths.
func log2Floor(n int) int64 { return int64(mathbits.Len(uint(n))-1) * milli }

// entropy is that of a password, rounded down.
func (e *estimator) entropy(password []byte) (bits, error) {
	e.runes = e.runes[:0]
	set := 0
	for len(password) > 0 {
		r, size := utf8.DecodeRune(password)
		password = password[size:]
		e.runes = append(e.runes, r)
		if r < utf8.RuneSelf {
			set |= 1 << e.class[r]
		} else {
			set |= 1 << otherClass
		}
	}
	if len(e.runes) > maxRunes {
		return 0, errTooLong
	}
	return bits(e.describe(e.perRune[set]) * perBit / milli), nil
}

// describe finds the shortest description of e.runes, given what a character
// by itself counts.
func (e *estimator) describe(character int64) int64 {
	n := len(e.runes)
	e.findCopies()
	e.least = append(e.least[:0], 0)
	for i := 1; i <= n; i++ {
		e.least = append(e.least, math.MaxInt64)
	}
	walk := character + log2Floor(2*len(tracks))
	for i, so := range e.least[:n] {
		e.least[i+1] = min(e.least[i+1], so+character)
		for length, end := shortest, e.walk(i); length <= end; length++ {
			e.least[i+length] = min(e.least[i+length], so+walk+log2Floor(length))
		}
		for length := shortest; length <= e.copies[i]; length++ {
			e.least[i+length] = min(e.least[i+length], so+log2Floor(i)+log2Floor(length))
		}
	}
	return e.least[n]
}

// walk is the length of the longest walk that begins at i.
func (e *estimator) walk(i int) int {
	ways := ^uint8(0)
	length := 1
	for ; i+length < len(e.runes); length++ {
		from, to := e.runes[i+length-1], e.runes[i+length]
		if from >= utf8.RuneSelf || to >= utf8.RuneSelf {
			break
		}
		ways &= e.steps[from][to]
		if ways == 0 {
			break
		}
	}
	return length
}

// findCopies fills e.copies. A copy may run on into itself, as "aaa" does after
// "a". It goes from right to left and keeps in shared[j] for how long what
// begins at j is the same as what begins at i.
func (e *estimator) findCopies() {
	n := len(e.runes)
	e.copies, e.shared = resize(e.copies, n), resize(e.shared, n+1)
	for i := n - 1; i >= 0; i-- {
		longest := 0
		for j, r := range e.runes[:i] {
			if r != e.runes[i] {
				e.shared[j] = 0
				continue
			}
			// Of i+1 and j+1 still, since j goes from left to right.
			e.shared[j] = e.shared[j+1] + 1
			longest = max(longest, e.shared[j])
		}
		e.copies[i] = longest
	}
}

// resize gives n zeros, in the memory of s if there is enough of it.
func resize(s []int, n int) []int {
	if cap(s) < n {
		return make([]int, n)
	}
	s = s[:n]
	clear(s)
	return s
}
