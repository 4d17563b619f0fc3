package gostyle

import "strings"

type kind uint8

const (
	aComment kind = iota
	aDeclaration
	aCustom // declaration of a custom property
	aVariable
	aRule
	anAtRule
	aMixin
	anInclude
	aContent
	anImport
)

// span is a stretch of the file of its node.
type span struct{ start, end int }

// node is a statement.
type node struct {
	kind   kind
	file   *file
	pos    int
	name   string // of a variable, an at-rule or a mixin; of an import, as written
	head   span   // selector, property, prelude, arguments or the comment itself
	value  span
	block  bool // whether there is a body, even if empty
	body   []*node
	params []param // of a mixin
	target int     // of an import: the number of its file

	isDefault, isGlobal bool // of a variable
}

// param is a parameter of a mixin.
type param struct {
	name       string
	hasDefault bool
	value      span
}

// unsupported are the at-rules of Sass that are not in the subset. Passed
// through, they would be mistakes that nobody is told of.
var unsupported = map[string]bool{
	"if": true, "else": true, "for": true, "each": true, "while": true, "function": true,
	"return": true, "extend": true, "use": true, "forward": true, "debug": true, "warn": true,
	"error": true, "at-root": true,
}

type parser struct {
	cursor
	c *Compiler
}

// block parses statements up to the end of the file or, where open is the
// place of a brace, up to the brace that closes it.
func (p *parser) block(open, depth int) []*node {
	if depth > maxNesting {
		p.f.fail(open, "nested too deeply")
	}
	var body []*node
	for {
		p.blanks()
		switch ch := p.peek(0); {
		case p.pos == p.end:
			if open >= 0 {
				p.f.fail(open, "unclosed {")
			}
			return body
		case ch == '}':
			if open < 0 {
				p.f.fail(p.pos, "unmatched }")
			}
			p.pos++
			return body
		case ch == ';':
			p.pos++
		case p.at("//"):
			p.line()
		case p.at("/*"):
			n := p.node(aComment)
			p.comment()
			n.head = span{n.pos, p.pos}
			body = append(body, n)
		case ch == '@':
			body = p.atRule(body, depth)
		default:
			body = append(body, p.statement(depth))
		}
	}
}

func (p *parser) node(k kind) *node {
	return &node{kind: k, file: p.f, pos: p.pos}
}

// until scans for stops and returns what it passed over.
func (p *parser) until(stops string, raw bool) span {
	start := p.pos
	p.scan(stops, raw)
	return span{start, p.pos}
}

// body parses the block that begins here.
func (p *parser) body(n *node, depth int) {
	n.block = true
	open := p.pos
	p.pos++
	n.body = p.block(open, depth+1)
}

// statement parses a variable, a declaration or a rule.
func (p *parser) statement(depth int) *node {
	n := p.node(aRule)
	if p.peek(0) == '$' && (isNameStart(p.peek(1)) || p.peek(1) == '-') {
		return p.variable(n)
	}
	if p.at("--") {
		if n.head = p.until(":;{}", false); p.peek(0) == ':' {
			n.kind = aCustom
			p.pos++
			n.value = p.until(";}", true)
			return n
		}
		p.pos = n.pos
	}
	n.head = p.until(";{}", false)
	if p.peek(0) == '{' {
		p.checkSelector(n)
		p.body(n, depth)
		return n
	}
	n.kind = aDeclaration
	stop := p.pos
	p.pos, p.end = n.pos, stop
	n.head = p.until(":", false)
	if p.pos == stop {
		p.f.fail(n.pos, "expected a declaration or a rule")
	}
	n.value = span{p.pos + 1, stop}
	p.pos, p.end = stop, len(p.f.text)
	return n
}

// checkSelector refuses what is the end of a declaration that lacks its
// semicolon, or begins the nested properties of Sass.
func (p *parser) checkSelector(n *node) {
	k := cursor{p.f, n.head.start, n.head.end}
	if k.pos == k.end {
		p.f.fail(n.pos, "expected a selector before {")
	}
	for ; k.pos < k.end; k.pos++ {
		if k.scan(":", false); k.pos+1 == k.end || isSpace(k.peek(1)) {
			p.f.fail(k.pos, "expected a selector before {: is a semicolon missing, or are these nested properties?")
		}
	}
}

func (p *parser) variable(n *node) *node {
	n.kind = aVariable
	p.pos++
	n.name = "$" + canonical(p.name())
	p.space()
	if p.peek(0) != ':' {
		p.f.fail(p.pos, "expected : after the name of a variable")
	}
	p.pos++
	n.value = p.until(";{}", false)
	if p.peek(0) == '{' {
		p.f.fail(p.pos, "expected ; after the value of a variable")
	}
	for {
		for n.value.end > n.value.start && isSpace(p.f.text[n.value.end-1]) {
			n.value.end--
		}
		text := p.f.text[n.value.start:n.value.end]
		switch {
		case strings.HasSuffix(text, "!default"):
			n.isDefault = true
			n.value.end -= len("!default")
		case strings.HasSuffix(text, "!global"):
			n.isGlobal = true
			n.value.end -= len("!global")
		default:
			return n
		}
	}
}

// canonical makes - and _ the same in names of variables and mixins, as they
// are in Sass.
func canonical(name string) string {
	return strings.ReplaceAll(name, "_", "-")
}

// atRule appends the statements that begin with an at sign: more than one for
// @import, none for @charset, which the output has where it needs it.
func (p *parser) atRule(body []*node, depth int) []*node {
	n := p.node(anAtRule)
	p.pos++
	if n.name = p.name(); n.name == "" {
		p.f.fail(n.pos, "expected a name after @")
	}
	switch word := lowered(n.name); {
	case unsupported[word]:
		p.f.fail(n.pos, "@"+word+" is not supported")
	case word == "charset":
		p.until(";{}", false)
		p.semicolon("@charset")
		return body
	case word == "import":
		return p.imports(body)
	case word == "mixin":
		n.kind = aMixin
		p.mixin(n, depth)
	case word == "include":
		n.kind = anInclude
		p.include(n, depth)
	case word == "content":
		n.kind = aContent
		p.space()
		p.semicolon("@content")
	default:
		if n.head = p.until(";{}", false); p.peek(0) == '{' {
			p.body(n, depth)
		}
	}
	return append(body, n)
}

// semicolon wants the end of a statement.
func (p *parser) semicolon(after string) {
	if ch := p.peek(0); p.pos < p.end && ch != ';' && ch != '}' {
		p.f.fail(p.pos, "expected ; after "+after)
	}
}

// imports parses the list of an @import. What only a browser can load stays an
// @import: url(), a scheme, .css, or a condition after the name.
func (p *parser) imports(body []*node) []*node {
	for {
		p.space()
		n := p.node(anImport)
		n.head = p.until(",;{}", false)
		text := strings.TrimRight(p.f.text[n.head.start:n.head.end], " \t\r\n\f")
		switch {
		case text == "":
			p.f.fail(n.pos, "expected a name after @import")
		case isFileName(text):
			n.name = text[1 : len(text)-1]
			p.c.imports = append(p.c.imports, n)
		default:
			n.kind, n.name = anAtRule, "import"
			p.pos = n.head.start
			n.head = p.until(";{}", false)
		}
		body = append(body, n)
		if p.peek(0) != ',' {
			p.semicolon("@import")
			return body
		}
		p.pos++
	}
}

// isFileName says whether the argument of an @import is a file of ours.
func isFileName(text string) bool {
	quote := text[0]
	if len(text) < 3 || quote != '"' && quote != '\'' || text[len(text)-1] != quote {
		return false
	}
	name := text[1 : len(text)-1]
	return strings.IndexByte(name, quote) < 0 && strings.IndexByte(name, '\\') < 0 &&
		!strings.Contains(name, "#{") && !strings.Contains(name, "//") && !strings.HasSuffix(name, ".css")
}

func (p *parser) mixin(n *node, depth int) {
	p.mixinName(n)
	if p.peek(0) == '(' {
		p.pos++
		p.params(n)
	}
	p.space()
	if p.peek(0) != '{' {
		p.f.fail(p.pos, "expected { after the head of a mixin")
	}
	p.body(n, depth)
}

func (p *parser) mixinName(n *node) {
	p.space()
	if n.name = "@" + canonical(p.name()); n.name == "@" {
		p.f.fail(p.pos, "expected the name of a mixin")
	}
	p.space()
}

// params parses what is between the parentheses of a @mixin.
func (p *parser) params(n *node) {
	for {
		p.space()
		if p.peek(0) == ')' {
			p.pos++
			return
		}
		if p.peek(0) != '$' || !isName(p.peek(1)) {
			p.f.fail(p.pos, "expected a parameter")
		}
		if len(n.params) == maxParams {
			p.f.fail(p.pos, "too many parameters")
		}
		p.pos++
		a := param{name: "$" + canonical(p.name())}
		p.space()
		if p.peek(0) == ':' {
			p.pos++
			a.hasDefault = true
			a.value = p.until(",)", false)
		}
		n.params = append(n.params, a)
		switch p.peek(0) {
		case ',':
			p.pos++
		case ')':
		default:
			p.f.fail(p.pos, "expected , or ) after a parameter")
		}
	}
}

func (p *parser) include(n *node, depth int) {
	p.mixinName(n)
	if p.peek(0) == '(' {
		p.pos++
		n.head = p.until(")", false)
		if p.pos == p.end {
			p.f.fail(n.head.start-1, "unclosed (")
		}
		p.pos++
		p.space()
	}
	if p.peek(0) == '{' {
		p.body(n, depth)
		return
	}
	p.semicolon("@include")
}
