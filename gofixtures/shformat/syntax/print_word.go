package syntax

func (p *printer) word(w *Word) { p.parts(w.Parts) }

func (p *printer) parts(parts []Part) {
	for _, part := range parts {
		p.part(part)
	}
}

func (p *printer) part(part Part) {
	switch x := part.(type) {
	case *Lit:
		p.str(x.Value)
	case *Single:
		if x.Dollar {
			p.str("$")
		}
		p.str("'")
		p.str(x.Value)
		p.str("'")
	case *Double:
		if x.Dollar {
			p.str("$")
		}
		p.str(`"`)
		p.parts(x.Parts)
		p.str(`"`)
	case *Param:
		p.param(x)
	case *Subst:
		p.subst(x)
	case *Process:
		p.str(x.Op)
		p.substitution(&x.Body, x.To-1)
	case *ArithExp:
		if x.Bracket {
			p.str("$[")
			p.arith(x.X)
			p.str("]")
			return
		}
		p.str("$((")
		p.arith(x.X)
		p.str("))")
	case *ExtGlob:
		p.str(x.Op)
		p.str("(")
		p.parts(x.Parts)
		p.str(")")
	case *Array:
		p.array(x)
	}
}

func (p *printer) param(x *Param) {
	p.str("$")
	if x.Short {
		p.str(x.Name)
		return
	}
	p.str("{")
	if x.Length {
		p.str("#")
	}
	if x.Indirect {
		p.str("!")
	}
	p.str(x.Name)
	if x.Index != nil {
		p.str("[")
		p.word(x.Index)
		p.str("]")
	}
	p.str(x.Op)
	if x.Arg != nil {
		p.word(x.Arg)
	}
	if x.HasArg2 {
		p.str(x.Op[:1])
	}
	if x.Arg2 != nil {
		p.word(x.Arg2)
	}
	p.str("}")
}

func (p *printer) subst(x *Subst) {
	if x.Raw != "" {
		p.str(x.Raw)
		return
	}
	if p.verbatim != "" && x.Backquotes {
		p.str(p.verbatim[x.From:x.To])
		p.dropComments(x.To)
		return
	}
	p.str("$(")
	p.substitution(&x.Body, x.To-1)
}

// array writes the value of an array assignment, with the line breaks that the
// source has between its elements.
func (p *printer) array(x *Array) {
	p.str("(")
	// bash 5.2 forgets the delimiter of a here-document whose body begins in
	// an array: no line break but for comments, then.
	oneLine := len(p.here) > 0
	p.last = -1
	level := p.level
	indented := false
	breakLine := func() {
		if !indented {
			indented = true
			p.level++
		}
		if !p.fresh {
			p.newline()
		}
	}
	for i, w := range x.Elems {
		p.arrayComments(w.From, breakLine)
		if w.LineBreak && !oneLine || p.commented {
			breakLine()
			if p.fresh && i > 0 {
				p.blankLine(w.From)
			}
		} else if i > 0 {
			p.space()
		}
		p.word(w)
		p.last = p.line(w.To)
	}
	p.arrayComments(x.To, breakLine)
	p.level = level
	if x.CloseBreak && !oneLine || p.commented {
		p.newline()
	}
	p.str(")")
}

// arrayComments writes the comments before pos in an array.
func (p *printer) arrayComments(pos Pos, breakLine func()) {
	p.flushBehind(pos)
	if p.commentBefore(pos) {
		breakLine()
		p.flush(pos)
	}
}
