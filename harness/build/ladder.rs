//! The source of a rung of the relocation ladder: a Go module whose data is a table of pointers.
//!
//! Like `hello` it prints one line. The table is written in Go's assembly, since the compiler would take a minute
//! over a million elements: one `DATA` line a pointer, all to the same byte, and `NOPTR`, so that the garbage
//! collector has no part in it. The linker keeps it since `check` reads it; a start does not, and the pages of
//! the table are touched by relocations or not at all. Where the module is kept is left to `source`.
//!
//! Sources: "A Quick Guide to Go's Assembler" (`DATA`, `GLOBL`, `NOPTR`); a Go variable without a value that an
//! assembly file gives one, as `golang.org/x/sys/unix` has for its trampolines.

use std::fmt::Write as _;

use crate::config::{CHECK, CHECKED, Rung, STARTED};

const GO_MOD: &str = "module gopie.example/ladder\n\ngo 1.21\n";

/// Architectures of 32 bits.
const NARROW: [&str; 4] = ["386", "arm", "mips", "mipsle"];

const MAIN: &str = r#"// Ladder is a rung of the relocation ladder. It is generated.
package main

import (
	"os"
	"unsafe"
)

const (
	pointers = {pointers}
	words    = {stride} / unsafe.Sizeof(uintptr(0))
)

var target byte

// Its values stand in table.s.
var table [pointers * words]uintptr

func main() {
	line := {started}
	if len(os.Args) > 1 && os.Args[1] == {check} {
		line = check()
	}
	if _, err := os.Stdout.WriteString(line); err != nil {
		os.Exit(1)
	}
}

func check() string {
	for i := uintptr(0); i < pointers; i++ {
		if table[i*words] != uintptr(unsafe.Pointer(&target)) {
			os.Exit(1)
		}
	}
	return {checked}
}
"#;

/// Names and contents of the module's files.
pub(super) fn files(rung: Rung) -> [(&'static str, String); 3] {
    [("go.mod", GO_MOD.to_owned()), ("main.go", main(rung)), ("table.s", table(rung))]
}

fn main(rung: Rung) -> String {
    // Rust and Go quote plain text alike.
    MAIN.replace("{pointers}", &rung.pointers.to_string())
        .replace("{stride}", &rung.stride.to_string())
        .replace("{started}", &format!("{STARTED:?}"))
        .replace("{checked}", &format!("{CHECKED:?}"))
        .replace("{check}", &format!("{CHECK:?}"))
}

fn table(rung: Rung) -> String {
    let mut text = String::from("// Generated: pointers of the size that the architecture has.\n\n");
    for narrow in NARROW {
        let _ = writeln!(text, "#ifdef GOARCH_{narrow}\n#define POINTER 4\n#endif");
    }
    text.push_str("#ifndef POINTER\n#define POINTER 8\n#endif\n\n#define NOPTR 16\n\n");
    let stride = u64::from(rung.stride);
    for place in (0..u64::from(rung.pointers)).map(|number| number * stride) {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "DATA ·table+{place}(SB)/POINTER, $·target(SB)");
    }
    let _ = writeln!(text, "GLOBL ·table(SB), NOPTR, ${}", u64::from(rung.pointers) * stride);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pointer_has_a_line() {
        let [_, (_, main), (_, table)] = files(Rung { pointers: 3, stride: 64 });
        let lines: Vec<&str> = table.lines().filter(|line| line.starts_with("DATA")).collect();
        assert_eq!(lines[2], "DATA ·table+128(SB)/POINTER, $·target(SB)");
        assert_eq!((lines.len(), table.lines().last()), (3, Some("GLOBL ·table(SB), NOPTR, $192")));
        assert!(main.contains("pointers = 3\n\twords    = 64 / "), "{main}");
        assert!(
            main.contains(r#"line := "ladder\n""#) && main.contains(r#"os.Args[1] == "check""#),
            "{main}"
        );
    }
}
