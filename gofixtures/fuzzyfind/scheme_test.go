package main

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// The measurements on which the scheme rests. Each says how the scores of two
// lines compare; the length of a gap is the ruler, and where scores are equal
// one more or less of it must tip them, so a number is pinned from both sides.
var measurements = []struct {
	what, query, a, b string
	order             byte // how the score of a compares to that of b
}{
	{"a blank is as good as the beginning", "a", " a", "a", '='},
	{"a tab too", "a", "x\ta", "a", '='},
	{"before a delimiter", "a", "x a", "x/a", '>'},
	{"all delimiters are alike: ,", "a", "/a", ",a", '='},
	{"all delimiters are alike: :", "a", "/a", ":a", '='},
	{"all delimiters are alike: ;", "a", "/a", ";a", '='},
	{"all delimiters are alike: |", "a", "/a", "|a", '='},
	{"before the rest", "a", "/a", "-a", '>'},
	{"the rest is alike: _", "a", "-a", "_a", '='},
	{"the rest is alike: .", "a", "-a", ".a", '='},
	{"the rest is alike: backslash", "a", "-a", `\a`, '='},
	{"before a capital", "A", "x-A", "xA", '>'},
	{"before none", "A", "xA", "XA", '>'},
	{"a capital after a digit is none", "A", "1A", "XA", '='},
	{"a digit after a letter", "1", "x1", "21", '>'},
	{"a delimiter begins a word", "/ | b", "-/", "-b", '='},
	{"or is inside one", "/ | b", "a/", "ab", '='},
	{"what is no part of a word", "- | b", "a-", "-b", '='},

	{"a blank is worth 10", "ab", gap("a", 11, "b"), gap("a", 20, " b"), '='},
	{"no less", "ab", gap("a", 12, "b"), gap("a", 20, " b"), '<'},
	{"no more", "ab", gap("a", 10, "b"), gap("a", 20, " b"), '>'},
	{"a delimiter 9", "ab", gap("a", 12, "b"), gap("a", 20, "/b"), '='},
	{"the rest 8", "ab", gap("a", 13, "b"), gap("a", 20, "-b"), '='},
	{"a capital 7", "aB", gap("a", 20, "B"), "a" + strings.Repeat("X", 13) + "B", '='},
	{"a digit 7", "a1", gap("a", 20, "1"), "a" + strings.Repeat("2", 13) + "1", '='},
	{"the first counts twice: after a delimiter", "ab", gap("a", 7, "b"), gap("/a", 5, "b"), '='},
	{"after the rest", "ab", gap("a", 9, "b"), gap("-a", 5, "b"), '='},
	{"inside a word", "ab", gap("a", 25, "b"), gap("xa", 5, "b"), '='},
	{"a character is worth 16", "ab | z", gap("a", 14, "b"), "z", '='},
	{"a gap costs 3 to open and 1 to extend", "abc", gap("ab", 18, "c"), gap("axb", 5, "c"), '='},
	{"a run hands on its bonus", "abc", gap("ab", 2, "c"), gap("a", 2, " bc"), '<'},
	{"or else 4", "abc", gap("xab", 14, "c"), gap("xa", 20, "bc"), '='},
	{"no sum is below 0", "ab", gap("a", 34, "b"), gap("a", 99, "b"), '='},
	{"just so", "ab", gap("a", 33, "b"), gap("a", 99, "b"), '>'},
	{"the first is the last before the second", "ba", "bba", "xba", '='},

	{"an exact term stops at a word", "'ab", "x-ab ab", "x-ab", '='},
	{"so it does not reach a better one", "'ab", "x-ab ab", "x ab", '<'},
	{"but passes by what begins none", "'ab", "xab ab", "x ab", '='},
	{"blanks before do not count", "^ab", "abx", "  abx", '='},
	{"the whole counts as the best", "'ab | ^ab$", "ab", "abx", '='},
	{"the first of several, not the best", "c | ab", "xc ab", "xx ab", '<'},
	{"terms add up", "ab cd", "ab xcd", "ab cd", '<'},
}

func gap(before string, length int, after string) string {
	return before + strings.Repeat("x", length) + after
}

// compare finds how the scores of two lines compare from the outside: with ties
// left to the input order, the order of a tie follows that of the input.
func compare(filter func(input string) (string, error), a, b string) (byte, error) {
	ab, err := filter(a + "\n" + b + "\n")
	if err != nil {
		return 0, err
	}
	ba, err := filter(b + "\n" + a + "\n")
	if err != nil {
		return 0, err
	}
	if strings.Count(ab, "\n") != 2 || strings.Count(ba, "\n") != 2 {
		return 0, fmt.Errorf("%q and %q do not both match", a, b)
	}
	switch aFirst, bFirst := strings.HasPrefix(ab, a+"\n"), strings.HasPrefix(ba, b+"\n"); {
	case aFirst && bFirst:
		return '=', nil
	case aFirst:
		return '>', nil
	}
	return '<', nil
}

func TestScheme(t *testing.T) {
	for _, m := range measurements {
		got, err := compare(func(input string) (string, error) {
			stdout, stderr, _ := fuzzyfindWith(input, "--tiebreak=index", "-f", m.query)
			if stderr != "" {
				return "", fmt.Errorf("%s", stderr)
			}
			return stdout, nil
		}, m.a, m.b)
		if err != nil || got != m.order {
			t.Errorf("%s: query %q: %q %c %q, want %c; %v", m.what, m.query, m.a, got, m.b, m.order, err)
		}
	}
}

func TestSchemeIsThatOfFzf(t *testing.T) {
	fzf := findFzf(t)
	for _, m := range measurements {
		got, err := compare(func(input string) (string, error) {
			cmd := exec.Command(fzf, "--tiebreak=index", "-f", m.query)
			cmd.Env = fzfEnvironment()
			cmd.Stdin = strings.NewReader(input)
			out, err := cmd.Output()
			return string(out), err
		}, m.a, m.b)
		if err != nil || got != m.order {
			t.Errorf("%s: query %q: %q %c %q, want %c; %v", m.what, m.query, m.a, got, m.b, m.order, err)
		}
	}
}

// findFzf skips the test where the fzf whose scheme this is is not installed:
// others of its releases score a little differently.
func findFzf(t *testing.T) string {
	fzf, err := exec.LookPath("fzf")
	if err != nil {
		t.Skip("not tested here: fzf is not on PATH")
	}
	out, err := exec.Command(fzf, "--version").Output()
	if err != nil || !strings.HasPrefix(string(out), "0.38.") {
		t.Skipf("not tested here: fzf is not 0.38 but %q, %v", out, err)
	}
	return fzf
}

// fzfEnvironment is this one without the user's own options for fzf.
func fzfEnvironment() []string {
	var env []string
	for _, e := range os.Environ() {
		if !strings.HasPrefix(e, "FZF_") {
			env = append(env, e)
		}
	}
	return env
}
