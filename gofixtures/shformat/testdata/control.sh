#!/bin/bash
f() { echo "f:$*"; return 3; }; function g { f "$@" || echo "status $?"; }
function h() ( exit 4 )
g a b; h; echo $?
if f; then echo t; elif ! h; then echo "not h"; else echo e; fi >&2 2>&1 |
cat
for i in 1 2 3; do [ $i = 2 ] && continue; echo $i; done | while read x; do echo "<$x>"; done
n=0; until [ $n -ge 2 ]; do n=$((n+1)); done; echo $n
{ echo out; echo err >&2; } 2>&1 | sort
( echo a; exit 1 ) || echo failed && echo next
! false && echo negated
echo one; echo two & wait; echo three
select x in p q; do echo "picked $x"; break; done <<<2 2>/dev/null
while :; do break; done; case a in b) ;; *) ;; esac
coproc C { cat; }; echo through >&${C[1]}; exec {C[1]}>&-; cat <&${C[0]}; wait
exec {fd}<<<"from fd"; cat <&$fd; exec {fd}<&-
cat <(echo p1) <(echo p2)
echo a |& cat; echo >/dev/null b; >/dev/null echo c
x=1 y=2 bash -c 'echo $x$y'; z=3
v=(); v+=(a b); echo ${#v[@]}
echo a && # comment
# another
echo b ||
echo c
trap 'echo bye' EXIT
f() if [ "$1" ]; then echo "$1"; fi; f q
