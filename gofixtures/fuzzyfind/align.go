package main

// match is a match of one term: what it scores, and from where to where it
// reaches.
type match struct{ score, begin, end int }

// maxAlignment bounds the work on one match, as the product of the lengths of
// the term and of the part of the line that it may lie in. What is larger gets
// the first match instead of the best one: see alignGreedily.
const maxAlignment = 1 << 17

// tally is the score of part of an alignment in the upper half, and in the
// lower one, the higher the earlier it begins: of two tallies the larger is the
// better, and of equal scores the one that begins earlier.
type tally int64

const (
	point   tally = 1 << 32
	nothing tally = -1 << 62 // no alignment; stays negative whatever is added
	latest  tally = point - 1
)

func points(n int) tally { return tally(n) * point }

func (t tally) begin() int { return int(latest - t&latest) }

// cell is a place in the line where a character of the term matches: the best
// tallies of all alignments of the term so far that end here.
type cell struct {
	at   int
	best tally
	run  [bonuses]tally // by the bonus that the run which ends here hands on
}

// aligner finds best alignments. It keeps its memory from one to the next.
type aligner struct {
	first, last []int // of each character of the term: where it can match
	above, row  []cell
}

// align finds the best match of a fuzzy term. text is raw after folding, and
// pattern is not empty.
//
// Only the cells in which characters match are visited, so a row, which is one
// character of the term, costs a scan for that character and little more. A
// cell keeps a tally for each bonus that its run may hand on, for the one that
// is best now need not be the best in the end. A gap costs the same per
// character however long it is, but for its first: so the cell from which a gap
// is best entered is, for every cell behind it, the one with the most of its
// tally plus its place, and a running maximum finds it. Of the first character
// the scheme lets only the last cell count.
//
// Of equal matches the one that ends first is taken, or if backward, last.
func align[T unit](a *aligner, pattern, text, raw []T, backward bool) (match, bool) {
	if !bracket(a, pattern, text) {
		return match{}, false
	}
	begin, end := a.first[0], a.last[len(pattern)-1]+1
	if end-begin > maxAlignment/len(pattern) {
		return alignGreedily(pattern, text, raw)
	}

	firstRow(a, pattern[0], text, raw)
	for i := 1; i < len(pattern); i++ {
		nextRow(a, i, pattern[i], text, raw)
	}
	best, found := nothing, 0
	for i := range a.row {
		if t := a.row[i].best; t > best || backward && t/point == best/point {
			best, found = t, a.row[i].at
		}
	}
	return match{int(best / point), best.begin(), found + 1}, true
}

// firstRow makes the cells of the first character.
func firstRow[T unit](a *aligner, character T, text, raw []T) {
	a.row = a.row[:0]
	for j := a.first[0]; j <= a.last[0]; j++ {
		if text[j] == character {
			own := bonusAt(raw, j)
			a.row = append(a.row, newCell(j))
			a.row[len(a.row)-1].raise(own, points(perMatch+2*bonusPoints[own])+latest-tally(j))
		}
	}
}

// nextRow makes the cells of character i from those of the one before.
func nextRow[T unit](a *aligner, i int, character T, text, raw []T) {
	a.above, a.row = a.row, a.above[:0]
	above := a.above
	// The best tally to come over a gap with, plus its place p, so that it need
	// not change from cell to cell: the gap from p to j has j-p-1 characters, and
	// costs gapOpen + (j-p-2)*gapExtend.
	fromGap := nothing
	for j := a.first[i]; j <= a.last[i]; j++ {
		if text[j] != character {
			continue
		}
		for len(above) > 0 && above[0].at < j-1 {
			t := above[0].best + points(above[0].at*gapExtend)
			if i == 1 || t > fromGap {
				fromGap = t
			}
			above = above[1:]
		}
		adjacent := len(above) > 0 && above[0].at == j-1
		own := bonusAt(raw, j)
		a.row = append(a.row, newCell(j))
		c := &a.row[len(a.row)-1]
		if fromGap >= 0 && !(i == 1 && adjacent) {
			t := fromGap - points(gapOpen+(j-2)*gapExtend)
			if t < 0 {
				t &= latest // a score of 0, and the same beginning
			}
			c.raise(own, t+points(perMatch+bonusPoints[own]))
		}
		if adjacent {
			for run, t := range above[0].run {
				if t >= 0 {
					next := &runBonus[run][own]
					c.raise(next.handOn, t+points(perMatch+next.points))
				}
			}
		}
	}
}

func newCell(at int) cell {
	return cell{at, nothing, [bonuses]tally{nothing, nothing, nothing, nothing, nothing}}
}

// raise enters one more alignment.
func (c *cell) raise(handOn uint8, t tally) {
	c.run[handOn] = max(c.run[handOn], t)
	c.best = max(c.best, t)
}

// bracket finds the first and the last place of each character of the term in
// any match of it, or that there is none.
func bracket[T unit](a *aligner, pattern, text []T) bool {
	a.first = a.first[:0]
	for i, c := range text {
		if c == pattern[len(a.first)] {
			a.first = append(a.first, i)
			if len(a.first) == len(pattern) {
				break
			}
		}
	}
	if len(a.first) < len(pattern) {
		return false
	}
	a.last = append(a.last[:0], a.first...)
	for i, j := len(text)-1, len(pattern)-1; j >= 0; i-- {
		if text[i] == pattern[j] {
			a.last[j] = i
			j--
		}
	}
	return true
}

// alignGreedily takes, in time linear in the length of the text, the match that
// ends first and, of those that end there, begins last.
func alignGreedily[T unit](pattern, text, raw []T) (match, bool) {
	i := 0
	for end, c := range text {
		if c != pattern[i] {
			continue
		}
		if i++; i < len(pattern) {
			continue
		}
		begin := end
		for i--; ; begin-- {
			if text[begin] != pattern[i] {
				continue
			}
			if i--; i < 0 {
				return match{scoreFirst(pattern, text, raw, begin), begin, end + 1}, true
			}
		}
	}
	return match{}, false
}

// scoreFirst scores the match that begins at begin and has every other character
// at the first place behind the one before. There must be one.
func scoreFirst[T unit](pattern, text, raw []T, begin int) int {
	score, gap, run := 0, 0, uint8(bonusNone)
	for i, j := 0, begin; i < len(pattern); j++ {
		if text[j] != pattern[i] {
			gap++
			continue
		}
		own := bonusAt(raw, j)
		switch {
		case i == 0:
			score, run = 2*bonusPoints[own], own
		case gap > 0:
			score, run = max(score-gapOpen-(gap-1)*gapExtend, 0)+bonusPoints[own], own
		default:
			next := runBonus[run][own]
			score, run = score+next.points, next.handOn
		}
		score += perMatch
		gap = 0
		i++
	}
	return score
}
