#!/bin/bash
# Here-documents of all kinds; the output shows every byte of them.
v=value
cat <<E1; cat <<'E2'; cat <<-"E3"
one $v `echo tick` $(echo "sub
two" | sed 's/^/>/') \$v \\ ${v/al/AL}
E1
two $v `echo tick` \$v \\
E2
	three $v
		indented
	E3
f() { cat <<E; }
in function $1
E
f x
x=$(cat <<E
in substitution "quoted" $(cat <<F
nested
F
)
E
)
echo "$x"
if cat <<E | grep -q b; then echo yes; else echo no; fi
a
b
E
while read -r l; do echo "[$l]"; done <<E
  1
	2
E
cat <<E && cat <<<"here $v string" && cat <<E
first
E
second
E
cat <<\
E
continued \
line
E
cat << -x
dash
-x
echo "`cat <<E
in backquotes
E
`"
