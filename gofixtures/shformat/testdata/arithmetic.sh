#!/bin/bash
i=3 j=4
echo $((i+j*2-1)) $(( (i+j)*2 )) $((i<j?i:j)) $((i**2)) $((-i)) $((- -i)) $((i - -j)) $((!i)) $((~i)) $((i<<2|1)) $((i==3&&j!=4||0))
((i++,j--)); echo $i $j
((i+=2)) && echo $i; (( i -= 2 )); echo $i
for ((k=0;k<3;k++)); do echo -n "$k "; done; echo
for ((;;)) { break; }
op=+; echo $((i $op 2)) $((i${op}2)); : $((i$op=1)); echo $i
declare -A m=([a b]=1 ["c d"]=2 [e]=3); echo "${m[a b]}" "${m["c d"]}" $((m[e]+1))
a=(1 [5]=2 3 $((1+3))); echo "${!a[@]}" "${a[@]}" ${a[i+1]} ${#a[@]} "${a[@]:1:2}"; a[1+1]+=7; echo "${a[2]}"
echo $((16#ff + 0x10 + 010)) $((10#$i + 1)) $[i+1]
let i=i+1 "j = i * 2"; echo $i $j
echo $(( $(echo 1)+`echo 2` )) $((${#op}+1)) "$((a[5]+${a[0]}))"
echo $((echo sub) | cat) $( (echo sub2) )
( (echo nested); echo outer ); ((1)) && echo true
x=5; echo $((x>3)) $((x > 3 ? 10 : 20)) $((x = 7, x + 1)) $x
