#!/bin/bash
a='x y'; b="p
q"
printf '<%s>' 'a'\''b' "c\"d" e\ f $'g\th\'i' "$a" $a "$b" "$(printf '%s' "in $(printf '%s' "deep $a")")"; echo
printf '<%s>' "`printf '%s' "tick \`printf '%s' nested\` \\$a"`" `printf '%s' "\$a"`; echo
printf '<%s>' a\
b "c\
d" 'e\
f'; echo
printf '<%s>' {a,b}{1..3} "{a,b}" \{a,b\} ~+ '~'; echo
echo a#b '#c' "#d" \#e $#    # a comment
echo "${a}" "${a:-x}" "${u:-'q'}" "${u:-"r s"}" ${u:+no} "${a#x }" "${a%%y}" "${a/ /_}" "${a//[xy]/"}"}" "${a^^}" "${#a}" "${a:0:1}" "${a: -1}" "${a@Q}"
n=a; echo "${!n}" "${u-"}"}" ${u-\}}
set -- 1 2 '3 4'
printf '<%s>' "$@" "${@:2}" "$*" "${#}" "$#" "${#@}"; echo
case "a*b" in a\*b) echo literal;; a*) echo glob;; esac
case x in (esac) echo esac;; x|y) echo x ;& z) echo z ;;& *) echo star; esac
[[ "a b" =~ ^(a b|c)$ ]] && echo "${BASH_REMATCH[1]}"
[[ abc == a* && ! ( x < a || -z $a ) ]] && echo cond
echo `echo one; echo two` "`echo three
echo four`"
echo $(echo 'a)' "b)" \) # c)
) end
