//! What TOML's grammar cannot say: names, references, digests; and choosing by name.

use std::collections::HashSet;
use std::path::Path;

use anyhow::{Result, anyhow};

use super::{Contrast, Language, Program, RunKind, Rung, Variant};
use crate::hint::HintExt;

const SCHEMA: u32 = 1;

/// What is wrong with a configuration.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ConfigError {
    /// A name has other characters than `[a-z0-9.-]`.
    #[error("the {kind} name {name:?} is not made of a-z, 0-9, `.` and `-`")]
    BadName {
        /// `program`, `variant` or `contrast`.
        kind: &'static str,
        /// The name.
        name: String,
    },
    /// Two tables have the same name.
    #[error("there are two {kind}s named {name:?}")]
    Twice {
        /// `program`, `variant` or `contrast`.
        kind: &'static str,
        /// The name.
        name: String,
    },
    /// A name that nothing has.
    #[error("there is no {kind} named {name:?}{}", nearest.as_ref().map_or(String::new(), |near| format!("; did you mean {near:?}?")))]
    Unknown {
        /// `program`, `variant` or `contrast`.
        kind: &'static str,
        /// The name.
        name: String,
        /// The nearest that there is.
        nearest: Option<String>,
    },
    /// A digest that is none.
    #[error("the program {program:?} has the stdout_sha256 {digest:?}, which is not 64 hexadecimal digits")]
    BadDigest {
        /// Name of the program.
        program: String,
        /// What stands in the digest's place.
        digest: String,
    },
    /// A rung that cannot be built.
    #[error(
        "a rung of the ladder has {} pointers, one every {} bytes: a stride is a multiple of 8, and all of them \
         take no more than a gibibyte",
        rung.pointers,
        rung.stride
    )]
    BadRung {
        /// The rung.
        rung: Rung,
    },
    /// A key of the other language.
    #[error("the variant {name:?} sets {key:?}, which does not apply to programs in {language:?}")]
    StrayKey {
        /// The variant.
        name: String,
        /// The key.
        key: &'static str,
        /// The variant's language.
        language: Language,
    },
    /// A list of `GOARCH`s that cannot be understood.
    #[error(
        "the variant {name:?} sets its build mode on {on:?}: that is a list of GOARCHs, or of those on which it is \
         not set, with `!` before every one"
    )]
    BadArchitectures {
        /// The variant.
        name: String,
        /// The list.
        on: Vec<String>,
    },
    /// A date that is none, or none where there has to be one.
    #[error(
        "the variant {name:?} says nothing of when its source is: a distribution's flags have a date such as \
         \"2026-07\""
    )]
    BadDate {
        /// The variant.
        name: String,
    },
    /// Variants of two languages, side by side.
    #[error("the {kind} {name:?} puts {first:?} beside {second:?}: one is for Go, the other for C")]
    TwoLanguages {
        /// `variant` or `contrast`.
        kind: &'static str,
        /// Its name.
        name: String,
        /// A variant.
        first: String,
        /// One of the other language.
        second: String,
    },
    /// A program that is its own original.
    #[error("the program {program:?} stands for itself: stands_for names the program that it is modelled on")]
    StandsForItself {
        /// Name of the program.
        program: String,
    },
    /// A program that asks for a variant of the other language.
    #[error("the program {program:?} names the variant {variant:?}, which is a way of building {language:?}")]
    OtherLanguage {
        /// Name of the program.
        program: String,
        /// Name of the variant.
        variant: String,
        /// The variant's language.
        language: Language,
    },
    /// A copy of a copy, or of itself.
    #[error("the variant {name:?} is a copy of {of:?}, which is a copy itself")]
    CopyOfCopy {
        /// The variant.
        name: String,
        /// What it copies.
        of: String,
    },
}

pub(super) fn schema(path: &Path, schema: u32) -> Result<()> {
    if schema == SCHEMA {
        return Ok(());
    }
    Err(anyhow!("{} has schema {schema}; this gopie reads schema {SCHEMA}", path.display()))
        .usage("use the gopie that the file was written for, or bring the file up to date")
}

pub(super) fn programs(programs: &[Program], variants: &[Variant]) -> Result<(), ConfigError> {
    let known: Vec<&str> = programs.iter().map(|program| program.name.as_str()).collect();
    let ways: Vec<&str> = variants.iter().map(|variant| variant.name.as_str()).collect();
    names("program", known.iter().copied())?;
    for program in programs {
        if let Some(original) = &program.stands_for {
            find("program", &known, original)?;
            if *original == program.name {
                return Err(ConfigError::StandsForItself { program: program.name.clone() });
            }
        }
        for name in &program.variants {
            let variant = &variants[find("variant", &ways, name)?];
            if variant.language != program.source.language() {
                let (program, variant, language) = (program.name.clone(), name.clone(), variant.language);
                return Err(ConfigError::OtherLanguage { program, variant, language });
            }
        }
        if let Some(rung) = program.rung().filter(|rung| !rung.sound()) {
            return Err(ConfigError::BadRung { rung });
        }
        let workloads = [Some(&program.workload), program.speed.as_ref()];
        for digest in workloads.into_iter().flatten().flat_map(|one| one.stdout_sha256.values()) {
            if digest.len() != 64 || !digest.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                let (program, digest) = (program.name.clone(), digest.clone());
                return Err(ConfigError::BadDigest { program, digest });
            }
        }
    }
    Ok(())
}

pub(super) fn variants(variants: &[Variant], contrasts: &[Contrast]) -> Result<(), ConfigError> {
    let known: Vec<&str> = variants.iter().map(|variant| variant.name.as_str()).collect();
    names("variant", known.iter().copied())?;
    names("contrast", contrasts.iter().map(|contrast| contrast.name.as_str()))?;
    for variant in variants {
        if let Some(key) = variant.stray_key() {
            let (name, language) = (variant.name.clone(), variant.language);
            return Err(ConfigError::StrayKey { name, key, language });
        }
        if !variant.has_sound_architectures() {
            let (name, on) = (variant.name.clone(), variant.buildmode_on.clone());
            return Err(ConfigError::BadArchitectures { name, on });
        }
        if !variant.has_sound_date() {
            return Err(ConfigError::BadDate { name: variant.name.clone() });
        }
        if let Some(of) = &variant.copy_of {
            let original = &variants[find("variant", &known, of)?];
            if original.copy_of.is_some() {
                return Err(ConfigError::CopyOfCopy { name: variant.name.clone(), of: of.clone() });
            }
            one_language("variant", &variant.name, variant, original)?;
        }
    }
    for contrast in contrasts {
        let base = &variants[find("variant", &known, &contrast.base)?];
        let changed = &variants[find("variant", &known, &contrast.changed)?];
        one_language("contrast", &contrast.name, base, changed)?;
        for part in &contrast.parts {
            find("contrast", &contrasts.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), part)?;
        }
    }
    Ok(())
}

fn one_language(
    kind: &'static str,
    name: &str,
    first: &Variant,
    second: &Variant,
) -> Result<(), ConfigError> {
    if first.language == second.language {
        return Ok(());
    }
    let (first, second) = (first.name.clone(), second.name.clone());
    Err(ConfigError::TwoLanguages { kind, name: name.to_owned(), first, second })
}

fn names<'a>(kind: &'static str, names: impl Iterator<Item = &'a str>) -> Result<(), ConfigError> {
    let mut seen = HashSet::new();
    for name in names {
        let well = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-".contains(&byte);
        if name.is_empty() || name.starts_with('.') || !name.bytes().all(well) {
            return Err(ConfigError::BadName { kind, name: name.to_owned() });
        }
        if !seen.insert(name) {
            return Err(ConfigError::Twice { kind, name: name.to_owned() });
        }
    }
    Ok(())
}

/// Position of a name among those known; the error suggests the nearest.
pub fn find(kind: &'static str, known: &[&str], name: &str) -> Result<usize, ConfigError> {
    known.iter().position(|other| *other == name).ok_or_else(|| {
        let near = known.iter().max_by(|a, b| strsim::jaro(a, name).total_cmp(&strsim::jaro(b, name)));
        let nearest = near.filter(|near| strsim::jaro(near, name) > 0.6).map(|near| (*near).to_owned());
        ConfigError::Unknown { kind, name: name.to_owned(), nearest }
    })
}

/// Those of `all` that are wanted, in the order of `all`; all of them where nothing is wanted.
pub fn select<T: Clone>(
    kind: &'static str,
    all: &[T],
    name: impl Fn(&T) -> &str,
    wanted: &[String],
) -> Result<Vec<T>, ConfigError> {
    let known: Vec<&str> = all.iter().map(&name).collect();
    for one in wanted {
        find(kind, &known, one)?;
    }
    let chosen = |one: &&T| wanted.is_empty() || wanted.iter().any(|wanted| wanted == name(one));
    Ok(all.iter().filter(chosen).cloned().collect())
}

/// The variants of a kind of run. Naming some overrides it, and makes those a part of any run.
pub fn variants_of(all: &[Variant], kind: RunKind, wanted: &[String]) -> Result<Vec<Variant>, ConfigError> {
    let mut chosen = select("variant", all, |variant| &variant.name, wanted)?;
    if wanted.is_empty() {
        chosen.retain(|variant| variant.runs <= kind);
    } else {
        for variant in &mut chosen {
            variant.runs = RunKind::Quick;
        }
    }
    Ok(chosen)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_suggested() {
        let known = ["static", "pie-internal", "pie-external"].map(String::from);
        let choose = |name: &str| select("variant", &known, |name| name, &[name.to_owned()]);
        assert_eq!(choose("static"), Ok(vec!["static".to_owned()]));
        let message = choose("pie-internl").expect_err("is unknown").to_string();
        assert_eq!(message, r#"there is no variant named "pie-internl"; did you mean "pie-internal"?"#);
        let message = choose("zzz").expect_err("is unknown").to_string();
        assert_eq!(message, r#"there is no variant named "zzz""#);
    }

    #[test]
    fn languages_are_not_mixed() {
        let variant = |text: &str| -> Variant {
            toml::from_str(&format!("why = \"\"\nsource = \"\"\n{text}")).expect("a variant")
        };
        let go = variant("name = \"go\"\nbuildmode = \"pie\"");
        let c = variant("name = \"c\"\nlanguage = \"c\"\ncc = [\"-O2\"]");
        let contrast: Contrast =
            toml::from_str("name = \"x\"\nwhat = \"x\"\nbase = \"go\"\nchanged = \"c\"").expect("a contrast");
        assert_eq!(variants(&[go.clone(), c.clone()], &[]), Ok(()));
        let message = variants(&[go, c.clone()], &[contrast]).expect_err("is mixed").to_string();
        assert_eq!(message, r#"the contrast "x" puts "go" beside "c": one is for Go, the other for C"#);
        let both = variant("name = \"both\"\nlanguage = \"c\"\nbuildmode = \"pie\"");
        let message = variants(&[both], &[]).expect_err("has a stray key").to_string();
        assert_eq!(message, r#"the variant "both" sets "buildmode", which does not apply to programs in C"#);
        let copy = variant("name = \"copy\"\ncopy_of = \"c\"");
        assert!(matches!(variants(&[c, copy], &[]), Err(ConfigError::TwoLanguages { .. })));
    }

    #[test]
    fn a_variant_of_full_runs_is_there_by_name_too() {
        let variant = |text: &str| -> Variant {
            toml::from_str(&format!("why = \"\"\nsource = \"\"\n{text}")).expect("a variant")
        };
        let all = [variant("name = \"usual\""), variant("name = \"rare\"\nruns = \"full\"")];
        let names = |kind, wanted: &[&str]| -> Vec<String> {
            let wanted: Vec<String> = wanted.iter().map(|name| (*name).to_owned()).collect();
            let chosen = variants_of(&all, kind, &wanted).expect("are known");
            chosen.into_iter().map(|variant| format!("{} {:?}", variant.name, variant.runs)).collect()
        };
        assert_eq!(names(RunKind::Default, &[]), ["usual Quick"]);
        assert_eq!(names(RunKind::Full, &[]), ["usual Quick", "rare Full"]);
        assert_eq!(names(RunKind::Default, &["rare"]), ["rare Quick"]);
        assert!(variants_of(&all, RunKind::Full, &["other".to_owned()]).is_err());
    }

    #[test]
    fn distributions_say_of_when_they_are_and_where_the_build_mode_is_set() {
        let check = |text: &str| {
            let text = format!("name = \"d\"\nwhy = \"\"\nsource = \"\"\nbuildmode = \"pie\"\n{text}");
            let variant: Variant = toml::from_str(&text).expect("a variant");
            variants(&[variant], &[]).map_err(|error| error.to_string())
        };
        assert_eq!(check("distribution = \"Arch\"\ndate = \"2026\"\nbuildmode_on = [\"!ppc64\"]"), Ok(()));
        let message = check("distribution = \"Arch\"").expect_err("has no date");
        assert!(message.starts_with("the variant \"d\" says nothing of when its source is"), "{message}");
        let message = check("buildmode_on = [\"x86_64\"]").expect_err("is no GOARCH");
        assert!(message.starts_with("the variant \"d\" sets its build mode on [\"x86_64\"]"), "{message}");
    }

    #[test]
    fn what_a_program_names_is_there() {
        let variant = |text: &str| -> Variant {
            toml::from_str(&format!("why = \"\"\nsource = \"\"\n{text}")).expect("a variant")
        };
        let ways =
            [variant("name = \"static\""), variant("name = \"c-exe\"\nlanguage = \"c\"\ncc = [\"-O2\"]")];
        let program = |name: &str, more: &str| -> Program {
            let table = format!(
                "name = \"{name}\"\nwhat = \"\"\nsource = {{ module = \"m\" }}\nruns = \"full\"\nstart = {{}}\n\
                 {more}\n[workload]\nstdout_sha256 = {{}}\n"
            );
            toml::from_str(&table).expect("a program")
        };
        let check = |more: &str| {
            let both = [program("like-it", more), program("original", "")];
            programs(&both, &ways).map_err(|error| error.to_string())
        };
        assert_eq!(check("stands_for = \"original\"\nvariants = [\"static\"]"), Ok(()));
        for (more, message) in [
            ("stands_for = \"orginal\"", r#"there is no program named "orginal"; did you mean "original"?"#),
            (
                "stands_for = \"like-it\"",
                r#"the program "like-it" stands for itself: stands_for names the program that it is modelled on"#,
            ),
            ("variants = [\"statc\"]", r#"there is no variant named "statc"; did you mean "static"?"#),
            (
                "variants = [\"c-exe\"]",
                r#"the program "like-it" names the variant "c-exe", which is a way of building C"#,
            ),
        ] {
            assert_eq!(check(more), Err(message.to_owned()), "{more}");
        }
    }

    #[test]
    fn names_are_checked() {
        let check = |names_: &[&str]| names("program", names_.iter().copied());
        assert!(check(&["hello", "go1.27-x"]).is_ok());
        for bad in ["", "Hello", "a/b", "..", "a b"] {
            assert!(matches!(check(&[bad]), Err(ConfigError::BadName { .. })), "{bad:?}");
        }
        assert!(matches!(check(&["a", "a"]), Err(ConfigError::Twice { .. })));
    }
}
