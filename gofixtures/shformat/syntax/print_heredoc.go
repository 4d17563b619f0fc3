package syntax

import "bytes"

// hereDoc writes the body and the closing delimiter of h. Both are kept as
// they are: leading tabs are part of the text of a here-document.
func (p *printer) hereDoc(h *HereDoc) {
	p.alignTrailing()
	level, here, continued := p.level, p.here, p.continued
	p.level, p.here, p.continued = 0, nil, false
	p.fresh = false
	start, comments := len(p.out), p.comments
	if p.verbatim == "" {
		p.parts(h.Body)
		p.alignTrailing()
	}
	// Line breaks that are new in a substitution must not make a line that
	// closes the here-document.
	if p.verbatim != "" || h.closedIn(p.out[start:]) {
		p.out, p.comments, p.trailing = append(p.out[:start], h.src...), comments, p.trailing[:0]
		p.dropComments(h.To)
		p.commented, p.fresh = false, false
	}
	p.level, p.here, p.continued = level, here, continued
	p.out = append(p.out, h.Indent...)
	p.out = append(p.out, h.Delim...)
	p.endLine()
	p.last = p.line(h.EndPos)
}

// closedIn tells whether a line of a body would close the here-document.
func (h *HereDoc) closedIn(body []byte) bool {
	for len(body) > 0 {
		line, rest, _ := bytes.Cut(body, []byte{'\n'})
		if h.Strip {
			line = bytes.TrimLeft(line, "\t")
		}
		if string(line) == h.Delim {
			return true
		}
		body = rest
	}
	return false
}
