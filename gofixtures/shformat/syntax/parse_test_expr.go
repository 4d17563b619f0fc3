package syntax

import "strings"

// testCmd parses [[ expression ]] (bash manual, 3.2.5.2).
func (p *parser) testCmd() *TestCmd {
	from := p.off
	p.bashOnly(from, "[[")
	p.off += 2
	t := &TestCmd{X: p.testOr(from)}
	if !p.atTestEnd() {
		p.fail(p.off, "found %s, expected ]] to close [[ %s", p.found(), p.at(p.pos(from)))
	}
	p.off += 2
	t.Span = p.span(from)
	return t
}

func (p *parser) atTestEnd() bool {
	return p.hasWord("]]")
}

func (p *parser) testOr(from int) TestExpr {
	return p.testChain("||", func() TestExpr { return p.testChain("&&", func() TestExpr { return p.testTerm(from) }) })
}

// testChain parses operands joined by op.
func (p *parser) testChain(op string, operand func() TestExpr) TestExpr {
	p.skipNewlines()
	x := operand()
	p.skipNewlines()
	if !p.has(op) {
		return x
	}
	c := &TestChain{Operands: []TestExpr{x}}
	for p.has(op) {
		o := Op{Pos: p.pos(p.off), Text: op}
		p.off += 2
		o.Break = p.skipNewlines() || p.continued
		c.Ops = append(c.Ops, o)
		c.Operands = append(c.Operands, operand())
		p.skipNewlines()
	}
	return c
}

func (p *parser) testTerm(from int) TestExpr {
	p.enter()
	defer p.leave()
	switch {
	case p.off >= p.end || p.atTestEnd():
		p.fail(p.off, "found %s, expected an expression in [[ %s", p.found(), p.at(p.pos(from)))
	case p.hasWord("!") && p.peek(1) != '(': // !(a) is a pattern
		p.off++
		p.skipNewlines()
		return &TestNot{p.testTerm(from)}
	case p.peek(0) == '(':
		open := p.off
		p.off++
		x := p.testOr(from)
		if p.peek(0) != ')' {
			p.fail(p.off, "found %s, expected ) to close ( %s", p.found(), p.at(p.pos(open)))
		}
		p.off++
		return &TestParen{x}
	}
	x := p.wordHere("an expression in [[")
	p.skipBlanks()
	lit := x.Lit()
	if len(lit) == 2 && lit[0] == '-' && strings.IndexByte("abcdefghknoprstuvwxzGLNORS", lit[1]) >= 0 {
		if !p.atTestEnd() {
			return &TestUnary{lit, p.wordHere("the operand of " + lit)}
		}
		p.fail(p.off, "found %s, expected the operand of %s", p.found(), lit)
	}
	op := p.testOperator()
	if op == "" {
		return &TestWord{x}
	}
	p.skipBlanks()
	if op == "=~" {
		if p.off >= p.end || strings.IndexByte("\n;&<>)", p.src[p.off]) >= 0 {
			p.fail(p.off, "found %s, expected a regular expression", p.found())
		}
		return &TestBinary{x, op, p.word(modeRegex)}
	}
	return &TestBinary{x, op, p.wordHere("the right operand of " + op)}
}

// testOperator reads a binary operator of [[ ]], if one is here.
func (p *parser) testOperator() string {
	if c := p.peek(0); (c == '<' || c == '>') && p.peek(1) != '(' {
		p.off++
		return p.src[p.off-1 : p.off]
	}
	for _, op := range testOps {
		if p.hasWord(op) {
			p.off += len(op)
			return op
		}
	}
	return ""
}

var testOps = []string{"==", "=~", "=", "!=", "-eq", "-ne", "-lt", "-le", "-gt", "-ge", "-nt", "-ot", "-ef"}
