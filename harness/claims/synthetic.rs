//! Made-up runs for tests: whatever shape of data is wanted, with no Go and no clock.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "rounded numbers that are far smaller than their type"
)]

use crate::config::{Contrast, Contrasts, Program, RunKind, Variant};
use crate::machine::Machine;
use crate::results::{
    ArtifactRow, BlockRow, EstimateRow, FactRow, Harness, Run, RunInfo, SCHEMA, Sampling, Status,
};
use crate::toolchain::{Build, CCompiler, Origin, Toolchain};

/// What an artifact asks of the system at start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Link {
    Static,
    StaticPie,
    Loader,
    LoaderAndLibc,
}

/// A variant's artifacts, relative to a program's own size and start.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    pub(crate) link: fn(&str) -> Link,
    pub(crate) pie: bool,
    pub(crate) size: f64,
    pub(crate) relocations: u64,
    pub(crate) relro: &'static str,
    pub(crate) start: f64,
    pub(crate) status: Status,
}

/// A program: its name, stripped size in bytes and CPU time of a start in seconds, both as the first variant.
#[derive(Clone, Debug)]
pub(crate) struct Base {
    pub(crate) name: &'static str,
    pub(crate) size: f64,
    pub(crate) start: f64,
    pub(crate) contrasts: Contrasts,
}

#[derive(Clone, Debug)]
pub(crate) struct Synthetic {
    pub(crate) programs: Vec<Base>,
    pub(crate) variants: Vec<(Variant, Shape)>,
    pub(crate) contrasts: Vec<Contrast>,
    pub(crate) c_compiler: bool,
    pub(crate) strip: bool,
    /// Half the width of the control's interval, and of the others', as logarithms.
    pub(crate) noise: f64,
    pub(crate) width: f64,
    pub(crate) copies: u32,
}

const VARIANTS: &str = r#"
[[variant]]
name = "static"
buildmode = "default"
linkmode = "internal"
cgo_enabled = "0"
[[variant]]
name = "control"
copy_of = "static"
[[variant]]
name = "default"
[[variant]]
name = "pie-internal"
buildmode = "pie"
linkmode = "internal"
cgo_enabled = "0"
[[variant]]
name = "exe-external"
buildmode = "default"
linkmode = "external"
cgo_enabled = "1"
[[variant]]
name = "pie-external"
buildmode = "pie"
linkmode = "external"
cgo_enabled = "1"
[[variant]]
name = "static-pie"
buildmode = "pie"
linkmode = "external"
cgo_enabled = "1"
extldflags = ["-static-pie"]
[[variant]]
name = "fedora-like"
buildmode = "pie"
linkmode = "external"
tags = ["rpm_crashtraceback"]
ldflags = ["-compressdwarf=false"]
extldflags = ["-Wl,-z,pack-relative-relocs", "-Wl,-z,now"]
trimpath = false
changes = [{ flag = "-specs=redhat-hardened-ld", by = "-pie", why = "the file exists on Fedora only" }]
"#;

fn link_of_default(program: &str) -> Link {
    if program == "net" { Link::LoaderAndLibc } else { Link::Static }
}

/// Shapes of the variants above, in their order.
const SHAPES: [Shape; 8] = {
    let fixed = Shape {
        link: |_| Link::Static,
        pie: false,
        size: 1.0,
        relocations: 0,
        relro: "not-applicable",
        start: 1.0,
        status: Status::Built,
    };
    let loader = Shape {
        link: |_| Link::Loader,
        pie: true,
        size: 1.098,
        relocations: 5112,
        relro: "partial",
        start: 1.43,
        status: Status::Built,
    };
    let libc = Shape { link: |_| Link::LoaderAndLibc, ..loader };
    [
        fixed,
        fixed,
        Shape { link: link_of_default, ..fixed },
        loader,
        Shape { pie: false, size: 1.014, relocations: 47, start: 1.82, ..libc },
        Shape { size: 1.108, relocations: 5194, start: 1.90, ..libc },
        Shape { link: |_| Link::StaticPie, size: 1.8, relocations: 6482, start: 1.65, ..loader },
        Shape { size: 1.03, relocations: 5194, relro: "full", start: 1.89, ..libc },
    ]
};

const CONTRASTS: &str = r#"
contrast = [
    { name = "pie-given-internal", what = "PIE, given internal linking", base = "static", changed = "pie-internal", primary = true, quick = true, pie_only = true },
    { name = "pie-given-external", what = "PIE, given external linking", base = "exe-external", changed = "pie-external", primary = true, pie_only = true },
    { name = "external-linking", what = "external linking", base = "default", changed = "exe-external" },
    { name = "fedora-total", what = "Fedora's whole set against the proposal", base = "static", changed = "fedora-like", primary = true, total = true },
    { name = "noise-floor", what = "nothing: fresh copies of the same bytes", base = "static", changed = "control", primary = true, control = true },
]
"#;

#[derive(serde::Deserialize)]
struct Tables {
    #[serde(default)]
    variant: Vec<toml::Table>,
    #[serde(default)]
    contrast: Vec<Contrast>,
}

impl Default for Synthetic {
    fn default() -> Self {
        let tables: Tables = toml::from_str(VARIANTS).expect("variants");
        let variants = tables.variant.into_iter().map(|mut table| {
            let name = table["name"].as_str().unwrap_or_default().to_owned();
            table.insert("why".to_owned(), format!("Why there is {name}.").into());
            table.insert("source".to_owned(), "made up".into());
            table.try_into::<Variant>().expect("a variant")
        });
        let contrasts: Tables = toml::from_str(CONTRASTS).expect("contrasts");
        let base = |name, size, start, contrasts| Base { name, size, start, contrasts };
        Self {
            programs: vec![
                base("hello", 1_312_152.0, 0.000_7, Contrasts::All),
                base("net", 5_612_152.0, 0.002, Contrasts::Primary),
            ],
            variants: variants.zip(SHAPES).collect(),
            contrasts: contrasts.contrast,
            c_compiler: true,
            strip: true,
            noise: 0.01,
            width: 0.012,
            copies: 8,
        }
    }
}

impl Synthetic {
    /// Changes the shape of a variant.
    pub(crate) fn shape(mut self, variant: &str, change: impl Fn(&mut Shape)) -> Self {
        for (_, shape) in self.variants.iter_mut().filter(|(known, _)| known.name == variant) {
            change(shape);
        }
        self
    }

    /// Leaves a variant out, with its contrasts.
    pub(crate) fn without(mut self, variant: &str) -> Self {
        self.variants.retain(|(known, _)| known.name != variant);
        self.contrasts.retain(|contrast| contrast.base != variant && contrast.changed != variant);
        self
    }

    pub(crate) fn run(&self) -> Run {
        let mut run = Run {
            info: self.info(),
            artifacts: Vec::new(),
            facts: Vec::new(),
            blocks: Vec::new(),
            estimates: Vec::new(),
        };
        for program in &self.programs {
            for (variant, shape) in &self.variants {
                for stripped in [false, true] {
                    self.artifact(program, variant, shape, stripped, &mut run);
                }
            }
            self.timing(program, &mut run);
        }
        run
    }

    fn artifact(&self, program: &Base, variant: &Variant, shape: &Shape, stripped: bool, run: &mut Run) {
        let id = id(program.name, &variant.name, stripped);
        let status = if stripped && !self.strip { Status::Unsupported } else { shape.status };
        let built = status == Status::Built;
        let whole = program.size * shape.size * if stripped { 1.0 } else { 1.6 };
        let size = whole.round() as u64;
        let cgo = variant.cgo_enabled.clone().unwrap_or_else(|| u8::from(self.c_compiler).to_string());
        run.artifacts.push(ArtifactRow {
            id: id.clone(),
            program: program.name.to_owned(),
            variant: variant.name.clone(),
            toolchain: "go1.27.3".to_owned(),
            target: "linux/amd64".to_owned(),
            stripped,
            status,
            reason: if built { String::new() } else { "ld: cannot find -lc\n| twice".to_owned() },
            cgo_enabled: cgo,
            sha256: if built { "ab".repeat(32) } else { String::new() },
            size: built.then_some(size),
            command: "$GOROOT/bin/go build -trimpath -o artifact .".to_owned(),
            environment: "GOOS=linux GOARCH=amd64".to_owned(),
        });
        if built {
            facts(&id, program.name, shape, size, stripped, &mut run.facts);
        }
    }

    fn timing(&self, program: &Base, run: &mut Run) {
        let started = |name: &str| {
            let pairs = self
                .contrasts
                .iter()
                .filter(|contrast| contrast.primary || program.contrasts == Contrasts::All);
            let mut pairs = pairs.filter(|contrast| contrast.base == name || contrast.changed == name);
            let built = self.start(name).is_some();
            built && pairs.next().is_some()
        };
        for (metric, scale) in [("cpu-time", 1.0), ("wall-time", 1.1)] {
            for condition in ["pinned", "scheduled"] {
                let row = |kind: &str, name: &str, statistic: &str, unit: &str, centre: f64, half: f64| {
                    EstimateRow {
                        kind: kind.to_owned(),
                        name: name.to_owned(),
                        program: program.name.to_owned(),
                        toolchain: "go1.27.3".to_owned(),
                        target: "linux/amd64".to_owned(),
                        metric: metric.to_owned(),
                        condition: condition.to_owned(),
                        statistic: statistic.to_owned(),
                        unit: unit.to_owned(),
                        estimate: centre,
                        low: (self.copies > 1).then_some(centre - half),
                        high: (self.copies > 1).then_some(centre + half),
                        confidence: 0.95,
                        units: self.copies,
                        starts: u64::from(self.copies) * 60,
                        samples_sha256: "cd".repeat(32),
                    }
                };
                for (variant, _) in self.variants.iter().filter(|(variant, _)| started(&variant.name)) {
                    let Some(start) = self.start(&variant.name) else { continue };
                    let centre = program.start * start * scale;
                    let id = id(program.name, &variant.name, self.strip);
                    for copy in 0..self.copies {
                        let off = (f64::from(copy) / f64::from(self.copies) - 0.5) * 0.06;
                        let dot = row("case", &id, "copy-centre", "seconds", centre * (1.0 + off), 0.0);
                        run.estimates.push(EstimateRow {
                            low: None,
                            high: None,
                            units: 1,
                            starts: 30,
                            ..dot
                        });
                    }
                    run.estimates.push(row("case", &id, "centre", "seconds", centre, centre * 0.02));
                }
                for contrast in &self.contrasts {
                    if !started(&contrast.base) || !started(&contrast.changed) {
                        continue;
                    }
                    let (Some(base), Some(changed)) =
                        (self.start(&contrast.base), self.start(&contrast.changed))
                    else {
                        continue;
                    };
                    let half = if contrast.control { self.noise } else { self.width };
                    let ratio = changed / base;
                    run.estimates.push(row(
                        "contrast",
                        &contrast.name,
                        "ratio",
                        "ratio",
                        ratio,
                        ratio * half,
                    ));
                    let unit = program.start * scale;
                    let difference = (changed - base) * unit;
                    run.estimates.push(row(
                        "contrast",
                        &contrast.name,
                        "difference",
                        "seconds",
                        difference,
                        unit * base * half,
                    ));
                }
                run.blocks.push(BlockRow {
                    block: run.blocks.len() as u32,
                    program: program.name.to_owned(),
                    affinity: condition.to_owned(),
                    copy: 0,
                    cpu: Some(1),
                    rounds: 30,
                    seconds: 1.5,
                    steal_seconds: Some(0.0),
                    cpu_pressure_seconds: Some(0.1),
                    voided: false,
                    reason: String::new(),
                });
            }
        }
    }

    /// The start of a variant that was built, relative to the first's.
    fn start(&self, name: &str) -> Option<f64> {
        let (_, shape) = self.variants.iter().find(|(variant, _)| variant.name == name)?;
        (shape.status == Status::Built).then_some(shape.start)
    }

    fn info(&self) -> RunInfo {
        let compiler = CCompiler {
            command: "gcc".to_owned(),
            version: "gcc (GCC) 12.2.0".to_owned(),
            linker: "GNU ld 2.40".to_owned(),
            sha256: "12".repeat(32),
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
            c_compiler: self.c_compiler.then_some(compiler),
            strip: self.strip.then(|| "GNU strip 2.40".to_owned()),
            sampling: Sampling { budget_seconds: 100.0, copies: self.copies, seed: 1, timeout_seconds: 10.0 },
            programs: self.programs.iter().map(program).collect(),
            variants: self.variants.iter().map(|(variant, _)| variant.clone()).collect(),
            contrasts: self.contrasts.clone(),
            plan_sha256: "9a".repeat(32),
            not_measured: Vec::new(),
        }
    }
}

fn id(program: &str, variant: &str, stripped: bool) -> String {
    format!("{program}/{variant}/go1.27.3/linux-amd64{}", if stripped { "/stripped" } else { "" })
}

fn facts(case: &str, program: &str, shape: &Shape, size: u64, stripped: bool, rows: &mut Vec<FactRow>) {
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
