package syntax

import "strings"

func (p *printer) command(c Command) {
	switch c := c.(type) {
	case *AndOr:
		p.chain(c.Cmds, c.Ops)
	case *Pipeline:
		for i, w := range c.Prefix {
			if i > 0 {
				p.space()
			}
			p.str(w)
		}
		if len(c.Prefix) > 0 && len(c.Cmds) > 0 {
			p.space()
		}
		p.chain(c.Cmds, c.Ops)
	case *Simple:
		p.simple(c)
	case *Redirected:
		p.command(c.Cmd)
		for _, r := range c.Redirs {
			p.redirect(r, true)
		}
	case *Subshell:
		p.str("(")
		p.parenthesized(&c.Body, c.To-1)
	case *Group:
		p.str("{")
		p.block(&c.Body, c.To-1, " ")
		p.str("}")
	case *If:
		p.ifCmd(c)
	case *Loop:
		word := "while"
		if c.Until {
			word = "until"
		}
		p.condition(word, &c.Cond, c.DoPos, "do")
		p.block(&c.Body, c.To-4, " ")
		p.str("done")
	case *For:
		p.forWords(c)
	case *ArithFor:
		p.str("for ((")
		p.forPart(c.Init)
		p.str(";")
		p.forPartAfter(c.Cond, c.Init == nil)
		p.str(";")
		p.forPartAfter(c.Post, c.Cond == nil)
		p.str("))")
		p.doGroup(&c.Body, c.DoPos, c.To-4)
	case *Case:
		p.caseCmd(c)
	case *ArithCmd:
		p.str("((")
		p.arith(c.X)
		p.str("))")
	case *TestCmd:
		p.str("[[ ")
		p.testExpr(c.X)
		p.str(" ]]")
	case *Func:
		p.function(c)
	case *Coproc:
		p.str("coproc ")
		if c.Name != nil {
			p.word(c.Name)
			p.space()
		}
		p.command(c.Cmd)
	}
}

// chain writes commands joined by operators.
func (p *printer) chain(cmds []Command, ops []Op) {
	for i, c := range cmds {
		if i > 0 {
			p.joint(ops[i-1], c.Bounds().From)
		}
		p.command(c)
	}
}

// joint writes an operator between commands, of which the second is at next.
func (p *printer) joint(op Op, next Pos) {
	if !op.Break {
		p.space()
		p.str(op.Text)
		p.space()
		return
	}
	// Comments can only follow the operator, not an escaped line break; nor
	// can the here-documents of the first command.
	if p.BinaryNextLine && !p.commentBefore(next) && len(p.here) == 0 {
		p.escapedBreak()
		p.str(op.Text)
		p.space()
		return
	}
	p.space()
	p.str(op.Text)
	p.last = p.line(op.Pos)
	p.flushBehind(next)
	p.newline()
	p.continueStmt()
	if p.flush(next) {
		p.newline()
	}
	p.last = p.line(next)
}

// simple writes assignments, words and redirections in the order of the
// source.
func (p *printer) simple(c *Simple) {
	redirs, first := c.Redirs, true
	redirsBefore := func(pos Pos) {
		for len(redirs) > 0 && redirs[0].From < pos {
			p.redirect(redirs[0], !first)
			redirs, first = redirs[1:], false
		}
	}
	for _, a := range c.Assigns {
		redirsBefore(a.From)
		p.gap(a.LineBreak, !first)
		p.assign(a)
		first = false
	}
	for _, w := range c.Args {
		redirsBefore(w.From)
		p.gap(w.LineBreak, !first)
		p.word(w)
		first = false
	}
	redirsBefore(c.To)
}

// gap goes between two elements of a simple command.
func (p *printer) gap(lineBreak, needed bool) {
	switch {
	case !needed:
	case lineBreak:
		p.escapedBreak()
	default:
		p.space()
	}
}

func (p *printer) assign(a *Assign) {
	p.str(a.Name)
	if a.Index != nil {
		p.str("[")
		p.word(a.Index)
		p.str("]")
	}
	if a.Append {
		p.str("+")
	}
	p.str("=")
	if a.Value != nil {
		p.word(a.Value)
	}
}

func (p *printer) redirect(r *Redirect, needed bool) {
	p.gap(r.LineBreak, needed)
	p.str(r.FD)
	p.str(r.Op)
	if r.Here != nil {
		// "<< -x" is not "<<-x".
		if p.SpaceRedirects || r.Here.Word[0] == '-' && r.Op == "<<" {
			p.space()
		}
		p.str(r.Here.Word)
		p.here = append(p.here, r.Here)
		return
	}
	_, process := r.Target.Parts[0].(*Process)
	if process || p.SpaceRedirects && r.Op != ">&" && r.Op != "<&" {
		p.space()
	}
	p.word(r.Target)
}

// condition writes a reserved word, the list behind it and the word that ends
// the list: on one line if the list begins on the line of the first.
func (p *printer) condition(word string, l *List, pos Pos, closer string) {
	p.str(word)
	if l.Broken {
		p.indented(l, pos)
		p.str(closer)
		return
	}
	p.space()
	s := l.Stmts[0]
	p.stmt(s)
	p.last = p.line(s.To)
	if p.flush(pos) {
		p.newline()
	} else {
		if !s.Background {
			p.str(";")
		}
		p.space()
	}
	p.last = p.line(pos)
	p.str(closer)
}

func (p *printer) ifCmd(c *If) {
	word := "if"
	for i := range c.Branches {
		b := &c.Branches[i]
		p.condition(word, &b.Cond, b.ThenPos, "then")
		end := c.To - 2
		if i+1 < len(c.Branches) {
			end = c.Branches[i+1].Pos
		} else if len(c.Else.Stmts) > 0 {
			end = c.ElsePos
		}
		p.block(&b.Then, end, " ")
		word = "elif"
	}
	if len(c.Else.Stmts) > 0 {
		p.str("else")
		p.block(&c.Else, c.To-2, " ")
	}
	p.str("fi")
}

// doGroup writes the body of a for loop, whose header is written.
func (p *printer) doGroup(l *List, do, done Pos) {
	p.last = -1 // no blank line in the header
	if p.flush(do) {
		p.newline()
		p.str("do")
	} else {
		p.str("; do")
	}
	p.last = p.line(do)
	p.block(l, done, " ")
	p.str("done")
}

func (p *printer) forWords(c *For) {
	if c.Select {
		p.str("select ")
	} else {
		p.str("for ")
	}
	p.word(c.Name)
	if c.In {
		if len(c.Words) > 0 && p.flush(c.Words[0].From) {
			p.newline()
		}
		p.space()
		p.str("in")
	}
	continued, level := p.continued, p.level
	for _, w := range c.Words {
		p.gap(w.LineBreak, true)
		p.word(w)
	}
	p.continued, p.level = continued, level
	p.doGroup(&c.Body, c.DoPos, c.To-4)
}

func (p *printer) forPart(a *Arith) {
	if a != nil {
		p.arith(a)
		return
	}
	p.space()
}

func (p *printer) forPartAfter(a *Arith, emptyBefore bool) {
	if a != nil || emptyBefore {
		p.space()
	}
	if a != nil {
		p.arith(a)
	}
}

func (p *printer) caseCmd(c *Case) {
	p.str("case ")
	p.word(c.Word)
	p.str(" in")
	if len(c.Items) > 0 {
		p.flushBehind(c.Items[0].From)
	}
	if !c.Broken {
		p.space()
		p.caseItem(c.Items[0], c.To-4)
		p.space()
		p.str("esac")
		return
	}
	level, continued := p.level, p.continued
	if p.CaseIndent {
		p.level++
	}
	p.newline()
	p.last = -1
	for i, item := range c.Items {
		p.flush(item.From)
		if !p.fresh {
			p.newline()
		}
		p.blankLine(item.From)
		next := c.To - 4
		if i+1 < len(c.Items) {
			next = c.Items[i+1].From
		}
		p.caseItem(item, next)
		// A comment on the line of the terminator stays there.
		p.flushBehind(next)
	}
	p.flush(c.To - 4)
	p.level, p.continued = level, continued
	if !p.fresh {
		p.newline()
	}
	p.last = p.line(c.To)
	p.str("esac")
}

func (p *printer) caseItem(item *CaseItem, next Pos) {
	if item.Patterns[0].Lit() == "esac" {
		p.str("(")
	}
	level, continued := p.level, p.continued
	p.continued = false
	for i, w := range item.Patterns {
		if i > 0 {
			p.str(" |")
		}
		p.gap(w.LineBreak, i > 0)
		p.word(w)
	}
	p.level, p.continued = level, continued
	p.str(")")
	p.last = p.line(item.Patterns[len(item.Patterns)-1].To)
	if !item.Body.Broken || len(item.Body.Stmts) == 0 && !p.commentBefore(item.TermPos) {
		p.space()
		if len(item.Body.Stmts) > 0 {
			p.stmts(&item.Body, item.TermPos, false)
			p.space()
		}
		p.str(item.Terminator)
		p.last = p.line(item.To)
		return
	}
	p.level++
	p.flushOpening(&item.Body, item.TermPos)
	p.stmts(&item.Body, item.TermPos, true)
	if !p.fresh {
		p.newline()
	}
	p.str(item.Terminator)
	p.level--
	p.last = p.line(item.To)
}

func (p *printer) function(c *Func) {
	if c.Keyword {
		p.str("function ")
	}
	p.word(c.Name)
	if c.Parens {
		// "f!()" would be a pattern of bash, "f$()" a substitution.
		if strings.IndexByte("?*+@!$", p.out[len(p.out)-1]) >= 0 {
			p.space()
		}
		p.str("()")
	}
	if g, ok := c.Body.(*Group); ok && g.Body.Broken && p.FuncNextLine {
		p.newline()
	} else {
		p.space()
	}
	p.command(c.Body)
}
