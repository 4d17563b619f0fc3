package style

import (
	"strings"
	"testing"
)

// values makes samples of values: what follows "a { b: ", and what comes out.
func values(pairs ...string) []sample {
	var samples []sample
	for i := 0; i < len(pairs); i += 2 {
		samples = append(samples, sample{pairs[i], "a { b: " + pairs[i] + "; }", "a {\n  b: " + pairs[i+1] + ";\n}\n"})
	}
	return samples
}

// wrong makes samples of values and the errors that they are.
func wrong(pairs ...string) []sample {
	var samples []sample
	for i := 0; i < len(pairs); i += 2 {
		samples = append(samples, sample{pairs[i], "a { b: " + pairs[i] + "; }", "main.scss:1:" + pairs[i+1]})
	}
	return samples
}

func TestArithmetic(t *testing.T) {
	check(t, false, values(
		"1 + 2 * 3", "7",
		"(1 + 2) * 3px", "9px",
		"10px - 4px - 3px", "3px",
		"1px+2px", "3px",
		"10px-4px", "6px",
		"2*3", "6",
		"1 -2", "1 -2",
		"1 - -2", "3",
		"-(1 + 2)", "-3",
		"7 % 3", "1",
		"-7 % 3", "2",
		"7 % -3", "-2",
		"50% + 10%", "60%",
		"5 + 10%", "15%",
		"(1 / 3)", "0.33333",
		"(2 / 3)", "0.66667",
		"(-2 / 3)", "-0.66667",
		"(10px / 4px)", "2.5",
		"(10px / 4)", "2.5px",
		"12px/1.5", "12px/1.5",
		"#{12px / 1.5}", "8px",
		"1 / 2 / span 3", "1 / 2 / span 3",
		"0.1 + 0.2", "0.3",
		".5 * .5", "0.25",
		"1.000004 + 0", "1",
		"1.000005 + 0", "1.00001",
		"1.0000049999 + 0", "1",
		"0 - 0.00001", "-0.00001",
		"0.00001 * 0.4", "0",
		"0 * -1", "0",
		"999999999 + 1", "1000000000",
		"30000 * 30000.3", "900009000",
		"1.50em", "1.50em",
		"1.50em + 0", "1.5em",
		"1e3 2E-5px", "1e3 2E-5px",
		"(10px)", "10px",
		"(a 10px)", "(a 10px)",
		"[a b] 1fr", "[a b] 1fr",
	))
	check(t, false, wrong(
		"1px + 1em", "12: + cannot take the units of 1px and 1em",
		"2px * 3px", "12: * cannot take the units of 2px and 3px",
		"(2 / 3px)", "11: / cannot take the units of 2 and 3px",
		"(1 / 0)", "11: division by zero",
		"1 % 0", "10: division by zero",
		"1000000000 + 1", "19: the result of + is too large",
		"100000 * 10001", "15: the result of * is too large",
		"(1000000000 / 0.00001)", "20: the result of / is too large",
		"99999999999 + 1", "20: + wants numbers, not 99999999999",
		"a + 1", "10: + wants numbers, not a",
		"1 - \"x\"", "10: - wants numbers, not \"x\"",
		"1e3 + 1", "12: + wants numbers, not 1e3",
		"1 + ", "10: expected a value after +",
		"(1 * )", "11: expected a value after *",
		"-(a)", "8: - wants a number, not (a)",
	))
}

func TestVariablesInArithmetic(t *testing.T) {
	check(t, false, []sample{
		{"operators", "$a: 10px; $b: 3; p { w: $a*$b; x: $a - $b; y: -$a; z: $a -$b; u: $a+$b; v: ($a/$b) }",
			"p {\n  w: 30px;\n  x: 7px;\n  y: -10px;\n  z: 10px -3;\n  u: 13px;\n  v: 3.33333px;\n}\n"},
		{"functions", "$a: 10px; p { x: translate(-$a, $a / 2 + 1); y: foo(1px + 2em, $a * 2, a - b); z: calc(100% - $a + (1 + 2px)) }",
			"p {\n  x: translate(-10px, 10px / 3);\n  y: foo(1px + 2em, 20px, a - b);\n  z: calc(100% - 10px + (1 + 2px));\n}\n"},
	})
}

func TestColors(t *testing.T) {
	check(t, false, values(
		"lighten(#336699, 10%)", "#4080bf",
		"darken(#369, 10%)", "#264d73",
		"lighten(black, 50)", "#808080",
		"darken(white, 100%)", "#000000",
		"lighten(RED, 25%)", "#ff8080",
		"lighten(#800000, 20%)", "#e60000",
		"mix(#f00, #00f)", "#800080",
		"mix(#ff0000, blue, 25%)", "#4000bf",
		"lighten(mix(#000, #fff), 5% + 5%)", "#9a9a9a",
		"rgba(#336699, .5)", "rgba(51, 102, 153, .5)",
		"rgba(1, 2, 3, .5)", "rgba(1, 2, 3, .5)",
		"rgba(var(--c), .5)", "rgba(var(--c), .5)",
		"rgb(1 2 3 / 50%)", "rgb(1 2 3 / 50%)",
	))
	check(t, false, wrong(
		"lighten(pink, 10%)", "15: lighten wants a color such as #369 and a percentage",
		"lighten(#12345678, 10%)", "15: lighten wants a color such as #369 and a percentage",
		"darken(#369, 101%)", "14: darken wants a color such as #369 and a percentage",
		"darken()", "14: darken wants a color such as #369 and a percentage",
		"mix(#000, #fff, 1px)", "11: mix wants two colors such as #369 and a percentage",
	))
}

func TestInterpolation(t *testing.T) {
	check(t, false, []sample{
		{"everywhere", "$n: x; $s: \"q u\"; .a-#{$n}, [b=\"#{$s}\"] { #{$n}-y: a#{$n}b \"<#{1 + 1}>\" #{$s}; u: url(#{$n}/#{$s}.png); }",
			".a-x, [b=\"q u\"] {\n  x-y: axb \"<2>\" q u;\n  u: url(x/q u.png);\n}\n"},
		{"at-rules", "$n: k; @keyframes #{$n} { #{10% * 2} { x: y } } @supports (#{$n}: 1) { a { x: y } }",
			"@keyframes k {\n  20% {\n    x: y;\n  }\n}\n@supports (k: 1) {\n  a {\n    x: y;\n  }\n}\n"},
		{"nested", "$a: 1; p { x: \"a#{\"b#{$a + 1}\"}c\" }", "p {\n  x: \"ab2c\";\n}\n"},
		{"quotes are escaped", "$a: 'x\"y'; p { x: \"<#{$a}>\" }", "p {\n  x: \"<x\\\"y>\";\n}\n"},
		{"number with unit", "$a: 1; p { x: #{$a}px -#{$a}em 2#{px} }", "p {\n  x: 1px -1em 2px;\n}\n"},
		{"calc", "$a: 3px; p { x: calc(100% - #{$a * 2}) }", "p {\n  x: calc(100% - 6px);\n}\n"},
		{"custom property", "$a: 3px; p { --x: $a #{$a} \"#{$a}\" /* #{ */ // #{$a} ; }", "p {\n  --x: $a 3px \"3px\" /* #{ */ // 3px;\n}\n"},
		{"escaped", "p { x: \"\\#{\" }", "p {\n  x: \"\\#{\";\n}\n"},
		{"unclosed", "p { x: \"#{1\" }", "main.scss:1:12: unclosed string"},
		{"empty selector", "#{\"\"} { x: y }", "main.scss:1:1: empty selector"},
	})
}

// TestPassThrough is about CSS that means nothing to the compiler.
func TestPassThrough(t *testing.T) {
	var samples []sample
	for _, rule := range []string{
		":root {\n  --x: {a:b; c:{d}};\n  --y: ;\n  --z: \"}\" url(;}) [ ( ; ) ] \\};\n  --w: 1 +2  3;\n}\n",
		"a {\n  background: url(data:image/svg+xml;base64,Pz8/Pj4+//=) no-repeat;\n}\n",
		"a {\n  background: url( 'a b.png' ), URL(a'b\"c{}\\).png), url(//x.example/*);\n}\n",
		"a {\n  filter: progid:DXImageTransform.Microsoft.gradient(startColorstr='#80000000',endColorstr=#80000000);\n}\n",
		"a {\n  filter: alpha(opacity=50);\n  *zoom: 1;\n  _height: 1px;\n  color: red\\9;\n}\n",
		"a {\n  font: italic bold .8em/1.2 Arial, sans-serif;\n  margin: -1px auto +2px!important;\n}\n",
		"a {\n  grid: [full-start] minmax(1rem, 1fr) [main-start] / auto-flow 1fr;\n}\n",
		"a {\n  width: calc((100% - 3 * 1px) / 7 - 2px);\n  height: max(1px + 2em, 3 * (1vw - 2px));\n}\n",
		"a {\n  width: calc-size(auto, size * 2 - 1px);\n  color: rgb(from red calc(r / 2) g b / 50%);\n}\n",
		"a {\n  content: \"a\\\"b;}{/*//\" '\\'' \"\\\n\" counter(x)\". \";\n}\n",
		"a:not([href*=\"x,y\"]):nth-child(2n + 1)::before, svg|a, *|*, a || b {\n  x: y;\n}\n",
		".\\31 0, .a\\:b\\/c, #\\#x {\n  x: y;\n}\n",
		"@namespace svg url(http://www.w3.org/2000/svg);\n",
		"@property --x {\n  syntax: \"<length>\";\n  inherits: false;\n  initial-value: 0px;\n}\n",
		"@font-feature-values Font One {\n  @styleset {\n    nice-style: 12;\n  }\n}\n",
		"@container card (inline-size > 30em) and style(--responsive: true) {\n  a {\n    x: y;\n  }\n}\n",
		"@counter-style x {\n  system: cyclic;\n  symbols: \"\\1F44D\";\n}\n",
		"/* a\n  * comment #{x} // \\ */\na {\n  /* in it */\n  x: y;\n}\n",
	} {
		samples = append(samples, sample{rule[:12], rule, rule})
	}
	notASCII := ".日本 {\n  content: \"→\\2192 ‘é’\";\n  --ü: 😀;\n}\n"
	samples = append(samples, sample{"unicode", notASCII, "@charset \"UTF-8\";\n" + notASCII})
	for i := range samples {
		samples[i].want = strings.ReplaceAll(samples[i].want, "url( 'a b.png' )", "url('a b.png')")
	}
	check(t, false, samples)
}

func TestMinify(t *testing.T) {
	check(t, true, []sample{
		{"space", "a > b , c + d  e { x : y ; z : w w , v }", "a>b,c+d e{x:y;z:w w,v}"},
		{"comments", "/* a */ /*! b */ c { /* d */ x: y /* e */; }", "/*! b */c{x:y}"},
		{"brackets stay", "a:nth-child( 2n + 1 ):has( > b ) [c = \"d > e\"] { x: y }", "a:nth-child(2n + 1):has(> b) [c = \"d > e\"]{x:y}"},
		{"numbers", "a { x: 0.50em -0.5px 1.0 +0.10 10.010 00.5 1.2.3 1.0.5; }", "a{x:.5em -.5px 1 +.1 10.01 .5 1.2.3 1.0.5}"},
		{"zero", "a { x: 0px 0.0em -0rem 0% 0s 0deg 0fr 0; }", "a{x:0 0 0 0% 0s 0deg 0fr 0}"},
		{"zero that stays", "a { x: calc(0px + 1%) f(0px); flex: 1 1 0px; tab-size: 0px; --x: 0px } @keyframes k { from { x: 0px } }",
			"a{x:calc(0px + 1%) f(0px);flex:1 1 0px;tab-size:0px;--x:0px}@keyframes k{from{x:0px}}"},
		{"colors", "a { x: #AABBCC #abcdef #11223344 #aabbc url(#aabbcc) f(#FFFfff,#aabbcc) a#aabbcc \"#aabbcc\" =#aabbcc }",
			"a{x:#ABC #abcdef #1234 #aabbc url(#aabbcc) f(#FFf,#abc) a#aabbcc \"#aabbcc\" =#aabbcc}"},
		{"identifiers stay", "a { x: a0.50 b-0.50 \\31 0.50 c1 U+0026 1e0.50; }", "a{x:a0.5 b-0.5 \\31 0.5 c1 U+0026 1e0.5}"},
		{"important", "a { x: y !important }", "a{x:y!important}"},
		{"semicolons", "@layer a; b { x: y; @media print { x: z } } @page { margin: 0; @top-left { x: y } }",
			"@layer a;b{x:y}@media print{b{x:z}}@page{margin:0;@top-left{x:y}}"},
		{"empty custom property", "a { --x:; --y: {  } }", "a{--x: ;--y:{  }}"},
		{"charset", "a { x: \"é\" }", "@charset \"UTF-8\";a{x:\"é\"}"},
		{"escape before combinator", ".\\31  > a, .\\31  b { x: y }", ".\\31 >a,.\\31  b{x:y}"},
		{"strings", "a { x: \"0.50  ,  #aabbcc\" }", "a{x:\"0.50  ,  #aabbcc\"}"},
	})
}
