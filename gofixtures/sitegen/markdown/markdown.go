// Package markdown turns Markdown into HTML.
//
// It follows CommonMark 0.31.2 (https://spec.commonmark.org/0.31.2/), with the
// tables and the strikethrough of GitHub Flavored Markdown 0.29
// (https://github.github.com/gfm/) and footnotes: "[^label]" refers to the
// block that begins with "[^label]:".
//
// Any input is Markdown, so there are no errors. Time and memory are about
// linear in the input, whatever it is: containers nest at most maxNesting
// deep, what references and short table rows may add is bounded, and the
// inlines are a flat list and no tree.
package markdown

import (
	"strings"
)

const (
	// maxNesting is how deep block quotes, lists and footnotes may contain
	// each other. A marker beyond it is text.
	maxNesting = 100

	// maxLabel is the longest link label, in bytes; the specification has
	// 999 characters (section 4.7 and "Links", 6.3).
	maxLabel = 999

	// maxBrackets is how many brackets may wait for their ends. One beyond is
	// text.
	maxBrackets = 10_000

	// minExpansion is how many bytes of link destinations and titles
	// reference links may bring into any document. A longer document may
	// have as many as it is long. References beyond are text.
	minExpansion = 100_000

	// maxPadding is how many cells a document may leave to be filled in at
	// the ends of its table rows. Rows beyond stay short.
	maxPadding = 100_000
)

// Options say how to render.
type Options struct {
	// HeadingIDs gives each heading an id made of its text.
	HeadingIDs bool

	// Link, if not nil, replaces the destination of each link and image.
	Link func(destination string) string
}

// Heading is an entry of the table of contents.
type Heading struct {
	Level int    // 1 to 6
	ID    string // empty without Options.HeadingIDs
	HTML  string // the content, without links and footnotes
}

// Result is a rendered document.
type Result struct {
	HTML     string
	Headings []Heading // in document order, those in quotes and lists too
}

// Render turns src into HTML. NUL and what is not UTF-8 become U+FFFD
// (section 2.3, "Insecure characters").
func Render(src string, opts Options) Result {
	src = strings.ToValidUTF8(src, "\uFFFD")
	src = strings.ReplaceAll(src, "\x00", "\uFFFD")
	p := newParser()
	for src != "" {
		i := strings.IndexAny(src, "\r\n")
		if i < 0 {
			p.addLine(src)
			break
		}
		p.addLine(src[:i])
		if src[i] == '\r' && strings.HasPrefix(src[i+1:], "\n") {
			i++
		}
		src = src[i+1:]
	}
	p.closeTo(0)
	return render(p, opts)
}
