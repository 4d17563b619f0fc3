//! Bash scripts: valid, badly laid out, with a bit of everything that the language has.

use std::fmt::Write as _;

use super::{Draw, WORDS};

/// A script of so many functions and a body that calls them; a formatter has something to do in every line.
pub(super) fn shell_script(draw: &mut Draw, functions: u32) -> String {
    let mut text = String::from("#!/bin/bash\n# A generated script.\nset   -eu;  IFS=$' \\t\\n'\n\n\n\n");
    for number in 0..functions {
        let word = draw.one(&WORDS);
        // Writing to a String cannot fail.
        let _ = match draw.below(3) {
            0 => writeln!(text, "function {word}{number}()\n{{   # of {word}"),
            1 => writeln!(text, "{word}{number}  ( ) {{"),
            _ => writeln!(text, "{word}{number} ()\n\n{{"),
        };
        let _ = writeln!(text, "   local   name=\"$1\"  count=${{2:-{}}}  list=( )", draw.below(100));
        for _ in 0..3 + draw.below(5) {
            statement(draw, &mut text, 0);
        }
        let _ = writeln!(text, "return   $(( count % 2 ))\n      }}\n");
        let _ = writeln!(text, "{word}{number} \"${{1-}}\"   {}  ||  true", draw.below(9));
    }
    text
}

/// One statement; compound ones hold others, three deep at most.
fn statement(draw: &mut Draw, text: &mut String, depth: u32) {
    let (word, other, number) = (draw.one(&WORDS), draw.one(&WORDS), draw.below(1000));
    let kind = draw.below(if depth < 3 { 20 } else { 12 });
    let _ = match kind {
        0 => writeln!(text, "\techo   \"{word}: ${{name}}\"   '{other}'  >&2"),
        1 => writeln!(text, "count=$((count+{number}*2 ))   # {word}"),
        2 => writeln!(text, "list+=( \"{word}\"   {other}  \"${{list[@]:1}}\" )"),
        3 => writeln!(text, "printf '%s\\n'   \"${{name%%.*}}\"|sort   -u |  head -n {number}>/dev/null"),
        4 => writeln!(text, "      value=`expr {number} + 1`;  name=$( basename \"$value\" .{word} )"),
        5 => writeln!(
            text,
            "[[ $name == {word}* && ! -e \"/{other}\" ]]&&echo yes||{{ echo no;  count=$((count-1));}}"
        ),
        6 => writeln!(text, "cat  <<-EOF >/dev/null\n\t{word} $name\n\t\t$(echo {other})\n\tEOF"),
        7 => writeln!(text, "cat <<'END'>/dev/null\n  {word}   `not run` $x\nEND"),
        8 => writeln!(text, "read -r value <<<\"${{name//{word}/{other}}}\"   2>&1"),
        9 => writeln!(text, "true   &&\n  :   \"${{value:={word}}}\"  \\\n || false"),
        10 => writeln!(text, "trap   'rm -f \"/tmp/{word}.$$\"'   EXIT  INT"),
        11 => writeln!(text, "diff   <( sort {word} )   <(sort   {other}) >/dev/null   2>&1 ||:"),
        _ => return compound(draw, text, depth, kind, (word, other, number)),
    };
}

fn compound(draw: &mut Draw, text: &mut String, depth: u32, kind: u32, names: (&str, &str, u32)) {
    let (word, other, number) = names;
    let mut inner = |text: &mut String| {
        for _ in 0..=draw.below(3) {
            statement(draw, text, depth + 1);
        }
    };
    match kind {
        12 | 13 => {
            let _ = writeln!(text, "if   [ \"$count\" -gt {number} ]  ;then");
            inner(text);
            let _ = writeln!(text, "elif test -n \"$name\"\nthen");
            inner(text);
            text.push_str("else   :\nfi\n");
        }
        14 => {
            let _ = writeln!(text, "for   item in {word} \"${{list[@]}}\"   {other} ;do");
            inner(text);
            text.push_str("   done   </dev/null\n");
        }
        15 => {
            let _ = writeln!(text, "for (( i=0;i<{number};i++ ))\ndo");
            inner(text);
            text.push_str("break;done\n");
        }
        16 => {
            let _ = writeln!(text, "while   read   -r line;do\n\n\n");
            inner(text);
            let _ = writeln!(text, "done<<<\"{word}\"");
        }
        17 => {
            let _ = writeln!(text, "case   \"$name\"   in\n({word}|{other}* ) ");
            inner(text);
            let _ = writeln!(text, ";;\n   *.{word})   count={number};;\n*) :\nesac   # {other}");
        }
        18 => {
            text.push_str("(   cd /   &&\n");
            inner(text);
            let _ = writeln!(text, ")   >   \"/tmp/{word}\"   2>/dev/null||true");
        }
        _ => {
            text.push_str("until   false   ;do {   :;\n");
            inner(text);
            text.push_str("}; break\ndone\n");
        }
    }
}
