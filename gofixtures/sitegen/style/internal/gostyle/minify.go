package gostyle

import "strings"

// minifySelector appends s without the white space around its combinators,
// outside of brackets: 2n + 1 in :nth-child() stays.
func minifySelector(out []byte, s string) []byte {
	depth := 0
	for i := 0; i < len(s); i++ {
		ch := s[i]
		switch ch {
		case '\\':
			if i+1 < len(s) {
				out = append(out, ch)
				i++
				ch = s[i]
			}
		case '"', '\'':
			end := stringEnd(s, i)
			out = append(out, s[i:end-1]...)
			i, ch = end-1, s[end-1]
		case '(', '[':
			depth++
		case ')', ']':
			depth--
		case ' ':
			if depth == 0 && i+1 < len(s) && isCombinator(s[i+1]) {
				continue
			}
		case '>', '+', '~':
			if depth == 0 && i+1 < len(s) && s[i+1] == ' ' {
				i++
			}
		}
		out = append(out, ch)
	}
	return out
}

func isCombinator(ch byte) bool { return ch == '>' || ch == '+' || ch == '~' }

// minifyValue shortens a value: space after commas and before !important,
// numbers, colors and, with units, lengths of zero.
func minifyValue(s string, units bool) string {
	var out []byte
	depth := 0
	for i := 0; i < len(s); {
		ch := s[i]
		end := i + 1
		switch {
		case ch == '"' || ch == '\'':
			end = stringEnd(s, i)
		case ch == '(' && rawURL(s, i, len(s)):
			end = urlEnd(s, i)
		case ch == '(':
			depth++
		case ch == ')':
			depth--
		case ch == ' ' && end < len(s) && s[end] == '!':
			i = end
			continue
		case ch == ',' && end < len(s) && s[end] == ' ':
			out = append(out, ',')
			i = end + 1
			continue
		case startsNumber(s, i):
			out, i = minifyNumber(out, s, i, units && depth == 0)
			continue
		case ch == '#':
			end = wordEnd(s, end)
			if shortens(s[i:end]) && (i == 0 || strings.IndexByte(" ,(", s[i-1]) >= 0) {
				out = append(out, '#')
				for j := i + 1; j < end; j += 2 {
					out = append(out, s[j])
				}
				i = end
				continue
			}
		case isName(ch) || ch == '\\':
			end = wordEnd(s, i)
		}
		out = append(out, s[i:end]...)
		i = end
	}
	return string(out)
}

// wordEnd returns the place after the identifier at i, with its escapes.
func wordEnd(s string, i int) int {
	for i = nameEnd(s, i); i+1 < len(s) && s[i] == '\\'; i = nameEnd(s, i) {
		i++
		digits := 0
		for ; digits < 6 && i < len(s) && isHex(s[i]); i++ {
			digits++
		}
		if digits == 0 || i < len(s) && s[i] == ' ' {
			i++
		}
	}
	return i
}

func nameEnd(s string, i int) int {
	for i < len(s) && isName(s[i]) {
		i++
	}
	return i
}

// urlEnd returns the place after the address whose parenthesis is at i.
func urlEnd(s string, i int) int {
	for ; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case ')':
			return i + 1
		}
	}
	return len(s)
}

// shortens says whether a color is of pairs: #aabbcc.
func shortens(hash string) bool {
	if len(hash) != 7 && len(hash) != 9 {
		return false
	}
	for i := 1; i < len(hash); i += 2 {
		if !isHex(hash[i]) || lower(hash[i]) != lower(hash[i+1]) {
			return false
		}
	}
	return true
}

func startsNumber(s string, i int) bool {
	if s[i] == '+' || s[i] == '-' {
		i++
	}
	if i < len(s) && s[i] == '.' {
		i++
	}
	return i < len(s) && isDigit(s[i])
}

// lengths are the units of which zero needs none (CSS Values and Units Level
// 4, 6).
var lengths = map[string]bool{
	"px": true, "em": true, "rem": true, "ex": true, "ch": true, "vw": true, "vh": true, "vmin": true,
	"vmax": true, "cm": true, "mm": true, "in": true, "pt": true, "pc": true, "q": true,
}

// minifyNumber appends the number at i and returns the place after it.
func minifyNumber(out []byte, s string, i int, units bool) ([]byte, int) {
	start := i
	if s[i] == '+' || s[i] == '-' {
		i++
	}
	whole := i
	for i < len(s) && isDigit(s[i]) {
		i++
	}
	point := i
	if i+1 < len(s) && s[i] == '.' && isDigit(s[i+1]) {
		for i++; i < len(s) && isDigit(s[i]); i++ {
		}
	}
	unit := s[i:nameEnd(s, i)]
	end := i + len(unit)
	if end < len(s) && (s[end] == '.' || s[end] == '\\') || unit != "" && lower(unit[0]) == 'e' && !isUnit(unit) {
		return append(out, s[start:end]...), end // an exponent, or nothing we know
	}
	fraction := strings.TrimRight(s[point:i], "0")
	if fraction == "." {
		fraction = ""
	}
	digits := s[whole:point]
	zero := strings.Trim(digits, "0") == ""
	switch {
	case zero && fraction == "" && units && lengths[lowered(unit)]:
		return append(out, '0'), end
	case zero && fraction == "":
		digits = "0"
	case zero:
		digits = ""
	}
	out = append(out, s[start:whole]...)
	out = append(out, digits...)
	out = append(out, fraction...)
	return append(out, unit...), end
}
