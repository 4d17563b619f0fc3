package syntax

import "strings"

// arithEnd decides whether the (( before offset from opens arithmetic: as in
// bash it does if the parenthesis that closes the inner one is followed by
// another. Quotes count, comments do not. It gives the offset of that ))'s
// first byte, or -1.
//
// One scan answers for all the (( nested inside as well; the answers are kept,
// so that the scans are linear in all.
func (p *parser) arithEnd(from int) int {
	if end, ok := p.arithEnds[from]; ok {
		return end
	}
	if p.arithEnds == nil {
		p.arithEnds = make(map[int]int)
	}
	const quote = -1 // on the stack, a double quote; else the offset of a (
	stack := []int{from - 2, from - 1}
	for i := from; i < p.end && len(stack) > 1; i++ {
		top := stack[len(stack)-1]
		switch c := p.src[i]; {
		case c == '\\':
			i++
		case c == '"' && top == quote:
			stack = stack[:len(stack)-1]
		case c == '"':
			stack = append(stack, quote)
		case c == '\'' && top != quote:
			if n := strings.IndexByte(p.src[i+1:p.end], '\''); n >= 0 {
				i += n + 1
			}
		case c == '`':
			if n := closingBackquote(p.src[i+1 : p.end]); n >= 0 {
				i += n + 1
			}
		case c == '(' && (top != quote || p.src[i-1] == '$'):
			stack = append(stack, i)
		case c == ')' && top != quote:
			stack = stack[:len(stack)-1]
			if stack[len(stack)-1] == top-1 && top > 0 {
				end := -1
				if i+1 < p.end && p.src[i+1] == ')' {
					end = i
				}
				p.arithEnds[top+1] = end
			}
		}
	}
	for i := 1; i < len(stack); i++ {
		if stack[i] != quote && stack[i] == stack[i-1]+1 {
			p.arithEnds[stack[i]+1] = -1
		}
	}
	return p.arithEnds[from]
}

func closingBackquote(s string) int {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '`':
			return i
		}
	}
	return -1
}

// arithExp parses $((...)).
func (p *parser) arithExp() *ArithExp {
	p.enter()
	defer p.leave()
	from := p.off
	end := p.arithEnd(from + 3)
	p.off = from + 3
	e := &ArithExp{X: p.arith(end)}
	p.off = end + 2
	e.Span = p.span(from)
	return e
}

// bracketArith parses $[...], which bash has kept from before POSIX.
func (p *parser) bracketArith() *ArithExp {
	p.enter()
	defer p.leave()
	from := p.off
	p.off += 2
	start := p.off
	x := &Arith{Raw: p.text(modeBracket, false)}
	x.Span, x.src = p.span(start), p.src[start:p.off]
	if p.off >= p.end {
		p.fail(from, "found %s, expected ] to close the arithmetic opened here", p.found())
	}
	p.off++
	return &ArithExp{Span: p.span(from), Bracket: true, X: x}
}

// arith parses the text from the current offset to end. What is no plain
// expression is kept as text: it may become one by its expansions.
func (p *parser) arith(end int) *Arith {
	from, oldEnd := p.off, p.end
	p.end = end
	a := &Arith{src: p.src[from:end]}
	comments, parts := len(p.file.Comments), len(p.parts)
	ok := !p.arithRaw[from]
	if ok {
		a.X, ok = p.arithBinary(0)
		p.skipArithBlanks()
		ok = ok && p.off == end
	}
	if !ok {
		if p.arithRaw == nil {
			p.arithRaw = make(map[int]bool)
		}
		// Remember it, lest nested arithmetic be tried again and again.
		p.arithRaw[from] = true
		p.file.Comments, p.parts = p.file.Comments[:comments], p.parts[:parts]
		p.off = from
		a.X = nil
		a.Raw = p.text(modeArith, true)
	}
	a.Span = p.span(from)
	p.end = oldEnd
	return a
}

func (p *parser) skipArithBlanks() {
	for p.off < p.end && strings.IndexByte(" \t\n", p.src[p.off]) >= 0 {
		p.off++
	}
}

// The precedence levels of arithmetic operators, the loosest first (bash
// manual, 6.5).
const (
	levelComma = iota
	levelAssign
	levelTernary
	levelOr
	levelAnd
	levelBitOr
	levelBitXor
	levelBitAnd
	levelEqual
	levelCompare
	levelShift
	levelAdd
	levelMultiply
	levelPower
	levelUnary
)

// arithOps are the operators between operands; longer ones go first.
var arithOps = []struct {
	text  string
	level int
}{
	{"<<=", levelAssign}, {">>=", levelAssign},
	{"**", levelPower}, {"||", levelOr}, {"&&", levelAnd}, {"==", levelEqual},
	{"!=", levelEqual}, {"<=", levelCompare}, {">=", levelCompare},
	{"<<", levelShift}, {">>", levelShift}, {"+=", levelAssign},
	{"-=", levelAssign}, {"*=", levelAssign}, {"/=", levelAssign},
	{"%=", levelAssign}, {"&=", levelAssign}, {"^=", levelAssign},
	{"|=", levelAssign},
	{",", levelComma}, {"=", levelAssign}, {"?", levelTernary},
	{"|", levelBitOr}, {"^", levelBitXor}, {"&", levelBitAnd},
	{"<", levelCompare}, {">", levelCompare}, {"+", levelAdd}, {"-", levelAdd},
	{"*", levelMultiply}, {"/", levelMultiply}, {"%", levelMultiply},
}

func (p *parser) arithOp() (string, int) {
	p.skipArithBlanks()
	if c := p.peek(0); c == 0 || isNameByte(c) || c == ')' || c == ':' {
		return "", -1
	}
	for _, op := range arithOps {
		if p.has(op.text) {
			return op.text, op.level
		}
	}
	return "", -1
}

// arithBinary parses operands joined by operators of at least level min.
func (p *parser) arithBinary(min int) (ArithExpr, bool) {
	p.enter()
	defer p.leave()
	left, ok := p.arithUnary()
	if !ok {
		return nil, false
	}
	op, level := p.arithOp()
	for level >= min {
		if level == levelTernary {
			p.off++
			t := &ArithTernary{Cond: left}
			if t.Then, ok = p.arithBinary(levelComma); !ok || p.peek(0) != ':' {
				return nil, false
			}
			p.off++
			if t.Else, ok = p.arithBinary(levelTernary); !ok {
				return nil, false
			}
			left = t
			op, level = p.arithOp()
			continue
		}
		chain := &ArithChain{Operands: []ArithExpr{left}}
		for this := level; level == this; op, level = p.arithOp() {
			p.off += len(op)
			right, ok := p.arithBinary(this + 1)
			if !ok {
				return nil, false
			}
			chain.Operands = append(chain.Operands, right)
			chain.Ops = append(chain.Ops, op)
		}
		left = chain
	}
	return left, true
}

// arithUnary parses an operand with what is in front of it and behind it.
func (p *parser) arithUnary() (ArithExpr, bool) {
	p.skipArithBlanks()
	var op string
	switch c := p.peek(0); {
	case p.has("++") || p.has("--"):
		op = p.src[p.off : p.off+2]
	case c == '+' || c == '-' || c == '!' || c == '~':
		op = p.src[p.off : p.off+1]
	case c == '(':
		p.off++
		x, ok := p.arithBinary(levelComma)
		if !ok || p.peek(0) != ')' {
			return nil, false
		}
		p.off++
		return &ArithParen{x}, true
	default:
		w, ok := p.arithWord()
		if !ok {
			return nil, false
		}
		var x ArithExpr = w
		p.skipArithBlanks()
		if p.has("++") || p.has("--") {
			x = &ArithPostfix{p.src[p.off : p.off+2], x}
			p.off += 2
		}
		return x, true
	}
	p.off += len(op)
	start := p.off
	p.skipArithBlanks()
	gap := p.off > start && strings.IndexByte("+-!~$`", p.peek(0)) >= 0
	p.enter()
	defer p.leave()
	x, ok := p.arithUnary()
	return &ArithUnary{op, gap, x}, ok
}

// arithWord parses a number, a name with or without subscript, expansions, or
// a mix of them.
func (p *parser) arithWord() (*ArithWord, bool) {
	base, from := len(p.parts), p.off
	start := p.off
	flush := func() {
		if p.off > start {
			p.parts = append(p.parts, p.nodes.lit(p.span(start), p.src[start:p.off]))
		}
	}
loop:
	for p.off < p.end {
		switch c := p.src[p.off]; {
		case isNameByte(c) || c == '#' && p.off > from:
			p.off++
		case c == '$' && p.expands(true):
			flush()
			p.parts = append(p.parts, p.dollar(true))
			start = p.off
		case c == '`':
			flush()
			p.parts = append(p.parts, p.backquotes(false))
			start = p.off
		case c == '[' && p.off > from:
			p.off++
			flush()
			p.parts = append(p.parts, p.text(modeBracket, true)...)
			start = p.off
			if p.off >= p.end {
				return nil, false
			}
			p.off++
		default:
			break loop
		}
	}
	flush()
	ok := p.off > from && !p.gluedToOperator(p.parts[base:])
	w := &ArithWord{Span: p.span(from), Parts: p.nodes.partSlice(p.parts[base:])}
	p.parts = p.parts[:base]
	return w, ok
}

// gluedToOperator tells that the expansion which ends the parts of an operand
// touches an operator in such a way that its value may well be a part of that,
// as in x$op=1. Blanks between the two would change the meaning then.
func (p *parser) gluedToOperator(parts []Part) bool {
	if len(parts) == 0 {
		return false
	}
	switch l, ok := parts[len(parts)-1].(*Lit); {
	case ok && l.Value != "":
		return false
	case p.has("=="):
		return len(parts) > 1
	}
	if l, ok := parts[0].(*Lit); ok && isDigit(l.Value[0]) {
		return false // a number with its base, as 10#$x
	}
	next := p.peek(0)
	if next == '=' || next != 0 && p.peek(1) == '=' && strings.IndexByte("+-*/%&|^", next) >= 0 {
		return true
	}
	return len(parts) > 1 && strings.IndexByte(" \t\n,)", next) < 0 && next != 0
}
