package syntax

import "strings"

// hereDelim parses the delimiter after << or <<- (POSIX.1-2017, 2.7.4). It is
// a word that undergoes quote removal only.
func (p *parser) hereDelimiter(op string) *HereDoc {
	p.skipBlanks()
	from := p.off
	if p.off >= p.end || p.src[p.off] == '#' || isMeta(p.src[p.off]) {
		p.fail(p.off, "found %s, expected the delimiter of the here-document", p.found())
	}
	h := &HereDoc{Strip: op == "<<-"}
	h.From = p.pos(from)
	p.text(modeWord, false)
	h.Word = p.src[from:p.off]
	h.Delim, h.Quoted = unquote(h.Word)
	if strings.Contains(h.Delim, "\n") {
		p.fail(from, "found a line break in the delimiter of a here-document, expected one line")
	}
	p.pending = append(p.pending, h)
	p.breaks++
	p.docs++
	return h
}

// unquote removes quotes from a word, and tells whether there were any.
func unquote(s string) (string, bool) {
	if !strings.ContainsAny(s, "\\'\"") {
		return s, false
	}
	var b strings.Builder
	quoted := false
	quote := byte(0)
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' && quote != '\'' && i+1 < len(s) && s[i+1] == '\n':
			i++
		case c == '\\' && quote == 0 && i+1 < len(s),
			c == '\\' && quote == '"' && i+1 < len(s) && strings.IndexByte("$`\"\\", s[i+1]) >= 0:
			i++
			quoted = true
			b.WriteByte(s[i])
		case c == quote && quote != 0:
			quote = 0
		case quote == 0 && c == '$' && i+1 < len(s) && (s[i+1] == '\'' || s[i+1] == '"'):
			// bash drops the dollar of $'...' here
		case quote == 0 && (c == '\'' || c == '"'):
			quote = c
			quoted = true
		default:
			b.WriteByte(c)
		}
	}
	return b.String(), quoted
}

// hereBody reads the body of h, which begins at the current offset, and its
// closing delimiter with the line break behind it.
func (p *parser) hereBody(h *HereDoc) {
	start := p.off
	for {
		if p.off >= p.end {
			p.unclosedHereDoc(h)
		}
		line := p.off
		text := p.logicalLine(!h.Quoted)
		body := text
		if h.Strip {
			body = strings.TrimLeft(text, "\t")
		}
		if !h.Quoted && strings.Contains(body, "\\\n") {
			body = strings.ReplaceAll(body, "\\\n", "")
		}
		if body != h.Delim {
			p.off++ // the line break; harmless at the end
			continue
		}
		h.Indent = text[:len(text)-len(strings.TrimLeft(text, "\t"))]
		if !h.Strip {
			h.Indent = ""
		}
		h.EndPos = p.pos(p.off)
		after := p.off
		if after < p.end {
			after++
		}
		p.hereParts(h, start, line)
		p.off = after
		return
	}
}

// logicalLine reads up to a line break, over continued lines if asked to.
func (p *parser) logicalLine(continued bool) string {
	from := p.off
	for {
		n := strings.IndexByte(p.src[p.off:p.end], '\n')
		if n < 0 {
			p.off = p.end
			break
		}
		p.off += n
		if !continued || !oddBackslashes(p.src[from:p.off]) {
			break
		}
		p.off++
	}
	return p.src[from:p.off]
}

func oddBackslashes(s string) bool {
	n := 0
	for n < len(s) && s[len(s)-1-n] == '\\' {
		n++
	}
	return n%2 == 1
}

func (p *parser) hereParts(h *HereDoc, from, to int) {
	h.Span = Span{p.pos(from), p.pos(to)}
	h.src = p.src[from:to]
	if h.Quoted {
		if to > from {
			h.Body = []Part{p.nodes.lit(h.Span, p.src[from:to])}
		}
		return
	}
	end, delim, pending := p.end, p.hereDelim, p.pending
	p.off, p.end, p.hereDelim, p.pending = from, to, h.Delim, nil
	h.Body = p.text(modeHere, true)
	if len(p.pending) > 0 {
		p.unclosedHereDoc(p.pending[0])
	}
	p.end, p.hereDelim, p.pending = end, delim, pending
	p.leave()
}

func (p *parser) unclosedHereDoc(h *HereDoc) {
	p.failAt(h.From, "found %s, expected a line %q to close the here-document opened here", p.found(), h.Delim)
}
