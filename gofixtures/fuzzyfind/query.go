package main

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// kind is how a term must match.
type kind int

const (
	fuzzy  kind = iota
	exact       // somewhere
	prefix      // at the beginning, blanks there aside
	suffix      // at the end, blanks there aside
	whole       // both
)

// term is one condition on a line.
type term struct {
	kind    kind
	negated bool
	fold    bool // ignore case
	plain   bool // ignore diacritics

	ascii []byte // the characters, folded if fold; empty unless all are ASCII
	runes []rune // the same
	// borders[i] is the length of the longest string that runes[:i+1] both begins
	// and ends with, itself aside; see occurrence.
	borders []int
}

// query is what a line must match: of each group, one term.
type query [][]*term

// parseQuery takes what fzf(1) documents under "EXTENDED SEARCH MODE". Where
// that is silent it does what fzf does: | with nothing before it in its group is
// a character like any other, and a term of operators alone is dropped.
func parseQuery(o *options) query {
	if !o.extended {
		if *o.filter == "" {
			return nil
		}
		k := fuzzy
		if o.exact {
			k = exact
		}
		return query{{newTerm(*o.filter, k, false, o)}}
	}
	var q query
	joined := false // by a | to the group before
	open := false   // whether a | may follow
	for _, word := range splitWords(*o.filter) {
		if word == "|" && open {
			joined, open = true, false
			continue
		}
		open = true
		t := parseTerm(word, o)
		switch {
		case t == nil:
			open = len(q) > 0
			continue
		case joined:
			q[len(q)-1] = append(q[len(q)-1], t)
		default:
			q = append(q, []*term{t})
		}
		joined = false
	}
	return q
}

// ranks says whether lines can differ in how well they match: conditions on what
// must be absent tell none from another, and the input order stands.
func (q query) ranks() bool {
	for _, group := range q {
		if slices.ContainsFunc(group, func(t *term) bool { return !t.negated }) {
			return true
		}
	}
	return false
}

// splitWords splits at blanks, of which those behind a backslash are kept and
// lose the backslash.
func splitWords(s string) []string {
	var words []string
	var word []byte
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s) && s[i+1] == ' ':
			word = append(word, ' ')
			i++
		case s[i] != ' ':
			word = append(word, s[i])
		case len(word) > 0:
			words = append(words, string(word))
			word = word[:0]
		}
	}
	if len(word) > 0 {
		words = append(words, string(word))
	}
	return words
}

// parseTerm gives nil for a term that is empty but for operators.
func parseTerm(s string, o *options) *term {
	k := fuzzy
	if o.exact {
		k = exact
	}
	rest, negated := strings.CutPrefix(s, "!")
	if negated {
		k = exact
	}
	atEnd := len(rest) > 1 && strings.HasSuffix(rest, "$")
	if atEnd {
		rest = strings.TrimSuffix(rest, "$")
	}
	switch {
	case len(rest) > 1 && rest[0] == '\'':
		rest = rest[1:]
		if o.exact || negated {
			k, atEnd = fuzzy, false
		} else {
			k = exact
		}
		if atEnd {
			k = suffix
		}
	case strings.HasPrefix(rest, "^"):
		rest, k = rest[1:], prefix
		if atEnd {
			k = whole
		}
	case atEnd:
		k = suffix
	}
	if rest == "" {
		return nil
	}
	return newTerm(rest, k, negated, o)
}

func newTerm(s string, k kind, negated bool, o *options) *term {
	t := &term{kind: k, negated: negated, runes: decode(nil, []byte(s))}
	hasUpper := slices.ContainsFunc(t.runes, func(r rune) bool { return unicode.ToLower(r) != r })
	t.fold = o.fold == ignoreCase || o.fold == smartCase && !hasUpper
	t.plain = !o.literal && !slices.ContainsFunc(t.runes, func(r rune) bool { return withoutDiacritic(r) != r })
	if k == fuzzy && len(t.runes) == 1 {
		t.kind = exact // no gaps to weigh: see occurrence for which one is taken
	}
	if t.fold {
		for i, r := range t.runes {
			t.runes[i] = unicode.ToLower(r)
		}
	}
	if !slices.ContainsFunc(t.runes, func(r rune) bool { return r >= utf8.RuneSelf }) {
		t.ascii = []byte(string(t.runes))
	}
	t.borders = make([]int, len(t.runes))
	for i, n := 1, 0; i < len(t.runes); i++ {
		for n > 0 && t.runes[n] != t.runes[i] {
			n = t.borders[n-1]
		}
		if t.runes[n] == t.runes[i] {
			n++
		}
		t.borders[i] = n
	}
	return t
}
