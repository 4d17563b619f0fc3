//! Targets as Go names them: `GOOS/GOARCH`.

use std::env::consts;

/// The target that this very program was compiled for, e.g. `linux/amd64`.
///
/// Source: `go tool dist list`, and `std::env::consts::ARCH`.
pub fn host() -> String {
    let little = cfg!(target_endian = "little");
    let arch = match (consts::ARCH, little) {
        ("x86_64", _) => "amd64",
        ("x86", _) => "386",
        ("aarch64", _) => "arm64",
        ("powerpc64", true) => "ppc64le",
        ("powerpc64", false) => "ppc64",
        ("mips", true) => "mipsle",
        ("mips64", true) => "mips64le",
        ("loongarch64", _) => "loong64",
        (other, _) => other,
    };
    let os = if consts::OS == "macos" { "darwin" } else { consts::OS };
    format!("{os}/{arch}")
}
