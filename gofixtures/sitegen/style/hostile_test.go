package style

import (
	"fmt"
	"strings"
	"testing"
)

// TestHostile gives what no one writes who means well. That there is an answer
// at all is half of the test: no crash, no stack overflow, no endless run.
func TestHostile(t *testing.T) {
	deep := func(n int, open, middle, closing string) string {
		return strings.Repeat(open, n) + middle + strings.Repeat(closing, n)
	}
	var params, doubled, chain strings.Builder
	for i := 0; i < 100; i++ {
		fmt.Fprintf(&params, "$p%d: 1,", i)
	}
	doubled.WriteString("$a: aaaaaaaaaaaaaaaa;\n")
	chain.WriteString("@mixin m0 { x: y }\n")
	for i := 1; i < 60; i++ {
		doubled.WriteString("$a: $a $a;\n")
		fmt.Fprintf(&chain, "@mixin m%d { @include m%d; @include m%d }\n", i, i-1, i-1)
	}
	chain.WriteString("a { @include m59 }\n")
	empty := strings.Replace(chain.String(), "x: y", "", 1)
	long := strings.Repeat("x", 1<<20)
	imports := "@import \"a0\";\n"
	for i := 0; i < 60; i++ {
		imports += fmt.Sprintf("== a%d.scss\n@import \"a%d\"; @import \"a%d\";\n", i, i+1, i+1)
	}
	imports += "== a60.scss\n"

	check(t, false, []sample{
		{"NUL", "a {\n b: \x00 }", "main.scss:2:5: NUL byte"},
		{"not UTF-8", "/* \xff */", "main.scss:1:4: invalid UTF-8"},
		{"overlong", "a\xc0\x80", "main.scss:1:2: invalid UTF-8"},
		{"surrogate", "\n\xed\xa0\x80", "main.scss:2:1: invalid UTF-8"},
		{"beyond Unicode", "\xf4\x90\x80\x80", "main.scss:1:1: invalid UTF-8"},
		{"cut off", "a {} \xe2\x82", "main.scss:1:6: invalid UTF-8"},
		{"nothing", "", ""},
		{"blocks", deep(100, "a{", "x:y", "}"), strings.Repeat("a ", 99) + "a {\n  x: y;\n}\n"},
		{"too many blocks", deep(101, "a{", "x:y", "}"), "main.scss:1:202: nested too deeply"},
		{"a million blocks", strings.Repeat("a{", 1<<20), "main.scss:1:202: nested too deeply"},
		{"at-rules", deep(1000, "@a{", "x:y", "}"), "main.scss:1:303: nested too deeply"},
		{"parentheses", "a{x:" + deep(100, "(", "1 + 1", ")") + "}", "a {\n  x: 2;\n}\n"},
		{"too many parentheses", "a{x:" + deep(101, "(", "1", ")") + "}", "main.scss:1:105: nested too deeply"},
		{"a million parentheses", "a{x:" + strings.Repeat("(", 1<<20), "main.scss:1:105: nested too deeply"},
		{"interpolations", "a{x:" + strings.Repeat("\"#{", 1<<20), "main.scss:1:155: nested too deeply"},
		{"selectors", strings.Repeat("[", 1<<20) + "{}", "main.scss:1:101: nested too deeply"},
		{"minus", "a{x:" + strings.Repeat("-", 1<<20) + "1}", "a {\n  x: " + strings.Repeat("-", 1<<20) + "1;\n}\n"},
		{"negations", "a{x:" + deep(100, "-(", "1", ")") + "}", "a {\n  x: 1;\n}\n"},
		{"a product of selectors", deep(40, "a,b{", "x:y", "}"), "main.scss:1:73: too much work: the style sheets grow without bounds"},
		{"doubled variables", doubled.String(), "main.scss:21:1: too much work: the style sheets grow without bounds"},
		{"doubled mixins", chain.String(), "main.scss:4:26: too much work: the style sheets grow without bounds"},
		{"doubled mixins without output", empty, "main.scss:4:26: too much work: the style sheets grow without bounds"},
		{"doubled imports", imports, "a59.scss:1:24: too much work: the style sheets grow without bounds"},
		{"many arguments", "@mixin m(" + params.String() + ") { }" + strings.Repeat("@include m;", 1<<13),
			"main.scss:1:57015: too much work: the style sheets grow without bounds"},
		{"many imports", strings.Repeat("@import 'a';", 1<<16) + "\n== a.scss\n", ""},
		{"work without output", "@mixin m($a: /*" + long + "*/ 1) { }" + strings.Repeat("@include m;", 1000),
			"main.scss:1:1049294: too much work: the style sheets grow without bounds"},
		{"chain of imports", "@import \"a0\";\n" + chainOfImports(200), "a100.scss:1:9: nested too deeply"},
		{"long words", long + "{" + long + ":" + long + "}", long + " {\n  " + long + ": " + long + ";\n}\n"},
		{"long digits", "a{x:" + strings.Repeat("9", 1<<20) + "}", "a {\n  x: " + strings.Repeat("9", 1<<20) + ";\n}\n"},
		{"long number", "a{x:1 + " + strings.Repeat("9", 1<<20) + "}", "main.scss:1:7: + wants numbers, not " + strings.Repeat("9", 40) + "..."},
		{"long unknown", "a{x:$" + strings.Repeat("é", 1<<19) + "}", "main.scss:1:5: undefined variable $" + strings.Repeat("é", 20) + "..."},
		{"sums that cannot be", "a{x:f(" + strings.Repeat("a + ", 1<<18) + "a)}", "main.scss:1:3: too much work: the style sheets grow without bounds"},
		{"a long output", "$a: " + strings.Repeat("x", 1<<19) + "; a {" + strings.Repeat("y: $a; ", 40) + "}", "main.scss:1:524515: the output grows too large"},
		{"many parameters", "@mixin m(" + strings.Repeat("$a,", 101) + "){}", "main.scss:1:310: too many parameters"},
		{"comment", "/*" + long, "main.scss:1:1: unclosed comment"},
		{"string", "a { x: \"" + long, "main.scss:1:8: unclosed string"},
		{"string over lines", "a { x: \"b\n\" }", "main.scss:1:8: unclosed string"},
		{"address", "a { x: url(" + long, "main.scss:1:11: unclosed url("},
		{"interpolation", "a { x: #{b; }", "main.scss:1:3: unclosed {"},
		{"bracket", "a { x: [b; }", "main.scss:1:8: unclosed ["},
		{"bracket across", "a { x: (]); }", "main.scss:1:8: unclosed ("},
		{"unmatched bracket", "a { x: ); }", "main.scss:1:8: unmatched )"},
		{"backslash at the end", "a { x: \\", "main.scss:1:3: unclosed {"},
		{"backslash alone", "\\", "main.scss:1:1: expected a declaration or a rule"},
	})
}

func chainOfImports(n int) string {
	var out strings.Builder
	for i := 0; i < n; i++ {
		fmt.Fprintf(&out, "== a%d.scss\n@import \"a%d\";\n", i, i+1)
	}
	fmt.Fprintf(&out, "== a%d.scss\n", n)
	return out.String()
}
