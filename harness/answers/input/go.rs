//! Go source: one large file, and small packages of a module.

use std::fmt::Write as _;

use super::{Draw, WORDS};

/// Valid Go, badly laid out: a formatter has something to do in every line.
pub(super) fn go_source(draw: &mut Draw, functions: u32) -> String {
    let mut text = String::from("package   generated\n\n\n\n");
    for number in 0..functions {
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "// f{number}   is   generated.\nfunc   f{number} (a,b int,  s [] string)( int ){{"
        );
        let _ = writeln!(text, "x:=a+ b*{}", draw.below(1000));
        for _ in 0..=draw.below(4) {
            let (word, amount) = (draw.one(&WORDS), draw.below(100));
            let _ = match draw.below(4) {
                0 => writeln!(text, "if x>{amount}{{x-=len( s )}}else{{\n\n\n  x =x<<1|{amount} }}"),
                1 => writeln!(text, "for i:=0;i<len(s);i++{{ if s[i]==\"{word}\"{{x++\n}} }}   // {word}"),
                2 => writeln!(
                    text,
                    "{{m:=map[string]int{{\"{word}\":{amount},\n\"longer{word}\":1,}}; x+=m[\"{word}\"]}}"
                ),
                _ => writeln!(text, "switch{{case x<{amount}:x=-x\ndefault :\nx=x&^{amount}\n}}"),
            };
        }
        text.push_str("        return x}\n");
    }
    text
}

/// A small package that imports up to three of those before it.
pub(super) fn go_package(draw: &mut Draw, number: u32) -> String {
    let mut text = format!("// Package p{number} is generated.\npackage p{number}\n\n");
    let mut imports: Vec<u32> = (0..3).filter(|_| number > 0).map(|_| draw.below(number.max(1))).collect();
    imports.sort_unstable();
    imports.dedup();
    for import in &imports {
        let _ = writeln!(text, "import \"gopie.example/many/p{import}\"");
    }
    let _ = write!(text, "\n// N is a number.\nconst N = {}", draw.below(100));
    for import in &imports {
        let _ = write!(text, " + p{import}.N");
    }
    text.push('\n');
    text
}
