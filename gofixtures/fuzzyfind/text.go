package main

import (
	"unicode"
	"unicode/utf8"
)

// decode appends the runes of s to runes. A byte that is no part of any counts
// as one, U+DC00 more than itself: no rune that UTF-8 can hold, so it matches
// itself alone.
func decode(runes []rune, s []byte) []rune {
	for len(s) > 0 {
		r, size := utf8.DecodeRune(s)
		if r == utf8.RuneError && size == 1 {
			r = 0xDC00 + rune(s[0])
		}
		runes = append(runes, r)
		s = s[size:]
	}
	return runes
}

// text is a part of a line that terms are matched against: bytes where it is
// all ASCII, and otherwise runes, in the four forms that terms may ask for.
type text struct {
	isASCII     bool
	raw, folded []byte
	forms       [4][]rune // by form
	made        [4]bool
}

// form is an index of text.forms.
func (t *term) form() int {
	n := 0
	if t.fold {
		n |= 1
	}
	if t.plain {
		n |= 2
	}
	return n
}

// reset makes t the text of raw, whose ASCII letters are in lower case in folded.
func (t *text) reset(raw, folded []byte, isASCII bool) {
	t.raw, t.folded, t.isASCII = raw, folded, isASCII
	t.made = [4]bool{}
	if !isASCII {
		t.forms[0] = decode(t.forms[0][:0], raw)
		t.made[0] = true
	}
}

func (t *text) runes(form int) []rune {
	if t.made[form] {
		return t.forms[form]
	}
	runes := t.forms[form][:0]
	for _, r := range t.forms[0] {
		if form&2 != 0 {
			r = withoutDiacritic(r)
		}
		if form&1 != 0 {
			r = unicode.ToLower(r)
		}
		runes = append(runes, r)
	}
	t.forms[form], t.made[form] = runes, true
	return runes
}

// latin has, behind each letter, those of Latin-1 Supplement, Latin Extended-A
// and Latin Extended Additional that are it with one diacritical mark or two,
// by their decompositions in the Unicode Character Database.
var latin = [...]string{
	"AÀÁÂÃÄÅĀĂĄẠẢẤẦẨẪẬẮẰẲẴẶ", "aàáâãäåāăąạảấầẩẫậắằẳẵặ",
	"CÇĆĈĊČ", "cçćĉċč", "DĎḌ", "dďḍ",
	"EÈÉÊËĒĔĖĘĚẸẺẼẾỀỂỄỆ", "eèéêëēĕėęěẹẻẽếềểễệ",
	"GĜĞĠĢ", "gĝğġģ", "HĤḤ", "hĥḥ",
	"IÌÍÎÏĨĪĬĮİỈỊ", "iìíîïĩīĭįỉị", "JĴ", "jĵ", "KĶḲ", "kķḳ",
	"LĹĻĽḶ", "lĺļľḷ", "MḾṀṂ", "mḿṁṃ", "NÑŃŅŇṆ", "nñńņňṇ",
	"OÒÓÔÕÖŌŎŐỌỎỐỒỔỖỘ", "oòóôõöōŏőọỏốồổỗộ",
	"RŔŖŘṚ", "rŕŗřṛ", "SŚŜŞŠṢ", "sśŝşšṣ", "TŢŤṬ", "tţťṭ",
	"UÙÚÛÜŨŪŬŮŰŲỤỦ", "uùúûüũūŭůűųụủ",
	"WŴẀẂẄ", "wŵẁẃẅ", "YÝŶŸỲỴỶỸ", "yýÿŷỳỵỷỹ", "ZŹŻŽẒ", "zźżžẓ",
}

var plainLetter = func() map[rune]rune {
	plain := make(map[rune]rune)
	for _, letters := range latin {
		for _, r := range letters[1:] {
			plain[r] = rune(letters[0])
		}
	}
	return plain
}()

// withoutDiacritic gives the letter under the marks of a Latin one.
func withoutDiacritic(r rune) rune {
	if r < 'À' || r > 'ỹ' {
		return r
	}
	if plain, ok := plainLetter[r]; ok {
		return plain
	}
	return r
}
