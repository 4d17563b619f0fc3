package syntax

import "strings"

// mode says which bytes are special in a stretch of text and where it ends.
type mode uint

const (
	modeWord    mode = iota // an unquoted word, POSIX.1-2017, 2.3
	modeRegex               // the word after =~, where ( ) and | belong to it
	modeDouble              // inside double quotes, 2.2.3
	modeHere                // a here-document's body, 2.7.4, up to p.end
	modeArith               // arithmetic that is kept as text, up to p.end
	modeBrace               // the word of ${name op word}
	modeBraceDQ             // the same inside double quotes, where ' is literal
	modePattern             // the pattern of ${name/pattern/word}
	modeSlice               // the offset of ${name:offset:length}
	modeParen               // up to an unbalanced )
	modeBracket             // up to an unbalanced ]
)

// classes has, for each byte, a bit for each mode that treats it specially.
var classes = makeClasses()

func makeClasses() (t [256]uint16) {
	special := map[mode]string{
		modeWord:    " \t\n;&|<>()'\"\\$`",
		modeRegex:   " \t\n;&<>()'\"\\$`",
		modeDouble:  "\"\\$`",
		modeHere:    "\\$`",
		modeArith:   "'\"\\$`",
		modeBrace:   "}'\"\\$`",
		modeBraceDQ: "}\"\\$`",
		modePattern: "/}'\"\\$`",
		modeSlice:   ":?()}'\"\\$`",
		modeParen:   "()'\"\\$`",
		modeBracket: "[]'\"\\$`",
	}
	for m, s := range special {
		for i := 0; i < len(s); i++ {
			t[s[i]] |= 1 << m
		}
	}
	return t
}

// word parses the word at the current offset, which must not be a blank or an
// operator.
func (p *parser) word(m mode) *Word {
	w := p.nodes.word()
	w.LineBreak, p.continued = p.continued, false
	from := p.off
	w.Parts = p.text(m, false)
	w.Span = p.span(from)
	return w
}

// wordHere is word, or an error when no word begins here.
func (p *parser) wordHere(what string) *Word {
	if p.off >= p.end || p.src[p.off] == '#' || isMeta(p.src[p.off]) && !p.atProcess() {
		p.fail(p.off, "found %s, expected %s", p.found(), what)
	}
	return p.word(modeWord)
}

func (p *parser) atProcess() bool {
	c := p.peek(0)
	return (c == '<' || c == '>') && p.peek(1) == '(' && p.lang == Bash
}

// text parses parts up to where the mode ends, and leaves the ending byte to
// the caller. quoted tells that the text is inside double quotes.
func (p *parser) text(m mode, quoted bool) []Part {
	base := len(p.parts)
	start, nested, ternary := p.off, 0, 0
	bit := uint16(1) << m
	flush := func() {
		if p.off > start {
			p.parts = append(p.parts, p.nodes.lit(p.span(start), p.src[start:p.off]))
		}
	}
	add := func(part Part) {
		p.parts = append(p.parts, part)
		start = p.off
	}
loop:
	for {
		for p.off < p.end && classes[p.src[p.off]]&bit == 0 {
			p.off++
		}
		if p.off >= p.end {
			break
		}
		switch c := p.src[p.off]; c {
		case '\\':
			if (m == modeWord || m == modeRegex) && p.peek(1) == '\n' {
				i := p.afterContinuations(p.off)
				if p.endsWord(i) {
					break loop
				}
				p.off = i
				continue
			}
			if p.off+1 >= p.end {
				p.fail(p.off, "found the end of the file after a backslash, expected what it quotes")
			}
			p.off += 2
		case '$':
			if p.expands(quoted) {
				flush()
				add(p.dollar(quoted))
			} else {
				p.off++
			}
		case '`':
			flush()
			add(p.backquotes(m == modeDouble || m == modeBraceDQ))
		case '\'':
			flush()
			add(p.single(false))
		case '"':
			if m == modeDouble {
				break loop
			}
			flush()
			add(p.double(false))
		case '(':
			switch {
			case m == modeRegex:
				flush()
				add(p.extGlob(""))
			case m == modeParen || m == modeSlice:
				nested++
				p.off++
			case p.lang == Bash && p.off > start && strings.IndexByte("?*+@!", p.src[p.off-1]) >= 0:
				p.off--
				flush()
				add(p.extGlob(p.src[p.off : p.off+1]))
			default:
				break loop
			}
		case ')':
			if (m == modeParen || m == modeSlice) && nested > 0 {
				nested--
				p.off++
			} else {
				break loop
			}
		case '[':
			nested++
			p.off++
		case ']':
			if nested == 0 {
				break loop
			}
			nested--
			p.off++
		case '<', '>':
			if !p.atProcess() {
				break loop
			}
			flush()
			add(p.process())
		case '?':
			ternary++
			p.off++
		case ':':
			if nested == 0 && ternary == 0 {
				break loop
			}
			if nested == 0 {
				ternary--
			}
			p.off++
		default:
			break loop
		}
	}
	flush()
	parts := p.nodes.partSlice(p.parts[base:])
	p.parts = p.parts[:base]
	return parts
}

// endsWord tells whether a word that has come to offset i ends there: at
// blanks or an operator, perhaps behind line continuations.
func (p *parser) endsWord(i int) bool {
	i = p.afterContinuations(i)
	return i >= p.end || isMeta(p.src[i])
}

func (p *parser) afterContinuations(i int) int {
	for strings.HasPrefix(p.src[i:p.end], "\\\n") {
		i += 2
	}
	return i
}

// single parses '...' or, with dollar, $'...', where a backslash escapes.
func (p *parser) single(dollar bool) *Single {
	from := p.off
	p.off++
	if dollar {
		p.off++
	}
	start := p.off
	for ; ; p.off++ {
		if !dollar {
			n := strings.IndexByte(p.src[p.off:p.end], '\'')
			if n < 0 {
				break
			}
			p.off += n
		}
		if p.off >= p.end {
			break
		}
		switch p.src[p.off] {
		case '\\':
			p.off++
			continue
		case '\'':
			s := &Single{Dollar: dollar, Value: p.src[start:p.off]}
			p.off++
			s.Span = p.span(from)
			return s
		}
	}
	p.off = p.end
	p.fail(from, "found %s, expected ' to close the single quote opened here", p.found())
	return nil
}

// double parses "..." or, with dollar, $"...".
func (p *parser) double(dollar bool) *Double {
	from := p.off
	p.off++
	if dollar {
		p.off++
	}
	d := p.nodes.double()
	d.Dollar = dollar
	d.Parts = p.text(modeDouble, true)
	if p.off >= p.end {
		p.fail(from, "found %s, expected \" to close the double quote opened here", p.found())
	}
	p.off++
	d.Span = p.span(from)
	return d
}

// extGlob parses op(...), or the parentheses of a regular expression.
func (p *parser) extGlob(op string) *ExtGlob {
	p.enter()
	defer p.leave()
	from := p.off
	p.off += len(op) + 1
	g := &ExtGlob{Op: op, Parts: p.text(modeParen, false)}
	if p.off >= p.end {
		p.fail(from, "found %s, expected ) to close the pattern opened here", p.found())
	}
	p.off++
	g.Span = p.span(from)
	return g
}

// process parses <(...) or >(...).
func (p *parser) process() *Process {
	from := p.off
	s := &Process{Op: p.src[p.off : p.off+2]}
	p.off += 2
	s.Body = p.substitution(from, s.Op)
	s.Span = p.span(from)
	return s
}

// substitution is parenthesized for a list inside a word. Here-documents
// pending outside wait until the line break behind the word; those begun inside
// and still pending at its end do too.
func (p *parser) substitution(from int, opening string) List {
	outer := p.pending
	p.pending = nil
	l := p.parenthesized(from, opening)
	p.pending = append(outer, p.pending...)
	return l
}

// parenthesized parses a list up to ), which it reads.
func (p *parser) parenthesized(from int, opening string) List {
	docs := p.docs
	l := p.list()
	if p.peek(0) != ')' {
		p.fail(p.off, "found %s, expected ) to close %s %s", p.found(), opening, p.at(p.pos(from)))
	}
	p.finishInline(&l, docs, p.pos(from), p.pos(p.off))
	p.off++
	return l
}

// subscript parses [text] after a name and gives the text.
func (p *parser) subscript(quoted bool) *Word {
	from := p.off
	p.off++
	w := p.nodes.word()
	start := p.off
	w.Parts = p.text(modeBracket, quoted)
	w.Span = p.span(start)
	if p.off >= p.end {
		p.fail(from, "found %s, expected ] to close the subscript opened here", p.found())
	}
	p.off++
	return w
}

// array parses the value of an array assignment, from its ( on.
func (p *parser) array() *Array {
	from := p.off
	p.off++
	a := &Array{}
	base := len(p.words)
	for {
		broken := p.skipNewlines()
		c := p.peek(0)
		if p.off >= p.end {
			p.fail(p.off, "found %s, expected ) to close the array %s", p.found(), p.at(p.pos(from)))
		}
		if c == ')' {
			a.CloseBreak = broken
			break
		}
		if isMeta(c) && !p.atProcess() {
			p.fail(p.off, "found %s, expected an array element or )", p.found())
		}
		w := p.element()
		w.LineBreak = w.LineBreak || broken
		p.words = append(p.words, w)
	}
	a.Elems = p.nodes.wordSlice(p.words[base:])
	p.words = p.words[:base]
	p.off++
	a.Span = p.span(from)
	return a
}

// element parses an element of an array value. A subscript at its beginning
// goes up to its ] over blanks and operators, as in bash.
func (p *parser) element() *Word {
	if p.peek(0) != '[' {
		return p.word(modeWord)
	}
	from, broken := p.off, p.continued
	p.continued = false
	return p.subscripted(from, p.subscript(false), broken)
}

// subscripted parses the rest of a word that began at from and has had a
// subscript.
func (p *parser) subscripted(from int, index *Word, broken bool) *Word {
	base := len(p.parts)
	lit := func(from Pos, s string) {
		p.parts = append(p.parts, p.nodes.lit(Span{from, from + Pos(len(s))}, s))
	}
	lit(p.pos(from), p.src[from:from+strings.IndexByte(p.src[from:], '[')+1])
	p.parts = append(p.parts, index.Parts...)
	rest := p.text(modeWord, false)
	// The ] is put in front of what text took for the beginning of a literal.
	closing := "]"
	if len(rest) > 0 {
		if l, ok := rest[0].(*Lit); ok {
			closing += l.Value
			rest = rest[1:]
		}
	}
	lit(index.To, closing)
	p.parts = append(p.parts, rest...)
	w := p.nodes.word()
	w.LineBreak = broken
	w.Parts = p.nodes.partSlice(p.parts[base:])
	p.parts = p.parts[:base]
	w.Span = p.span(from)
	return w
}
