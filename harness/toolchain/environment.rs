//! The scrubbed environment of every `go` command: nothing of the user's gets in.
//!
//! Source: `go help environment`; cmd/go, "Environment variables".

use std::collections::BTreeMap;
use std::env;
use std::path::{Path, PathBuf};

use anyhow::Result;

use super::{CCompiler, Toolchain};
use crate::cache::Cache;
use crate::command::Command;
use crate::hint::HintExt;

/// Folders of the cache that `go` works with.
struct Folders {
    home: PathBuf,
    build: PathBuf,
    modules: PathBuf,
}

/// What a user's proxy and certificates are called; they pass through where modules are fetched, and only
/// there.
const FOR_FETCHING: [&str; 19] = [
    "GOPROXY",
    "GONOPROXY",
    "GOSUMDB",
    "GONOSUMDB",
    "GOPRIVATE",
    "GOINSECURE",
    "GOAUTH",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "all_proxy",
    "no_proxy",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "NETRC",
    "GIT_SSL_CAINFO",
];

impl Toolchain {
    /// The whole environment of a `go` command that builds for a target.
    pub fn environment(
        &self,
        c_compiler: Option<&CCompiler>,
        target: &str,
        cache: &Cache,
    ) -> Result<BTreeMap<String, String>> {
        let folders = Folders {
            home: cache.dir("home")?,
            build: cache.dir("go-build")?,
            // The toolchain must not lie below it: `-overlay` would then be refused.
            modules: cache.dir("go-modules")?,
        };
        Ok(environment(&folders, c_compiler, target))
    }

    /// Fetches the modules that the one in `dir` requires, through the user's own proxy settings.
    pub fn fetch_modules(&self, dir: &Path, env: &BTreeMap<String, String>) -> Result<()> {
        let mut env = env.clone();
        for name in ["GOPROXY", "GOSUMDB"] {
            env.remove(name);
        }
        env.extend(for_fetching());
        let done = Command::new(&self.goroot.join("bin/go"), dir).args(["mod", "download"]).env(env).run()?;
        if done.well() {
            return Ok(());
        }
        Err(anyhow::anyhow!("cannot fetch the modules of {}: {}", dir.display(), done.complaint()))
            .hint("is there a network, and is GOPROXY right? what is in vendor/ needs no fetching")
    }
}

/// Those of the user's settings that fetching needs.
pub(super) fn for_fetching() -> impl Iterator<Item = (String, String)> {
    FOR_FETCHING.into_iter().filter_map(|name| Some((name.to_owned(), env::var(name).ok()?)))
}

fn environment(folders: &Folders, c: Option<&CCompiler>, target: &str) -> BTreeMap<String, String> {
    let (goos, goarch) = target.split_once('/').unwrap_or((target, ""));
    let shown = |path: &Path| path.display().to_string();
    let mut env: BTreeMap<String, String> = [
        ("GO111MODULE", "on"),
        ("GOARCH", goarch),
        ("GOENV", "off"),
        ("GOFLAGS", ""),
        ("GOOS", goos),
        ("GOPROXY", "off"),
        ("GOSUMDB", "off"),
        ("GOTOOLCHAIN", "local"),
        ("GOVCS", "*:off"),
        ("GOWORK", "off"),
        ("LC_ALL", "C"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into();
    env.insert("HOME".to_owned(), shown(&folders.home));
    env.insert("GOCACHE".to_owned(), shown(&folders.build));
    env.insert("GOMODCACHE".to_owned(), shown(&folders.modules));
    env.insert("GOPATH".to_owned(), shown(&folders.home.join("go")));
    // Where there is no C compiler CC stays unset and PATH leads to an empty folder, so that Go looks for its own
    // default and finds nothing.
    let nothing = || shown(&folders.home.join("empty"));
    env.insert("PATH".to_owned(), c.map_or_else(nothing, path));
    env.extend(c.map(|c| ("CC".to_owned(), c.command.clone())));
    env
}

/// The system's own folders, and the C compiler's before them where it is elsewhere.
fn path(c: &CCompiler) -> String {
    const SYSTEM: [&str; 2] = ["/usr/bin", "/bin"];
    let folder = c.path.parent().map(|folder| folder.display().to_string());
    let own = folder.filter(|folder| !SYSTEM.contains(&folder.as_str()));
    own.iter().map(String::as_str).chain(SYSTEM).collect::<Vec<_>>().join(":")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folders() -> Folders {
        let [home, build, modules] = ["/c/home", "/c/build", "/c/modules"].map(PathBuf::from);
        Folders { home, build, modules }
    }

    #[test]
    fn what_a_user_might_have_set_is_set_or_absent() {
        let env = environment(&folders(), None, "linux/amd64");
        for (name, value) in [("GOFLAGS", ""), ("GOENV", "off"), ("GOWORK", "off"), ("GOTOOLCHAIN", "local")]
        {
            assert_eq!(env.get(name).map(String::as_str), Some(value), "{name}");
        }
        for name in ["CC", "CGO_ENABLED", "CGO_CFLAGS", "GOAMD64", "GOEXPERIMENT", "GOROOT"] {
            assert_eq!(env.get(name), None, "{name}");
        }
    }

    #[test]
    fn a_compiler_elsewhere_is_found() {
        let mut c = CCompiler {
            command: "clang".to_owned(),
            version: String::new(),
            linker: String::new(),
            sha256: String::new(),
            path: PathBuf::from("/opt/llvm/bin/clang"),
        };
        assert_eq!(path(&c), "/opt/llvm/bin:/usr/bin:/bin");
        c.path = PathBuf::from("/usr/bin/clang");
        assert_eq!(path(&c), "/usr/bin:/bin");
        let env = environment(&folders(), Some(&c), "linux/arm64");
        assert_eq!((env["CC"].as_str(), env["GOARCH"].as_str()), ("clang", "arm64"));
    }
}
