package syntax

import (
	"testing"
)

// tricky are scripts that bash accepts and whose meaning is easy to change.
var tricky = []string{
	"",
	"#!/bin/sh\n",
	"# only a comment",
	"a; b & c && d || e | f |& g\n",
	"! a | b; ! ! a; time a; time -p a; time; ! time a; time ! a\n",
	"a=1 b=2 c\na= b\na=\na+=(x y) b[1 + 2]=3 c[x]+=y\n",
	"a=(\n# c\nx y # d\n\n[1 2]=z [a;b]=c $(d)\n)\n",
	"a=(x [1 2]=y [$k]+=z [ab]* *[a]); declare -A m=([a b]=1 [c]=2) n=x\n",
	">a b <c 2>&1 d >|e <>f &>g &>>h <<<i {fd}>j 3<&- 4>&5-\n",
	"cat <<E\n$(a # b\n)\nE\nc # d\n",
	"a {b[1]}>c {d[$e]}<&- {f }>g {h}x>i {j[1}>k {}>l\n",
	"((x$op=1)); ((x$op==1)); (($x==1)); (($x=1)); ((x$op+1)); ((x$a$b*2))\n",
	"a 2>b; a 2 >b; a2>b; a {x}>b; a { x}>b\n",
	"cat <(a) > >(b) < <(c); x<(d)y\n",
	"cat <<E\n$a `b` $(c\nd) \\$x ${y:-'z'} $((1+2))\nE\n",
	"cat <<'E' <<-\"F\" <<\\G\n$a `b\nE\n\t\t$x\n\tF\n$(\nG\n",
	"cat <<E | b && c # d\nx\nE\ne\n",
	"a $(cat <<E\nx\nE\n) b <<F\ny\nF\n",
	"a $(cat <<E) b\nx\nE\n",
	"cat <<E $(a\nb)\nx\nE\n",
	"cat <<-E\n\t$(cat <<F\n\ty\nF\n)\n\tE\n",
	"cat << -x\nb\n-x\n",
	"cat <<''\nx\n\ny\n",
	"cat <<E \\\n  a \\\n  b\nx\nE\n",
	"if cat <<E; then a; fi\nx\nE\n",
	"while read x; do a; done <<E\nx\nE\n",
	"f() { cat <<E; }\nx\nE\n",
	"{ cat <<E; } | b\nx\nE\n",
	"cat <<E\nx \\\nE\ny\nE\n",
	"case a in (a) b;; c|d) ;; (esac) e;& f) g;;& *) h; esac\n",
	"case a\nin\n# c\na) # d\n# e\n;; # f\n# g\nesac # h\n",
	"case $(case x in a) b;; esac) in a) c;; esac\n",
	"case a in a) b # c\nesac\n",
	"case a in\n\\*) x;; a\\ b | \\\n  c) y\nesac\n",
	"f() { a; }\nf ()\n{\na\n}\nfunction g { b; }\nfunction h() (c) >d\ni() if a; then b; fi\nj() ((1))\nk() [[ a ]]\n",
	"if a; then b; elif c; then d; else e; fi\nif a\nthen # x\nb\nelse # y\nc\nfi # z\n",
	"if a; b; then c; fi; if a & then b; fi; while a & do b & done\n",
	"for i in a b; do c; done; for i; do c; done; for i in; do c; done\nfor i in a \\\n b # x\n# y\ndo c; done\nfor i\ndo c; done\n",
	"for i in a; { b; }\nfor ((;;)) { c; }\nfor ((i=0; i<3; i++)); do a; done\nfor ((a;;b)); do c; done\n",
	"select i in a; do b; done; until a; do b; done\n",
	"coproc a b; coproc { a; }; coproc N { a; } >b; coproc N (a); coproc while a; do b; done\n",
	"[[ a == b* && ! ( -f c || d =~ ^(x|y z)$ ) ]]\n[[ -n $x &&\n  a < b ||\n c -eq d ]]\n[[ -n a\n&& b ]]\n",
	"[[ $x =~ ([0-9]+)[[:space:]]|a\\ b ]] && [[ x == @(a|b) ]]; [[ ! a ]]\n",
	"((a+b)); (( a = b ? c : d, e++ )); ((x<<2|y**3)) && b\n",
	"echo $((a+b*-c)) $((- -x)) $((-$x)) $((- $x)) $((a[$i]+1)) $((10#$x+1)) $((x$op=1)) $((1 $op 2)) $(( (a) ))\n",
	"( (a) ); ((a) ); $( (a) ); ( (a); (b) ); ((a); b)\n",
	"$[1+2] $[a[1]] \"$[1]\"\n",
	"`a \\`b\\`` \"`a \\\"b\\\"`\" `a \"b\"` `a\nb` `# c` x`# d`y\n",
	"`a 'x\\\\y' \\$z \\\\\\`b\\\\\\``\n",
	"'a\nb' \"a\nb$c\n\" $'a\\'b' $\"a\" \"$'a'\" 'a'\\''b' a\\ b \\\na\\\nb c\\\n d\n",
	"${a} ${#a} ${!a} ${a[1]} ${a[@]} ${#a[*]} ${!a[@]} ${!a*} ${!a@} ${a@Q} ${#} ${#-x} ${##} ${#?} ${?} ${!} ${-} $$ $! $- $10 ${10}\n",
	"${a:-b} ${a-b c} ${a:=\"}\"} ${a:?'}'} ${a#b} ${a##*/} ${a%b} ${a%%b} ${a/b/c} ${a//\\//c} ${a/#b} ${a/%b/} ${a^} ${a^^[a-z]} ${a,} ${a,,}\n",
	"${a:1} ${a:1:2} ${a: -1} ${a:(b?1:2):3} ${a:b?1:2:3} ${@:2} ${a[@]:1:2} \"${a:-\"b}\"}\" \"${a:-'b}'}\" \"${a#'}'}\"\n",
	"\"${a:-'}\" \"${a#'}'}\" ${a:-${b:-$(c)}} \"${a:-`b`}\" ${a+\"$b\"}\n",
	"a \\\n  && b \\\n  || c | \\\n d\na &&\n# x\nb\na && # x\n# y\nb\na | # z\nb\n",
	"foo | {\na\nb; } && (c\nd) || while e; do f; g; done\n",
	"a # x\nbb # y\n\n\n\nccc # z\n# own\n  # own2\n",
	"{ # x\na # y\n# z\n} # w\n( # x\na\n# z\n)\n$( # x\na # y\n)\n",
	"f() # x\n# y\n{\na\n}\n",
	"while # x\na # y\n# z\ndo # w\nb\ndone\n",
	"if a # x\nthen b; fi\n",
	"a $(b # x\n) c\na $(b; c) d $(e\n) `f;g`\n",
	"!(a|b) ?(a) *(b) +(c$d) @(e f)g x!(y)\n",
	"echo a#b #c\necho \\#d ''#e\n",
	"echo {a,b} {1..3} ~ ~a a=b * ? [a-z] [!a] \n",
	"echo a { b } if then fi\n",
	"echo if then { } ! [[ esac\n",
	"(a)",
	"if (a) then (b) else { c; } fi; { (a) }\n",
	"let a=b+1 c=(d)\nexport a=$b c='d e'\nlocal -a x=() y=(\n)\n",
	"a\\\n\nb \\\n\n",
	"a\r\nb \r\n",
	"\xff\xfe a \"\xc3\" # \x80\n",
	"a &\nb & # c\nd &&\ne &\n",
	"a; # x\n",
	"$ $' ' \"$\" $\"\" $% a$ $/ $\\a\n",
	"\\\n# c\na \\\n# d\n",
	"a <<E; b <<F\n1\nE\n2\nF\n",
	"x=\"$(cat <<E\n\"\nE\n)\"\n",
	"a && {\nb\n} && c\n",
	"a <<E && {\nx\nE\nb\n}\n",
	"case a in a) cat <<E;; esac\nx\nE\n",
	"echo \"`cat <<E\nx\nE\n`\"\n",
	"[[ a =~ (b) ]] # x\n",
	"time { a; }\ntime (b) | c\n",
	"function f\n{ a; }\nfunction a-b.c+d { e; }\nf.g-h() { i; }\n",
	"a=b\\\nc d\\\n=e\n",
	"a() (b) & c\n",
	"${a[$(b)]} ${a[\"x]\"]} ${a[${b[1]}]}\n",
	"echo $((\n1 +\n2\n))\n",
	"a='x'y\"z\"$w`v`$(u)$((1))\n",
	"a |\n\n\nb &&\n\n# x\n\nc\n",
	"{\n\n\na\n\n\n}\n\n\n",
	"f() {\n\n# x\n\na\n\n# y\n\n}\n",
	"cat <<E\nE\ncat <<E2\n\nE2\n\n\na\n",
	"if [ a ] ; then\n:\nfi\n\n\n#b",
}

// TestTricky formats them all in all styles.
func TestTricky(t *testing.T) {
	for _, src := range tricky {
		f, err := Parse("tricky", src, Bash)
		if err != nil {
			t.Errorf("%q: %v", src, err)
			continue
		}
		for _, style := range styles {
			checkFormatted(t, "tricky", f, Print(nil, f, style), style)
		}
		if t.Failed() {
			t.Fatalf("of %q", src)
		}
	}
}

// TestTrickyInBash lets bash look at them before and after.
func TestTrickyInBash(t *testing.T) {
	bash := tool(t, "bash")
	for _, src := range tricky {
		f, err := Parse("tricky", src, Bash)
		if err != nil {
			t.Errorf("%q: %v", src, err)
			continue
		}
		before, after, ok := bashView(t, bash, []byte(src), printVerbatim(f, src))
		if !ok {
			t.Errorf("bash takes no function of %q", src)
		} else if before != after {
			t.Errorf("%q: bash sees another script: %s", src, firstDifference(before, after))
		}
	}
}
