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
