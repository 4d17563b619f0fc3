package syntax

import "strings"

// list parses statements up to what cannot begin one; whether that is what
// should end the list is up to the caller.
func (p *parser) list() List {
	var first [8]*Stmt
	stmts := first[:0]
	for {
		p.skipNewlines()
		if p.atListEnd() {
			break
		}
		stmts = append(stmts, p.stmt())
		if !p.separator(stmts[len(stmts)-1]) {
			break
		}
	}
	return List{Stmts: p.nodes.stmtSlice(stmts)}
}

// atListEnd tells whether no command can begin here but a construct may end.
func (p *parser) atListEnd() bool {
	if p.off >= p.end {
		return true
	}
	switch c := p.src[p.off]; c {
	case ')':
		return true
	case ';':
		return p.peek(1) == ';' || p.peek(1) == '&'
	case 't', 'e', 'f', 'd', '}':
		return isCloser(p.reserved())
	}
	return false
}

func isCloser(word string) bool {
	switch word {
	case "then", "elif", "else", "fi", "do", "done", "esac", "}":
		return true
	}
	return false
}

// separator reads what ends a statement, and tells whether another may follow.
func (p *parser) separator(s *Stmt) bool {
	p.skipBlanks()
	if p.off >= p.end {
		return false
	}
	switch p.src[p.off] {
	case '\n', '#':
		return true
	case ')':
		return false
	case ';':
		if p.peek(1) == ';' || p.peek(1) == '&' {
			return false
		}
		p.off++
		return true
	case '&':
		s.Background = true
		p.off++
		return true
	}
	if isCloser(p.reserved()) {
		return false // as in "(a) fi" or "done done"
	}
	p.fail(p.off, "found %s, expected ;, & or a line break after the command", p.found())
	return false
}

// finishList decides whether a list that began behind from and ended before to
// is printed over several lines: if it was so in the source, or if it has more
// than one statement, or one that is printed over several lines itself.
func (p *parser) finishList(l *List, breaks int, from, to Pos) {
	l.Broken = len(l.Stmts) > 1 || p.breaks != breaks ||
		p.file.lines.line(from) != p.file.lines.line(to)
	if l.Broken {
		p.breaks++
	}
}

// finishInline is finishList for a list in parentheses, which stays on the line
// of its parentheses when these stood next to its only statement.
func (p *parser) finishInline(l *List, docs int, from, to Pos) {
	lines := p.file.lines
	switch len(l.Stmts) {
	case 0:
		l.Broken = lines.line(from) != lines.line(to)
	case 1:
		s := l.Stmts[0]
		l.Broken = p.docs != docs || lines.line(from) != lines.line(s.From) || lines.line(s.To) != lines.line(to)
	default:
		l.Broken = true
	}
	if l.Broken {
		p.breaks++
	}
}

// body parses a list that must not be empty, stands behind the reserved word
// before, and is ended by one of closer; what that closes is opening, at opened.
func (p *parser) body(closer string, from int, before, opening string, opened int) List {
	breaks := p.breaks
	l := p.list()
	if len(l.Stmts) == 0 {
		p.fail(p.off, "found %s, expected a command after %s", p.found(), before)
	}
	for _, c := range strings.Split(closer, "|") {
		if p.reserved() == c {
			p.finishList(&l, breaks, p.pos(from), p.pos(p.off))
			return l
		}
	}
	p.fail(p.off, "found %s, expected %s to close %s %s", p.found(), strings.ReplaceAll(closer, "|", " or "), opening, p.at(p.pos(opened)))
	return l
}

// condition is body for the condition of a loop or if, which goes on the line
// of its reserved word when it begins there.
func (p *parser) condition(closer string, from int, opening string) List {
	l := p.body(closer, from, opening, opening, from)
	if len(l.Stmts) == 1 {
		l.Broken = p.file.lines.line(p.pos(from)) != p.file.lines.line(l.Stmts[0].From)
	}
	if l.Broken {
		p.breaks++
	}
	return l
}

func (p *parser) stmt() *Stmt {
	s := p.nodes.stmt()
	from := p.off
	p.continued = false
	s.Cmd = p.andOr()
	s.Span = Span{p.pos(from), s.Cmd.Bounds().To}
	return s
}

func (p *parser) andOr() Command {
	left := p.pipeline()
	p.skipBlanks()
	if !p.has("&&") && !p.has("||") {
		return left
	}
	c := &AndOr{Cmds: []Command{left}}
	for p.has("&&") || p.has("||") {
		op := p.joint(2)
		c.Ops = append(c.Ops, op)
		c.Cmds = append(c.Cmds, p.pipeline())
		p.skipBlanks()
	}
	c.Span = Span{left.Bounds().From, c.Cmds[len(c.Cmds)-1].Bounds().To}
	return c
}

// joint reads an operator of n bytes between commands and the line breaks
// behind it.
func (p *parser) joint(n int) Op {
	op := Op{Pos: p.pos(p.off), Text: p.src[p.off : p.off+n], Break: p.continued}
	p.off += n
	if p.skipNewlines() || p.continued {
		op.Break = true
	}
	if op.Break {
		p.breaks++
	}
	p.continued = false
	return op
}

func (p *parser) pipeline() Command {
	from := p.off
	var prefix []string
	timed := false
	for {
		w := p.reserved()
		if w != "!" && w != "time" || w == "!" && p.peek(1) == '(' && p.lang == Bash {
			break
		}
		prefix = append(prefix, w)
		p.off += len(w)
		p.skipBlanks()
		timed = timed || w == "time"
		for _, option := range [...]string{"-p", "--"} {
			if w == "time" && p.hasWord(option) {
				prefix = append(prefix, option)
				p.off += len(option)
				p.skipBlanks()
			}
		}
		p.continued = false
	}
	if timed && p.atStmtEnd() {
		return &Pipeline{Span: p.span(from), Prefix: prefix}
	}
	left := p.command()
	p.skipBlanks()
	if !p.atPipe() && prefix == nil {
		return left
	}
	c := &Pipeline{Prefix: prefix, Cmds: []Command{left}}
	for p.atPipe() {
		n := 1
		if p.peek(1) == '&' {
			p.bashOnly(p.off, "|&")
			n = 2
		}
		c.Ops = append(c.Ops, p.joint(n))
		c.Cmds = append(c.Cmds, p.command())
		p.skipBlanks()
	}
	c.Span = Span{p.pos(from), c.Cmds[len(c.Cmds)-1].Bounds().To}
	return c
}

func (p *parser) atPipe() bool { return p.peek(0) == '|' && p.peek(1) != '|' }

// hasWord tells whether the literal word w stands here.
func (p *parser) hasWord(w string) bool {
	return p.has(w) && p.endsWord(p.off+len(w))
}

func (p *parser) atStmtEnd() bool {
	if p.off >= p.end {
		return true
	}
	c := p.src[p.off]
	return c == '\n' || c == ';' || c == '#' || c == ')' || c == '&' && p.peek(1) != '>' || c == '|'
}

// command parses a simple command, a compound one with its redirections, or a
// function definition.
func (p *parser) command() Command {
	p.enter()
	defer p.leave()
	from := p.off
	c := p.compound()
	if c == nil {
		return p.simple()
	}
	if f, ok := c.(*Func); ok {
		return f
	}
	if _, ok := c.(*Coproc); ok {
		return c
	}
	return p.redirected(c, from)
}

// redirected parses the redirections after a compound command.
func (p *parser) redirected(c Command, from int) Command {
	var redirs []*Redirect
	end := p.off
	for {
		p.skipBlanks()
		r := p.redirect()
		if r == nil {
			break
		}
		redirs = append(redirs, r)
		end = p.off
	}
	if redirs == nil {
		return c
	}
	return &Redirected{Span: Span{p.pos(from), p.pos(end)}, Cmd: c, Redirs: redirs}
}
