//! The scrubbed environment: what a `go` command sees, in full, and how it is written down.
//!
//! Nothing of the user's environment goes in. What a command looks up elsewhere is shut off too: the user's
//! `go/env` file (`GOENV`), workspaces (`GOWORK`), the network (`GOPROXY`), other toolchains (`GOTOOLCHAIN`),
//! and the defaults that a distribution may have put into its own `go.env` (`GOAMD64` and its kin).
//! `-trimpath` and `-buildvcs=false` are flags of a build and none of this. A variant's own environment is
//! laid over it by the one who builds.
//! Sources: `go help environment`; <https://go.dev/doc/telemetry>; `src/internal/buildcfg/cfg.go` of Go.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, anyhow};

use super::CCompiler;
use crate::cache::{Cache, remove_tree};
use crate::hint::HintExt;

/// Where a C compiler finds its assembler and linker.
const SYSTEM_PATH: &str = "/usr/bin:/bin";
/// A folder that does not exist: on it no C compiler can be found.
const NO_PATH: &str = "/nonexistent";
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The micro-architecture of each `GOARCH` that Go itself defaults to.
const MICRO_ARCHITECTURES: [(&str, &str, &str); 10] = [
    ("386", "GO386", "sse2"),
    ("amd64", "GOAMD64", "v1"),
    ("arm", "GOARM", "7"),
    ("arm64", "GOARM64", "v8.0"),
    ("mips", "GOMIPS", "hardfloat"),
    ("mips64", "GOMIPS64", "hardfloat"),
    ("mips64le", "GOMIPS64", "hardfloat"),
    ("mipsle", "GOMIPS", "hardfloat"),
    ("ppc64le", "GOPPC64", "power8"),
    ("riscv64", "GORISCV64", "rva20u64"),
];

/// The folders of the cache that `go` works in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folders {
    /// `HOME`, with nothing in it but the word that turns telemetry off.
    pub home: String,
    /// `GOCACHE`.
    pub build_cache: String,
    /// `GOMODCACHE`.
    pub modules: String,
    /// `GOPATH`.
    pub gopath: String,
    /// `TMPDIR`.
    pub temporary: String,
}

impl Folders {
    /// Makes the folders in the cache.
    pub fn open(cache: &Cache) -> Result<Self> {
        let folder = |name| -> Result<String> {
            let path = cache.dir(name)?;
            path.to_str()
                .map(str::to_owned)
                .ok_or_else(|| anyhow!("{} is not UTF-8", path.display()))
                .usage("set XDG_CACHE_HOME to a folder with a plain name")
        };
        let folders = Self {
            home: folder("home")?,
            build_cache: folder("go-build")?,
            modules: folder("modules")?,
            gopath: folder("gopath")?,
            temporary: folder("tmp")?,
        };
        sweep(Path::new(&folders.temporary));
        // No variable turns telemetry off; only this file does.
        let mode = Path::new(&folders.home).join(".config/go/telemetry/mode");
        if !fs::read(&mode).is_ok_and(|text| text == b"off") {
            let parent = cache.dir("home/.config/go/telemetry")?;
            let scratch = cache.scratch()?;
            let file = scratch.path().join("mode");
            fs::write(&file, "off")
                .and_then(|()| fs::rename(&file, &mode))
                .with_context(|| format!("cannot write {}", parent.join("mode").display()))?;
        }
        Ok(folders)
    }
}

/// Removes what killed `go` commands left in their temporary folder a day ago or longer.
fn sweep(temporary: &Path) {
    for entry in fs::read_dir(temporary).into_iter().flatten().flatten() {
        let modified = entry.metadata().and_then(|meta| meta.modified());
        if modified.is_ok_and(|time| time.elapsed().is_ok_and(|age| age > DAY)) {
            // What cannot be removed stays, and does no harm.
            let _ = remove_tree(&entry.path()).or_else(|_| fs::remove_file(entry.path()));
        }
    }
}

/// The whole environment of a `go` command for a target `GOOS/GOARCH`.
///
/// Where there is no C compiler, `PATH` leads nowhere, so that Go finds none either.
pub fn go_environment(
    c_compiler: Option<&CCompiler>,
    target: &str,
    folders: &Folders,
) -> BTreeMap<String, String> {
    let (os, arch) = target.split_once('/').unwrap_or((target, ""));
    let fixed = [
        ("GO111MODULE", "on"),
        ("GOARCH", arch),
        ("GOCACHE", &folders.build_cache),
        ("GOENV", "off"),
        ("GOFLAGS", ""),
        ("GOMODCACHE", &folders.modules),
        ("GOOS", os),
        ("GOPATH", &folders.gopath),
        ("GOPROXY", "off"),
        ("GOSUMDB", "off"),
        ("GOTOOLCHAIN", "local"),
        ("GOWORK", "off"),
        ("HOME", &folders.home),
        ("LC_ALL", "C"),
        ("PATH", NO_PATH),
        ("TMPDIR", &folders.temporary),
        ("TZ", "UTC"),
    ];
    let mut environment: BTreeMap<String, String> =
        fixed.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    if let Some((_, name, value)) = MICRO_ARCHITECTURES.iter().find(|(name, ..)| *name == arch) {
        environment.insert((*name).to_owned(), (*value).to_owned());
    }
    if let Some(compiler) = c_compiler {
        environment.insert("CC".to_owned(), compiler.command.clone());
        environment.insert("PATH".to_owned(), path_with(compiler));
    }
    environment
}

/// The system's path, with the C compiler's folder first where it is another one.
fn path_with(compiler: &CCompiler) -> String {
    match compiler.path.parent().and_then(Path::to_str) {
        Some(folder) if !SYSTEM_PATH.split(':').any(|known| known == folder) => {
            format!("{folder}:{SYSTEM_PATH}")
        }
        _ => SYSTEM_PATH.to_owned(),
    }
}

/// Writes names such as `$GOROOT`, `$CACHE` and `$SRC` for the folders that they stand for, wherever one
/// occurs in a text as a whole path or the beginning of one; the longest folder counts.
pub fn abbreviate(text: &str, folders: &[(&Path, &str)]) -> String {
    let mut folders: Vec<(&str, &str)> = folders
        .iter()
        .filter_map(|(path, name)| Some((path.to_str()?.trim_end_matches('/'), *name)))
        .filter(|(path, _)| !path.is_empty())
        .collect();
    folders.sort_by_key(|(path, _)| std::cmp::Reverse(path.len()));
    let mut written = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let ends =
            |after: &str| !after.starts_with(|next: char| next.is_alphanumeric() || "._-+@".contains(next));
        let found = folders.iter().find_map(|(path, name)| {
            rest.strip_prefix(path).filter(|after| ends(after)).map(|after| (*name, after))
        });
        if let Some((name, after)) = found {
            written.push_str(name);
            rest = after;
        } else {
            written.push(letter);
            rest = &rest[letter.len_utf8()..];
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use std::env;
    use std::path::PathBuf;
    use std::process::Command;
    use std::sync::atomic::AtomicBool;
    use std::time::SystemTime;

    use duct::cmd;

    use super::*;
    use crate::process::{Limits, answer};
    use crate::target;

    fn folders() -> Folders {
        let of = |name: &str| format!("/c/{name}");
        Folders {
            home: of("home"),
            build_cache: of("go-build"),
            modules: of("modules"),
            gopath: of("gopath"),
            temporary: of("tmp"),
        }
    }

    fn compiler(path: &str) -> CCompiler {
        CCompiler {
            command: "gcc".into(),
            version: String::new(),
            linker: String::new(),
            sha256: String::new(),
            libc: String::new(),
            loader: String::new(),
            path: PathBuf::from(path),
        }
    }

    #[test]
    fn without_a_c_compiler_none_can_be_found() {
        let environment = go_environment(None, "linux/arm64", &folders());
        assert_eq!(environment["PATH"], NO_PATH);
        assert!(!environment.contains_key("CC") && !environment.contains_key("GOAMD64"));
        assert_eq!((environment["GOARCH"].as_str(), environment["GOARM64"].as_str()), ("arm64", "v8.0"));
    }

    #[test]
    fn a_c_compiler_is_named_and_comes_first() {
        for (path, expected) in [("/usr/bin/gcc", "/usr/bin:/bin"), ("/opt/c/gcc", "/opt/c:/usr/bin:/bin")] {
            let environment = go_environment(Some(&compiler(path)), "linux/amd64", &folders());
            assert_eq!((environment["CC"].as_str(), environment["PATH"].as_str()), ("gcc", expected));
        }
    }

    #[test]
    fn paths_are_written_as_names() {
        let folders = [
            (Path::new("/home/u/.cache/gopie"), "$CACHE"),
            (Path::new("/home/u/.cache/gopie/toolchains/go1.27.3/go/"), "$GOROOT"),
            (Path::new("/src"), "$SRC"),
        ];
        for (text, expected) in [
            ("/home/u/.cache/gopie/toolchains/go1.27.3/go/bin/go build /src", "$GOROOT/bin/go build $SRC"),
            ("PATH=/home/u/.cache/gopie:/src -I/src/x", "PATH=$CACHE:$SRC -I$SRC/x"),
            ("/home/u/.cache/gopies /srcs /src.go /src-2", "/home/u/.cache/gopies /srcs /src.go /src-2"),
            ("'/src' é/src", "'$SRC' é$SRC"),
        ] {
            assert_eq!(abbreviate(text, &folders), expected);
        }
    }

    #[test]
    fn only_old_leavings_of_go_are_swept() {
        let folder = tempfile::tempdir().expect("a folder");
        let (old, new) = (folder.path().join("go-build1"), folder.path().join("go-build2"));
        for path in [&old, &new] {
            fs::create_dir(path).expect("a folder");
        }
        let opened = fs::File::open(&old).expect("opens");
        opened.set_modified(SystemTime::now() - 2 * DAY).expect("is made older");
        sweep(folder.path());
        assert!(!old.exists() && new.exists());
    }

    /// What a user may have set that changes what is built, or where it comes from.
    const HOSTILE: [(&str, &str); 19] = [
        ("CC", "false"),
        ("CGO_CFLAGS", "-O0 -DLEAKED"),
        ("CGO_ENABLED", "0"),
        ("CGO_LDFLAGS", "-static"),
        ("GCCGO", "false"),
        ("GO111MODULE", "off"),
        ("GO_EXTLINK_ENABLED", "0"),
        ("GOAMD64", "v3"),
        ("GOARM64", "v9.0"),
        ("GODEBUG", "netdns=cgo"),
        ("GOEXPERIMENT", "nodwarf5"),
        ("GOFIPS140", "latest"),
        ("GOFLAGS", "-race"),
        ("GOOS", "plan9"),
        ("GOPROXY", "https://proxy.invalid"),
        ("GOROOT", "/nonexistent"),
        ("GOTOOLCHAIN", "go1.99.9"),
        ("GOWORK", "/nonexistent/go.work"),
        ("PKG_CONFIG", "false"),
    ];
    /// Names the file that the inner half of the test writes its answer to.
    const INNER: &str = "GOPIE_TEST_ENVIRONMENT";

    /// Runs itself again under a hostile environment, and asks a real `go` in both what it sees.
    #[test]
    fn nothing_of_the_users_environment_leaks_in() {
        let seen = what_go_sees();
        if let Some(file) = env::var_os(INNER) {
            fs::write(file, seen).expect("is written");
            return;
        }
        let folder = tempfile::tempdir().expect("a folder");
        let goenv = folder.path().join("goenv");
        fs::write(&goenv, "GOFLAGS=-msan\nGOAMD64=v4\nCGO_CXXFLAGS=-DLEAKED\n").expect("a file");
        let file = folder.path().join("seen");
        let output = Command::new(env::current_exe().expect("has a path"))
            .args(["--exact", "toolchain::env::tests::nothing_of_the_users_environment_leaks_in"])
            .envs(HOSTILE)
            .env("GOENV", &goenv)
            .env(INNER, &file)
            .output()
            .expect("runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        assert_eq!(fs::read_to_string(file).expect("is there"), seen);
        let (os, arch) =
            target::host().split_once('/').map(|(os, arch)| (os.to_owned(), arch.to_owned())).expect("two");
        assert!(seen.contains(&format!("GOHOSTARCH={arch}\nGOHOSTOS={os}\n")), "{seen}");
        assert!(seen.contains("GOTELEMETRY=off") && !seen.contains("LEAKED"), "{seen}");
    }

    fn what_go_sees() -> String {
        let cache = Cache::open().expect("a cache");
        let flag = AtomicBool::new(false);
        let toolchain = crate::toolchain::find(None, &cache, &|_| {}, &flag).expect("a toolchain");
        let folders = Folders::open(&cache).expect("folders");
        let environment = go_environment(None, &target::host(), &folders);
        let go = cmd!(toolchain.goroot.join("bin/go"), "env", "-json").full_env(environment);
        let text =
            answer(&go, Limits { time: Duration::from_secs(60), interrupted: &flag }).expect("answers");
        let seen: BTreeMap<String, String> = serde_json::from_str(&text).expect("is JSON");
        // This one names a temporary folder, another one each time.
        let seen = seen.into_iter().filter(|(name, _)| name != "GOGCCFLAGS");
        seen.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("\n")
    }
}
