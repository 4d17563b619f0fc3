package markdown

import (
	"strconv"
	"strings"
)

// parseInlines returns tokens that are valid until the next call.
func (r *renderer) parseInlines(s string) []token {
	return r.inliner.parse(strings.Trim(s, " \t\n"))
}

// leaf renders the inline content of a leaf block.
func (r *renderer) leaf(s string) {
	r.inlines(r.parseInlines(s))
}

var beginTags = [...]string{emphasisMark: "<em>", strongMark: "<strong>", strikeMark: "<del>"}
var endTags = [...]string{emphasisMark: "</em>", strongMark: "</strong>", strikeMark: "</del>"}

func (r *renderer) inlines(tokens []token) {
	images := 0      // that have begun and not ended
	var title string // of the outermost
	for i := range tokens {
		t := &tokens[i]
		switch t.kind {
		case imageToken:
			if images++; images == 1 {
				title = r.inliner.titles[i]
				r.write(`<img src="`)
				r.destination(t.text)
				r.write(`" alt="`)
			}
			continue
		case endImageToken:
			if images--; images == 0 {
				r.write(`"`)
				r.title(title)
				r.write(" />")
			}
			continue
		}
		if images > 0 {
			r.out = appendPlain(r.out, t)
			continue
		}
		switch t.kind {
		case textToken:
			r.out = appendEscaped(r.out, t.text)
		case codeToken:
			r.write("<code>")
			r.out = appendEscaped(r.out, t.text)
			r.write("</code>")
		case rawToken:
			r.write(t.text)
		case softBreakToken:
			r.write("\n")
		case hardBreakToken:
			r.write("<br />\n")
		case linkToken:
			r.write(`<a href="`)
			r.destination(t.text)
			r.write(`"`)
			r.title(r.inliner.titles[i])
			r.write(">")
		case endLinkToken:
			r.write("</a>")
		case footnoteToken:
			r.footnoteReference(r.p.footnotes[t.text])
		case runToken:
			r.run(t)
		}
	}
}

// run renders a delimiter run. What ends first is what was found first; what
// begins first is what was found last.
func (r *renderer) run(t *token) {
	marks := r.inliner.marks
	var ends []mark
	for i := t.ends; i > 0; i = marks[i].before {
		ends = append(ends, marks[i].mark)
	}
	for i := len(ends) - 1; i >= 0; i-- {
		r.write(endTags[ends[i]])
	}
	r.write(t.text)
	for i := t.begins; i > 0; i = marks[i].before {
		r.write(beginTags[marks[i].mark])
	}
}

func (r *renderer) destination(s string) {
	if r.opts.Link != nil {
		s = r.opts.Link(s)
	}
	r.out = appendURL(r.out, s)
}

func (r *renderer) title(s string) {
	if s != "" {
		r.write(` title="`)
		r.out = appendEscaped(r.out, s)
		r.write(`"`)
	}
}

func (r *renderer) footnoteReference(note *footnote) {
	if note.number == 0 {
		r.notes = append(r.notes, note)
		note.number = len(r.notes)
	}
	note.references++
	number := strconv.Itoa(note.number)
	r.write(`<sup class="footnote-ref"><a href="#fn-` + number + `" id="fnref-` + number)
	if note.references > 1 {
		r.write("-" + strconv.Itoa(note.references))
	}
	r.write(`">` + number + `</a></sup>`)
}

// appendPlain appends what of a token is text, as the alternative text of
// images is made.
func appendPlain(dst []byte, t *token) []byte {
	switch t.kind {
	case textToken, codeToken, runToken:
		return appendEscaped(dst, t.text)
	case softBreakToken, hardBreakToken:
		return append(dst, ' ')
	}
	return dst
}

// plainText is the text of tokens, for ids.
func plainText(tokens []token) string {
	var b strings.Builder
	for i := range tokens {
		switch t := &tokens[i]; t.kind {
		case textToken, codeToken, runToken:
			b.WriteString(t.text)
		case softBreakToken, hardBreakToken:
			b.WriteByte(' ')
		}
	}
	return b.String()
}

// withoutLinks replaces links, footnotes and raw HTML by nothing. The other
// tokens keep their indices.
func withoutLinks(tokens []token) []token {
	rest := append([]token(nil), tokens...)
	for i := range rest {
		switch rest[i].kind {
		case linkToken, endLinkToken, footnoteToken, rawToken:
			rest[i] = token{}
		}
	}
	return rest
}
