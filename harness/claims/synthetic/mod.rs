//! Made-up runs for tests: whatever shape of data is wanted, with no Go and no clock.

mod info;
mod ladder;
mod memory;
pub(crate) mod releases;
pub(crate) mod speed;
mod timing;

use crate::config::{Contrast, Contrasts, Variant};
use crate::digest::of_bytes;
use crate::results::{ArtifactRow, Run, Status};

pub(crate) use ladder::Costs;

/// The run as if a variant had been built without `-trimpath`.
pub(crate) fn untrimmed(run: &Run, variant: &str) -> Run {
    let mut run = run.clone();
    run.info.variants.iter_mut().filter(|one| one.name == variant).for_each(|one| one.trimpath = false);
    run
}

/// The run with another name for a variant.
pub(crate) fn renamed(mut run: Run, variant: &str, name: &str) -> Run {
    let other = |id: &mut String| *id = id.replace(&format!("/{variant}/"), &format!("/{name}/"));
    run.info
        .variants
        .iter_mut()
        .filter(|one| one.name == variant)
        .for_each(|one| name.clone_into(&mut one.name));
    run.facts.iter_mut().for_each(|row| other(&mut row.case));
    for row in run.artifacts.iter_mut().filter(|row| row.variant == variant) {
        name.clone_into(&mut row.variant);
        other(&mut row.id);
    }
    run
}

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
    /// Anonymous memory in bytes.
    pub(crate) memory: u64,
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
    /// What the relocation ladder comes to; nothing where it is not climbed.
    pub(crate) ladder: Vec<Costs>,
    /// Half the width of the intervals that hold all at once, as a logarithm.
    pub(crate) simultaneous: Option<f64>,
    /// By what the ratios over layouts differ from those of this one, where there are any.
    pub(crate) over_layouts: Option<f64>,
    /// Why scheduled blocks were not quiet; there are then no wall times of theirs.
    pub(crate) unquiet: &'static str,
    /// How far the memory of copies is apart, in eighths of their range.
    pub(crate) scatter: u64,
}

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
        memory: 550_000,
        status: Status::Built,
    };
    let loader = Shape {
        link: |_| Link::Loader,
        pie: true,
        size: 1.098,
        relocations: 5112,
        relro: "partial",
        start: 1.43,
        memory: 690_000,
        status: Status::Built,
    };
    let libc = Shape { link: |_| Link::LoaderAndLibc, ..loader };
    [
        fixed,
        fixed,
        Shape { link: link_of_default, ..fixed },
        loader,
        Shape { pie: false, size: 1.014, relocations: 47, start: 1.82, memory: 670_000, ..libc },
        Shape { size: 1.108, relocations: 5194, start: 1.90, memory: 770_000, ..libc },
        Shape { link: |_| Link::StaticPie, size: 1.8, relocations: 6482, start: 1.65, ..loader },
        Shape { size: 1.03, relocations: 5194, relro: "full", start: 1.89, memory: 800_000, ..libc },
    ]
};

#[derive(serde::Deserialize)]
struct Tables {
    variant: Vec<toml::Table>,
    contrast: Vec<Contrast>,
}

impl Default for Synthetic {
    fn default() -> Self {
        let tables: Tables = toml::from_str(include_str!("variants.toml")).expect("variants and contrasts");
        let variants = tables.variant.into_iter().map(|mut table| {
            let name = table["name"].as_str().unwrap_or_default().to_owned();
            table.insert("why".to_owned(), format!("Why there is {name}.").into());
            table.insert("source".to_owned(), "made up".into());
            table.try_into::<Variant>().expect("a variant")
        });
        let base = |name, size, start, contrasts| Base { name, size, start, contrasts };
        Self {
            programs: vec![
                base("hello", 1_312_152.0, 0.000_7, Contrasts::All),
                base("net", 5_612_152.0, 0.002, Contrasts::Primary),
            ],
            variants: variants.zip(SHAPES).collect(),
            contrasts: tables.contrast,
            c_compiler: true,
            strip: true,
            noise: 0.01,
            width: 0.012,
            copies: 8,
            ladder: Vec::new(),
            simultaneous: None,
            over_layouts: None,
            unquiet: "",
            scatter: 1000,
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
            info: info::info(self),
            artifacts: Vec::new(),
            facts: Vec::new(),
            blocks: Vec::new(),
            estimates: Vec::new(),
            ladder: Vec::new(),
            calibrations: Vec::new(),
            emulated: Vec::new(),
            builds: Vec::new(),
            layouts: Vec::new(),
            libraries: Vec::new(),
            memory: Vec::new(),
            probes: Vec::new(),
            traces: Vec::new(),
            trials: Vec::new(),
        };
        for program in &self.programs {
            for (variant, shape) in &self.variants {
                for stripped in [false, true] {
                    self.artifact(program, variant, shape, stripped, &mut run);
                }
            }
            timing::add(self, program, &mut run);
        }
        for costs in &self.ladder {
            costs.climb(self, &mut run);
        }
        memory::add(self, &mut run);
        run
    }

    fn artifact(&self, program: &Base, variant: &Variant, shape: &Shape, stripped: bool, run: &mut Run) {
        let id = id(program.name, &variant.name, stripped);
        let status = if stripped && !self.strip { Status::Unsupported } else { shape.status };
        let built = status == Status::Built;
        let original =
            format!("{} {:?} {stripped}", program.name, variant.copy_of.as_ref().unwrap_or(&variant.name));
        let size = rounded(program.size * shape.size * if stripped { 1.0 } else { 1.6 });
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
            sha256: if built { of_bytes(original.as_bytes()) } else { String::new() },
            size: built.then_some(size),
            command: "$GOROOT/bin/go build -trimpath -o artifact .".to_owned(),
            environment: "GOOS=linux GOARCH=amd64".to_owned(),
        });
        if built {
            info::facts(&id, program.name, shape, size, stripped, &mut run.facts);
        }
    }

    /// The start of a variant that was built, relative to the first's.
    fn start(&self, name: &str) -> Option<f64> {
        let (_, shape) = self.variants.iter().find(|(variant, _)| variant.name == name)?;
        (shape.status == Status::Built).then_some(shape.start)
    }
}

/// Whether a variant was built and is on a side of what is timed of a program.
fn is_started(data: &Synthetic, program: &Base, name: &str) -> bool {
    let pairs =
        data.contrasts.iter().filter(|contrast| contrast.primary || program.contrasts == Contrasts::All);
    let mut pairs = pairs.filter(|contrast| contrast.base == name || contrast.changed == name);
    data.start(name).is_some() && pairs.next().is_some()
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "sizes of tests are small")]
fn rounded(size: f64) -> u64 {
    size.round() as u64
}

fn id(program: &str, variant: &str, stripped: bool) -> String {
    format!("{program}/{variant}/go1.27.3/linux-amd64{}", if stripped { "/stripped" } else { "" })
}
