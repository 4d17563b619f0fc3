#!/bin/sh
# What dash runs as well.
set -eu
name=world
greet() { printf 'hello %s\n' "${1:-$name}"; }
greet; greet "you and
me"
for f do :; done; for f in a "b c"; do echo "$f"; done
i=0; while [ $i -lt 3 ]; do i=$((i+1)); case $i in 1) echo one;; 2|3) echo more; esac; done
x=`echo "a \"b\" \`echo c\`"`; echo "$x" "`echo \"$x\"`"
(cd /; pwd); { echo grouped; } | sed s/g/G/
if ! false; then echo ok; fi; [ -n "$name" ]&&echo nonempty||echo empty
cat <<-E
	stripped ${name#w} $(echo "sub")
	E
echo $((1+2*(3-1))) ${#name} ${name%ld} "${name##*o}"
f() (echo "subshell body"); f
! (false)
true & wait
eval 'echo "evaluated"'
echo done # the end
