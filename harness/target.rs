//! Targets as Go names them: `GOOS/GOARCH`.
//!
//! Sources: `go tool dist list`; GNU triplets as Debian's cross compilers have them
//! (<https://wiki.debian.org/Multiarch/Tuples>); QEMU, "User Mode Emulation", for the names of its programs.

use std::env::consts;

/// A Linux target of Go's, and what the tools around it call it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// `GOARCH`.
    pub arch: &'static str,
    /// The prefix of its GNU tools, and the folder of its libraries below `/usr`.
    pub triplet: &'static str,
    /// What QEMU calls it: `qemu-aarch64` starts its programs.
    pub qemu: &'static str,
}

/// Every Linux target that Go has.
pub const LINUX: [Target; 13] = [
    linux("amd64", "x86_64-linux-gnu", "x86_64"),
    linux("arm64", "aarch64-linux-gnu", "aarch64"),
    linux("ppc64le", "powerpc64le-linux-gnu", "ppc64le"),
    linux("ppc64", "powerpc64-linux-gnu", "ppc64"),
    linux("s390x", "s390x-linux-gnu", "s390x"),
    linux("riscv64", "riscv64-linux-gnu", "riscv64"),
    linux("loong64", "loongarch64-linux-gnu", "loongarch64"),
    linux("386", "i686-linux-gnu", "i386"),
    linux("arm", "arm-linux-gnueabihf", "arm"),
    linux("mips", "mips-linux-gnu", "mips"),
    linux("mipsle", "mipsel-linux-gnu", "mipsel"),
    linux("mips64", "mips64-linux-gnuabi64", "mips64"),
    linux("mips64le", "mips64el-linux-gnuabi64", "mips64el"),
];

const fn linux(arch: &'static str, triplet: &'static str, qemu: &'static str) -> Target {
    Target { arch, triplet, qemu }
}

impl Target {
    /// `GOOS/GOARCH`.
    pub fn name(self) -> String {
        format!("linux/{}", self.arch)
    }

    /// The Linux target of that name, `linux/arm64`.
    pub fn named(name: &str) -> Option<Self> {
        let arch = name.strip_prefix("linux/")?;
        LINUX.into_iter().find(|target| target.arch == arch)
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_found_by_its_name_alone() {
        assert_eq!(Target::named("linux/loong64").map(|target| target.qemu), Some("loongarch64"));
        for name in ["arm64", "linux/", "linux/aarch64", "freebsd/amd64"] {
            assert_eq!(Target::named(name), None, "{name}");
        }
        for target in LINUX {
            assert_eq!(Target::named(&target.name()), Some(target));
        }
    }
}
