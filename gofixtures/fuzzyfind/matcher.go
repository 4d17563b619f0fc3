package main

import "bytes"

// in matches the term, whether or not it is negated, against a text.
func (t *term) in(x *text, a *aligner, backward bool) (match, bool) {
	if !x.isASCII {
		form := t.form()
		return matchTerm(t, a, t.runes, x.runes(form), x.forms[0], backward)
	}
	if len(t.ascii) == 0 {
		return match{}, false
	}
	folded := x.raw
	if t.fold {
		folded = x.folded
	}
	// The search of package bytes is the faster one by far, and most texts fail it.
	if t.kind == exact && !bytes.Contains(folded, t.ascii) {
		return match{}, false
	}
	return matchTerm(t, a, t.ascii, folded, x.raw, backward)
}

func matchTerm[T unit](t *term, a *aligner, pattern, folded, raw []T, backward bool) (match, bool) {
	if t.kind == fuzzy {
		return align(a, pattern, folded, raw, backward)
	}
	begin := 0
	if t.kind == exact {
		begin = occurrence(t, pattern, folded, raw, backward)
		if begin < 0 {
			return match{}, false
		}
	} else {
		// Blanks around the line do not count, unless the term has its own there.
		from, to := 0, len(folded)
		if t.kind != suffix && classOf(pattern[0]) != classBlank {
			for from < to && classOf(folded[from]) == classBlank {
				from++
			}
		}
		if t.kind != prefix && classOf(pattern[len(pattern)-1]) != classBlank {
			for from < to && classOf(folded[to-1]) == classBlank {
				to--
			}
		}
		begin = from
		if t.kind == suffix {
			begin = to - len(pattern)
		}
		if begin < from || to-begin < len(pattern) || t.kind == whole && to-from != len(pattern) {
			return match{}, false
		}
		for i, c := range pattern {
			if folded[begin+i] != c {
				return match{}, false
			}
		}
	}
	end := begin + len(pattern)
	if t.kind == whole {
		// Nothing is left to tell apart by where words begin: all count as the best.
		return match{(perMatch+bonusPoints[bonusBlank])*len(pattern) + bonusPoints[bonusBlank], begin, end}, true
	}
	return match{scoreFirst(pattern, folded, raw, begin), begin, end}, true
}

// occurrence finds where an exact term occurs: the first time at the beginning
// of a word or, if it never does, where it has the best bonus. If backward, it
// is the last time. The search is that of D. E. Knuth, J. H. Morris and V. R.
// Pratt (Fast pattern matching in strings, 1977), whose time is linear in the
// text, whatever that repeats. It gives -1 where there is none.
func occurrence[T unit](t *term, pattern, folded, raw []T, backward bool) int {
	best, found := -1, -1
	n := 0
	for i, c := range folded {
		for n > 0 && (n == len(pattern) || pattern[n] != c) {
			n = t.borders[n-1]
		}
		if pattern[n] == c {
			n++
		}
		if n < len(pattern) {
			continue
		}
		begin := i + 1 - n
		bonus := min(int(bonusAt(raw, begin)), bonusWord)
		if bonus > best || backward && bonus == best {
			best, found = bonus, begin
		}
		if best == bonusWord && !backward {
			break
		}
	}
	return found
}
