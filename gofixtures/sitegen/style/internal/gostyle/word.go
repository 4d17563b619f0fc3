package gostyle

import "strings"

// atNumber says whether a number comes next.
func (e *evaluator) atNumber() bool {
	i := 0
	if ch := e.peek(0); ch == '+' || ch == '-' {
		i++
	}
	return isDigit(e.peek(i)) || e.peek(i) == '.' && isDigit(e.peek(i+1))
}

func (e *evaluator) digits() {
	for isDigit(e.peek(0)) {
		e.pos++
	}
}

// number reads a number and its unit. A hyphen belongs to the unit only before
// a letter: 1px-2px is a difference.
func (e *evaluator) number() string {
	start := e.pos
	if !isDigit(e.peek(0)) && e.peek(0) != '.' {
		e.pos++
	}
	e.digits()
	if e.peek(0) == '.' && isDigit(e.peek(1)) {
		e.pos++
		e.digits()
	}
	if lower(e.peek(0)) == 'e' && (isDigit(e.peek(1)) || (e.peek(1) == '+' || e.peek(1) == '-') && isDigit(e.peek(2))) {
		e.pos += 2
		e.digits()
	}
	if e.peek(0) == '%' {
		e.pos++
		return e.f.text[start:e.pos]
	}
	for isName(e.peek(0)) && (e.peek(0) != '-' || isNameStart(e.peek(1)) || e.peek(1) == '-') {
		e.pos++
	}
	return e.f.text[start:e.pos]
}

// word reads an identifier, a color or a function, after what was read of it.
func (e *evaluator) word(read string, m mode) operand {
	start := e.pos
	if e.peek(0) == '#' && e.peek(1) != '{' {
		e.pos++
	}
	e.name()
	plain := e.f.text[start:e.pos]
	if read == "" && strings.IndexByte("#\\(+", e.peek(0)) < 0 {
		return operand{plain, false}
	}
	out := []byte(read + plain)
	for {
		if isName(e.peek(0)) {
			out = append(out, e.name()...)
		} else if e.at("#{") {
			out = append(out, e.interpolation()...)
		} else if e.peek(0) == '\\' {
			out = append(out, e.escape()...)
		} else {
			break
		}
	}
	if len(out) == 1 && lower(out[0]) == 'u' && e.peek(0) == '+' && (isHex(e.peek(1)) || e.peek(1) == '?') {
		out = append(out, e.unicodeRange()...)
	}
	if e.peek(0) == '(' {
		return e.function(string(out), m)
	}
	return operand{string(out), false}
}

// escape reads a backslash and what it escapes (CSS Syntax Level 3, 4.3.7): the
// white space after hexadecimal digits belongs to it.
func (e *evaluator) escape() string {
	start := e.pos
	e.pos++
	digits := 0
	for digits < 6 && isHex(e.peek(0)) {
		e.pos++
		digits++
	}
	switch ch := e.peek(0); {
	case digits > 0 && isSpace(ch):
		text := e.f.text[start:e.pos] + " "
		if e.at("\r\n") {
			e.pos++
		}
		e.pos++
		return text
	case digits == 0 && e.pos < e.end && !isNewline(ch):
		e.pos++
	}
	return e.f.text[start:e.pos]
}

// unicodeRange reads U+26 or U+0025-00FF after the U.
func (e *evaluator) unicodeRange() string {
	start := e.pos
	e.pos++
	for isHex(e.peek(0)) || e.peek(0) == '?' || e.peek(0) == '-' {
		e.pos++
	}
	return e.f.text[start:e.pos]
}

// calculates are the functions in which CSS itself calculates, or takes any
// text: what is in them stays (CSS Values and Units Level 4, 10; CSS Custom
// Properties Level 1, 3).
var calculates = map[string]bool{
	"calc": true, "min": true, "max": true, "clamp": true, "round": true, "mod": true, "rem": true,
	"sin": true, "cos": true, "tan": true, "asin": true, "acos": true, "atan": true, "atan2": true,
	"pow": true, "sqrt": true, "hypot": true, "log": true, "exp": true, "abs": true, "sign": true,
	"var": true, "env": true, "attr": true, "-webkit-calc": true, "-moz-calc": true,
}

// function reads the arguments of a function.
func (e *evaluator) function(name string, m mode) operand {
	at := e.pos
	if rawURL(e.f.text, e.pos, e.end) {
		return operand{name + e.url(), false}
	}
	e.pos++
	word := lowered(name)
	inner := m &^ (division | query)
	if calculates[word] {
		inner &^= arithmetic | soft
	} else if m&arithmetic != 0 {
		inner |= soft
	}
	args := e.list(')', inner)
	e.pos++
	if m&arithmetic != 0 {
		text, known, problem := colorFunction(word, args)
		if problem != "" {
			e.f.fail(at, problem)
		}
		if known {
			return operand{text, false}
		}
	}
	return operand{name + "(" + args + ")", false}
}
