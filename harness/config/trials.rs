//! Trials of flags: variants that nobody ships, made from those that somebody does. Each flag of a distribution's
//! whole set on alone, each off alone, the full cross of build mode, link mode and cgo, and builds that find no C
//! compiler, or one that is none.

use std::path::PathBuf;

use super::Variant;

/// A C compiler that is none.
pub const BOGUS: &str = "/nonexistent/cc";
/// A loader that no system has.
const PINNED: &str = "/gopie/loader";

/// A build that is tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trial {
    /// Of which experiment it is: `on-alone`, `off-alone`, `cross`, `loader`, `other-host`, `no-c` or `bogus-c`.
    pub experiment: &'static str,
    /// What differs, as one would type it; empty of what the others are set beside.
    pub change: String,
    /// How it is built.
    pub variant: Variant,
}

/// One flag of a set.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Flag {
    Buildmode(String),
    Linkmode(String),
    Cgo(String),
    Tag(String),
    /// With its value, where that is a word of its own.
    Ldflag(Vec<String>),
    Extldflag(Vec<String>),
    Env(String, String),
    NoTrimpath,
}

impl Flag {
    fn all(set: &Variant) -> Vec<Self> {
        let mut all: Vec<Self> = Vec::new();
        all.extend(set.buildmode.iter().cloned().map(Self::Buildmode));
        all.extend(set.linkmode.iter().cloned().map(Self::Linkmode));
        all.extend(set.cgo_enabled.iter().cloned().map(Self::Cgo));
        all.extend(set.tags.iter().cloned().map(Self::Tag));
        all.extend(with_values(&set.ldflags).map(Self::Ldflag));
        all.extend(with_values(&set.extldflags).map(Self::Extldflag));
        all.extend(set.env.iter().map(|(name, value)| Self::Env(name.clone(), value.clone())));
        all.extend((!set.trimpath).then_some(Self::NoTrimpath));
        all
    }

    fn words(&self) -> String {
        match self {
            Self::Buildmode(mode) => format!("-buildmode={mode}"),
            Self::Linkmode(mode) => format!("-linkmode={mode}"),
            Self::Cgo(value) => format!("CGO_ENABLED={value}"),
            Self::Tag(tag) => format!("-tags={tag}"),
            Self::Ldflag(words) => format!("-ldflags={}", words.join(" ")),
            Self::Extldflag(words) => format!("-extldflags={}", words.join(" ")),
            Self::Env(name, value) => format!("{name}={value}"),
            Self::NoTrimpath => "no -trimpath".to_owned(),
        }
    }

    fn add(&self, to: &mut Variant) {
        match self.clone() {
            Self::Buildmode(mode) => to.buildmode = Some(mode),
            Self::Linkmode(mode) => to.linkmode = Some(mode),
            Self::Cgo(value) => to.cgo_enabled = Some(value),
            Self::Tag(tag) => to.tags.push(tag),
            Self::Ldflag(words) => to.ldflags.extend(words),
            Self::Extldflag(words) => to.extldflags.extend(words),
            Self::Env(name, value) => {
                to.env.insert(name, value);
            }
            Self::NoTrimpath => to.trimpath = false,
        }
    }

    fn take(&self, from: &mut Variant) {
        match self {
            Self::Buildmode(_) => from.buildmode = None,
            Self::Linkmode(_) => from.linkmode = None,
            Self::Cgo(_) => from.cgo_enabled = None,
            Self::Tag(tag) => from.tags.retain(|other| other != tag),
            Self::Ldflag(words) => from.ldflags.retain(|other| !words.contains(other)),
            Self::Extldflag(words) => from.extldflags.retain(|other| !words.contains(other)),
            Self::Env(name, _) => {
                from.env.remove(name);
            }
            Self::NoTrimpath => from.trimpath = true,
        }
    }
}

/// Flags, each with the words behind it that are none.
fn with_values(words: &[String]) -> impl Iterator<Item = Vec<String>> + '_ {
    words.chunk_by(|_, next| !next.starts_with('-')).map(<[String]>::to_vec)
}

/// Gives each variant of an experiment a name of its own.
fn numbered(experiment: &'static str, all: Vec<(String, Variant)>) -> Vec<Trial> {
    let trial = |(number, (change, variant)): (usize, (String, Variant))| Trial {
        experiment,
        change,
        variant: Variant { name: format!("{experiment}.{number}"), map: false, ..variant },
    };
    all.into_iter().enumerate().map(trial).collect()
}

/// Every flag of a set on alone over plain `go build`, and every one off alone.
pub fn ablation(plain: &Variant, set: &Variant) -> Vec<Trial> {
    let flags = Flag::all(set);
    let mut on = vec![(String::new(), plain.clone())];
    let mut off = vec![(String::new(), Variant { distribution: None, ..set.clone() })];
    for flag in &flags {
        let (mut with, mut without) = (plain.clone(), off[0].1.clone());
        flag.add(&mut with);
        flag.take(&mut without);
        on.push((flag.words(), with));
        off.push((flag.words(), without));
    }
    [numbered("on-alone", on), numbered("off-alone", off)].concat()
}

/// Build mode, link mode and cgo, each with each.
fn crossed(plain: &Variant, cgo: &[Option<&str>]) -> Vec<(String, Variant)> {
    let mut all = Vec::new();
    for mode in ["default", "pie"] {
        for link in [None, Some("internal"), Some("external")] {
            for cgo in cgo {
                let said = cgo.map_or("CGO_ENABLED unset".to_owned(), |value| format!("CGO_ENABLED={value}"));
                let linked = link.map_or(String::new(), |link| format!(" -linkmode={link}"));
                let variant = Variant {
                    buildmode: Some(mode.to_owned()),
                    linkmode: link.map(str::to_owned),
                    cgo_enabled: cgo.map(str::to_owned),
                    ..plain.clone()
                };
                all.push((format!("{said} -buildmode={mode}{linked}"), variant));
            }
        }
    }
    all
}

/// The full cross of build mode, link mode and cgo.
pub fn cross(plain: &Variant) -> Vec<Trial> {
    numbered("cross", crossed(plain, &[Some("0"), Some("1"), None]))
}

/// Where the path of the loader comes from: PIE by either linker, each with the path left to it, and pinned.
pub fn loader(plain: &Variant) -> Vec<Trial> {
    let by_go = format!("-I {PINNED}");
    let by_c = format!("-Wl,--dynamic-linker={PINNED}");
    let ways = [
        ("internal", "", ""),
        ("internal", by_go.as_str(), ""),
        ("external", "", ""),
        ("external", by_go.as_str(), ""),
        ("external", "", by_c.as_str()),
    ];
    let one = |(linkmode, ldflags, extldflags): (&str, &str, &str)| {
        let words = |flags: &str| flags.split_whitespace().map(str::to_owned).collect();
        let cgo = if linkmode == "external" { "1" } else { "0" };
        let variant = Variant {
            buildmode: Some("pie".to_owned()),
            linkmode: Some(linkmode.to_owned()),
            cgo_enabled: Some(cgo.to_owned()),
            ldflags: words(ldflags),
            extldflags: words(extldflags),
            ..plain.clone()
        };
        let said = |name: &str, flags: &str| {
            if flags.is_empty() { String::new() } else { format!(" -{name}={flags}") }
        };
        let change =
            format!("-linkmode={linkmode}{}{}", said("ldflags", ldflags), said("extldflags", extldflags));
        (change, variant)
    };
    numbered("loader", ways.into_iter().map(one).collect())
}

/// The path of the loader left to Go's linker on machines that have musl's alone, or none: the change, and the files
/// that stand for the machine. Musl's loader is named by the processor, of most as Rust names it.
pub fn other_hosts(plain: &Variant) -> Vec<(Trial, Vec<PathBuf>)> {
    let variant = Variant {
        buildmode: Some("pie".to_owned()),
        linkmode: Some("internal".to_owned()),
        cgo_enabled: Some("0".to_owned()),
        ..plain.clone()
    };
    let musl = PathBuf::from(format!("/lib/ld-musl-{}.so.1", std::env::consts::ARCH));
    let hosts = [("no loader", Vec::new()), ("musl's loader alone", vec![musl])];
    let changes = hosts.iter().map(|(host, _)| (format!("where there is {host}"), variant.clone()));
    let trials = numbered("other-host", changes.collect());
    trials.into_iter().zip(hosts).map(|(trial, (_, files))| (trial, files)).collect()
}

/// The same where no C compiler can be found, and where the one that is named is none.
pub fn without_c(plain: &Variant) -> Vec<Trial> {
    let mut bogus = crossed(plain, &[Some("0"), Some("1"), None]);
    for (_, variant) in &mut bogus {
        variant.env.insert("CC".to_owned(), BOGUS.to_owned());
    }
    [numbered("no-c", crossed(plain, &[Some("0"), Some("1"), None])), numbered("bogus-c", bogus)].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variant(keys: &str) -> Variant {
        toml::from_str(&format!("name = \"v\"\nwhy = \"\"\nsource = \"\"\n{keys}")).expect("a variant")
    }

    #[test]
    fn each_flag_is_on_alone_and_off_alone() {
        let plain = variant("");
        let set = variant(
            "buildmode = \"pie\"\nldflags = [\"-a\", \"1\", \"-b\"]\ntrimpath = false\nenv = { GOAMD64 = \"v2\" }",
        );
        let all = ablation(&plain, &set);
        let of = |experiment: &str| -> Vec<&Trial> {
            all.iter().filter(|trial| trial.experiment == experiment).collect()
        };
        let flags = ["", "-buildmode=pie", "-ldflags=-a 1", "-ldflags=-b", "GOAMD64=v2", "no -trimpath"];
        assert_eq!(of("on-alone").iter().map(|trial| trial.change.as_str()).collect::<Vec<_>>(), flags);
        let same = |variant: &Variant, other: &Variant| {
            Variant { name: String::new(), ..variant.clone() }
                == Variant { name: String::new(), ..other.clone() }
        };
        assert!(same(&of("on-alone")[0].variant, &plain) && same(&of("off-alone")[0].variant, &set));
        assert_eq!(of("on-alone")[2].variant.ldflags, ["-a", "1"]);
        assert_eq!(of("off-alone")[2].variant.ldflags, ["-b"]);
        assert_eq!(of("off-alone")[1].variant.buildmode, None);
        assert!(of("off-alone")[5].variant.trimpath && !of("on-alone")[5].variant.trimpath);
        let mut names: Vec<&str> = all.iter().map(|trial| trial.variant.name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all.len());
    }

    #[test]
    fn the_cross_is_full() {
        let all = cross(&variant(""));
        assert_eq!(all.len(), 18);
        let loader = loader(&variant(""));
        let pins = |trial: &&Trial| {
            [&trial.variant.ldflags, &trial.variant.extldflags]
                .into_iter()
                .flatten()
                .any(|flag| flag.ends_with(PINNED))
        };
        assert_eq!((loader.len(), loader.iter().filter(pins).count()), (5, 3));
        assert!(all.iter().any(|trial| trial.change == "CGO_ENABLED=0 -buildmode=pie -linkmode=internal"));
        let without = without_c(&variant(""));
        assert_eq!(without.iter().filter(|trial| trial.variant.own_compiler() == Some(BOGUS)).count(), 18);
    }
}
