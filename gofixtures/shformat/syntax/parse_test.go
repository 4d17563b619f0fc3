package syntax

import (
	"strings"
	"testing"
)

func TestErrors(t *testing.T) {
	for _, test := range []struct{ src, want string }{
		{"if a; then b", "1:13: found the end of the file, expected fi or elif or else to close if opened at 1:1"},
		{"if a then b; fi", `1:14: found "fi", expected then to close if opened at 1:1`},
		{"if a; then; fi", `1:11: found ";", expected a command`},
		{"a\nwhile b; c; done", `2:13: found "done", expected do to close while opened at 2:1`},
		{"for i in a; do b", "1:17: found the end of the file, expected done to close for opened at 1:1"},
		{"if a; then fi", `1:12: found "fi", expected a command after then`},
		{"if a; then b; else c", "1:21: found the end of the file, expected fi to close if opened at 1:1"},
		{"while a; do", "1:12: found the end of the file, expected a command after do"},
		{"for \"i\"; do b; done", "1:5: found an expansion or quotes, expected a variable name after for"},
		{"for ((a;b)); do c; done", "1:5: found the wrong number of expressions, expected three in for (( ; ; ))"},
		{"case a in b c) d;; esac", `1:13: found "c", expected ) or | after a pattern of case opened at 1:1`},
		{"case a of", `1:8: found "of", expected in after case opened at 1:1`},
		{"case a in b) c", "1:15: found the end of the file, expected ;; or esac in case opened at 1:1"},
		{"{ a", "1:4: found the end of the file, expected } to close { opened at 1:1"},
		{"{ }", `1:3: found "}", expected a command after {`},
		{"( a", "1:4: found the end of the file, expected ) to close ( opened at 1:1"},
		{"a )", `1:3: found ")", expected a command`},
		{"}", `1:1: found "}", expected a command`},
		{"a & & b", `1:5: found "&", expected a command`},
		{"a &&", "1:5: found the end of the file, expected a command"},
		{"a ;; b", `1:3: found ";;", expected a command`},
		{"a >\nb", "1:4: found a line break, expected a word after >"},
		{"echo \"a\nb", `1:6: found the end of the file, expected " to close the double quote opened here`},
		{"echo 'a", "1:6: found the end of the file, expected ' to close the single quote opened here"},
		{"echo $'a\\'", "1:6: found the end of the file, expected ' to close the single quote opened here"},
		{"echo $(a", "1:9: found the end of the file, expected ) to close $( opened at 1:6"},
		{"echo \"$(a \"b $(c", "1:17: found the end of the file, expected ) to close $( opened at 1:14"},
		{"echo `a", "1:6: found the end of the file, expected ` to close the backquote opened here"},
		{"echo `a \\`b; if\\``", "1:17: found the closing backquote, expected a command after if"},
		{"echo ${a", "1:9: found the end of the file, expected } or an operator of parameter expansion"},
		{"echo ${a:-b", "1:12: found the end of the file, expected } to close ${ opened at 1:6"},
		{"echo ${}", `1:8: found "}", expected a parameter name after ${`},
		{"echo ${a[1}", "1:9: found the end of the file, expected ] to close the subscript opened here"},
		{"echo $[1", "1:6: found the end of the file, expected ] to close the arithmetic opened here"},
		{"echo @(a", "1:6: found the end of the file, expected ) to close the pattern opened here"},
		{"a=(b", "1:5: found the end of the file, expected ) to close the array opened at 1:3"},
		{"cat <<E\nx", `1:7: found the end of the file, expected a line "E" to close the here-document opened here`},
		{"cat <<", "1:7: found the end of the file, expected the delimiter of the here-document"},
		{"cat << # E\nE", `1:8: found "#", expected the delimiter of the here-document`},
		{"x=$(cat <<E\nx\n)", `1:11: found the end of the file, expected a line "E" to close the here-document opened here`},
		{"cat <<E\n$(a\nE", `3:1: found the end of here-document "E", expected ) to close $( opened at 2:1`},
		{"cat <<E\n${x:-\"a\nE", `2:6: found the end of here-document "E", expected " to close the double quote opened here`},
		{"f() a", `1:5: found "a", expected a compound command, such as {, for the body of function f`},
		{"f( a", `1:4: found "a", expected ) after the ( opened at 1:2: function definitions are name() command`},
		{"\"f\"() { a; }", "1:1: found an expansion or quotes before (, expected a function name"},
		{"[[ a", "1:5: found the end of the file, expected ]] to close [[ opened at 1:1"},
		{"[[ -f ]]", `1:7: found "]]", expected the operand of -f`},
		{"[[ (a ]]", `1:7: found "]]", expected ) to close ( opened at 1:4`},
		{"a \\", "1:3: found the end of the file after a backslash, expected what it quotes"},
		{"a\n\x00", "2:1: found a NUL byte, expected text: this is no shell script, or it carries binary data"},
	} {
		_, err := Parse("x", test.src, Bash)
		if err == nil {
			t.Errorf("%q is accepted", test.src)
		} else if got := strings.TrimPrefix(err.Error(), "x:"); got != test.want {
			t.Errorf("%q:\n got %s\nwant %s", test.src, got, test.want)
		}
	}
}

// TestBashOnly holds what only bash has against what a POSIX shell says.
func TestBashOnly(t *testing.T) {
	for src, at := range map[string]string{
		"[[ a ]]": "1:1", "function f { a; }": "1:1", "a=(1)": "1:3", "a <(b)": "1:3", "((1))": "1:1",
		"a &>b": "1:3", "a &>>b": "1:3", "a <<<b": "1:3", "a |& b": "1:3", "a {fd}>b": "1:3",
		"a ${b/c/d}": "1:6", "a ${b:1}": "1:6", "a ${!b}": "1:5", "a ${b[1]}": "1:6", "a ${b^^}": "1:6",
		"a ${b@Q}": "1:6", "case a in b) c;;& esac": "1:15", "case a in b) c;& esac": "1:15",
		"for ((;;)); do a; done": "1:5", "select a in b; do c; done": "1:1", "coproc a": "1:1",
		"for i in a; { b; }": "1:13", "export a=(b)": "1:10", "a @(b)": "1:3", "x=$(\n[[ a ]])": "2:1",
	} {
		if _, err := Parse("x", src, Bash); err != nil {
			t.Errorf("%q in bash: %v", src, err)
		}
		_, err := Parse("x", src, POSIX)
		if err == nil || !strings.Contains(err.Error(), "bash only, not POSIX shell") ||
			!strings.HasPrefix(err.Error(), "x:"+at+": ") {
			t.Errorf("%q in a POSIX script: %v, want bash only at %s", src, err, at)
		}
	}
	for _, src := range []string{"a $'b' $\"c\"", "a+=b", "time a", "! (a)", "!(a)", "a=b c $((1 + 2)) ${d:-e} `f`", "((a); b)", "let a=1"} {
		if _, err := Parse("x", src, POSIX); err != nil {
			t.Errorf("%q in a POSIX script: %v", src, err)
		}
	}
}

// TestDepth nests all that nests, deeper than the limit: a clear error, and
// with fewer levels, a tree.
func TestDepth(t *testing.T) {
	for _, test := range []struct{ open, inner, end string }{
		{"(", "a", ")"}, {"{ ", "a;", "};"}, {"$(", "a", ")"}, {"\"$(", "a", ")\""}, {"<(", "a", ")"},
		{"if ", "a;", "then b; fi;"}, {"while ", "a;", "do b; done;"}, {"case a in a) ", "b", ";; esac"},
		{"${a:-", "a", "}"}, {"\"${a#", "a", "}\""}, {"${a[", "1", "]}"}, {"$((1+", "1", "))"}, {"$((a ", "1", "))"},
		{"((", "1", "))"}, {"$[", "1", "]"}, {"@(${a:-", "b", "})"}, {"f() { ", "a;", "};"}, {"coproc ", "a", ""},
		{"a=([1]=$(", "b", "))"}, {"a[$(", "1", ")]=b"},
	} {
		for _, deep := range []int{200, 100000} {
			src := strings.Repeat(test.open, deep) + test.inner + strings.Repeat(test.end, deep)
			f, err := Parse("x", src, Bash)
			switch {
			case deep < maxDepth && err != nil:
				t.Errorf("%d times %q: %v", deep, test.open, err)
			case deep < maxDepth:
				Print(nil, f, Style{})
			case err == nil || !strings.Contains(err.Error(), "nested too deeply"):
				t.Errorf("%d times %q: %v", deep, test.open, err)
			}
		}
	}
	for _, src := range []string{
		"[[ " + strings.Repeat("( ", 100000), "[[ " + strings.Repeat("! ", 100000),
		"echo $((" + strings.Repeat("-", 100001) + "(1)))", "echo $((" + strings.Repeat("1?2:", 100000) + "1))",
	} {
		if _, err := Parse("x", src, Bash); err == nil || !strings.Contains(err.Error(), "nested too deeply") {
			t.Errorf("%.10q: %v", src, err)
		}
	}
}

// TestLong has much of everything that does not nest.
func TestLong(t *testing.T) {
	const n = 20000
	for _, s := range []string{"a|", "a&&", "a;", "a&", "! ", "a ", ">a ", "$a", "'a'", "\\\n", "a\\\n", "\"b\" ", "a # b\n", "x=y ", "`a`", "\n"} {
		src := strings.Repeat(s, n) + "a\n"
		f, err := Parse("x", src, Bash)
		if err != nil {
			t.Errorf("%q: %v", s, err)
			continue
		}
		checkFormatted(t, "x", f, Print(nil, f, Style{}), Style{})
	}
	for _, src := range []string{
		"echo $((" + strings.Repeat("1+", n) + "1))", "if a; then b; " + strings.Repeat("elif c; then d; ", n) + "fi",
		"case a in " + strings.Repeat("a) b;; ", n) + "esac", "case a in " + strings.Repeat("a|", n) + "a) b; esac",
		"[[ " + strings.Repeat("a && ", n) + "b ]]", "a=(" + strings.Repeat("[1]=b ", n) + ")",
		"cat " + strings.Repeat("<<E ", n) + "\n" + strings.Repeat("E\n", n), "cat <<E\n" + strings.Repeat("a\\\n", n) + "b\nE\n",
		strings.Repeat("((a) ", 1) + strings.Repeat("| (b) ", n) + ")",
	} {
		f, err := Parse("x", src, Bash)
		if err != nil {
			t.Errorf("%.20q: %v", src, err)
			continue
		}
		checkFormatted(t, "x", f, Print(nil, f, Style{}), Style{})
	}
}
