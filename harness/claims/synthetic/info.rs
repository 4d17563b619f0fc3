//! What a made-up run says of itself, and the facts of its artifacts.

use super::{Base, Link, Shape, Synthetic};
use crate::config::{Contrasts, Program, RunKind};
use crate::machine::Machine;
use crate::results::{FactRow, Harness, RunInfo, SCHEMA, Sampling};
use crate::toolchain::{Build, CCompiler, Origin, Toolchain};

pub(super) fn info(data: &Synthetic) -> RunInfo {
    let compiler = CCompiler {
        command: "gcc".to_owned(),
        version: "gcc (GCC) 12.2.0".to_owned(),
        linker: "GNU ld 2.40".to_owned(),
        sha256: "12".repeat(32),
        libc: String::new(),
        loader: String::new(),
        path: "/usr/bin/gcc".into(),
    };
    let program = |base: &Base| {
        let table = format!(
            "name = \"{}\"\nwhat = \"a program\"\nsource = {{ module = \"m\" }}\nruns = \"quick\"\n\
             contrasts = \"{}\"\nstart = {{}}\n[workload]\nstdout_sha256 = {{ go = \"00\" }}\n",
            base.name,
            if base.contrasts == Contrasts::All { "all" } else { "primary" }
        );
        toml::from_str::<Program>(&table).expect("a program")
    };
    RunInfo {
        schema: SCHEMA,
        name: "local".to_owned(),
        command: vec!["run".to_owned()],
        kind: RunKind::Default,
        started: "2026-11-24T01:00:00Z".to_owned(),
        finished: Some("2026-11-24T01:05:00Z".to_owned()),
        resumed: 0,
        harness: Harness {
            version: "0.1.0".to_owned(),
            commit: "0123456789ab".to_owned(),
            profile: "release".to_owned(),
        },
        machine: Machine {
            host: "linux/amd64".to_owned(),
            kernel: "Linux 6.1.0-18-amd64 #1 SMP".to_owned(),
            cpu: "An x86-64 processor".to_owned(),
            cpus: 2,
            memory: 8_000_000_000,
            governor: "none".to_owned(),
            libc: "glibc 2.36".to_owned(),
            hypervisor: "none seen".to_owned(),
            address_randomisation: "2".to_owned(),
            huge_pages: "madvise".to_owned(),
            cpu_accounting: "tick".to_owned(),
            file_system: "ext4".to_owned(),
            boot: "ef".repeat(32),
        },
        toolchains: vec![Toolchain {
            release: "go1.27.3".to_owned(),
            version: "go version go1.27.3 linux/amd64".to_owned(),
            origin: Origin::Path,
            build: Build::Release,
            go_sha256: "34".repeat(32),
            link_sha256: "56".repeat(32),
            compile_sha256: "78".repeat(32),
            goroot: "/usr/lib/go".into(),
        }],
        targets: vec!["linux/amd64".to_owned()],
        missing: Vec::new(),
        cross: std::collections::BTreeMap::new(),
        facts_only: false,
        c_compiler: data.c_compiler.then_some(compiler),
        own_compilers: Vec::new(),
        strip: data.strip.then(|| "GNU strip 2.40".to_owned()),
        build_place: None,
        sampling: Sampling {
            budget_seconds: 100.0,
            ladder_seconds: 0.0,
            copies: data.copies,
            seed: 1,
            timeout_seconds: 10.0,
            layouts: 10,
        },
        programs: data.programs.iter().map(program).collect(),
        rungs: Vec::new(),
        variants: data.variants.iter().map(|(variant, _)| variant.clone()).collect(),
        contrasts: data.contrasts.clone(),
        plan_sha256: "9a".repeat(32),
        not_measured: Vec::new(),
    }
}

pub(super) fn facts(
    case: &str,
    program: &str,
    shape: &Shape,
    size: u64,
    stripped: bool,
    rows: &mut Vec<FactRow>,
) {
    let mut add = |metric: &str, key: &str, unit: &str, number: Option<u64>, text: &str| {
        rows.push(FactRow {
            case: case.to_owned(),
            metric: metric.to_owned(),
            key: key.to_owned(),
            unit: unit.to_owned(),
            number,
            text: text.to_owned(),
        });
    };
    let link = (shape.link)(program);
    let linkage = match link {
        Link::Static => "static",
        Link::StaticPie => "static-pie",
        Link::Loader | Link::LoaderAndLibc => "dynamic",
    };
    add("file-size", "", "bytes", Some(size), "");
    add("elf-type", "", "text", None, if shape.pie { "DYN" } else { "EXEC" });
    add("linkage", "", "text", None, linkage);
    add("pie", "", "bool", Some(u64::from(shape.pie)), "");
    if linkage == "dynamic" {
        add("interpreter", "", "text", None, "/lib64/ld-linux-x86-64.so.2");
    }
    if link == Link::LoaderAndLibc {
        add("needed", "libc.so.6", "count", Some(1), "");
    }
    let table = shape.relocations * 24;
    add("relocations", "", "count", Some(shape.relocations), "");
    add("relocation-table-size", "", "bytes", Some(table), "");
    add("relro", "", "text", None, shape.relro);
    add("bind-now", "", "bool", Some(u64::from(shape.relro == "full")), "");
    let symbols = if stripped { 0 } else { size * 3 / 8 };
    let rest = size.saturating_sub(table + symbols);
    let parts = [
        ("headers", 4000),
        ("code", rest * 4 / 10),
        ("read-only data", rest / 10),
        ("pc-line tables", rest * 3 / 10),
        ("writable data", rest / 20),
        ("relocation tables", table),
        ("debug data", symbols),
    ];
    let known: u64 = parts.iter().map(|(_, bytes)| bytes).sum();
    for (meaning, bytes) in parts {
        add("size-by-meaning", meaning, "bytes", Some(bytes), "");
    }
    add("size-by-meaning", "padding and unmapped", "bytes", Some(size.saturating_sub(known)), "");
}
