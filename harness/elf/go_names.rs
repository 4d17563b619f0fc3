//! The Go package that a symbol belongs to, from its name.
//!
//! A package's path stands before the first dot behind the last slash, brackets of type parameters left out;
//! `%2e` and the like in it stand for characters that would mislead. Names of the linker's and compiler's own
//! begin with `go:` or `type:`, before Go 1.20 with `go.` or `type.`, and belong to no package, nor do names
//! without a dot.
//!
//! Sources: `PackageName` in Go's `src/debug/gosym/symtab.go`, `PrefixToPath` in
//! `src/cmd/internal/objabi/path.go`.

use std::borrow::Cow;

/// The part of a symbol's name that is its package's path, still escaped; `colons` tells whether generated
/// names have them, as since Go 1.20.
pub(super) fn package(name: &[u8], colons: bool) -> Option<&[u8]> {
    let generated = if colons {
        name.starts_with(b"go:") || name.starts_with(b"type:")
    } else {
        (name.starts_with(b"go.") && !hosted(name)) || name.starts_with(b"type.")
    };
    if generated {
        return None;
    }
    // Types in brackets may have slashes and dots of their own.
    let (mut depth, mut slash) = (0_usize, 0);
    let mut ends = None;
    for (place, &byte) in name.iter().enumerate() {
        match byte {
            b'[' => depth += 1,
            b']' => depth = depth.checked_sub(1)?,
            b'/' if depth == 0 => (slash, ends) = (place, None),
            b'.' if depth == 0 => ends = ends.or(Some(place)),
            // The linker names the C code of a package `path(.text)`.
            b'(' if depth == 0 && name[place..].starts_with(b"(.") => ends = ends.or(Some(place)),
            _ => {}
        }
    }
    ends.filter(|&end| depth == 0 && end > slash).map(|end| &name[..end])
}

/// Whether a name that begins with `go.` is that of a host, as in `go.uber.org/zap.New`: Go itself, before it
/// had colons, could not tell.
fn hosted(name: &[u8]) -> bool {
    let host = name.iter().position(|&byte| byte == b'/').and_then(|slash| name.get(..slash));
    let letters = |host: &[u8]| host.iter().all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(byte));
    host.is_some_and(|host| letters(host) && !host.starts_with(b"go.importpath."))
}

/// A path without escapes; what is not UTF-8 is replaced.
pub(super) fn unescape(path: &[u8]) -> String {
    let mut plain = Cow::Borrowed(path);
    if path.contains(&b'%') {
        let mut bytes = Vec::with_capacity(path.len());
        let mut rest = path;
        while let Some((&byte, tail)) = rest.split_first() {
            let code = tail.get(..2).filter(|_| byte == b'%').and_then(|digits| str::from_utf8(digits).ok());
            if let Some(code) = code.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
                bytes.push(code);
                rest = &tail[2..];
            } else {
                bytes.push(byte);
                rest = tail;
            }
        }
        plain = Cow::Owned(bytes);
    }
    String::from_utf8_lossy(&plain).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_of_names() {
        let rows: &[(&str, Option<&str>)] = &[
            ("main.main", Some("main")),
            ("runtime.mallocgc", Some("runtime")),
            ("net/http.(*Server).Serve.func1", Some("net/http")),
            ("vendor/golang.org/x/net/idna.ToASCII", Some("vendor/golang.org/x/net/idna")),
            ("gopkg.in/yaml%2ev3.Unmarshal", Some("gopkg.in/yaml.v3")),
            ("example.org/dep%2ev2.(*T).String-fm", Some("example.org/dep.v2")),
            ("slices.SortFunc[go.shape.struct { a/b.X int }]", Some("slices")),
            ("a/b.Map[c/d.K,[2]e/f.V].Get", Some("a/b")),
            ("runtime/cgo(.text)", Some("runtime/cgo")),
            ("go.uber.org/zap.New", Some("go.uber.org/zap")),
            ("main..inittask", Some("main")),
            ("a/100%/b%2.X", Some("a/100%/b%2")),
            ("_rt0_amd64_linux", None),
            ("x_cgo_init", None),
            ("memeqbody", None),
            ("a/b", None),
            ("", None),
            (".text", None),
        ];
        for &(name, expected) in rows {
            for colons in [false, true] {
                let path = package(name.as_bytes(), colons).map(unescape);
                assert_eq!(path.as_deref(), expected, "{name}");
            }
        }
        let generated = [
            ("go:buildid", "go.buildid"),
            ("type:.eq.a/b.T", "type..eq.a/b.T"),
            ("go:itab.*a/b.T,io.Reader", "go.itab.*a/b.T,io.Reader"),
        ];
        for (with, without) in generated {
            assert_eq!((package(with.as_bytes(), true), package(without.as_bytes(), false)), (None, None));
        }
        // Brackets that do not close.
        assert_eq!(package(b"a]b.c", true), None);
        assert_eq!(package(b"a[b.c", true), None);
    }
}
