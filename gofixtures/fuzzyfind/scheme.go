package main

import "unicode"

// The scoring scheme is fzf's default one. Its parts are documented (fzf(1),
// --scheme, and the notes on 0.32.0 and 0.33.0 in fzf's CHANGELOG: more for a
// word after a blank than after one of "/,:;|", and more for that than after
// any other character that is no part of a word). Its numbers were measured
// from outside, with the length of a gap as the ruler: "a" + 11 others + "b"
// ties with "a" + 20 others + " b" for the query ab, so a word after a blank is
// worth 10 characters of gap. scheme_test.go repeats the measurements.
//
// A match earns, for each character of the term:
//
//	+16  always
//	+10  if it is a blank, or begins a word after a blank or at the beginning
//	+9   if it begins a word after one of / , : ; |
//	+8   if it begins a word after any other character that is no part of one,
//	     or is itself such a character
//	+7   if it is a capital after a small letter, or a digit after what is none
//	+4   or more, if it stands right behind the match of the character before:
//	     as much as the first of this run of characters, or as the best that
//	     earned 8 or more in the run since
//
// of which only the most counts beside the 16. One of / , : ; | is part of a word
// where it is itself what matches. The bonus of the first character of the term
// counts twice, and its match is the last one before that of the second, so that
// "some/src" matches src in one piece. And a match pays
//
//	-3   for the first character of a gap between two matches
//	-1   for each one more
//
// but the sum never falls below 0 on the way, as in the local alignment of
// T. F. Smith and M. S. Waterman (Identification of common molecular
// subsequences, 1981): where a gap has cost all, the rest counts as if alone.
const (
	perMatch       = 16
	perConsecutive = 4
	gapOpen        = 3
	gapExtend      = 1
)

// Bonuses by rank: what is kept in tables and compared is the rank.
const (
	bonusNone = iota
	bonusCamel
	bonusWord
	bonusDelimited
	bonusBlank
	bonuses
)

var bonusPoints = [bonuses]int{0, 7, 8, 9, 10}

// runBonus gives, for a run that has a bonus to hand on and meets a character
// with one of its own, the points of that character and what is handed on.
var runBonus = func() (table [bonuses][bonuses]struct {
	points int
	handOn uint8
}) {
	for run := range table {
		for own := range table[run] {
			entry := &table[run][own]
			entry.points = max(perConsecutive, max(bonusPoints[run], bonusPoints[own]))
			entry.handOn = uint8(run)
			if own >= bonusWord && own > run {
				entry.handOn = uint8(own)
			}
		}
	}
	return table
}()

// class is what a character is to the scheme.
type class uint8

const (
	classBlank class = iota
	classOther       // no part of a word
	classDelimiter
	classLower
	classUpper
	classLetter // of a script without case
	classDigit
	classes
)

// bonusOf gives the rank of the bonus of a character by the class of the one
// before it and its own.
var bonusOf = func() (table [classes][classes]uint8) {
	for before := class(0); before < classes; before++ {
		for own := class(0); own < classes; own++ {
			bonus := bonusNone
			switch {
			case own == classBlank:
				bonus = bonusBlank
			case own == classOther:
				bonus = bonusWord
			case before == classBlank:
				bonus = bonusBlank
			case before == classDelimiter:
				bonus = bonusDelimited
			case before == classOther:
				bonus = bonusWord
			case before == classLower && own == classUpper, before != classDigit && own == classDigit:
				bonus = bonusCamel
			}
			table[before][own] = uint8(bonus)
		}
	}
	return table
}()

var asciiClass = func() (table [unicode.MaxASCII + 1]class) {
	for c := range table {
		table[c] = classify(rune(c))
	}
	return table
}()

func classify(r rune) class {
	switch {
	case unicode.IsLower(r):
		return classLower
	case unicode.IsUpper(r):
		return classUpper
	case unicode.IsNumber(r):
		return classDigit
	case unicode.IsLetter(r):
		return classLetter
	case unicode.IsSpace(r):
		return classBlank
	case r == '/' || r == ',' || r == ':' || r == ';' || r == '|':
		return classDelimiter
	}
	return classOther
}

// unit is what text is made of: bytes where it is all ASCII, else runes.
type unit interface{ byte | rune }

func classOf[T unit](c T) class {
	if c <= unicode.MaxASCII {
		return asciiClass[c]
	}
	return classify(rune(c))
}

// bonusAt gives the rank of the bonus of the character at i.
func bonusAt[T unit](raw []T, i int) uint8 {
	before := classBlank
	if i > 0 {
		before = classOf(raw[i-1])
	}
	return bonusOf[before][classOf(raw[i])]
}
