//! A folder to run gopie in, with a cache that the tests share.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use gopie::cache::Cache;
use gopie::toolchain;
use serde_json::Value;
use tempfile::TempDir;

/// The root of the pinned Go, the environment of its builds, and whether there is a C compiler in it.
pub(crate) fn go() -> (PathBuf, BTreeMap<String, String>, bool) {
    let cache = Cache::at(Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache/gopie")).expect("a cache");
    let toolchain = toolchain::find(None, &cache, &|_| (), gopie::interrupt::flag())
        .expect("a Go toolchain is found or fetched");
    let c = toolchain::c_compiler();
    let folders = toolchain::Folders::open(&cache).expect("are made");
    let env = toolchain::go_environment(c.as_ref(), &gopie::target::host(), &folders);
    (toolchain.goroot, env, c.is_some())
}

/// A folder of its own for each test.
pub(crate) struct Bench {
    folder: TempDir,
}

/// What came of a call.
pub(crate) struct Done {
    pub(crate) status: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Bench {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder") }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("has a parent")).expect("makes");
        fs::write(path, text).expect("writes");
    }

    pub(crate) fn read(&self, name: &str) -> String {
        let path = self.path(name);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// gopie in this folder, with a cache below the target folder: toolchain and packages are made once.
    pub(crate) fn gopie(&self, args: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gopie"));
        let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache");
        command.args(args.split_whitespace()).current_dir(self.folder.path()).env("XDG_CACHE_HOME", cache);
        command
    }

    pub(crate) fn call(&self, args: &str) -> Done {
        done(&self.gopie(args).output().expect("starts"))
    }

    /// Rows of a table of a run, each as a function from column to field.
    pub(crate) fn table(&self, name: &str) -> Vec<Row> {
        let bytes = fs::read(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        let mut text = String::new();
        if bytes.starts_with(&[0x1f, 0x8b]) {
            std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(&bytes[..]), &mut text)
                .expect("is gzipped");
        } else {
            text = String::from_utf8(bytes).expect("is text");
        }
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let header = reader.headers().expect("has a header").clone();
        reader
            .records()
            .map(|record| Row { header: header.clone(), record: record.expect("is a row") })
            .collect()
    }

    pub(crate) fn json(&self, name: &str) -> Value {
        serde_json::from_str(&self.read(name)).expect("is JSON")
    }
}

pub(crate) fn done(output: &Output) -> Done {
    Done {
        status: output.status.code(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

impl Done {
    /// Fails the test unless the status is the expected one.
    #[track_caller]
    pub(crate) fn with(self, status: i32) -> Self {
        assert_eq!(self.status, Some(status), "stdout: {}\nstderr: {}", self.stdout, self.stderr);
        self
    }

    /// Fails the test unless stderr has these words.
    #[track_caller]
    pub(crate) fn says(self, words: &str) -> Self {
        assert!(self.stderr.contains(words), "no {words:?} in {}", self.stderr);
        self
    }
}

/// A row of a table.
pub(crate) struct Row {
    header: csv::StringRecord,
    record: csv::StringRecord,
}

impl Row {
    #[track_caller]
    pub(crate) fn get(&self, column: &str) -> &str {
        let index = self.header.iter().position(|name| name == column);
        &self.record[index.unwrap_or_else(|| panic!("no column {column} in {:?}", self.header))]
    }
}

/// A configuration of one program in Go, with a start-up command that should print `1`.
pub(crate) fn config(bench: &Bench, go: &str) {
    bench.write("mine/prog/go.mod", "module x.example/prog\n\ngo 1.21\n");
    bench.write("mine/prog/main.go", go);
    let digest = "4355a46b19d348dc2f57c046f8ef63d4538ebb936000f3c9ee954a27460dd865";
    bench.write(
        "mine/programs.toml",
        &format!(
            "schema = 1\n[[program]]\nname = \"prog\"\nwhat = \"a test's\"\nsource = {{ module = \"prog\" }}\n\
             runs = \"quick\"\nstart = {{ stdout = \"1\\n\" }}\n[program.workload]\n\
             stdout_sha256 = {{ go = \"{digest}\" }}\n"
        ),
    );
}

/// Says aloud that a test could not be done here.
pub(crate) fn skipped(why: &str) {
    gopie::ui::say(&format!("SKIPPED: {why}"));
}
