package main

import (
	"fmt"
	"strings"
	"testing"
)

// show writes a query so that a table can hold it.
func show(q query) string {
	names := [...]string{"fuzzy", "exact", "prefix", "suffix", "whole"}
	var groups []string
	for _, group := range q {
		var terms []string
		for _, t := range group {
			s := fmt.Sprintf("%s(%s)", names[t.kind], string(t.runes))
			if t.negated {
				s = "!" + s
			}
			terms = append(terms, s)
		}
		groups = append(groups, strings.Join(terms, "|"))
	}
	return strings.Join(groups, " ")
}

func TestParseQuery(t *testing.T) {
	for _, test := range []struct{ query, want, withExact string }{
		{"", "", ""},
		{"  ", "", ""},
		{"ab", "fuzzy(ab)", "exact(ab)"},
		{"a", "exact(a)", "exact(a)"},
		{"ab  cd ", "fuzzy(ab) fuzzy(cd)", "exact(ab) exact(cd)"},
		{`a\ b`, "fuzzy(a b)", "exact(a b)"},
		{`ab\`, `fuzzy(ab\)`, `exact(ab\)`},
		{`a\b`, `fuzzy(a\b)`, `exact(a\b)`},
		{"a\tb", "fuzzy(a\tb)", "exact(a\tb)"},
		{"'ab", "exact(ab)", "fuzzy(ab)"},
		{"^ab", "prefix(ab)", "prefix(ab)"},
		{"ab$", "suffix(ab)", "suffix(ab)"},
		{"^ab$", "whole(ab)", "whole(ab)"},
		{"'ab$", "suffix(ab)", "fuzzy(ab)"},
		{"'^ab", "exact(^ab)", "fuzzy(^ab)"},
		{"!ab", "!exact(ab)", "!exact(ab)"},
		{"!'ab", "!fuzzy(ab)", "!fuzzy(ab)"},
		{"!^ab", "!prefix(ab)", "!prefix(ab)"},
		{"!ab$", "!suffix(ab)", "!suffix(ab)"},
		{"!^ab$", "!whole(ab)", "!whole(ab)"},
		{"!!a", "!exact(!a)", "!exact(!a)"},
		{"! ^ ^$", "", ""},
		{"$", "exact($)", "exact($)"},
		{"!$", "!exact($)", "!exact($)"},
		{"'", "exact(')", "exact(')"},
		{"''", "exact(')", "exact(')"},
		{"AB", "fuzzy(AB)", "exact(AB)"},

		{"ab | cd", "fuzzy(ab)|fuzzy(cd)", "exact(ab)|exact(cd)"},
		{"ab|cd", "fuzzy(ab|cd)", "exact(ab|cd)"},
		{"^core go$ | rb$ | py$", "prefix(core) suffix(go)|suffix(rb)|suffix(py)", "prefix(core) suffix(go)|suffix(rb)|suffix(py)"},
		{"| ab", "exact(|) fuzzy(ab)", "exact(|) exact(ab)"},
		{"ab |", "fuzzy(ab)", "exact(ab)"},
		{"ab | | cd", "fuzzy(ab)|exact(|) fuzzy(cd)", "exact(ab)|exact(|) exact(cd)"},
		{"ab | ! cd", "fuzzy(ab)|fuzzy(cd)", "exact(ab)|exact(cd)"},
		{"! | ab", "exact(|) fuzzy(ab)", "exact(|) exact(ab)"},
	} {
		for _, e := range []struct {
			exact bool
			want  string
		}{{false, test.want}, {true, test.withExact}} {
			o := &options{filter: &test.query, extended: true, exact: e.exact}
			if got := show(parseQuery(o)); got != e.want {
				t.Errorf("%q, exact %v: %s, want %s", test.query, e.exact, got, e.want)
			}
		}
	}
}

func TestTerms(t *testing.T) {
	for _, test := range []struct{ term, matching, others string }{
		{"ab", "ab axb AB 1a2b3", "ba a b"},
		{"'ab", "ab xab abx xABx", "axb"},
		{"^ab", "ab abx ABx", "xab aab"},
		{"ab$", "ab xab xAB", "abx abb"},
		{"^ab$", "ab AB", "xab abx aab"},
		{"!ab", "axb ba", "ab xabx"},
		{"!'ab", "ba xyz", "ab axb"},
		{"!^ab", "xab b", "ab abx"},
		{"!ab$", "abx b", "ab xab"},
		{"!^ab$", "abx xab", "ab AB"},
		{"aB", "aB axB", "ab AB Ab"},
		{"'aab", "aab aaab aaaab", "ab aaxb"},
		{"éa", "éa Éxa", "ea aé éb ébá"},
		{"'ee", "ee éé Êe", "eae"},
		{"^e", "é e", "xe"},
		{"e$", "xé", "éx"},
		{"!é", "e x", "é É"},
		{"жа", "жа ЖxА", "аж ж"},
	} {
		for _, word := range strings.Fields(test.matching) {
			if stdout, _, _ := fuzzyfindWith(word+"\n", "-f", test.term); stdout != word+"\n" {
				t.Errorf("%s does not match %s", test.term, word)
			}
		}
		for _, word := range strings.Fields(test.others) {
			if stdout, _, _ := fuzzyfindWith(word+"\n", "-f", test.term); stdout != "" {
				t.Errorf("%s matches %s", test.term, word)
			}
		}
	}
}

// Whatever the query and the line: the line comes out as it went in or not at
// all, and the terms of one group, each alone, match what it matches.
func FuzzQuery(f *testing.F) {
	for _, s := range []string{"", "a", "!a b", "a | b | !c", "^a$ 'b", `\ `, "é", "\xff", "'aa$", "| |", "!", "aab$ | 'é"} {
		f.Add(s, "aab é a\xffb", false)
		f.Add(s, "AaBb/é", true)
	}
	f.Fuzz(func(t *testing.T, filter, line string, exact bool) {
		line = strings.ReplaceAll(line, "\n", "/")
		if line == "" || len(filter) > 1000 {
			return
		}
		o := &options{filter: &filter, extended: true, exact: exact, sort: true, tiebreak: []criterion{byChunk, byBegin, byEnd}}
		q := parseQuery(o)
		matches := func(q query) bool {
			c := &chunk{data: []byte(line)}
			newScorer(o, q, true).score(c, '\n')
			if len(c.matches) == 1 && string(c.line(0)) != line || len(c.matches) > 1 {
				t.Fatalf("query %q: line %q is %+v", filter, line, c.matches)
			}
			return len(c.matches) == 1
		}
		want := true
		for _, group := range q {
			one := false
			for _, term := range group {
				alone := matches(query{{term}})
				one = one || alone
				opposite := *term
				opposite.negated = !term.negated
				if matches(query{{&opposite}}) == alone {
					t.Errorf("query %q, line %q: a term and its opposite agree", filter, line)
				}
				if naive, known := naiveMatch(term, line); known && naive != alone {
					t.Errorf("query %q, line %q: %+v is %v", filter, line, term, alone)
				}
			}
			want = want && one
		}
		if got := matches(q); got != want {
			t.Errorf("query %q, line %q: %v, want %v", filter, line, got, want)
		}
	})
}

// naiveMatch says of ASCII lines and terms without blanks whether they match.
func naiveMatch(t *term, line string) (matches, known bool) {
	pattern := string(t.runes)
	if !isASCII([]byte(line+pattern)) || strings.ContainsAny(pattern, " \t\r\v\f") {
		return false, false
	}
	if t.fold {
		line = strings.ToLower(line)
	}
	trimmed := strings.TrimSpace(line)
	switch t.kind {
	case fuzzy:
		i := 0
		for j := 0; j < len(line) && i < len(pattern); j++ {
			if line[j] == pattern[i] {
				i++
			}
		}
		matches = i == len(pattern)
	case exact:
		matches = strings.Contains(line, pattern)
	case prefix:
		matches = strings.HasPrefix(trimmed, pattern)
	case suffix:
		matches = strings.HasSuffix(trimmed, pattern)
	case whole:
		matches = trimmed == pattern
	}
	return matches != t.negated, true
}

func TestWithoutDiacritic(t *testing.T) {
	for r, want := range map[rune]rune{'é': 'e', 'Ñ': 'N', 'ỹ': 'y', 'ß': 'ß', 'e': 'e', 'ж': 'ж', 'İ': 'I'} {
		if got := withoutDiacritic(r); got != want {
			t.Errorf("%c: %c, want %c", r, got, want)
		}
	}
}
