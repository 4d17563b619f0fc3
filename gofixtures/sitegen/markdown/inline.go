package markdown

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

type tokenKind uint8

const (
	textToken tokenKind = iota
	codeToken
	rawToken // HTML as it is
	softBreakToken
	hardBreakToken
	linkToken     // a link begins; text is the destination
	imageToken    // an image begins; likewise
	endLinkToken  // the link ends
	endImageToken // the image ends
	footnoteToken // text is the label
	runToken      // a delimiter run: ends of emphasis, characters, beginnings of emphasis
)

// token is a piece of the inline content. There is no tree: what begins also
// ends, and all of it is well nested. A token may stand for a single byte of
// the source, so it is small.
type token struct {
	kind   tokenKind
	ends   int32 // of a delimiter run: index of the last mark that ends there
	begins int32 // likewise of the last that begins there; 0 for none
	text   string
}

// markNode is a mark of a delimiter run, and the index of the one that was
// found before, which is further in; 0 if it is the first.
type markNode struct {
	mark   mark
	before int32
}

// mark is a kind of emphasis.
type mark uint8

const (
	emphasisMark mark = iota
	strongMark
	strikeMark
)

// inliner parses the inline content of leaf blocks, one after the other, as the
// appendix of the specification has it ("Phase 2: inline structure").
type inliner struct {
	p      *parser
	budget int // bytes that reference links may still bring in

	// Of the block at hand.
	s      string
	pos    int
	tokens []token
	span   [2]int         // where the last token stands in s, if it is text that may grow
	titles map[int]string // of links and images, by the index of their token
	marks  []markNode     // the first is none

	delimiters []delimiter
	last       int32 // the top of the stack of delimiters; -1 if it is empty
	brackets   []bracket
	inactive   int // brackets below cannot begin links: they would hold one

	lastRun map[int]int    // length of a run of backticks to where the last begins; empty: not known
	absent  map[string]int // end of raw HTML to an index from which there is none
}

var isSpecial = [256]bool{'\n': true, '\\': true, '`': true, '*': true, '_': true, '~': true,
	'[': true, ']': true, '!': true, '<': true, '&': true}

// parse returns the tokens of s, which are valid until the next call.
func (in *inliner) parse(s string) []token {
	in.s, in.pos = s, 0
	in.tokens, in.delimiters, in.brackets = in.tokens[:0], in.delimiters[:0], in.brackets[:0]
	in.last, in.inactive, in.span = -1, 0, [2]int{}
	clear(in.lastRun)
	clear(in.absent)
	clear(in.titles)
	in.marks = append(in.marks[:0], markNode{})
	for in.pos < len(in.s) {
		start := in.pos
		for in.pos < len(in.s) && !isSpecial[in.s[in.pos]] {
			in.pos++
		}
		if in.pos > start {
			in.literal(start)
		}
		if in.pos < len(in.s) {
			in.special()
		}
	}
	in.matchDelimiters(-1)
	return in.tokens
}

func (in *inliner) add(t token) {
	in.tokens = append(in.tokens, t)
	in.span = [2]int{}
}

func (in *inliner) text(s string) { in.add(token{text: s}) }

// literal takes what begins at start and ends before pos as text. It lets the
// token before grow if it can.
func (in *inliner) literal(start int) {
	if in.span[1] == start && start > 0 {
		in.span[1] = in.pos
		in.tokens[len(in.tokens)-1].text = in.s[in.span[0]:in.pos]
		return
	}
	in.text(in.s[start:in.pos])
	in.span = [2]int{start, in.pos}
}

// special reads what begins with a special character.
func (in *inliner) special() {
	rest := in.s[in.pos:]
	switch c := rest[0]; c {
	case '\n':
		in.lineBreak()
		return
	case '\\':
		switch {
		case len(rest) > 1 && rest[1] == '\n':
			in.add(token{kind: hardBreakToken})
			in.pos = skipSpace(in.s, in.pos+2)
		case len(rest) > 1 && isPunctuation(rest[1]):
			in.text(rest[1:2])
			in.pos += 2
		default:
			in.skip(1)
		}
		return
	case '`':
		in.codeSpan()
		return
	case '*', '_', '~':
		in.delimiterRun()
		return
	case '!':
		if strings.HasPrefix(rest, "![") {
			in.openBracket(2)
			return
		}
	case '[':
		in.openBracket(1)
		return
	case ']':
		in.closeBracket()
		return
	case '<':
		if n, email := scanAutolink(rest); n > 0 {
			in.autolink(rest[1:n-1], email)
			in.pos += n
			return
		}
		if n := in.scanRawHTML(rest); n > 0 {
			in.add(token{kind: rawToken, text: rest[:n]})
			in.pos += n
			return
		}
	case '&':
		if text, n := scanEntity(rest); n > 0 {
			in.text(text)
			in.pos += n
			return
		}
	}
	in.skip(1)
}

// skip takes n bytes as text.
func (in *inliner) skip(n int) {
	in.pos += n
	in.literal(in.pos - n)
}

// lineBreak is sections 6.7 and 6.8.
func (in *inliner) lineBreak() {
	kind := softBreakToken
	if len(in.tokens) > 0 {
		before := &in.tokens[len(in.tokens)-1]
		if before.kind == textToken && in.s[in.pos-1] == ' ' {
			if strings.HasSuffix(before.text, "  ") {
				kind = hardBreakToken
			}
			before.text = strings.TrimRight(before.text, " ")
		}
	}
	in.add(token{kind: kind})
	in.pos = skipSpace(in.s, in.pos)
}

func (in *inliner) autolink(s string, email bool) {
	destination := s
	if email {
		destination = "mailto:" + s
	}
	in.add(token{kind: linkToken, text: destination})
	in.text(s)
	in.add(token{kind: endLinkToken})
}

// codeSpan is section 6.1.
func (in *inliner) codeSpan() {
	length := runLength(in.s, in.pos)
	if len(in.lastRun) == 0 {
		for i := in.pos; i < len(in.s); {
			n := runLength(in.s, i)
			if in.s[i] == '`' {
				in.lastRun[n] = i
			}
			i += n
		}
	}
	start := in.pos + length
	if in.lastRun[length] < start {
		in.skip(length)
		return
	}
	end := start
	for {
		end += strings.IndexByte(in.s[end:], '`')
		n := runLength(in.s, end)
		if n == length {
			break
		}
		end += n
	}
	code := strings.ReplaceAll(in.s[start:end], "\n", " ")
	if len(code) > 1 && code[0] == ' ' && code[len(code)-1] == ' ' && strings.Trim(code, " ") != "" {
		code = code[1 : len(code)-1]
	}
	in.add(token{kind: codeToken, text: code})
	in.pos = end + length
}

// runLength counts how often s[i] stands there in a row.
func runLength(s string, i int) int {
	n := 1
	for i+n < len(s) && s[i+n] == s[i] {
		n++
	}
	return n
}

// scanRawHTML returns the length of the raw HTML at the beginning of s, which
// begins with "<", or 0 (section 6.6).
func (in *inliner) scanRawHTML(s string) int {
	switch {
	case strings.HasPrefix(s, "<!-->"):
		return len("<!-->")
	case strings.HasPrefix(s, "<!--->"):
		return len("<!--->")
	case strings.HasPrefix(s, "<!--"):
		return in.scanUntil(s, 4, "-->")
	case strings.HasPrefix(s, "<?"):
		return in.scanUntil(s, 2, "?>")
	case strings.HasPrefix(s, "<![CDATA["):
		return in.scanUntil(s, 9, "]]>")
	case len(s) > 2 && s[1] == '!' && isLetter(s[2]):
		return in.scanUntil(s, 3, ">")
	}
	return scanTag(s)
}

// scanUntil returns the index in s, the rest of the input, after the first end
// from index i on; 0 if there is none, which is remembered lest many beginnings
// search for the same end in vain.
func (in *inliner) scanUntil(s string, i int, end string) int {
	if from, known := in.absent[end]; known && in.pos >= from {
		return 0
	}
	n := strings.Index(s[i:], end)
	if n < 0 {
		in.absent[end] = in.pos
		return 0
	}
	return i + n + len(end)
}

// around returns the runes before i and from j on; a line ending at the ends.
func around(s string, i, j int) (before, after rune) {
	before, after = '\n', '\n'
	if i > 0 {
		before, _ = utf8.DecodeLastRuneInString(s[:i])
	}
	if j < len(s) {
		after, _ = utf8.DecodeRuneInString(s[j:])
	}
	return before, after
}

// isUnicodePunctuation is section 2.1.
func isUnicodePunctuation(r rune) bool {
	if r < utf8.RuneSelf {
		return isPunctuation(byte(r))
	}
	return unicode.IsPunct(r) || unicode.IsSymbol(r)
}
