//! Programs that require modules: fetched through a proxy, other than their checksums say, and not to be had.
//! What cannot be had is a row with Go's own words, and nothing else is lost.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::Bench;
use super::bench::{Row, done, go};

/// A package that prints `1`.
const SOURCE: &str = "package dep\n\nimport \"os\"\n\nfunc Print() { os.Stdout.WriteString(\"1\\n\") }\n";

/// Puts a module that prints `1` into a folder that is a module proxy.
/// Source: Go Modules Reference, "GOPROXY protocol" and "Module zip files".
fn publish(proxy: &Path, module: &str) {
    let folder = proxy.join(module).join("@v");
    fs::create_dir_all(&folder).expect("makes");
    let go_mod = format!("module {module}\n\ngo 1.21\n");
    for (name, text) in
        [("list", "v1.0.0\n"), ("v1.0.0.info", "{\"Version\":\"v1.0.0\"}"), ("v1.0.0.mod", go_mod.as_str())]
    {
        fs::write(folder.join(name), text).expect("writes");
    }
    let mut zip = ZipWriter::new(File::create(folder.join("v1.0.0.zip")).expect("makes"));
    for (name, text) in [("go.mod", go_mod.as_str()), ("dep.go", SOURCE)] {
        zip.start_file(format!("{module}@v1.0.0/{name}"), SimpleFileOptions::default()).expect("begins");
        zip.write_all(text.as_bytes()).expect("writes");
    }
    zip.finish().expect("ends");
}

/// The lines of `go.sum` for a published module, as Go writes them.
fn sums(bench: &Bench, proxy: &str, module: &str) -> String {
    let (goroot, env, _) = go();
    let output = Command::new(goroot.join("bin/go"))
        .args(["mod", "download", "-json", &format!("{module}@v1.0.0")])
        .current_dir(bench.path("."))
        .env_clear()
        .envs(&env)
        .env("GOMODCACHE", bench.path("modules"))
        .env("GOFLAGS", "-modcacherw")
        .env("GOPROXY", proxy)
        .output()
        .expect("starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let told: serde_json::Value = serde_json::from_slice(&output.stdout).expect("is JSON");
    let sum = |key: &str| told[key].as_str().expect("is told").to_owned();
    format!("{module} v1.0.0 {}\n{module} v1.0.0/go.mod {}\n", sum("Sum"), sum("GoModSum"))
}

/// Adds a program that prints what a module does.
fn program(bench: &Bench, name: &str, module: &str, sums: &str) -> String {
    let folder = format!("mine/{name}");
    let go_mod = format!("module x.example/{name}\n\ngo 1.21\n\nrequire {module} v1.0.0\n");
    bench.write(&format!("{folder}/go.mod"), &go_mod);
    bench.write(&format!("{folder}/go.sum"), sums);
    bench.write(
        &format!("{folder}/main.go"),
        &format!("package main\n\nimport dep \"{module}\"\n\nfunc main() {{ dep.Print() }}\n"),
    );
    let digest = "4355a46b19d348dc2f57c046f8ef63d4538ebb936000f3c9ee954a27460dd865";
    format!(
        "[[program]]\nname = \"{name}\"\nwhat = \"a test's\"\nsource = {{ module = \"{name}\" }}\nruns = \"quick\"\n\
         start = {{ stdout = \"1\\n\" }}\n[program.workload]\nstdout_sha256 = {{ go = \"{digest}\" }}\n"
    )
}

/// Status and reason of each case of a program.
fn cases<'a>(rows: &'a [Row], program: &str) -> Vec<(&'a str, &'a str)> {
    let own: Vec<&Row> = rows.iter().filter(|row| row.get("program") == program).collect();
    assert_eq!(own.len(), 4, "{program}");
    own.iter().map(|row| (row.get("status"), row.get("reason"))).collect()
}

const RUN: &str = "run --config mine --variants static,pie-internal --budget 500ms";

#[test]
fn a_checksum_that_differs_fails_its_program_and_no_other() {
    let bench = Bench::new();
    let proxy = format!("file://{}", bench.path("proxy").display());
    for module in ["sound.example/dep", "forged.example/dep"] {
        publish(&bench.path("proxy"), module);
    }
    let sound = sums(&bench, &proxy, "sound.example/dep");
    // The zip file is another one than that of the checksum.
    let forged = sums(&bench, &proxy, "forged.example/dep").replacen("h1:", "h1:AAAA", 1);
    let (line, rest) = forged.split_once('\n').expect("two lines");
    let forged = format!("{}=\n{rest}", &line[..line.len() - 5]);
    let tables = [
        program(&bench, "sound", "sound.example/dep", &sound),
        program(&bench, "forged", "forged.example/dep", &forged),
        program(&bench, "gone", "gone.example/dep", ""),
    ];
    bench.write("mine/programs.toml", &format!("schema = 1\n{}", tables.concat()));
    let mut run = bench.gopie(RUN);
    let done = done(&run.env("GOPROXY", &proxy).output().expect("starts")).with(3);

    let rows = bench.table("results/local/artifacts.csv");
    assert!(cases(&rows, "sound").iter().all(|case| *case == ("built", "")));
    for (status, reason) in &cases(&rows, "forged") {
        assert!(["failed", "skipped"].contains(status));
        let all = ["verifying forged.example/dep@v1.0.0: checksum mismatch", "go.sum:", "SECURITY ERROR"];
        assert!(all.iter().all(|words| reason.contains(words)), "{reason}");
        assert!(!reason.contains(&proxy), "{reason}");
    }
    let reasons = cases(&rows, "gone");
    for (status, reason) in &reasons {
        assert_eq!(*status, "skipped", "{reason}");
        assert!(reason.contains("reading $GOPROXY/gone.example/dep/@v/v1.0.0.mod"), "{reason}");
    }
    done.says("failed: forged/static/")
        .says("skipped: gone: cannot fetch the modules of $SRC")
        .says("hint: `go`");
    let report = bench.read("report/local/report.md");
    assert!(report.contains("SECURITY ERROR") && report.contains("Program `sound`"), "{report}");
}

#[test]
fn without_a_network_programs_that_need_it_are_skipped() {
    let bench = Bench::new();
    // What a package of the module itself has needs no fetching.
    let tables = [
        program(&bench, "absent", "absent.example/dep", ""),
        program(&bench, "alone", "x.example/alone/dep", ""),
    ];
    bench.write("mine/alone/go.mod", "module x.example/alone\n\ngo 1.21\n");
    bench.write("mine/alone/dep/dep.go", SOURCE);
    bench.write("mine/programs.toml", &format!("schema = 1\n{}", tables.concat()));
    let mut run = bench.gopie(RUN);
    let done = done(&run.env("GOPROXY", "off").output().expect("starts")).with(0);
    let rows = bench.table("results/local/artifacts.csv");
    assert!(cases(&rows, "alone").iter().all(|case| *case == ("built", "")));
    for (status, reason) in &cases(&rows, "absent") {
        assert_eq!(*status, "skipped");
        assert!(reason.contains("module lookup disabled by GOPROXY=off"), "{reason}");
    }
    done.says("4 built, 4 skipped").says("skipped: absent: ");
}

/// A build without `-trimpath` sees its folders elsewhere: modules, and a folder beside its own, have to be there too.
#[test]
fn modules_and_folders_that_stand_in_for_them_are_found_without_trimpath() {
    let bench = Bench::new();
    let proxy = format!("file://{}", bench.path("proxy").display());
    publish(&bench.path("proxy"), "sound.example/dep");
    let sound = sums(&bench, &proxy, "sound.example/dep");
    let tables = [
        program(&bench, "fetched", "sound.example/dep", &sound),
        program(&bench, "beside", "beside.example/dep", ""),
    ];
    bench.write("mine/programs.toml", &format!("schema = 1\n{}", tables.concat()));
    let go_mod = bench.read("mine/beside/go.mod");
    bench.write("mine/beside/go.mod", &format!("{go_mod}\nreplace beside.example/dep => ../../dep\n"));
    bench.write("dep/go.mod", "module beside.example/dep\n\ngo 1.21\n");
    bench.write("dep/dep.go", SOURCE);
    let mut run = bench.gopie("run --config mine --variants fedora-proposed --facts-only");
    done(&run.env("GOPROXY", &proxy).output().expect("starts")).with(0);
    let rows = bench.table("results/local/artifacts.csv");
    assert_eq!(rows.len(), 4);
    assert!(
        rows.iter().all(|row| row.get("status") == "built"),
        "{}",
        bench.read("results/local/artifacts.csv")
    );
}
