package syntax

import "strings"

// simple parses a simple command, or a function definition name().
func (p *parser) simple() Command {
	from := p.off
	var assigns []*Assign
	var redirs []*Redirect
	base := len(p.words)
	end := p.off
	arrays := false // whether arguments may be array assignments
	for ; ; p.skipBlanks() {
		if p.off >= p.end {
			break
		}
		c := p.src[p.off]
		if c == '<' || c == '>' || c == '&' || isDigit(c) || c == '{' {
			if r := p.redirect(); r != nil {
				redirs = append(redirs, r)
				end = p.off
				continue
			}
		}
		if isMeta(c) && !p.atProcess() || c == '#' {
			break
		}
		var w *Word
		if len(p.words) == base {
			var a *Assign
			if a, w = p.assign(); a != nil {
				assigns = append(assigns, a)
				end = p.off
				continue
			}
		}
		if w == nil {
			w = p.word(modeWord)
		}
		end = p.off
		if len(p.words) == base && len(assigns) == 0 && len(redirs) == 0 {
			p.notExtended(w)
			if p.skipBlanks(); p.peek(0) == '(' {
				return p.function(from, w)
			}
			arrays = isDeclaration(w.Lit())
		} else if arrays && p.peek(0) == '(' && assignsTo(w) {
			p.bashOnly(p.off, "an array assignment")
			p.appendArray(w)
			end = p.off
		} else {
			p.notExtended(w)
		}
		p.words = append(p.words, w)
	}
	if end == from {
		p.fail(p.off, "found %s, expected a command", p.found())
	}
	c := p.nodes.simple()
	c.Assigns, c.Redirs = assigns, redirs
	c.Args = p.nodes.wordSlice(p.words[base:])
	p.words = p.words[:base]
	c.Span = Span{p.pos(from), p.pos(end)}
	return c
}

// notExtended fails in POSIX shell if w stands before a ( with which it would
// be an extended pattern of bash. Only ! is something else there.
func (p *parser) notExtended(w *Word) {
	if p.lang == POSIX && p.peek(0) == '(' && strings.IndexByte("?*+@", p.src[p.off-1]) >= 0 {
		p.bashOnly(p.off-1, "the extended pattern "+p.src[p.off-1:p.off]+"(")
	}
}

// isDeclaration tells the builtins of bash that take array assignments.
func isDeclaration(name string) bool {
	switch name {
	case "declare", "local", "typeset", "export", "readonly", "alias", "eval", "let":
		return true
	}
	return false
}

// assignsTo tells whether w is the beginning name= or name+= of an assignment.
func assignsTo(w *Word) bool {
	s := w.Lit()
	n := nameLen(s)
	return n > 0 && (s[n:] == "=" || s[n:] == "+=")
}

func (p *parser) appendArray(w *Word) {
	a := p.array()
	w.Parts = p.nodes.partSlice([]Part{w.Parts[0], a})
	w.To = a.To
}

// assign parses an assignment. When there is none here it gives nil, and the
// word that is here instead if it had to be read to see that.
func (p *parser) assign() (*Assign, *Word) {
	from, broken := p.off, p.continued
	rest := p.src[p.off:p.end]
	n := nameLen(rest)
	if n == 0 || n == len(rest) {
		return nil, nil
	}
	a := &Assign{Name: rest[:n], LineBreak: broken}
	switch {
	case rest[n] == '=':
		p.off += n + 1
	case p.lang == Bash && strings.HasPrefix(rest[n:], "+="):
		a.Append = true
		p.off += n + 2
	case p.lang == Bash && rest[n] == '[':
		p.off += n
		a.Index = p.subscript(false)
		if p.has("+=") {
			a.Append = true
			p.off++
		}
		if p.peek(0) != '=' {
			// A pattern of files, or a command with such a name.
			return nil, p.subscripted(from, a.Index, broken)
		}
		p.off++
	default:
		return nil, nil
	}
	p.continued = false
	switch c := p.peek(0); {
	case c == '(' && p.off < p.end:
		p.bashOnly(p.off, "an array assignment")
		v := p.nodes.word()
		start := p.off
		v.Parts = []Part{p.array()}
		v.Span = p.span(start)
		a.Value = v
	case p.off < p.end && (!isMeta(c) || p.atProcess()):
		a.Value = p.word(modeWord)
		if len(a.Value.Parts) == 0 { // a line continuation before a blank
			a.Value = nil
		}
	}
	a.Span = p.span(from)
	return a, nil
}
