package syntax

import "strings"

func isNameStart(c byte) bool {
	return c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isNameByte(c byte) bool { return isNameStart(c) || isDigit(c) }

// isSpecial tells the special parameters (POSIX.1-2017, 2.5.2).
func isSpecial(c byte) bool { return c != 0 && strings.IndexByte("@*#?-$!", c) >= 0 }

// nameLen is the length of the name at the beginning of s.
func nameLen(s string) int {
	if s == "" || !isNameStart(s[0]) {
		return 0
	}
	n := 1
	for n < len(s) && isNameByte(s[n]) {
		n++
	}
	return n
}

// expands tells whether the $ at the current offset begins an expansion or a
// quote; if not it is literal.
func (p *parser) expands(quoted bool) bool {
	switch c := p.peek(1); c {
	case '{', '(':
		return true
	case '[':
		return p.lang == Bash
	case '\'', '"':
		return p.lang == Bash && !quoted
	default:
		return isNameByte(c) || isSpecial(c)
	}
}

// dollar parses the expansion or quote at a $.
func (p *parser) dollar(quoted bool) Part {
	switch c := p.peek(1); {
	case c == '{':
		return p.param(quoted)
	case c == '(' && p.peek(2) == '(' && p.arithEnd(p.off+3) >= 0:
		return p.arithExp()
	case c == '(':
		return p.subst()
	case c == '[':
		return p.bracketArith()
	case c == '\'':
		return p.single(true)
	case c == '"':
		return p.double(true)
	}
	e := p.nodes.param()
	e.Short = true
	from := p.off
	p.off++
	n := nameLen(p.src[p.off:p.end])
	if n == 0 {
		n = 1 // a digit or special parameter
	}
	e.Name = p.src[p.off : p.off+n]
	p.off += n
	e.Span = p.span(from)
	return e
}

// subst parses $( list ).
func (p *parser) subst() *Subst {
	from := p.off
	s := &Subst{}
	p.off += 2
	s.Body = p.substitution(from, "$(")
	s.Span = p.span(from)
	return s
}

// param parses ${...} (POSIX.1-2017, 2.6.2; bash manual, 3.5.3).
func (p *parser) param(quoted bool) *Param {
	p.enter()
	defer p.leave()
	from := p.off
	e := p.nodes.param()
	p.off += 2
	// ${#} and ${#-x} are about $#, ${#x} is a length; likewise with !.
	switch c := p.peek(0); {
	case c == '#' && p.isLength():
		e.Length = true
		p.off++
	case c == '!' && p.paramName(1) > 0:
		p.bashOnly(p.off, "the indirection ${!")
		e.Indirect = true
		p.off++
	}
	p.paramTail(e, from, quoted)
	return e
}

// isLength tells whether the # after ${ asks for a length: a parameter and
// perhaps a subscript follow it, and nothing else.
func (p *parser) isLength() bool {
	n := p.paramName(1)
	c := p.peek(1 + n)
	return n > 0 && (c == '}' || c == '[' || p.off+1+n >= p.end)
}

// paramName is the length of the parameter's name n bytes ahead.
func (p *parser) paramName(n int) int {
	if p.off+n >= p.end {
		return 0
	}
	rest := p.src[p.off+n : p.end]
	if isSpecial(rest[0]) {
		return 1
	}
	if isDigit(rest[0]) {
		n := 1
		for n < len(rest) && isDigit(rest[n]) {
			n++
		}
		return n
	}
	return nameLen(rest)
}

// paramTail parses the parameter and what follows it up to }.
func (p *parser) paramTail(e *Param, from int, quoted bool) {
	n := p.paramName(0)
	if n == 0 {
		p.fail(p.off, "found %s, expected a parameter name after ${", p.found())
	}
	e.Name = p.src[p.off : p.off+n]
	p.off += n
	if p.peek(0) == '[' {
		p.bashOnly(p.off, "an array subscript")
		e.Index = p.subscript(quoted)
	}
	if p.peek(0) != '}' {
		p.paramOp(e, quoted)
	}
	if p.peek(0) != '}' {
		p.fail(p.off, "found %s, expected } to close ${ %s", p.found(), p.at(p.pos(from)))
	}
	p.off++
	e.Span = p.span(from)
}

// paramOp parses the operator of a parameter expansion and its arguments.
func (p *parser) paramOp(e *Param, quoted bool) {
	m := modeBrace
	start := p.off
	switch c := p.peek(0); c {
	case ':':
		p.off++
		if c := p.peek(0); c == '-' || c == '=' || c == '?' || c == '+' {
			p.off++
			if quoted {
				m = modeBraceDQ
			}
			break
		}
		p.bashOnly(start, "the substring expansion ${name:offset}")
		m = modeSlice
	case '-', '=', '?', '+':
		p.off++
		if quoted {
			m = modeBraceDQ
		}
	case '#', '%':
		p.off++
		if p.peek(0) == c {
			p.off++
		}
	case '/':
		p.bashOnly(start, "the replacement ${name/pattern/word}")
		p.off++
		if c := p.peek(0); c == '/' || c == '#' || c == '%' {
			p.off++
		}
		m = modePattern
	case '^', ',', '~':
		p.bashOnly(start, "changing case in an expansion")
		p.off++
		if p.peek(0) == c {
			p.off++
		}
	case '@', '*':
		p.bashOnly(start, "the transformation ${name@operator}")
		p.off++
	default:
		p.fail(p.off, "found %s, expected } or an operator of parameter expansion", p.found())
	}
	e.Op = p.src[start:p.off]
	e.Arg = p.argument(m, quoted)
	if m == modePattern && p.peek(0) == '/' || m == modeSlice && p.peek(0) == ':' {
		p.off++
		e.HasArg2 = true
		e.Arg2 = p.argument(modeBrace, quoted)
	}
}

// argument parses an argument of a parameter expansion, nil when it is empty.
func (p *parser) argument(m mode, quoted bool) *Word {
	from := p.off
	parts := p.text(m, quoted)
	if m == modeSlice && p.peek(0) == ')' {
		p.fail(p.off, "found %s, expected } to close ${", p.found())
	}
	if len(parts) == 0 {
		return nil
	}
	w := p.nodes.word()
	w.Parts = parts
	w.Span = p.span(from)
	return w
}
