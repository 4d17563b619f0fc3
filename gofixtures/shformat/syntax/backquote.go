package syntax

import (
	"sort"
	"strings"
)

// origin maps the offsets of a backquoted command, without its escapes, back
// to where they came from.
type origin struct {
	outer *origin
	base  int   // offset in the outer text of the first byte
	cuts  []int // offsets in the inner text before which a backslash was removed
}

func (o *origin) pos(off int) Pos {
	for o != nil {
		off += o.base + sort.SearchInts(o.cuts, off+1)
		o = o.outer
	}
	return Pos(off)
}

// backquotes parses `...` (POSIX.1-2017, 2.6.3). A backslash in it is removed
// before $, ` and \, and inside double quotes before ", and only then is the
// text a command. doubleQuoted tells the latter case; bash does not count a
// here-document as one.
func (p *parser) backquotes(doubleQuoted bool) *Subst {
	from := p.off
	p.off++
	inner := &origin{outer: p.origin, base: p.off}
	var text strings.Builder
	start := p.off
	for {
		n := strings.IndexAny(p.src[p.off:p.end], "`\\")
		if n < 0 || p.src[p.off+n] == '\\' && p.off+n+1 >= p.end {
			p.off = p.end
			p.fail(from, "found %s, expected ` to close the backquote opened here", p.found())
		}
		p.off += n
		if p.src[p.off] == '`' {
			break
		}
		if c := p.src[p.off+1]; c == '$' || c == '`' || c == '\\' || c == '"' && doubleQuoted {
			text.WriteString(p.src[start:p.off])
			inner.cuts = append(inner.cuts, text.Len())
			start = p.off + 1
		}
		p.off += 2
	}
	content := p.src[start:p.off]
	if len(inner.cuts) > 0 {
		text.WriteString(content)
		content = text.String()
	}
	p.off++
	s := &Subst{Backquotes: true, Span: p.span(from)}
	t := strings.TrimLeft(content, " \t")
	comment := strings.HasPrefix(t, "#") && !strings.Contains(t, "\n")
	if comment || from > 0 && p.src[from-1] == '$' {
		s.Raw = p.src[from:p.off]
		return s
	}
	p.within(content, inner, func() {
		docs := p.docs
		s.Body = p.list()
		if p.off < p.end {
			p.fail(p.off, "found %s, expected a command or the closing backquote", p.found())
		}
		if len(p.pending) > 0 {
			p.unclosedHereDoc(p.pending[0])
		}
		p.finishInline(&s.Body, docs, s.From, s.To-1)
	})
	return s
}

// within runs parse on another text.
func (p *parser) within(text string, o *origin, parse func()) {
	outer := *p
	p.src, p.off, p.end, p.origin = text, 0, len(text), o
	p.pending, p.arithEnds, p.arithRaw = nil, nil, nil
	parse()
	p.src, p.off, p.end, p.origin = outer.src, outer.off, outer.end, outer.origin
	p.pending, p.arithEnds, p.arithRaw = outer.pending, outer.arithEnds, outer.arithRaw
}
