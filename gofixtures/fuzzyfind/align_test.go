package main

import (
	"bytes"
	"strings"
	"testing"
)

// extend gives the score of an alignment with one more match, by the words of
// scheme.go, and the bonus that its run then hands on: at is the place of the
// match, before that of the one before it, or -1.
func extend(score, run int, text string, before, at int) (newScore, newRun int) {
	kindOf := func(i int) string {
		switch {
		case i < 0 || strings.ContainsRune(" \t\n\v\f\r", rune(text[i])):
			return "blank"
		case strings.ContainsRune("/,:;|", rune(text[i])):
			return "delimiter"
		case '0' <= text[i] && text[i] <= '9':
			return "digit"
		case 'a' <= text[i] && text[i] <= 'z':
			return "small"
		case 'A' <= text[i] && text[i] <= 'Z':
			return "capital"
		}
		return "other"
	}
	own := 0
	switch k, previous := kindOf(at), kindOf(at-1); {
	case k == "blank", k != "other" && previous == "blank":
		own = 10
	case k == "other", previous == "other":
		own = 8
	case previous == "delimiter":
		own = 9
	case k == "capital" && previous == "small", k == "digit" && previous != "digit":
		own = 7
	}
	switch gap := at - before - 1; {
	case before < 0:
		return 16 + 2*own, own
	case gap > 0:
		return max(0, score-3-(gap-1)) + 16 + own, own
	}
	bonus := max(4, max(run, own))
	if own >= 8 && own > run {
		run = own
	}
	return score + 16 + bonus, run
}

// allowed is the rule on the first character: no other place for it between its
// match and that of the second.
func allowed(pattern, folded string, first, second int) bool {
	return !strings.Contains(folded[first+1:second], pattern[:1])
}

// enumerate tries every alignment there is. It gives the best score and all
// places, from and to, of alignments that have it.
func enumerate(pattern, text string) (best int, places map[[2]int]bool) {
	folded := strings.ToLower(text)
	best = -1
	var try func(i, first, before, score, run int)
	try = func(i, first, before, score, run int) {
		if i == len(pattern) {
			if score > best {
				best, places = score, make(map[[2]int]bool)
			}
			if score == best {
				places[[2]int{first, before + 1}] = true
			}
			return
		}
		for at := before + 1; at < len(text); at++ {
			if folded[at] != pattern[i] || i == 1 && !allowed(pattern, folded, before, at) {
				continue
			}
			newScore, newRun := extend(score, run, text, before, at)
			if i == 0 {
				first = at
			}
			try(i+1, first, at, newScore, newRun)
		}
	}
	try(0, -1, -1, 0, 0)
	return best, places
}

// fullTable is the plain dynamic programme: the best score for each number of
// characters matched, place of the last, and bonus that is handed on, from each
// entry of the row before.
func fullTable(pattern, text string) (best int) {
	type entry struct{ at, run int }
	folded := strings.ToLower(text)
	row := map[entry]int{{-1, 0}: 0}
	for i := range pattern {
		next := make(map[entry]int)
		for e, score := range row {
			for at := e.at + 1; at < len(text); at++ {
				if folded[at] != pattern[i] || i == 1 && !allowed(pattern, folded, e.at, at) {
					continue
				}
				newScore, newRun := extend(score, e.run, text, e.at, at)
				if old, ok := next[entry{at, newRun}]; !ok || newScore > old {
					next[entry{at, newRun}] = newScore
				}
			}
		}
		row = next
	}
	best = -1
	for _, score := range row {
		best = max(best, score)
	}
	return best
}

func alignString(a *aligner, pattern, text string, backward bool) (match, bool) {
	return align(a, []byte(pattern), []byte(strings.ToLower(text)), []byte(text), backward)
}

func randomString(random *randomNumbers, alphabet string, length int) string {
	s := make([]byte, length)
	for i := range s {
		s[i] = alphabet[random.below(len(alphabet))]
	}
	return string(s)
}

var alphabets = []string{"ab", "abAB", "ab/ ", "aB1-", "abA1/-_ .", "aaaab"}

// Short texts of few letters have many alignments each, of many kinds.
func TestAlignIsBestOfAll(t *testing.T) {
	random := randomNumbers(1)
	a := new(aligner)
	matched := 0
	for i := 0; i < 20000; i++ {
		alphabet := alphabets[random.below(len(alphabets))]
		text := randomString(&random, alphabet, random.below(13))
		pattern := strings.ToLower(randomString(&random, alphabet, 1+random.below(4)))
		want, places := enumerate(pattern, text)
		for _, backward := range []bool{false, true} {
			got, ok := alignString(a, pattern, text, backward)
			if ok != (want >= 0) || ok && got.score != want {
				t.Fatalf("%q in %q: %+v, %v; want %d", pattern, text, got, ok, want)
			}
			if !ok {
				continue
			}
			matched++
			if !places[[2]int{got.begin, got.end}] {
				t.Fatalf("%q in %q: %+v, want one of %v", pattern, text, got, places)
			}
			for p := range places {
				if !backward && p[1] < got.end || backward && p[1] > got.end {
					t.Fatalf("%q in %q, backward %v: %+v, yet another best one is at %v", pattern, text, backward, got, p)
				}
			}
		}
	}
	if matched < 10000 {
		t.Errorf("only %d matched", matched)
	}
}

func TestAlignEqualsFullTable(t *testing.T) {
	random := randomNumbers(2)
	a := new(aligner)
	for i := 0; i < 1500; i++ {
		alphabet := alphabets[random.below(len(alphabets))]
		text := randomString(&random, alphabet, random.below(70))
		pattern := strings.ToLower(randomString(&random, alphabet, 1+random.below(8)))
		compareWithFullTable(t, a, pattern, text)
	}
	paths := strings.Fields(string(generatedPaths(500)))
	for i, path := range paths {
		from := random.below(len(path))
		pattern := strings.ToLower(path[from:min(len(path), from+6)])
		compareWithFullTable(t, a, pattern, path)
		compareWithFullTable(t, a, pattern[:1]+"e", paths[(i+1)%len(paths)])
	}
}

func compareWithFullTable(t *testing.T, a *aligner, pattern, text string) {
	t.Helper()
	want := fullTable(pattern, text)
	got, ok := alignString(a, pattern, text, false)
	if ok != (want >= 0) || ok && got.score != want {
		t.Fatalf("%q in %q: %+v, %v; want %d", pattern, text, got, ok, want)
	}
	runes, runesOK := align(a, []rune(pattern), []rune(strings.ToLower(text)), []rune(text), false)
	if runes != got || runesOK != ok {
		t.Fatalf("%q in %q: as runes %+v, as bytes %+v", pattern, text, runes, got)
	}
	greedy, greedyOK := alignGreedily([]byte(pattern), []byte(strings.ToLower(text)), []byte(text))
	if greedyOK != ok {
		t.Fatalf("%q in %q: matches %v, greedily %v", pattern, text, ok, greedyOK)
	}
	// The greedy match may break the rule on the first character, which only
	// costs those that keep it, so its score says nothing; its place does.
	if ok && (greedy.begin < 0 || greedy.end > len(text) || greedy.end-greedy.begin < len(pattern)) {
		t.Fatalf("%q in %q: greedily %+v", pattern, text, greedy)
	}
}

func FuzzAlign(f *testing.F) {
	f.Add("src", "some/src/Main_src.go")
	f.Add("aab", "abaabb AaB")
	f.Add("/ /", "// / /1/")
	f.Fuzz(func(t *testing.T, pattern, text string) {
		pattern = strings.ToLower(pattern)
		if pattern == "" || len(pattern)*len(text)*len(text) > 1<<16 || !isASCII([]byte(pattern+text)) {
			return
		}
		compareWithFullTable(t, new(aligner), pattern, text)
	})
}

func TestAlignGreedily(t *testing.T) {
	for _, test := range []struct {
		pattern, text string
		want          match
	}{
		{"ab", "ab", match{62, 0, 2}},
		{"ab", "xaab", match{36, 2, 4}},
		{"ab", "axxb ab", match{16 + 20 - 4 + 16, 0, 4}}, // the first, not the best
		{"ab", "a" + strings.Repeat("x", 100) + "b", match{16, 0, 102}},
	} {
		got, ok := alignGreedily([]byte(test.pattern), []byte(test.text), []byte(test.text))
		if !ok || got != test.want {
			t.Errorf("%q in %q: %+v, %v; want %+v", test.pattern, test.text, got, ok, test.want)
		}
	}
}

// A megabyte of nothing but matches takes no more memory than the bound allows.
func TestLongLinesAreBounded(t *testing.T) {
	a := new(aligner)
	long := bytes.Repeat([]byte("a"), 4<<20)
	pattern := bytes.Repeat([]byte("a"), 1000)
	m, ok := align(a, pattern, long, long, false)
	if !ok || m.end-m.begin != len(pattern) {
		t.Errorf("%+v, %v", m, ok)
	}
	if most := maxAlignment; cap(a.row) > 2*most || cap(a.above) > 2*most {
		t.Errorf("%d and %d cells, more than twice %d", cap(a.row), cap(a.above), most)
	}
	// At the bound itself the best match is found, just beyond it the first.
	for _, length := range []int{maxAlignment / 2, maxAlignment/2 + 1} {
		text := "axb" + strings.Repeat("-", length-6) + " ab"
		got, _ := alignString(a, "ab", text, false)
		if isBest := got.end == len(text); isBest != (length <= maxAlignment/2) {
			t.Errorf("%d characters: %+v", len(text), got)
		}
	}
}

func BenchmarkAlign(b *testing.B) {
	var lines [][]byte
	for _, line := range bytes.Fields(generatedPaths(1000)) {
		lines = append(lines, line)
	}
	a := new(aligner)
	folded := make([]byte, 0, 1024)
	b.ReportAllocs()
	b.ResetTimer()
	for i := 0; i < b.N; i++ {
		line := lines[i%len(lines)]
		folded = folded[:0]
		for _, c := range line {
			folded = append(folded, toLower[c])
		}
		align(a, []byte("src"), folded, line, false)
	}
}
