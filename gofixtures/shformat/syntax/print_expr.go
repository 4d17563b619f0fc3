package syntax

// arith writes the inside of an arithmetic construct.
func (p *printer) arith(a *Arith) {
	switch {
	case p.verbatim != "":
		p.str(a.src)
		p.dropComments(a.To)
	case a.X == nil:
		p.parts(a.Raw)
	default:
		p.arithExpr(a.X)
	}
}

func (p *printer) arithExpr(x ArithExpr) {
	switch x := x.(type) {
	case *ArithChain:
		for i, o := range x.Operands {
			if i > 0 {
				if x.Ops[i-1] != "," {
					p.space()
				}
				p.str(x.Ops[i-1])
				p.space()
			}
			p.arithExpr(o)
		}
	case *ArithUnary:
		p.str(x.Op)
		if x.Gap {
			p.space()
		}
		p.arithExpr(x.X)
	case *ArithPostfix:
		p.arithExpr(x.X)
		p.str(x.Op)
	case *ArithTernary:
		p.arithExpr(x.Cond)
		p.str(" ? ")
		p.arithExpr(x.Then)
		p.str(" : ")
		p.arithExpr(x.Else)
	case *ArithParen:
		p.str("(")
		p.arithExpr(x.X)
		p.str(")")
	case *ArithWord:
		p.parts(x.Parts)
	}
}

func (p *printer) testExpr(x TestExpr) {
	switch x := x.(type) {
	case *TestChain:
		for i, o := range x.Operands {
			if i > 0 {
				op := x.Ops[i-1]
				p.space()
				p.str(op.Text)
				if op.Break {
					p.newline()
					p.continueStmt()
				} else {
					p.space()
				}
			}
			p.testExpr(o)
		}
	case *TestNot:
		p.str("! ")
		p.testExpr(x.X)
	case *TestParen:
		p.str("(")
		p.testExpr(x.X)
		p.str(")")
	case *TestUnary:
		p.str(x.Op)
		p.space()
		p.word(x.X)
	case *TestBinary:
		p.word(x.X)
		p.space()
		p.str(x.Op)
		p.space()
		p.word(x.Y)
	case *TestWord:
		p.word(x.X)
	}
}
