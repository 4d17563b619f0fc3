//! `gopie inspect`: files, folders, archives and lists; what is told, in which order, and what is passed over.

use std::ffi::OsStr;
use std::fs::{self, Permissions};
use std::io::Write as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::process::{Command, Stdio};

use serde_json::Value;

use super::Bench;
use super::bench::{Done, done};

/// An ELF file of a header alone: 64 bits, little-endian, `x86_64`, an executable.
fn elf() -> Vec<u8> {
    let mut bytes = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0\x3e\0\x01\0\0\0".to_vec();
    bytes.resize(52, 0);
    bytes.extend([64, 0, 56, 0, 0, 0, 64, 0, 0, 0, 0, 0]);
    bytes
}

fn member(name: &str, bytes: &[u8], size: usize) -> Vec<u8> {
    let mut all = format!("{name:16}{:12}{:6}{:6}{:8}{size:<10}`\n", 0, 0, 0, 644).into_bytes();
    all.extend(bytes);
    if !bytes.len().is_multiple_of(2) {
        all.push(b'\n');
    }
    all
}

fn write(bench: &Bench, name: &str, bytes: &[u8]) {
    let path = bench.path(name);
    fs::create_dir_all(path.parent().expect("has a parent")).expect("makes");
    fs::write(path, bytes).expect("writes");
}

/// A folder with a little of everything; nothing in it is unreadable.
fn folder(bench: &Bench) {
    write(bench, "all/b/program", &elf());
    write(bench, "all/a", &elf());
    write(bench, "all/cut", &elf()[..40]);
    write(bench, "all/empty", b"");
    write(bench, "all/text", b"#!/bin/sh\n");
    let archive = [b"!<arch>\n".to_vec(), member("x.o/", &elf(), 64), member("notes/", b"odd", 3)].concat();
    write(bench, "all/lib.a", &archive);
    symlink("..", bench.path("all/b/loop")).expect("links");
    symlink("nowhere", bench.path("all/dangling")).expect("links");
    let made = Command::new("mkfifo").arg(bench.path("all/pipe")).status().expect("mkfifo starts");
    assert!(made.success());
}

fn objects(done: &Done) -> Vec<Value> {
    done.stdout.lines().map(|line| serde_json::from_str(line).expect("is JSON")).collect()
}

/// Calls gopie with something on stdin.
fn call_with(bench: &Bench, args: &str, input: &[u8]) -> Done {
    let mut command = bench.gopie(args);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("starts");
    child.stdin.take().expect("is piped").write_all(input).expect("takes it");
    done(&child.wait_with_output().expect("ends"))
}

#[test]
fn the_object_has_its_keys_in_order() {
    let bench = Bench::new();
    write(&bench, "program", &elf());
    let done = bench.call("inspect --format json program").with(0);
    assert_eq!(done.stderr, "", "one file needs no summary");
    let keys = [
        "schema",
        "path",
        "sha256",
        "file_size",
        "elf",
        "class",
        "endian",
        "machine",
        "type",
        "linkage",
        "kind",
        "pie",
        "interpreter",
        "needed",
        "soname",
        "rpath",
        "runpath",
        "relocations",
        "total",
        "relative",
        "plt",
        "relr_words",
        "relr_addresses",
        "table_bytes",
        "pages",
        "by_type",
        "sections",
        "segments",
        "memory",
        "executable",
        "read_only",
        "relro",
        "writable",
        "bss",
        "hardening",
        "relro",
        "bind_now",
        "textrel",
        "nx",
        "stack_canary",
        "fortify",
        "go",
    ];
    let mut at = 0;
    for key in keys {
        let place = done.stdout[at..].find(&format!("\"{key}\":"));
        at += place.unwrap_or_else(|| panic!("no {key} behind byte {at} of {}", done.stdout)) + key.len();
    }
    let object = &objects(&done)[0];
    assert_eq!(object["schema"], 1);
    assert_eq!(object["elf"]["type"], "EXEC");
    assert_eq!(object["linkage"]["kind"], "static");
    assert_eq!(object["go"], Value::Null);
    assert_eq!(object["sha256"].as_str().map(str::len), Some(64));
    let done = bench.call("inspect --format json --no-hash program").with(0);
    assert_eq!(objects(&done)[0]["sha256"], Value::Null);
}

#[test]
fn a_real_program_is_told_in_every_format() {
    let bench = Bench::new();
    let gopie = env!("CARGO_BIN_EXE_gopie");
    let done = bench.call(&format!("inspect --no-hash --format json {gopie}")).with(0);
    let object = &objects(&done)[0];
    let sum =
        |object: &Value| object.as_object().map(|all| all.values().filter_map(Value::as_u64).sum::<u64>());
    assert_eq!(sum(&object["sizes"]), object["file_size"].as_u64());
    assert_eq!(sum(&object["relocations"]["by_type"]), object["relocations"]["total"].as_u64());
    let text = object["sections"].as_array().and_then(|all| all.iter().find(|one| one["name"] == ".text"));
    let text = text.expect("has code");
    assert_eq!((&text["type"], &text["flags"]), (&"PROGBITS".into(), &"AX".into()));
    assert!(text["address"].as_str().is_some_and(|address| address.starts_with("0x")));
    let block = bench.call(&format!("inspect --no-hash {gopie}")).with(0).stdout;
    assert!(block.starts_with(gopie) && block.contains("hardening") && !block.contains("sha256"), "{block}");
    let lines = bench.call(&format!("inspect --no-hash {gopie} {gopie}")).with(0).says("programs: 2").stdout;
    assert_eq!(lines.lines().count(), 3);
    assert!(lines.starts_with("LINKAGE") && lines.ends_with(&format!(" {gopie}\n")), "{lines}");
}

#[test]
fn a_folder_is_walked_and_all_but_what_is_damaged_is_told() {
    let bench = Bench::new();
    folder(&bench);
    let done = bench.call("inspect --format json all").with(3);
    let done = done
        .says("error: all/cut: truncated")
        .says("hint: ")
        .says("passed over: 6 (neither ELF nor archive 3");
    let done = done.says("links 2").says("devices 1").says("files read: 6, of them ELF: 2");
    let told: Vec<(String, String)> = objects(&done)
        .iter()
        .map(|object| {
            let what = object["member"].as_str().or(object["error"].as_str()).unwrap_or_default();
            (object["path"].as_str().unwrap_or_default().to_owned(), what.chars().take(9).collect())
        })
        .collect();
    let expected = [("all/a", ""), ("all/b/program", ""), ("all/cut", "truncated"), ("all/lib.a", "x.o")];
    assert_eq!(told, expected.map(|(path, what)| (path.to_owned(), what.to_owned())));
}

#[test]
fn what_is_named_must_be_a_file_that_can_be_told() {
    let bench = Bench::new();
    folder(&bench);
    let done = bench.call("inspect --format json all/text all/pipe nowhere all/empty all/a").with(3);
    let done = done.says("all/text: neither").says("all/pipe: not a regular file").says("all/empty: neither");
    done.says("nowhere: cannot be opened: No such file");
    symlink("all/a", bench.path("named")).expect("links");
    assert_eq!(objects(&bench.call("inspect --format json named").with(0)).len(), 1);
    bench.call("inspect").with(2);
    bench.call("inspect --format yaml all").with(2);
}

#[test]
fn an_unreadable_file_is_an_error_and_the_others_are_done() {
    let bench = Bench::new();
    folder(&bench);
    let secret = bench.path("all/secret");
    fs::write(&secret, elf()).expect("writes");
    fs::set_permissions(&secret, Permissions::from_mode(0o000)).expect("sets");
    if fs::read(&secret).is_ok() {
        let _ = writeln!(std::io::stderr(), "SKIPPED: this user reads what nobody may read");
        return;
    }
    let done = bench.call("inspect --format json all").with(3).says("all/secret: cannot be opened");
    assert_eq!(objects(&done).len(), 5);
}

#[test]
fn thin_archives_lead_to_their_files() {
    let bench = Bench::new();
    write(&bench, "thin/sub/far.o", &elf());
    write(&bench, "thin/plain", b"text");
    let names = b"sub/far.o/\n";
    let parts = [
        b"!<thin>\n".to_vec(),
        member("//", names, names.len()),
        member("/0", b"", 64),
        member("plain/", b"", 4),
        member("self.a/", b"", 9),
        member("gone.o/", b"", 64),
    ];
    write(&bench, "thin/self.a", &parts.concat());
    let done =
        bench.call("inspect --format json thin/self.a").with(3).says("thin/self.a(gone.o): cannot be opened");
    let objects = objects(&done);
    assert_eq!((objects.len(), &objects[0]["member"]), (2, &"sub/far.o".into()));
    assert_eq!(objects[0]["file_size"], 64);
    assert_eq!(objects[1]["member"], "gone.o");
}

#[test]
fn a_list_on_stdin_may_hold_anything() {
    let bench = Bench::new();
    folder(&bench);
    let done =
        call_with(&bench, "inspect --format json -", b"all\nall/a\n\nall/text\nall/b/loop\nall/b/program")
            .with(0);
    assert_eq!(objects(&done).len(), 2);
    done.says("passed over: 3 (neither ELF nor archive 1, links 1, folders in a list 1)");
    call_with(&bench, "inspect -", b"nowhere\n").with(3).says("error: nowhere: cannot be found");
    call_with(&bench, "inspect -", b"").with(0).says("files read: 0");
    write(&bench, "line\nbreak", &elf());
    let done = call_with(&bench, "inspect --format json -0 -", b"line\nbreak\0all/a\0").with(0);
    let paths: Vec<Value> = objects(&done).iter().map(|object| object["path"].clone()).collect();
    assert_eq!(paths, ["line\nbreak", "all/a"]);
}

#[test]
fn a_path_need_not_be_utf8() {
    let bench = Bench::new();
    let name = OsStr::from_bytes(b"odd/\xff\x1b[2J");
    fs::create_dir(bench.path("odd")).expect("makes");
    if let Err(error) = fs::write(bench.path("").join(name), elf()) {
        let _ = writeln!(std::io::stderr(), "SKIPPED: no such names here: {error}");
        return;
    }
    let object = &objects(&bench.call("inspect --format json odd").with(0))[0];
    assert_eq!(object["path"], "odd/\u{fffd}\u{1b}[2J");
    assert_eq!(object["path_bytes"], "6f64642fff1b5b324a");
    let lines = bench.call("inspect odd").with(0).stdout;
    assert!(lines.contains("odd/\u{fffd}\\u{1b}[2J"), "no escape reaches the terminal: {lines}");
}

#[test]
fn the_csv_has_a_header_and_a_row_for_each() {
    let bench = Bench::new();
    folder(&bench);
    fs::create_dir(bench.path("none")).expect("makes");
    let empty = bench.call("inspect --format csv none").with(0).stdout;
    assert_eq!(empty.lines().count(), 1);
    assert!(
        empty.starts_with("path,path_bytes,member,member_bytes,sha256,file_size,")
            && empty.ends_with(",error\n")
    );
    let done = bench.call("inspect --format csv all").with(3);
    fs::write(bench.path("table.csv"), done.stdout).expect("writes");
    let rows = bench.table("table.csv");
    let seen: Vec<_> =
        rows.iter().map(|row| (row.get("path"), row.get("member"), row.get("linkage"))).collect();
    let expected = [
        ("all/a", "", "static"),
        ("all/b/program", "", "static"),
        ("all/cut", "", ""),
        ("all/lib.a", "x.o", "static"),
    ];
    assert_eq!(seen, expected);
    assert!(rows[2].get("error").starts_with("truncated"));
}

#[test]
fn the_order_is_that_of_the_walk_every_time() {
    let bench = Bench::new();
    for number in 0..300 {
        write(&bench, &format!("many/{:02}/{number}", number % 7), &elf());
    }
    let first = bench.call("inspect --format json many").with(0).stdout;
    let paths: Vec<&str> = first.lines().filter_map(|line| line.split('"').nth(5)).collect();
    assert!(paths.len() == 300 && paths.is_sorted(), "{paths:?}");
    for _ in 0..5 {
        assert_eq!(bench.call("inspect --format json many").with(0).stdout, first);
    }
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let bench = Bench::new();
    for number in 0..500 {
        write(&bench, &format!("many/{number}"), &elf());
    }
    let mut command = bench.gopie("inspect --format json many");
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("starts");
    drop(child.stdout.take());
    let done = done(&child.wait_with_output().expect("ends")).with(0);
    assert_eq!(done.stderr, "");
}
