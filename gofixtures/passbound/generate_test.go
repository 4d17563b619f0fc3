package main

import (
	"bytes"
	"io"
	"math/rand"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestGenerate(t *testing.T) {
	for _, test := range []struct {
		name   string
		args   string // between spaces
		stdout string
		stderr string // a part of it; "" is only the warning of -seed
		status int
	}{
		// These must stay what they are: who tests with -seed relies on it.
		{"seed", "-seed 1 -bits 64 -count 2", "CNEWl'VrNO\nXaYq;ap~,o\n", "", 0},
		{"alphabet", "-seed 1 -bits 8 -alphabet é", "", "-alphabet needs at least two", 2},
		{"twice", "-alphabet abca", "", "-alphabet has 'a' twice", 2},
		{"control character", "-alphabet a\x01", "", `-alphabet has the unprintable character '\x01'`, 2},
		{"no UTF-8", "-alphabet a\xff", "", "-alphabet has the unprintable", 2},
		{"unknown class", "-classes lower,greek", "", `-classes has "greek", which is none of`, 2},
		{"class twice", "-classes digit,lower,digit", "", `-classes has "digit" twice`, 2},
		{"no classes", "-classes ,", "", `-classes has "", which is none of`, 2},
		{"alphabet and classes", "-alphabet ab -classes digit", "", "exclude each other", 2},
		{"bits and attacker", "-bits 5 -mass 1", "", "-bits and -mass exclude each other", 2},
		{"bits and defaults", "-bits 5 -quantum", "", "-bits and -quantum exclude each other", 2},
		{"no bits", "-bits 0", "", "must be above zero", 2},
		{"too many bits", "-bits 1e7", "", "-bits must be at most", 2},
		{"none", "-count 0", "", "-count must be at least 1", 2},
		{"no length", "-min-length 0", "", "want 1 <= -min-length", 2},
		{"lengths crossed", "-min-length 9 -max-length 8", "", "want 1 <= -min-length", 2},
		{"length beyond strength", "-max-length 1025", "", "<= 1024", 2},
		{"argument", "x", "", `generate takes no argument, have "x"`, 2},
		{"does not fit", "-bits 64 -classes digit -max-length 19", "", "64.0 bits take 20 of 10 different characters, -max-length allows 19", 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			stdout, stderr, status := passboundWith("", append([]string{"generate"}, strings.Fields(test.args)...)...)
			if stdout != test.stdout {
				t.Errorf("stdout %q, want %q", stdout, test.stdout)
			}
			if test.stderr == "" {
				test.stderr = "warning: passwords made with -seed are not secret"
			}
			if !strings.Contains(stderr, test.stderr) {
				t.Errorf("stderr %q, want %q", stderr, test.stderr)
			}
			if status != test.status {
				t.Errorf("exit status %d, want %d", status, test.status)
			}
		})
	}
}

func TestGeneratedPasswordsWithstand(t *testing.T) {
	for _, test := range []struct {
		name               string
		attacker, alphabet string // flags, between spaces
		characters         string
		least              int // characters, and so bits
	}{
		{"bits", "-bits 40", "-classes digit", classes[2].characters, 13},
		{"the whole Earth", "", "", "", 33},
		{"a rate, searched with Grover", "-guesses-per-second 1e9 -time 1e6 -quantum", "-classes lower,upper", classes[0].characters + classes[1].characters, 18},
		{"a long one", "-bits 1", "-classes lower -min-length 100", classes[0].characters, 100},
		{"other letters", "-bits 80", "-alphabet αβγδεζηθικλμνξοπ", "αβγδεζηθικλμνξοπ", 20},
	} {
		t.Run(test.name, func(t *testing.T) {
			args := append([]string{"generate", "-count", "50"}, strings.Fields(test.attacker+" "+test.alphabet)...)
			stdout, stderr, status := passboundWith("", args...)
			if status != 0 || stderr != "" {
				t.Fatalf("exit status %d, %q", status, stderr)
			}
			seen := make(map[string]bool)
			lines := strings.Split(strings.TrimSuffix(stdout, "\n"), "\n")
			for _, line := range lines {
				if n := utf8.RuneCountInString(line); n < test.least {
					t.Errorf("%q has %d characters, want at least %d", line, n, test.least)
				}
				if test.characters != "" && strings.Trim(line, test.characters) != "" {
					t.Errorf("%q is not all of %q", line, test.characters)
				}
				if strings.Contains(line, " ") {
					t.Errorf("%q has a space", line)
				}
				seen[line] = true
			}
			if len(seen) != 50 {
				t.Errorf("%d different passwords in %d", len(seen), len(lines))
			}
			if strings.Contains(test.attacker, "-bits") {
				return
			}
			stdout, _, _ = passboundWith(stdout, append([]string{"strength"}, strings.Fields(test.attacker)...)...)
			if n := strings.Count(stdout, "\tok\n"); n != 50 {
				t.Errorf("strength finds %d of 50 to withstand", n)
			}
		})
	}
}

func TestGreatestLengthIsKept(t *testing.T) {
	// Half of these lack a digit, and would be lengthened if they might.
	stdout, _, _ := passboundWith("", "generate", "-bits", "51", "-classes", "lower,digit", "-max-length", "10", "-count", "100")
	for _, line := range strings.Fields(stdout) {
		if len(line) != 10 {
			t.Errorf("%q has %d characters", line, len(line))
		}
	}
}

func TestDifferentSeeds(t *testing.T) {
	one, _, _ := passboundWith("", "generate", "-seed", "1")
	two, _, _ := passboundWith("", "generate", "-seed", "2")
	zero, stderr, _ := passboundWith("", "generate", "-seed", "0")
	if one == two || one == zero || two == zero || stderr == "" {
		t.Errorf("seeds 0, 1, 2: %q, %q, %q, stderr %q", zero, one, two, stderr)
	}
}

func TestUniform(t *testing.T) {
	// 2³² is 1 more than a multiple of 3: the last value must be drawn again.
	last := []byte{0xff, 0xff, 0xff, 0xff, 4, 0, 0, 0}
	if got, err := uniform(bytes.NewReader(last), 3); err != nil || got != 1 {
		t.Errorf("%d, %v, want 4 modulo 3", got, err)
	}
	if _, err := uniform(bytes.NewReader(last[:2]), 3); err == nil {
		t.Error("no error from a random source that ran dry")
	}

	const n, draws = 10, 100_000
	var counts [n]int
	random := io.Reader(rand.New(rand.NewSource(1)))
	for i := 0; i < draws; i++ {
		x, err := uniform(random, n)
		if err != nil {
			t.Fatal(err)
		}
		counts[x]++
	}
	for x, count := range counts {
		// Five standard deviations of a binomial distribution: sqrt(np(1-p)) is 95.
		if off := count - draws/n; off < -475 || off > 475 {
			t.Errorf("%d drawn %d times of %d", x, count, draws)
		}
	}
}

func FuzzParseAlphabet(f *testing.F) {
	for _, s := range []string{"", "a", "ab", "aba", "a\nb", "é", "\xff\xfe", "a\u00adb"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		alphabet, err := parseAlphabet(s)
		if err != nil {
			return
		}
		if string(alphabet) != s || len(alphabet) < 2 {
			t.Errorf("parseAlphabet(%q) = %q", s, alphabet)
		}
		for i, r := range alphabet {
			if !unicode.IsPrint(r) || strings.ContainsRune(string(alphabet[:i]), r) {
				t.Errorf("parseAlphabet(%q) took %q", s, r)
			}
		}
	})
}
