package syntax

// compound parses a compound command, a function definition with its keyword
// or a coprocess, and gives nil when none begins here.
func (p *parser) compound() Command {
	from := p.off
	if p.peek(0) == '(' && p.off < p.end {
		if p.peek(1) == '(' && p.arithEnd(p.off+2) >= 0 {
			return p.arithCmd()
		}
		c := &Subshell{}
		p.off++
		c.Body = p.parenthesized(from, "(")
		if len(c.Body.Stmts) == 0 {
			p.fail(p.off-1, `found ")", expected a command after (`)
		}
		c.Span = p.span(from)
		return c
	}
	w := p.reserved()
	if w == "" {
		return nil
	}
	switch w {
	case "{":
		c := &Group{}
		p.off++
		c.Body = p.body("}", from, "{", "{", from)
		p.off++
		c.Span = p.span(from)
		return c
	case "if":
		return p.ifCmd()
	case "while", "until":
		c := &Loop{Until: w == "until"}
		p.off += len(w)
		c.Cond = p.condition("do", from, w)
		c.DoPos, c.Body = p.doGroup(from, w)
		c.Span = p.span(from)
		return c
	case "for":
		return p.forCmd()
	case "case":
		return p.caseCmd()
	case "[[":
		return p.testCmd()
	case "select":
		p.bashOnly(from, "select")
		return p.forWords(from, w)
	case "function":
		p.bashOnly(from, "the function keyword")
		return p.keywordFunction()
	case "coproc":
		p.bashOnly(from, "coproc")
		return p.coproc()
	case "!", "time":
		if w == "!" && p.lang == Bash && p.peek(1) == '(' {
			return nil // !(pattern)
		}
	}
	p.fail(from, "found %q, expected a command", w)
	return nil
}

func (p *parser) ifCmd() *If {
	c := &If{}
	from := p.off
	for w := "if"; w != "fi"; {
		start := p.off
		p.off += len(w)
		if w == "else" {
			c.ElsePos = p.pos(start)
			c.Else = p.body("fi", start, "else", "if", from)
			break
		}
		b := Branch{Pos: p.pos(start)}
		b.Cond = p.condition("then", start, w)
		b.ThenPos = p.pos(p.off)
		start = p.off
		p.off += len("then")
		b.Then = p.body("fi|elif|else", start, "then", "if", from)
		c.Branches = append(c.Branches, b)
		w = p.reserved()
	}
	p.off += len("fi")
	c.Span = p.span(from)
	return c
}

// doGroup parses do list done, or the { list } that bash takes for it after
// some loops.
func (p *parser) doGroup(from int, opening string) (Pos, List) {
	start := p.off
	w := p.reserved()
	closer := "done"
	switch {
	case w == "{" && opening != "while" && opening != "until":
		p.bashOnly(start, "{ in the place of do")
		closer = "}"
	case w != "do":
		p.fail(p.off, "found %s, expected do after %s %s", p.found(), opening, p.at(p.pos(from)))
	}
	p.off += len(w)
	l := p.body(closer, start, w, opening, from)
	p.off += len(closer)
	return p.pos(start), l
}

func (p *parser) forCmd() Command {
	from := p.off
	p.off += len("for")
	p.skipBlanks()
	if p.peek(0) == '(' && p.peek(1) == '(' {
		return p.arithFor(from)
	}
	p.off = from
	return p.forWords(from, "for")
}

// forWords parses for or select name [in word...] ; do ... done.
func (p *parser) forWords(from int, keyword string) Command {
	p.off += len(keyword)
	p.skipBlanks()
	p.continued = false
	c := &For{Select: keyword == "select", Name: p.wordHere("a variable name after " + keyword)}
	if c.Name.Lit() == "" {
		p.failAt(c.Name.From, "found an expansion or quotes, expected a variable name after %s", keyword)
	}
	p.skipNewlines()
	if p.hasWord("in") {
		p.off += len("in")
		c.In = true
		base := len(p.words)
		for p.skipBlanks(); p.off < p.end && (!isMeta(p.src[p.off]) || p.atProcess()) && p.src[p.off] != '#'; p.skipBlanks() {
			p.words = append(p.words, p.word(modeWord))
		}
		c.Words = p.nodes.wordSlice(p.words[base:])
		p.words = p.words[:base]
		if c := p.peek(0); c != ';' && c != '\n' && c != '#' {
			p.fail(p.off, "found %s, expected a word, ; or a line break in %s %s", p.found(), keyword, p.at(p.pos(from)))
		}
	}
	if p.peek(0) == ';' && p.peek(1) != ';' {
		p.off++
	}
	p.skipNewlines()
	c.DoPos, c.Body = p.doGroup(from, keyword)
	c.Span = p.span(from)
	return c
}

// caseCmd parses case word in [(]pattern) list ;; ... esac.
func (p *parser) caseCmd() *Case {
	from, breaks := p.off, p.breaks
	p.off += len("case")
	p.skipBlanks()
	p.continued = false
	c := &Case{Word: p.wordHere("a word after case")}
	p.skipNewlines()
	if !p.hasWord("in") {
		p.fail(p.off, "found %s, expected in after case %s", p.found(), p.at(p.pos(from)))
	}
	p.off += len("in")
	for p.skipNewlines(); p.reserved() != "esac"; p.skipNewlines() {
		if p.off >= p.end {
			p.fail(p.off, "found %s, expected esac to close case %s", p.found(), p.at(p.pos(from)))
		}
		i := p.caseItem(from)
		c.Items = append(c.Items, i)
	}
	p.off += len("esac")
	c.Span = p.span(from)
	c.Broken = len(c.Items) != 1 || p.breaks != breaks || p.file.lines.line(c.From) != p.file.lines.line(c.To)
	if c.Broken {
		p.breaks++
	}
	return c
}

func (p *parser) caseItem(opened int) *CaseItem {
	i := &CaseItem{}
	from := p.off
	if p.peek(0) == '(' {
		p.off++
	}
	for {
		p.skipBlanks()
		i.Patterns = append(i.Patterns, p.wordHere("a pattern of case"))
		p.skipBlanks()
		if p.peek(0) != '|' {
			break
		}
		p.off++
	}
	if p.peek(0) != ')' {
		p.fail(p.off, "found %s, expected ) or | after a pattern of case %s", p.found(), p.at(p.pos(opened)))
	}
	start := p.off
	p.off++
	breaks := p.breaks
	i.Body = p.list()
	i.TermPos = p.pos(p.off)
	p.finishList(&i.Body, breaks, p.pos(start), i.TermPos)
	for _, t := range [...]string{";;&", ";;", ";&"} {
		if p.has(t) {
			if t != ";;" {
				p.bashOnly(p.off, t)
			}
			i.Terminator = t
			p.off += len(t)
			i.Span = p.span(from)
			return i
		}
	}
	if p.reserved() != "esac" {
		p.fail(p.off, "found %s, expected ;; or esac in case %s", p.found(), p.at(p.pos(opened)))
	}
	i.Terminator = ";;"
	i.Span = p.span(from)
	return i
}

// function parses the rest of a definition name() body.
func (p *parser) function(from int, name *Word) *Func {
	if name.Lit() == "" {
		p.failAt(name.From, "found an expansion or quotes before (, expected a function name")
	}
	f := &Func{Name: name}
	p.parens(f)
	p.functionBody(f, from)
	return f
}

// parens reads the () of a function definition.
func (p *parser) parens(f *Func) {
	open := p.off
	p.off++
	p.skipBlanks()
	if p.peek(0) != ')' {
		p.fail(p.off, "found %s, expected ) after the ( %s: function definitions are name() command", p.found(), p.at(p.pos(open)))
	}
	p.off++
	f.Parens = true
}

func (p *parser) keywordFunction() *Func {
	from := p.off
	p.off += len("function")
	p.skipBlanks()
	p.continued = false
	f := &Func{Keyword: true, Name: p.wordHere("a function name")}
	p.skipBlanks()
	if p.peek(0) == '(' && !(p.peek(1) == '(' && p.arithEnd(p.off+2) >= 0) {
		start := p.off
		p.off++
		p.skipBlanks()
		empty := p.peek(0) == ')'
		p.off = start
		if empty {
			p.parens(f)
		}
	}
	p.functionBody(f, from)
	return f
}

func (p *parser) functionBody(f *Func, from int) {
	p.skipNewlines()
	p.continued = false
	start := p.off
	body := p.compound()
	switch body.(type) {
	case nil, *Func, *Coproc:
		p.off = start
		p.fail(p.off, "found %s, expected a compound command, such as {, for the body of function %s", p.found(), f.Name.text())
	}
	f.Body = p.redirected(body, start)
	f.Span = Span{p.pos(from), f.Body.Bounds().To}
}

// coproc parses coproc [name] command; a name only goes before a compound
// command (bash manual, 3.2.6).
func (p *parser) coproc() *Coproc {
	from := p.off
	p.off += len("coproc")
	p.skipBlanks()
	c := &Coproc{}
	if n := nameLen(p.src[p.off:p.end]); n > 0 && p.reserved() == "" {
		start, broken := p.off, p.continued
		p.off += n
		blanks := p.off
		p.skipBlanks()
		if p.off > blanks && (p.reserved() != "" || p.peek(0) == '(') && p.off < p.end {
			c.Name = &Word{Span: Span{p.pos(start), p.pos(start + n)}}
			c.Name.Parts = []Part{p.nodes.lit(c.Name.Span, p.src[start:start+n])}
		} else {
			p.off, p.continued = start, broken
		}
	}
	p.continued = false
	c.Cmd = p.command()
	c.Span = Span{p.pos(from), c.Cmd.Bounds().To}
	return c
}

// arithCmd parses (( expression )).
func (p *parser) arithCmd() *ArithCmd {
	from := p.off
	p.bashOnly(from, "((")
	end := p.arithEnd(from + 2)
	p.off += 2
	c := &ArithCmd{X: p.arith(end)}
	p.off = end + 2
	c.Span = p.span(from)
	return c
}

// arithFor parses for ((init; cond; post)) do ... done.
func (p *parser) arithFor(from int) *ArithFor {
	p.bashOnly(p.off, "the arithmetic for loop")
	c := &ArithFor{}
	open := p.off
	end := p.arithEnd(open + 2)
	if end < 0 {
		p.off = p.end
		p.fail(open, "found %s, expected )) to close the (( opened here", p.found())
	}
	p.off = open + 2
	for i, x := range [...]**Arith{&c.Init, &c.Cond, &c.Post} {
		to := p.arithPartEnd(end)
		if (to == end) != (i == 2) {
			p.fail(open, "found the wrong number of expressions, expected three in for (( ; ; ))")
		}
		p.skipArithBlanks()
		if p.off < to {
			*x = p.arith(to)
		}
		p.off = to + 1
	}
	p.off = end + 2
	p.skipBlanks()
	if p.peek(0) == ';' {
		p.off++
	}
	p.skipNewlines()
	c.DoPos, c.Body = p.doGroup(from, "for")
	c.Span = p.span(from)
	return c
}

// arithPartEnd gives the offset of the next ; that stands neither in quotes
// nor in an expansion, or end.
func (p *parser) arithPartEnd(end int) int {
	depth := 0
	for i := p.off; i < end; i++ {
		switch p.src[i] {
		case '\\':
			i++
		case '(', '{':
			depth++
		case ')', '}':
			depth--
		case ';':
			if depth == 0 {
				return i
			}
		}
	}
	return end
}
