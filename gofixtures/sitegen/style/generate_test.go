package style

import (
	"fmt"
	"strings"
)

// generator writes random style sheets that are valid, most of them. The same
// seed writes the same one on every release of Go.
type generator struct {
	strings.Builder
	state  uint64
	depth  int   // of what contains itself
	rules  int   // around
	mixins []int // how many parameters each has
	plain  bool  // whether functions only have arguments that need no calculation
}

// n returns a random number below most (xorshift64*, Vigna 2016).
func (g *generator) n(most int) int {
	g.state ^= g.state >> 12
	g.state ^= g.state << 25
	g.state ^= g.state >> 27
	return int(g.state * 0x2545F4914F6CDD1D >> 33 % uint64(most))
}

func (g *generator) pick(words ...string) string { return words[g.n(len(words))] }

func (g *generator) add(words ...string) {
	for _, w := range words {
		g.WriteString(w)
	}
}

// generate returns a style sheet and what it imports as "part".
func generate(seed int) (main, part string) {
	return new(generator).generate(seed)
}

func (g *generator) generate(seed int) (main, part string) {
	g.state = uint64(seed)*0x9E3779B97F4A7C15 + 1
	g.variables()
	part = g.String()
	g.Reset()
	g.add(g.pick("", "\uFEFF"), "@import \"part\";", g.space())
	for i := g.n(4); i > 0; i-- {
		g.mixin()
	}
	for i := g.n(8) + 1; i > 0; i-- {
		g.top()
	}
	return g.String(), part
}

// variables defines $a to $f: numbers, words, colors, strings, lists, lengths.
func (g *generator) variables() {
	fmt.Fprintf(g, "$a: %d.%d;\n$b: %s;\n$c: #%03x;\n$d: \"%s\";\n$e: 1px %s, 3;\n$f: %dpx%s;\n",
		g.n(1000), g.n(1000), g.word(), g.n(4096), g.pick("x", "x y", "\\\"", "é", ""), g.word(), g.n(100), g.pick("", " !default", " !global"))
}

func (g *generator) space() string {
	return g.pick(" ", " ", "\n", "\r\n", "\t", "  ", " // x {\n", " /* } */ ", "\n  ")
}

func (g *generator) gap() string { return g.pick("", "", " ", g.space()) }

func (g *generator) word() string {
	return g.pick("a", "b2", "foo-bar", "_x", "-y", "Ünï", "日本", "\\31 x", "e\\:f", "url", "U", "e1")
}

func (g *generator) number() string {
	return g.pick("0", "1", "-1", "2.5", ".75", "+3", "0.333333", "1000", "12345.678905", "00.10", "-0.0", "999999999", "1e3")
}

func (g *generator) unit() string { return g.pick("", "", "px", "px", "px", "%", "em", "s", "q") }

// nested calls f or, so that what contains itself ends, writes something else.
func (g *generator) nested(f func(), instead string) {
	if g.depth++; g.depth < 6 {
		f()
	} else {
		g.add(instead)
	}
	g.depth--
}

func (g *generator) mixin() {
	params := g.n(3)
	fmt.Fprintf(g, "@mixin m%d%s", len(g.mixins), []string{"", "($p)", "($p: 1px, $q: $p * 2)"}[params])
	g.rules++
	g.block(func() { g.add("@content;") }, g.body)
	g.rules--
	g.mixins = append(g.mixins, params)
}

func (g *generator) block(parts ...func()) {
	g.add(g.gap(), "{", g.gap())
	for _, part := range parts {
		g.nested(part, "")
	}
	g.add("}", g.space())
}

func (g *generator) top() {
	switch g.n(10) {
	case 0:
		g.add("/* top ", g.word(), " */", g.gap())
	case 1:
		g.add("@font-face")
		g.block(g.declaration)
	case 2:
		g.add(g.pick("@keyframes ", "@-webkit-keyframes "), g.word())
		g.block(func() {
			g.add(g.pick("from", "12.50%", "#{$a}%, to"))
			g.block(g.declaration, g.declaration)
		})
	case 3:
		g.condition(g.rule)
	case 4:
		g.add("$", g.pick("a", "g", "h"), ":", g.gap())
		g.sum()
		g.add(g.pick("", " !default", "!global"), ";")
	case 5:
		g.add(g.pick("@layer x, y;", "@import url(x.css);", "@namespace x url(y);", "@charset 'x';", "@new x (y: 1 + z);"))
	default:
		g.rule()
	}
}

func (g *generator) condition(inside ...func()) {
	switch g.n(4) {
	case 0:
		g.add("@supports ", g.pick("(a: b)", "not (a: #{$b})", "selector(a > b)"))
	case 1:
		g.add("@layer ", g.word())
	default:
		g.add("@media", g.space(), g.pick("", "screen and "), "(min-width:", g.gap())
		g.add(g.pick("$f", "$f * 2", "100px", "($f + 1 / 2)", "calc(1px + $f)"), g.gap(), ")")
		g.add(g.pick("", ", print", " and (aspect-ratio: 16/9)", " and (1px <= width < $f)"))
	}
	g.block(inside...)
}

func (g *generator) rule() {
	for {
		g.selector()
		if g.n(3) > 0 {
			break
		}
		g.add(g.gap(), ",", g.gap())
	}
	g.rules++
	g.block(g.body, g.body)
	g.rules--
}

func (g *generator) selector() {
	if g.rules > 0 && g.n(2) == 0 {
		g.add(g.pick("&", "&-s", "&:hover", ".p &", "&.q &", "> ", "&[x='&']", ":not(&)"))
	}
	for i := g.n(3) + 1; i > 0; i-- {
		g.add(g.pick(".", "#", "", ""), g.word(), g.pick("", "", ":nth-child(2n + 1)", "::before", "[a=\"b,c\"]", "#{$b}", "/**/"))
		if i > 1 {
			g.add(g.pick(" ", " > ", "+", " ~", g.space()))
		}
	}
}

func (g *generator) body() {
	for i := g.n(4); i > 0; i-- {
		switch g.n(12) {
		case 0, 1:
			g.rule()
		case 2:
			g.condition(g.body)
		case 3:
			g.include()
		case 4:
			g.add("$", g.pick("a", "g"), ":")
			g.sum()
			g.add(";")
		case 5:
			g.add("/*! ", g.word(), " */")
		default:
			g.declaration()
		}
	}
}

func (g *generator) include() {
	if len(g.mixins) == 0 {
		return
	}
	m := g.n(len(g.mixins))
	fmt.Fprintf(g, "@include m%d", m)
	switch g.mixins[m] {
	case 0:
		g.add(g.pick("", "()"))
	case 1:
		g.add(g.pick("(1px)", "($p: $f)", "(rgb(1, 2, 3))", "( \"a,b\" )"))
	default:
		g.add(g.pick("", "(1px)", "($p: $f)", "($f, $q: rgb(1, 2, 3))", "(1, 2)", "($q: a b)"))
	}
	if g.n(2) == 0 {
		g.add(";")
		return
	}
	g.block(g.body)
}

func (g *generator) declaration() {
	if g.n(6) == 0 {
		g.add("--", g.word(), ":", g.pick("", " ", "{a:b;c}", "\"}\" // #{$a}", " $a #{$f * 2} ", "url(;})", "/* } */ x"), ";")
		return
	}
	g.add(g.pick("x", "flex", "-y", "background", "#{$b}-x", "*z"), g.gap(), ":", g.gap())
	for i := g.n(3); i >= 0; i-- {
		g.value()
		if i > 0 {
			g.add(g.pick(" ", ", ", ",", "/", " / ", g.space()))
		}
	}
	g.add(g.pick("", "", " !important"), g.pick(";", ";", ";", " ;;\n"))
}

func (g *generator) value() {
	switch g.n(11) {
	case 0:
		g.add(g.pick("$a", "$b", "$c", "$d", "$e", "$f"))
	case 1:
		g.add(g.pick("\"a b\"", "'#{$d}'", "\"\\\"#{$a * 2}\\\\\"", "\"\\\n\"", "\"//\"", "''"))
	case 2:
		g.add(g.pick("url(a;b//c)", "url( \"x\" )", "url($d)", "URL(#{$b}.png)", "U+0025-00FF", "u+4??"))
	case 3:
		g.add(g.pick("#aabbcc", "#AbAbAb", "#11223344", "#fff", "#{$b}c", "$c"))
	case 4:
		g.add(g.pick("lighten", "darken"), "(", g.pick("$c", "#369", "red", "mix($c, blue)"), ", ", g.pick("10%", "33.3", "0%"), ")")
	case 5:
		g.add("mix(#fed,", g.pick("$c", "#123456"), g.pick("", ", 25%", ", 12.345%"), ")")
	case 6:
		g.add("rgba(", g.pick("$c, .5", "1, 2, 3, 0.50", "var(--x), 1", "#000, $a"), ")")
	case 7:
		g.add("calc(100% - ", g.pick("$f", "#{$f + 1}", "(1px * 2)"), ")")
	case 8:
		g.add(g.pick("f", "translate", "-x-y"), "(")
		g.nested(g.value, "1")
		if g.plain {
			g.add(", ")
		} else {
			g.add(g.pick(",", " ", " + ", " * ", "*", " - "))
		}
		g.nested(g.value, "2%")
		g.add(")")
	case 9:
		g.add(g.number(), g.unit())
	default:
		g.sum()
	}
}

// sum writes an expression of numbers. Its units may not go together.
func (g *generator) sum() {
	g.term()
	for i := g.n(3); i > 0; i-- {
		g.add(g.pick(" + ", " - ", "*", " * ", " % ", "+"))
		g.term()
	}
}

func (g *generator) term() {
	switch g.n(6) {
	case 0:
		g.add("$f")
	case 1:
		g.add(g.pick("", "-"), "(")
		g.nested(g.sum, "2")
		g.add(g.pick("", " / 3", "/$a", " / 0.5"), ")")
	case 2:
		g.add("-$a")
	default:
		g.add(g.pick("1", "2.5", ".75", "0.333333", "-3", "100"), g.pick("", "", "px"))
	}
}
