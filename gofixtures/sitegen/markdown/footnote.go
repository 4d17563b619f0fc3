package markdown

import "strings"

// footnote is the first definition of its label.
type footnote struct {
	block      *block
	number     int // in the order of the first references; 0 without one
	references int
}

// parseFootnoteLabel reads "[^label]:" at the beginning of s.
func parseFootnoteLabel(s string) (label string, length int, ok bool) {
	if !strings.HasPrefix(s, "[^") {
		return "", 0, false
	}
	label, n := scanLabel("[" + s[2:])
	if n == 0 || !strings.HasPrefix(s[n+1:], ":") {
		return "", 0, false
	}
	return label, n + 2, true
}

func (p *parser) defineFootnote(b *block) {
	if _, defined := p.footnotes[b.label]; !defined {
		p.footnotes[b.label] = &footnote{block: b}
	}
}

// footnoteReference makes "[^label]" one token if there is such a footnote.
func (in *inliner) footnoteReference(b bracket, content string) bool {
	if len(content) > maxLabel || !strings.HasPrefix(content, "^") {
		return false
	}
	label := normalizeLabel(content[1:])
	if in.p.footnotes[label] == nil {
		return false
	}
	for in.last > b.delimiter {
		in.unlink(in.last)
	}
	in.tokens = append(in.tokens[:b.token], token{kind: footnoteToken, text: label})
	in.pos++
	return true
}
