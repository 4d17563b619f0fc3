package style

import "testing"

func TestVariables(t *testing.T) {
	check(t, false, []sample{
		{"value", "$a: 1px solid red; p { border: $a; }", "p {\n  border: 1px solid red;\n}\n"},
		{"hyphen is underscore", "$a_b-c: 1; p { x: $a-b_c }", "p {\n  x: 1;\n}\n"},
		{"block hides global", "$a: 1; p { $a: 2; x: $a } q { x: $a }", "p {\n  x: 2;\n}\nq {\n  x: 1;\n}\n"},
		{"inner block sets outer block's", "p { $a: 1; &.q { $a: 2 } x: $a }", "p {\n  x: 2;\n}\n"},
		{"global", "p { $a: 1 !global } q { x: $a }", "q {\n  x: 1;\n}\n"},
		{"default", "$a: 1; $a: 2 !default; $b: 3 !default; p { x: $a $b }", "p {\n  x: 1 3;\n}\n"},
		{"default and global", "p { $a: 1 !default !global } q { x: $a }", "q {\n  x: 1;\n}\n"},
		{"default before import", "$c: red;\n@import 'theme';\n== theme.scss\n$c: blue !default; a { b: $c }",
			"a {\n  b: red;\n}\n"},
		{"redefinition uses the old", "$a: 1; $a: $a + 1; p { x: $a }", "p {\n  x: 2;\n}\n"},
		{"undefined", "p {\n\tx: 1 $no }", "main.scss:2:7: undefined variable $no"},
		{"out of scope", "p { $a: 1 } q { x: $a }", "main.scss:1:20: undefined variable $a"},
		{"no colon", "$a 1;", "main.scss:1:4: expected : after the name of a variable"},
		{"no value", "$a: ;", "main.scss:1:1: expected a value after :"},
		{"block for value", "$a: { x: y }", "main.scss:1:5: expected ; after the value of a variable"},
		{"not in selectors", "$a: 1; .a[b=\"$a\"] { x: y }", ".a[b=\"$a\"] {\n  x: y;\n}\n"},
		{"not in strings", "$a: 1; p { x: \"$a\" }", "p {\n  x: \"$a\";\n}\n"},
	})
}

func TestNesting(t *testing.T) {
	check(t, false, []sample{
		{"descendant", "a { x: y; b { x: z } }", "a {\n  x: y;\n}\na b {\n  x: z;\n}\n"},
		{"order is kept", "a { x: 1; b { x: 2 } x: 3 }", "a {\n  x: 1;\n}\na b {\n  x: 2;\n}\na {\n  x: 3;\n}\n"},
		{"lists", ".a, .b { ul, p { x: y } }", ".a ul, .a p, .b ul, .b p {\n  x: y;\n}\n"},
		{"parent", "a { &:hover, &-b, .c &, & + & { x: y } }", "a:hover, a-b, .c a, a + a {\n  x: y;\n}\n"},
		{"parent in brackets", "a, b { :not(&) { x: y } }", ":not(a), :not(b) {\n  x: y;\n}\n"},
		{"parent in string", "a { [b=\"&\"] { x: y } }", "a [b=\"&\"] {\n  x: y;\n}\n"},
		{"escaped parent", "a { b\\& { x: y } }", "a b\\& {\n  x: y;\n}\n"},
		{"combinators", "a { > b, ~ c { x: y } }", "a > b, a ~ c {\n  x: y;\n}\n"},
		{"comma in brackets", "a { :is(b, c) { x: y } }", "a :is(b, c) {\n  x: y;\n}\n"},
		{"empty rules", "a { b {} } c { $x: 1 }", ""},
		{"comment in compound", "a/**/.b /**/ c { x: y }", "a.b c {\n  x: y;\n}\n"},
		{"white space", "a\n\n\tb  ,c{x:y}", "a b, c {\n  x: y;\n}\n"},
		{"escapes", ".\\31  a, .\\31 , .\\, { &b { x: y } }", ".\\31  ab, .\\31 b, .\\,b {\n  x: y;\n}\n"},
		{"like a declaration", "a { b:hover { x: y } }", "a b:hover {\n  x: y;\n}\n"},
		{"missing semicolon", "a {\n  b: c\n  d { x: y }\n}",
			"main.scss:2:4: expected a selector before {: is a semicolon missing, or are these nested properties?"},
		{"nested properties", "a { font: { x: y } }",
			"main.scss:1:9: expected a selector before {: is a semicolon missing, or are these nested properties?"},
		{"parent at the top", "& { x: y }", "main.scss:1:1: & without a rule around it"},
		{"empty selector", "a,,b { x: y }", "main.scss:1:1: empty selector"},
		{"no selector", "a { { x: y } }", "main.scss:1:5: expected a selector before {"},
		{"declaration at the top", "a: b;", "main.scss:1:1: declaration outside of a rule"},
		{"no declaration", "a { b; }", "main.scss:1:5: expected a declaration or a rule"},
		{"no value", "a { b: ; }", "main.scss:1:5: expected a value after :"},
		{"no property", "a { : b; }", "main.scss:1:5: expected a property before :"},
		{"unclosed", "a {\r\n b {\f x: y }", "main.scss:1:3: unclosed {"},
		{"unmatched", "a { }\r}\n", "main.scss:2:1: unmatched }"},
	})
}

func TestMixins(t *testing.T) {
	check(t, false, []sample{
		{"plain", "@mixin m { x: y } a { @include m; }", "a {\n  x: y;\n}\n"},
		{"parameters", "@mixin m($a, $b: $a * 2) { x: $a $b } p { @include m(1); @include m(1, 5) }",
			"p {\n  x: 1 2;\n  x: 1 5;\n}\n"},
		{"by name", "@mixin m($a, $b: 2, $c_d: 3) { x: $a $b $c-d } p { @include m($c-d: 9, $a: 1) }",
			"p {\n  x: 1 2 9;\n}\n"},
		{"commas within", "@mixin m($a, $b) { x: $a; y: $b } p { @include m(rgb(1, 2, 3), \"a,b\"); }",
			"p {\n  x: rgb(1, 2, 3);\n  y: \"a,b\";\n}\n"},
		{"scope of definition", "$v: 1; @mixin m { x: $v } p { $v: 2; @include m }", "p {\n  x: 1;\n}\n"},
		{"at the top", "@mixin m { a { x: y } } @include m;", "a {\n  x: y;\n}\n"},
		{"content", "@mixin m($x) { &:hover { @content; } } $x: 0; a { $x: 1; @include m(2) { x: $x } }",
			"a:hover {\n  x: 1;\n}\n"},
		{"content through content", "@mixin i { i & { @content } } @mixin o { @include i { @content; b: c } } a { @include o { x: y } }",
			"i a {\n  x: y;\n  b: c;\n}\n"},
		{"no content given", "@mixin m { @content; x: y } a { @include m }", "a {\n  x: y;\n}\n"},
		{"media with content", "@mixin wide { @media (min-width: 9px) { @content } } a { b { @include wide { x: y } } }",
			"@media (min-width: 9px) {\n  a b {\n    x: y;\n  }\n}\n"},
		{"undefined", "a { @include m }", "main.scss:1:5: undefined mixin m"},
		{"missing", "@mixin m($a) {} a { @include m }", "main.scss:1:21: missing argument $a of the mixin m"},
		{"too many", "@mixin m($a) {} a { @include m(1, 2) }", "main.scss:1:35: too many arguments for the mixin m"},
		{"unknown", "@mixin m($a) {} a { @include m($b: 2) }", "main.scss:1:32: the mixin m has no parameter $b"},
		{"twice", "@mixin m($a) {} a { @include m(1, $a: 2) }", "main.scss:1:35: the parameter $a is given twice"},
		{"recursion", "@mixin m { @include m } a { @include m }", "main.scss:1:12: nested too deeply"},
		{"content outside", "a { @content }", "main.scss:1:5: @content outside of a mixin"},
		{"no name", "@mixin { }", "main.scss:1:8: expected the name of a mixin"},
		{"rest", "@mixin m($a...) { }", "main.scss:1:12: expected , or ) after a parameter"},
	})
}

func TestAtRules(t *testing.T) {
	check(t, false, []sample{
		{"bubbling", "a { x: 1; @media print { x: 2; b { x: 3 } } x: 4 }",
			"a {\n  x: 1;\n}\n@media print {\n  a {\n    x: 2;\n  }\n  a b {\n    x: 3;\n  }\n}\na {\n  x: 4;\n}\n"},
		{"media in media", "a { @media print { @media (x: y) { x: 2 } } }",
			"@media print {\n  @media (x: y) {\n    a {\n      x: 2;\n    }\n  }\n}\n"},
		{"expressions", "$w: 10px; $q: print; @media #{$q} and (min-width: $w + 1) and (max-width: ($w * 3 / 2)) { a { x: y } }",
			"@media print and (min-width: 11px) and (max-width: 15px) {\n  a {\n    x: y;\n  }\n}\n"},
		{"ratio", "@media (aspect-ratio: 16/9) and (1px <= width < 2px) { a { x: y } }",
			"@media (aspect-ratio: 16/9) and (1px <= width < 2px) {\n  a {\n    x: y;\n  }\n}\n"},
		{"supports", "a { @supports not ((d: grid) or selector(a > b)) { x: y } }",
			"@supports not ((d: grid) or selector(a > b)) {\n  a {\n    x: y;\n  }\n}\n"},
		{"layer", "@layer a, b; @layer a { } @layer b { c { x: y } }",
			"@layer a, b;\n@layer a {\n}\n@layer b {\n  c {\n    x: y;\n  }\n}\n"},
		{"font-face", "a { @font-face { font-family: \"F\"; src: url(a.woff2) format(\"woff2\"); unicode-range: U+0025-00FF, u+4??; } }",
			"@font-face {\n  font-family: \"F\";\n  src: url(a.woff2) format(\"woff2\");\n  unicode-range: U+0025-00FF, u+4??;\n}\n"},
		{"keyframes", "a { @keyframes k { from, 50.5% { x: y } to { x: z } } }",
			"@keyframes k {\n  from, 50.5% {\n    x: y;\n  }\n  to {\n    x: z;\n  }\n}\n"},
		{"page", "@page :first { margin: 1cm; @top-left { content: \"x\"; } size: a4 }",
			"@page :first {\n  margin: 1cm;\n  @top-left {\n    content: \"x\";\n  }\n  size: a4;\n}\n"},
		{"unknown", "a { @new thing(1 + 2) { x: y } @apply foo bar; }",
			"@new thing(1 + 2) {\n  a {\n    x: y;\n  }\n}\na {\n  @apply foo bar;\n}\n"},
		{"scope", "@scope (.a) to (.b) { & > img { x: y } }", "@scope (.a) to (.b) {\n  & > img {\n    x: y;\n  }\n}\n"},
		{"empty media", "@media print { a { } }", ""},
		{"charset", "@charset \"utf-8\"; a { x: \"é\" }", "@charset \"UTF-8\";\na {\n  x: \"é\";\n}\n"},
		{"needless charset", "@charset \"utf-8\"; a { x: y }", "a {\n  x: y;\n}\n"},
		{"not supported", "@IF $a { }", "main.scss:1:1: @if is not supported"},
		{"no name", "@ { }", "main.scss:1:1: expected a name after @"},
	})
}

func TestImports(t *testing.T) {
	check(t, false, []sample{
		{"partial", "@import \"a\", 'd/b';\n== _a.scss\na { x: y }\n== d/b.scss\n@import \"c\";\n== d/_c.scss\nc { x: y }\n",
			"a {\n  x: y;\n}\nc {\n  x: y;\n}\n"},
		{"up", "@import \"d/a\";\n== d/a.scss\n@import \"../e/b.scss\";\n== e/_b.scss\nb { x: y }\n", "b {\n  x: y;\n}\n"},
		{"byte order mark", "\uFEFF@import \"a\";\n== a.scss\n\uFEFFa { x: y }", "a {\n  x: y;\n}\n"},
		{"nested", "p { @import \"a\"; }\n== a.scss\n$c: red; &:hover { x: $c }\n", "p:hover {\n  x: red;\n}\n"},
		{"twice", "@import \"a\"; @import \"a\";\n== a.scss\na { x: y }\n", "a {\n  x: y;\n}\na {\n  x: y;\n}\n"},
		{"of the browser", "@import \"a.css\"; @import url(b); @import \"//c\"; @import \"d\" screen, print; @import 'https://e.example/';",
			"@import \"a.css\";\n@import url(b);\n@import \"//c\";\n@import \"d\" screen, print;\n@import 'https://e.example/';\n"},
		{"both", "@import \"a\", url(b);\n== a.scss\na { x: y }\n", "a {\n  x: y;\n}\n@import url(b);\n"},
		{"cycle", "@import \"a\";\n== a.scss\n\n@import \"b\";\n== b.scss\n @import \"a\";\n", "b.scss:1:10: import cycle: a.scss imports itself"},
		{"itself", "@import \"main\";", "main.scss:1:9: import cycle: main.scss imports itself"},
		{"absent", "a {}\n@import \"x\";", "main.scss:2:9: cannot import \"x\": no such file"},
		{"ambiguous", "@import \"x\";\n== x.scss\n== _x.scss\n", "main.scss:1:9: cannot import \"x\": could be x.scss or _x.scss"},
		{"out", "@import \"../x\";", "main.scss:1:9: cannot import \"../x\": outside of the folder of the style sheets"},
		{"absolute", "@import \"/x\";", "main.scss:1:9: cannot import \"/x\": outside of the folder of the style sheets"},
		{"mistake in the imported", "@import \"x\";\n== _x.scss\n\n a { b }\n", "_x.scss:2:6: expected a declaration or a rule"},
		{"no name", "@import ;", "main.scss:1:9: expected a name after @import"},
		{"block", "@import \"x\" { }", "main.scss:1:13: expected ; after @import"},
	})
}
