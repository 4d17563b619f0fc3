package markdown

import (
	"bytes"
	"strconv"
	"strings"
	"unicode"
)

// renderer writes the HTML of a tree. It may recurse: the tree is at most
// maxNesting deep.
type renderer struct {
	p       *parser
	opts    Options
	out     []byte
	inliner inliner
	padding int // table cells that may still be filled in

	headings []Heading
	ids      map[string]int // how often each has been asked for
	notes    []*footnote    // that have been referred to, in order
}

func render(p *parser, opts Options) Result {
	r := &renderer{p: p, opts: opts, padding: maxPadding, ids: make(map[string]int)}
	r.inliner = inliner{p: p, budget: max(minExpansion, p.size), lastRun: make(map[int]int), absent: make(map[string]int), titles: make(map[int]string)}
	r.out = make([]byte, 0, p.size+p.size/2)
	r.blocks(p.open[0].children, false)
	r.footnotes()
	return Result{HTML: string(r.out), Headings: r.headings}
}

func (r *renderer) write(s string) { r.out = append(r.out, s...) }

// freshLine ends the line, unless it is empty.
func (r *renderer) freshLine() {
	if n := len(r.out); n > 0 && r.out[n-1] != '\n' {
		r.out = append(r.out, '\n')
	}
}

// blocks renders blocks; the paragraphs of a tight list get no tags.
func (r *renderer) blocks(blocks []*block, tight bool) {
	for _, b := range blocks {
		r.block(b, tight)
	}
}

func (r *renderer) block(b *block, tight bool) {
	if b.kind == paragraphBlock && tight {
		r.leaf(string(b.text))
		return
	}
	if b.kind == footnoteBlock {
		return // see footnotes
	}
	r.freshLine()
	switch b.kind {
	case quoteBlock:
		r.write("<blockquote>\n")
		r.blocks(b.children, false)
		r.freshLine()
		r.write("</blockquote>\n")
	case listBlock:
		r.list(b)
	case paragraphBlock:
		r.write("<p>")
		r.leaf(string(b.text))
		r.write("</p>\n")
	case headingBlock:
		r.heading(b)
	case thematicBreakBlock:
		r.write("<hr />\n")
	case indentedCodeBlock, fencedCodeBlock:
		r.write("<pre><code")
		if language, _, _ := strings.Cut(b.fence.info, " "); language != "" {
			r.write(` class="language-`)
			r.out = appendEscaped(r.out, language)
			r.write(`"`)
		}
		r.write(">")
		r.out = appendEscaped(r.out, string(b.text))
		r.write("</code></pre>\n")
	case htmlBlock:
		r.out = append(r.out, b.text...)
		r.freshLine()
	case tableBlock:
		r.table(b.table)
	}
}

func (r *renderer) list(b *block) {
	tag := "ul"
	if b.list.start >= 0 {
		tag = "ol"
	}
	r.write("<" + tag)
	if b.list.start > 1 || b.list.start == 0 {
		r.write(` start="` + strconv.Itoa(b.list.start) + `"`)
	}
	r.write(">\n")
	for _, item := range b.children {
		r.write("<li>")
		r.blocks(item.children, !b.loose)
		r.write("</li>\n")
	}
	r.write("</" + tag + ">\n")
}

func (r *renderer) table(t *table) {
	r.write("<table>\n<thead>\n")
	for i, row := range t.rows {
		cell := "td"
		switch i {
		case 0:
			cell = "th"
		case 1:
			r.write("<tbody>\n")
		}
		r.write("<tr>\n")
		for column, align := range t.align {
			if column >= len(row) {
				if r.padding == 0 {
					break
				}
				r.padding--
			}
			r.write("<" + cell)
			if align != "" {
				r.write(` align="` + align + `"`)
			}
			r.write(">")
			if column < len(row) {
				r.leaf(row[column])
			}
			r.write("</" + cell + ">\n")
		}
		r.write("</tr>\n")
		if i == 0 {
			r.write("</thead>\n")
		}
	}
	if len(t.rows) > 1 {
		r.write("</tbody>\n")
	}
	r.write("</table>\n")
}

func (r *renderer) heading(b *block) {
	tokens := r.parseInlines(string(b.text))
	tag := "h" + strconv.Itoa(b.level)
	h := Heading{Level: b.level}
	r.write("<" + tag)
	if r.opts.HeadingIDs {
		h.ID = r.uniqueID(plainText(tokens))
		r.write(` id="` + h.ID + `"`)
	}
	r.write(">")
	r.inlines(tokens)
	r.write("</" + tag + ">\n")

	// Once more, for the table of contents.
	outside := r.out
	r.out = nil
	r.inlines(withoutLinks(tokens))
	h.HTML = string(r.out)
	r.out = outside
	r.headings = append(r.headings, h)
}

// uniqueID makes an id of a heading: letters and digits in lower case, the
// rest as hyphens between them; and a number if others have the same.
func (r *renderer) uniqueID(text string) string {
	words := strings.FieldsFunc(strings.ToLower(text), func(c rune) bool {
		return !unicode.IsLetter(c) && !unicode.IsDigit(c) && c != '_'
	})
	id := strings.Join(words, "-")
	if id == "" {
		id = "section"
	}
	base := id
	for r.ids[id] > 0 {
		id = base + "-" + strconv.Itoa(r.ids[base])
		r.ids[base]++
	}
	r.ids[id]++
	return id
}

// footnotes renders the footnotes that have been referred to. One may refer to
// further ones.
func (r *renderer) footnotes() {
	if len(r.notes) == 0 {
		return
	}
	r.freshLine()
	r.write("<section class=\"footnotes\">\n<ol>\n")
	for i := 0; i < len(r.notes); i++ {
		note := r.notes[i]
		number := strconv.Itoa(note.number)
		r.write(`<li id="fn-` + number + `">`)
		r.freshLine()
		r.blocks(note.block.children, false)
		back := ` <a href="#fnref-` + number + `" class="footnote-backref">↩</a>`
		if end := []byte("</p>\n"); bytes.HasSuffix(r.out, end) {
			r.out = r.out[:len(r.out)-len(end)]
			back += string(end)
		}
		r.write(back)
		r.write("</li>\n")
	}
	r.write("</ol>\n</section>\n")
}
