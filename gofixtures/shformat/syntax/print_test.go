package syntax

import "testing"

// TestFormat holds the layout, which follows what shfmt's manual page and its
// output show of its defaults.
func TestFormat(t *testing.T) {
	for _, test := range []struct {
		name     string
		style    Style
		src, out string
	}{
		{"statements", Style{}, "a;b&c # d", "a\nb &\nc # d\n"},
		{"blank lines", Style{}, "\n\na\n\n\n\nb\n# c\n\n\n# d\n\n", "a\n\nb\n# c\n\n# d\n"},
		{"one line block", Style{}, "f ( ) { a;}", "f() { a; }\n"},
		{"block", Style{}, "f(){ a;b;}", "f() {\n\ta\n\tb\n}\n"},
		{"blank lines in a block", Style{}, "{\n\na\n\n\nb\n\n}", "{\n\ta\n\n\tb\n}\n"},
		{"if", Style{}, "if a\nthen b;else\nc;fi", "if a; then b; else\n\tc\nfi\n"},
		{"if on one line", Style{}, "if a;then b;else c;fi", "if a; then b; else c; fi\n"},
		{"if over lines", Style{}, "if a\nthen\nb\nelif c; then d\nelse e; fi", "if a; then\n\tb\nelif c; then\n\td\nelse e; fi\n"},
		{"condition over lines", Style{}, "while\na;b\ndo\nc;done", "while\n\ta\n\tb\ndo\n\tc\ndone\n"},
		{"for", Style{}, "for i in a b\ndo c;done; for i\ndo c\ndone", "for i in a b; do c; done\nfor i; do\n\tc\ndone\n"},
		{"for (( ))", Style{}, "for((i=0;i<3;i++)) { a;}", "for ((i = 0; i < 3; i++)); do a; done\n"},
		{"for (( ; ; ))", Style{}, "for((;;));do a;done", "for (( ; ; )); do a; done\n"},
		{"case", Style{}, "case a in\n(b|c) d;;\ne)\nf\n;&\ng)\nesac", "case a in\nb | c) d ;;\ne)\n\tf\n\t;&\ng) ;;\nesac\n"},
		{"case on one line", Style{}, "case a in b)c;;esac", "case a in b) c ;; esac\n"},
		{"case indented", Style{CaseIndent: true, Indent: 2}, "case a in\nb) c\nd;;\nesac", "case a in\n  b)\n    c\n    d\n    ;;\nesac\n"},
		{"chains", Style{}, "a&&b||c|d|&e", "a && b || c | d |& e\n"},
		{"broken chain", Style{}, "a \\\n&&b|\n\n c", "a &&\n\tb |\n\tc\n"},
		{"broken chain, operators first", Style{BinaryNextLine: true}, "a &&\nb|c||\nd", "a \\\n\t&& b | c \\\n\t|| d\n"},
		{"commented chain, operators first", Style{BinaryNextLine: true}, "a && # x\nb", "a && # x\n\tb\n"},
		{"continued words", Style{}, "a b\\\n c \\\n    d", "a b \\\n\tc \\\n\td\n"},
		{"redirections", Style{}, "a > b 2>& 1 <<< c &>d >|e", "a >b 2>&1 <<<c &>d >|e\n"},
		{"spaced redirections", Style{SpaceRedirects: true}, "a >b 2>&1 <<<c <<E\nE", "a > b 2>&1 <<< c << E\nE\n"},
		{"kept apart", Style{}, "a < <(b); cat << -E\n-E\n$( (a)); ( (b))", "a < <(b)\ncat << -E\n-E\n$( (a))\n( (b))\n"},
		{"substitutions", Style{}, "a `b \\`c\\`` $( d ) $(e;f)", "a $(b $(c)) $(d) $(\n\te\n\tf\n)\n"},
		{"backquotes that stay", Style{}, "a `# b` \"$`c`\"", "a `# b` \"$`c`\"\n"},
		{"arithmetic", Style{}, "a $((b+c*-(d))) $((x?1:2)) $((- -a)) $((b$op=1)) $[a+b]", "a $((b + c * -(d))) $((x ? 1 : 2)) $((- -a)) $((b$op=1)) $[a+b]\n"},
		{"conditional", Style{}, "[[ ! a==b&&( c||-f d ) ]]", "[[ ! a==b && (c || -f d) ]]\n"},
		{"array", Style{}, "a=( b\nc # d\n)\ne=( f [1 2]=g )", "a=(b\n\tc # d\n)\ne=(f [1 2]=g)\n"},
		{"function keyword", Style{}, "function f { a\n}\nfunction g()(b)", "function f {\n\ta\n}\nfunction g() (b)\n"},
		{"function on the next line", Style{FuncNextLine: true}, "f() { a\n}\ng() { b; }", "f()\n{\n\ta\n}\ng() { b; }\n"},
		{"comments", Style{}, "a # b\ncc   # d\n\neee # f\n{ # g\n# h\ni # j\n# k\n} # l",
			"a  # b\ncc # d\n\neee # f\n{   # g\n\t# h\n\ti # j\n\t# k\n} # l\n"},
		{"comments in odd places", Style{}, "for i in a # b\n# c\ndo d;done\nif a # e\nthen b; fi\nf() # g\n{\nh; }",
			"for i in a # b\n# c\ndo d; done\nif a # e\nthen b; fi\nf() { # g\n\th\n}\n"},
		{"here-documents", Style{}, "{ cat <<A <<-'B'; b; }\na\nA\n\tb\n\tB", "{\n\tcat <<A <<-'B'\na\nA\n\tb\n\tB\n\tb\n}\n"},
		{"here-document in a substitution", Style{}, "a \"$(cat <<E\nx `b`\nE\n)\" c", "a \"$(\n\tcat <<E\nx $(b)\nE\n)\" c\n"},
		{"process substitution", Style{}, "a <( b ) >( c;d )", "a <(b) >(\n\tc\n\td\n)\n"},
		{"coproc", Style{}, "coproc  N { a; }", "coproc N { a; }\n"},
		{"#!", Style{}, "#!/bin/sh -e  \n\na", "#!/bin/sh -e\n\na\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			f, err := Parse("x", test.src, Bash)
			if err != nil {
				t.Fatal(err)
			}
			out := Print(nil, f, test.style)
			if string(out) != test.out {
				t.Errorf("%q gives\n%q, want\n%q", test.src, out, test.out)
			}
			checkFormatted(t, "x", f, out, test.style)
		})
	}
}
