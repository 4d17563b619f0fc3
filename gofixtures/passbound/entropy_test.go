package main

import (
	"errors"
	"math"
	mathbits "math/bits"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestEntropy(t *testing.T) {
	e := newEstimator()
	for _, test := range []struct{ password, want, why string }{
		{"", "0.0", "nothing"},
		{"password", "37.6", "8 of 26; no words are known"},
		{"PASSWORD", "37.6", "the same in upper case"},
		{"9071", "13.2", "4 of 10"},
		{"aB3$", "26.2", "4 of 95"},
		{"a b", "17.6", "3 of 26 and 33"},
		{"é", "7.0", "1 of 128"},
		{"aé", "14.5", "2 of 154"},
		{"\x00\x7f", "14.0", "control characters are others too"},
		{"\xff\xfe", "14.0", "bytes that are no UTF-8"},
		{"ab", "9.4", "too short to be a walk"},
		{"abc", "7.7", "1 of 26, one of 6 tracks and directions (2), length 3 (1)"},
		{"abcdefgh", "9.7", "the same, length 8 (3)"},
		{"hgfedcba", "9.7", "backwards"},
		{"4321", "7.3", "1 of 10, 2, length 4 (2)"},
		{"qwerty", "8.7", "a keyboard row"},
		{"POIUY", "8.7", "backwards, in upper case"},
		{"890", "6.3", "on a keyboard 0 comes after 9"},
		{"!@#$%^", "9.0", "the same row, shifted"},
		{"1qaz2wsx", "18.3", "two columns: twice 1 of 36, 2, length 4 (2)"},
		{"abX", "17.1", "3 of 52"},
		{"aBc", "17.1", "no walk changes case"},
		{"aa", "9.4", "too short to be a copy"},
		{"aaaa", "5.7", "1 of 26, copy from 1 place (0), length 3 (1)"},
		{"aaaaaaaa", "6.7", "the same, length 7 (2)"},
		{"abcabc", "9.7", "a walk, and a copy from one of 3 places (1), length 3 (1)"},
		{"pqzpqzpqz", "17.1", "3 of 26, copy from one of 3 places (1), length 6 (2)"},
		{"abcde12345", "18.3", "two walks: twice 1 of 36, 2, length 5 (2)"},
	} {
		got, err := e.entropy([]byte(test.password))
		if err != nil {
			t.Errorf("%q: %v", test.password, err)
		}
		if got.String() != test.want {
			t.Errorf("%q has %v bits, want %s: %s", test.password, got, test.want, test.why)
		}
	}
}

func TestLengthLimit(t *testing.T) {
	e := newEstimator()
	if _, err := e.entropy([]byte(strings.Repeat("é", maxRunes))); err != nil {
		t.Error(err)
	}
	if _, err := e.entropy([]byte(strings.Repeat("é", maxRunes+1))); !errors.Is(err, errTooLong) {
		t.Errorf("%v, want %v", err, errTooLong)
	}
}

func TestClassesArePrintableASCII(t *testing.T) {
	e := newEstimator()
	for r := rune(0); r < utf8.RuneSelf; r++ {
		if printable := ' ' <= r && r <= '~'; printable != (int(e.class[r]) != otherClass) {
			t.Errorf("%q is in class %d", r, e.class[r])
		}
	}
}

// A logarithm close to a whole thousandth could be rounded down to one
// thousandth here and to another there.
func TestNoLogarithmIsNearAThousandth(t *testing.T) {
	for n := 2; n <= 1<<16; n++ {
		x := math.Log2(float64(n)) * milli
		if off := math.Abs(x - math.Round(x)); off < 1e-7 && n&(n-1) != 0 {
			t.Errorf("log2 %d is %v thousandths", n, x)
		}
	}
	for n, want := range map[int]int64{1: 0, 2: 1000, 10: 3321, 26: 4700, 95: 6569, 128: 7000} {
		if got := log2Milli(n); got != want {
			t.Errorf("log2Milli(%d) = %d, want %d", n, got, want)
		}
	}
}

// shortestDescription is the definition in estimator's comment, word for word
// and without any thought for speed.
func shortestDescription(s []rune, character int64) int64 {
	wholeLog := func(n int) int64 { return int64(mathbits.Len(uint(n))-1) * 1000 }
	isWalk := func(piece []rune) bool {
		forwards, backwards := string(piece), ""
		for _, r := range piece {
			backwards = string(r) + backwards
		}
		for _, track := range tracks {
			for _, line := range strings.Fields(track) {
				if strings.Contains(line, forwards) || strings.Contains(line, backwards) {
					return true
				}
			}
		}
		return false
	}
	isCopy := func(from, to int) bool {
		for j := 0; j < from; j++ {
			if string(s[j:j+to-from]) == string(s[from:to]) {
				return true
			}
		}
		return false
	}
	best := make([]int64, len(s)+1)
	for end := 1; end <= len(s); end++ {
		best[end] = best[end-1] + character
		for from := 0; from <= end-3; from++ {
			if isWalk(s[from:end]) {
				best[end] = min(best[end], best[from]+character+wholeLog(6)+wholeLog(end-from))
			}
			if isCopy(from, end) {
				best[end] = min(best[end], best[from]+wholeLog(from)+wholeLog(end-from))
			}
		}
	}
	return best[len(s)]
}

func FuzzEntropy(f *testing.F) {
	for _, s := range []string{
		"", "password", "abcabcabcabd", "aaaaabaaaaab", "1qaz2wsx3edc", "zyxwvutsrq", "qwertyuiopasdf",
		"7890987", "abcbabcba", "xabcxabcdxabcde", "éééaéééa", "\xff\xff\xff\xff", "!@#123abcABC", "aaabcdddcba",
	} {
		f.Add(s)
	}
	e := newEstimator()
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) > 60 {
			return
		}
		got, err := e.entropy([]byte(s))
		if err != nil {
			t.Fatal(err)
		}
		size, seen := 0, make(map[int]bool)
		for _, r := range s {
			class, of := otherClass, otherSize
			for i, c := range classes {
				if r != utf8.RuneError && strings.ContainsRune(c.characters, r) {
					class, of = i, len(c.characters)
				}
			}
			if !seen[class] {
				size += of
			}
			seen[class] = true
		}
		character := int64(0)
		if s != "" {
			character = log2Milli(size)
		}
		if want := bits(shortestDescription([]rune(s), character) / 100); got != want {
			t.Errorf("%q has %v bits, want %v", s, got, want)
		}
		if again, err := newEstimator().entropy([]byte(s)); err != nil || again != got {
			t.Errorf("%q has %v bits at first and %v after others", s, again, got)
		}
	})
}

func BenchmarkEntropy(b *testing.B) {
	e := newEstimator()
	password := []byte("Tr0ub4dor&3 qwerty 1234 qwerty")
	b.SetBytes(int64(len(password)))
	for i := 0; i < b.N; i++ {
		if _, err := e.entropy(password); err != nil {
			b.Fatal(err)
		}
	}
}
