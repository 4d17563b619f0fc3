package syntax

import "strings"

// redirOps are the redirection operators (POSIX.1-2017, 2.7; bash manual,
// 3.6), longer ones first.
var redirOps = []struct {
	text string
	bash bool
}{
	{"&>>", true}, {"<<<", true}, {"<<-", false}, {"<<", false}, {">>", false},
	{"<&", false}, {">&", false}, {"<>", false}, {">|", false}, {"&>", true},
	{"<", false}, {">", false},
}

// redirect parses a redirection, or gives nil when there is none here.
func (p *parser) redirect() *Redirect {
	if p.off >= p.end {
		return nil
	}
	from := p.off
	n := p.fdLen()
	i := from + n
	if i >= p.end || p.src[i] != '<' && p.src[i] != '>' && (n > 0 || !p.has("&>")) {
		return nil
	}
	if p.src[i] != '&' && i+1 < p.end && p.src[i+1] == '(' {
		p.bashOnly(i, "the process substitution "+p.src[i:i+2])
		return nil // even in "1<(a)", which is a word
	}
	r := &Redirect{FD: p.src[from:i], LineBreak: p.continued}
	for _, op := range redirOps {
		if strings.HasPrefix(p.src[i:p.end], op.text) {
			if op.bash {
				p.bashOnly(i, "the redirection "+op.text)
			}
			r.Op = op.text
			break
		}
	}
	if strings.HasPrefix(r.FD, "{") {
		p.bashOnly(from, "a file descriptor in a variable, "+r.FD+r.Op+",")
	}
	p.off, p.continued = i+len(r.Op), false
	if r.Op == "<<" || r.Op == "<<-" {
		r.Here = p.hereDelimiter(r.Op)
	} else {
		p.skipBlanks()
		p.continued = false
		r.Target = p.wordHere("a word after " + r.Op)
	}
	r.Span = p.span(from)
	return r
}

// fdLen is the length of the file descriptor in front of a redirection:
// digits, or {name} or {name[subscript]} of bash.
func (p *parser) fdLen() int {
	rest := p.src[p.off:p.end]
	n := 0
	for n < len(rest) && isDigit(rest[n]) {
		n++
	}
	if rest[0] == '{' {
		for n < len(rest) && !isMeta(rest[n]) {
			n++
		}
		m := 1 + nameLen(rest[1:n])
		if m == 1 || rest[n-1] != '}' || m != n-1 && (rest[m] != '[' || rest[n-2] != ']') {
			return 0
		}
	}
	if n == len(rest) || rest[n] != '<' && rest[n] != '>' {
		return 0
	}
	return n
}
