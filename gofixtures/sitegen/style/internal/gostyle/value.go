package gostyle

import "strings"

// mode is what a list of values may do.
type mode uint8

const (
	withVariables mode = 1 << iota // $name stands for its value
	arithmetic                     // + - * % calculate
	division                       // / does too
	soft                           // what cannot be calculated stays as written
	query                          // arithmetic begins after : < > = in parentheses
	selector                       // a comment separates nothing
)

// operand is a value within an expression. After a number, + and - need no
// white space before them to be operators.
type operand struct {
	text   string
	number bool
}

// evaluator reads values where its cursor is.
type evaluator struct {
	cursor
	c     *Compiler
	scope *scope
}

// evaluate returns the value of a span.
func (c *Compiler) evaluate(n *node, s span, sc *scope, m mode) string {
	c.spend(s.end - s.start)
	e := evaluator{cursor{n.file, s.start, s.end}, c, sc}
	return e.list(0, m)
}

// gap skips white space and comments, and says whether what is around them is
// apart.
func (e *evaluator) gap(m mode) bool {
	k := e.cursor
	gap := e.space()
	if m&selector == 0 {
		return gap
	}
	for k.pos < e.pos {
		if !k.at("/*") {
			return true
		}
		k.comment()
	}
	return false
}

// list evaluates up to the closing byte, or up to the end for 0. White space
// becomes one space, and none at the ends and before commas: a space there can
// only be the end of an escape.
func (e *evaluator) list(closing byte, m mode) string {
	var out []byte
	for {
		gap := e.gap(m)
		if e.pos == e.end {
			if closing != 0 {
				e.f.fail(e.pos, "expected "+string(rune(closing)))
			}
			break
		}
		ch := e.peek(0)
		if closing != 0 && ch == closing {
			break
		}
		if gap && len(out) > 0 && ch != ',' {
			out = append(out, ' ')
		}
		out = append(out, e.sum(m)...)
		if m&query != 0 && closing == ')' && strings.IndexByte(":<>=", ch) >= 0 {
			m = withVariables | arithmetic
		}
	}
	e.c.spend(len(out))
	return string(out)
}

func (e *evaluator) sum(m mode) string {
	left := e.product(m)
	for m&arithmetic != 0 {
		start := e.pos
		gap := e.space()
		op := e.peek(0)
		if op != '+' && op != '-' || !gap && !left.number || gap && !isSpace(e.peek(1)) {
			e.pos = start
			break
		}
		at := e.pos
		e.pos++
		after := e.space()
		right := e.right(op, at, e.product, m)
		left = e.apply(left, op, right, at, gap, after, m)
	}
	return left.text
}

func (e *evaluator) product(m mode) operand {
	left := e.factor(m)
	for m&arithmetic != 0 {
		start := e.pos
		gap := e.space()
		op := e.peek(0)
		if op != '*' && !(op == '/' && m&division != 0) && !(op == '%' && gap && isSpace(e.peek(1))) {
			e.pos = start
			break
		}
		at := e.pos
		e.pos++
		after := e.space()
		right := e.right(op, at, e.factor, m)
		left = e.apply(left, op, right, at, gap, after, m)
	}
	return left
}

// right reads the operand after an operator.
func (e *evaluator) right(op byte, at int, read func(mode) operand, m mode) operand {
	switch e.peek(0) {
	case 0, ')', ']', '}', ',', ';':
		if m&soft == 0 {
			e.f.fail(at, "expected a value after "+string(rune(op)))
		}
		return operand{}
	}
	return read(m)
}

// apply calculates, or joins the texts where it cannot and may not fail.
func (e *evaluator) apply(left operand, op byte, right operand, at int, gap, after bool, m mode) operand {
	a, okA := parseNumber(left.text)
	b, okB := parseNumber(right.text)
	problem := ""
	switch {
	case !okA:
		problem = string(rune(op)) + " wants numbers, not " + clip(left.text)
	case !okB:
		problem = string(rune(op)) + " wants numbers, not " + clip(right.text)
	default:
		var result number
		if result, problem = calculate(a, op, b); problem == "" {
			return operand{result.String(), true}
		}
	}
	if m&soft == 0 {
		e.f.fail(at, problem)
	}
	var out strings.Builder
	out.WriteString(left.text)
	if gap {
		out.WriteByte(' ')
	}
	out.WriteByte(op)
	if after {
		out.WriteByte(' ')
	}
	out.WriteString(right.text)
	e.c.spend(out.Len())
	return operand{out.String(), false}
}

// factor reads one value: it always advances.
func (e *evaluator) factor(m mode) operand {
	ch, next := e.peek(0), e.peek(1)
	switch {
	case ch == '$' && m&withVariables != 0 && (isNameStart(next) || next == '-'):
		return operand{e.variable(), true}
	case ch == '-' && m&arithmetic != 0 && (next == '$' || next == '('):
		return e.negated(m)
	case ch == '(':
		return e.group(m)
	case ch == '[':
		e.pos++
		text := "[" + e.list(']', m) + "]"
		e.pos++
		return operand{text, false}
	case ch == '"' || ch == '\'':
		return operand{e.quoted(ch), false}
	case e.atNumber():
		text := e.number()
		if !(e.at("#{") || e.peek(0) == '\\') {
			return operand{text, true}
		}
		return e.word(text, m)
	case isName(ch) || ch == '#' && (isName(next) || next == '{') || ch == '\\':
		return e.word("", m)
	}
	e.pos++
	return operand{e.f.text[e.pos-1 : e.pos], false}
}

func (e *evaluator) variable() string {
	at := e.pos
	e.pos++
	name := e.name()
	value, ok := e.scope.variable("$" + canonical(name))
	if !ok {
		e.f.fail(at, "undefined variable $"+clip(name))
	}
	e.c.spend(len(value))
	return value
}

func (e *evaluator) negated(m mode) operand {
	at := e.pos
	e.pos++
	v := e.factor(m)
	if n, ok := parseNumber(v.text); ok {
		n.negative = !n.negative
		return operand{n.String(), true}
	}
	if m&soft == 0 {
		e.f.fail(at, "- wants a number, not "+clip(v.text))
	}
	return operand{"-" + v.text, false}
}

// group reads parentheses, which go where a number is left.
func (e *evaluator) group(m mode) operand {
	e.pos++
	inner := m
	if m&arithmetic != 0 {
		inner |= division
	}
	content := e.list(')', inner)
	e.pos++
	if _, ok := parseNumber(content); ok && m&arithmetic != 0 {
		return operand{content, true}
	}
	return operand{"(" + content + ")", false}
}

// quoted reads a string.
func (e *evaluator) quoted(quote byte) string {
	at := e.pos
	out := []byte{quote}
	e.pos++
	for e.pos < e.end {
		ch := e.peek(0)
		switch {
		case ch == '\\' && e.pos+1 < e.end:
			out = append(out, ch, e.peek(1))
			e.pos++
		case e.at("#{"):
			out = appendEscaped(out, e.interpolation(), quote)
			continue
		case ch == quote:
			e.pos++
			return string(append(out, quote))
		default:
			out = append(out, ch)
		}
		e.pos++
	}
	e.f.fail(at, "unclosed string")
	return ""
}

// appendEscaped appends what is interpolated into a string.
func appendEscaped(out []byte, s string, quote byte) []byte {
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s):
			out = append(out, s[i])
			i++
		case s[i] == quote || s[i] == '\\':
			out = append(out, '\\')
		}
		out = append(out, s[i])
	}
	return out
}

// interpolation reads #{...}; a quoted string loses its quotes.
func (e *evaluator) interpolation() string {
	e.pos += 2
	value := e.list('}', withVariables|arithmetic|division)
	e.pos++
	if n := len(value); n >= 2 && (value[0] == '"' || value[0] == '\'') && stringEnd(value, 0) == n {
		return value[1 : n-1]
	}
	return value
}

// stringEnd returns the place after the string that begins at i.
func stringEnd(s string, i int) int {
	quote := s[i]
	for i++; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case quote:
			return i + 1
		}
	}
	return len(s)
}

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

// url reads the parentheses of an address without quotes as they are.
func (e *evaluator) url() string {
	at := e.pos
	var out []byte
	for e.pos < e.end {
		ch := e.peek(0)
		switch {
		case e.at("#{"):
			out = append(out, e.interpolation()...)
			continue
		case ch == '\\' && e.pos+1 < e.end:
			out = append(out, ch)
			e.pos++
			ch = e.peek(0)
		case ch == ')':
			e.pos++
			return string(append(out, ch))
		}
		out = append(out, ch)
		e.pos++
	}
	e.f.fail(at, "unclosed url(")
	return ""
}

// verbatim evaluates nothing but interpolations: the value of a custom
// property may be anything (CSS Custom Properties Level 1, 2).
func (c *Compiler) verbatim(n *node, s span, sc *scope) string {
	c.spend(s.end - s.start)
	e := evaluator{cursor{n.file, s.start, s.end}, c, sc}
	var out []byte
	var quote byte // of the string that we are in, inURL in an address
	for e.pos < e.end {
		start := e.pos
		switch ch := e.peek(0); {
		case ch == '\\' && e.pos+1 < e.end:
			e.pos++
		case e.at("#{"):
			out = append(out, e.interpolation()...)
			continue
		case quote == inURL:
			if ch == ')' {
				quote = 0
			}
		case quote != 0:
			if ch == quote {
				quote = 0
			}
		case ch == '"' || ch == '\'':
			quote = ch
		case ch == '(' && rawURL(e.f.text, e.pos, e.end):
			quote = inURL
		case e.at("/*"):
			e.comment()
			e.pos--
		}
		e.pos++
		out = append(out, e.f.text[start:e.pos]...)
	}
	c.spend(len(out))
	return strings.Trim(string(out), " \t\r\n\f")
}
