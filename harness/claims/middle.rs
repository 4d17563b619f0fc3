//! The middle ground: every variant as a vector of properties against its cost.
//!
//! One variant stands behind another only if it is better in no property and its cost is more beyond what the
//! intervals leave open. What does not apply is incomparable, and no properties are added up.

use super::effect::CPU_PINNED;
use super::probed::probed;
use super::subject::built;
use super::{Finding, Verdict, words};
use crate::config::{Language, PROPOSAL, Program, Variant};
use crate::results::{ArtifactRow, EstimateRow, Index, OK, Place, Status};

/// Whether a variant has a property; `None` where that does not apply or was not looked at.
type Has = Option<bool>;

/// A property, better where it is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Property {
    /// Its name in tables.
    pub name: &'static str,
    /// What somebody wants who wants it.
    pub wanted: &'static str,
    /// What is so where it is not there.
    pub lost: &'static str,
}

/// The properties, in the order of every vector.
pub const PROPERTIES: [Property; 7] = [
    Property {
        name: "starts alone",
        wanted: "a program that starts without the system's loader and libraries",
        lost: "it needs the system's loader, or libraries too",
    },
    Property {
        name: "no foreign code",
        wanted: "no code of others in the process",
        lost: "code of the loader, or of libraries too, is in the process",
    },
    Property {
        name: "code moves",
        wanted: "code at addresses that nobody knows beforehand",
        lost: "its code lies where the file says",
    },
    Property {
        name: "data moves",
        wanted: "data at addresses that nobody knows beforehand",
        lost: "its data lies where the file says",
    },
    Property {
        name: "full RELRO",
        wanted: "relocated data that is read-only, and functions bound at start",
        lost: "not all that is relocated is read-only afterwards, or functions are bound late",
    },
    Property {
        name: "no C needed",
        wanted: "a build without a C toolchain",
        lost: "it is built with a C toolchain",
    },
    Property {
        name: "system names",
        wanted: "users and hosts as the system's C library resolves them",
        lost: "users and hosts are those that Go finds by itself",
    },
];

/// A variant of a program: what it has, and what it costs.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice<'a> {
    /// The variant.
    pub variant: &'a str,
    /// One for each of [`PROPERTIES`].
    pub has: Vec<Has>,
    /// CPU time of a start against the proposal, pinned: the ratio with the interval that is judged by; none of the
    /// proposal itself.
    pub start: Option<(f64, f64, f64)>,
    /// Size of the stripped file, in bytes.
    pub size: Option<u64>,
}

/// So many of them are found by probes; the others are read from files.
const PROBED: usize = 4;

impl Choice<'_> {
    /// Whether it costs more than another one beyond what the intervals leave open.
    fn costs_more(&self, other: &Self) -> bool {
        matches!((self.start, other.start), (Some((_, low, _)), Some((_, _, high))) if low > high)
    }

    /// Whether both have the same properties, as far as is known of both.
    fn is_alike(&self, other: &Self) -> bool {
        self.has.iter().zip(&other.has).all(|(own, other)| own == other || own.is_none() || other.is_none())
    }

    /// Whether another one is as good in every property, and cheaper.
    fn stands_behind(&self, other: &Self) -> bool {
        let as_good = self.has.iter().zip(&other.has).all(|(own, others)| match (own, others) {
            (Some(own), Some(others)) => others >= own,
            (None, None) => true,
            _ => false,
        });
        as_good && self.costs_more(other)
    }
}

/// The choices of a program at home, in the order of the variants.
pub fn choices<'a>(index: &Index<'a>, program: &'a Program, place: Place<'a>) -> Vec<Choice<'a>> {
    let of = |probe: &str| probed(index, Language::Go, &[place], probe);
    let (roots, addresses, foreign) = (of("empty-root"), of("addresses"), of("foreign-code"));
    let found = |all: &[super::probed::Probed<'a>], variant: &str, key: &str| -> Option<f64> {
        let one = all.iter().find(|one| one.built.program == program.name && one.variant() == variant);
        one.and_then(|one| one.number(key))
    };
    let drawn = !super::addresses::draws_nothing(index);
    let own = built(index).into_iter().filter(|one| one.program == program.name && one.place == place);
    own.map(|one| {
        let variant = one.variant.name.as_str();
        let relro = index.text(&one.row.id, "relro");
        let has = vec![
            found(&roots, variant, "alone").map(|alone| alone > 0.0),
            found(&foreign, variant, "foreign code").map(|bytes| bytes == 0.0),
            found(&addresses, variant, "code at known addresses").filter(|_| drawn).map(|bytes| bytes == 0.0),
            found(&addresses, variant, "data: places").filter(|_| drawn).map(|places| places > 1.0),
            // Where nothing is relocated there is nothing to protect.
            relro.filter(|relro| *relro != "not-applicable").map(|relro| relro == "full"),
            Some(needs_no_c(index, one.variant, one.row)),
            names(index, place, one.row),
        ];
        let shipped = index.artifact(&program.name, variant, place, true).unwrap_or(one.row);
        Choice { variant, has, start: start(index, program, place, variant), size: shipped.size }
    })
    // What was neither probed nor timed is no choice.
    .filter(|one| one.start.is_some() || one.has.iter().take(PROBED).any(Option::is_some))
    .collect()
}

/// Whether it can be built where no C compiler is to be found: as the builds without one tell of its settings, where
/// they were tried; else only what was built without cgo.
fn needs_no_c(index: &Index<'_>, variant: &Variant, row: &ArtifactRow) -> bool {
    let cgo = variant.cgo_enabled.as_ref().map_or_else(|| " unset".to_owned(), |value| format!("={value}"));
    let mode = variant.buildmode.as_deref().unwrap_or("default");
    let link = variant.linkmode.as_ref().map_or_else(String::new, |mode| format!(" -linkmode={mode}"));
    let change = format!("CGO_ENABLED{cgo} -buildmode={mode}{link}");
    let tried =
        index.run().trials.iter().find(|trial| {
            trial.experiment == "no-c" && trial.program == row.program && trial.change == change
        });
    match tried.filter(|_| !variant.import_runtime_cgo) {
        Some(trial) => trial.status == Status::Built,
        None => row.cgo_enabled == "0",
    }
}

/// Whether the system's name service answers it: what was seen of the programs that look names up, not of this one;
/// only where these need libraries as this one does, since plain `go build` gives those C and this one none.
fn names(index: &Index<'_>, place: Place<'_>, row: &ArtifactRow) -> Has {
    let needs = |id: &str| index.facts(id, "needed").next().is_some();
    let all = probed(index, Language::Go, &[place], "names");
    let found: Vec<bool> = all
        .iter()
        .filter(|one| one.variant() == row.variant && needs(&one.built.row.id) == needs(&row.id))
        .flat_map(|one| one.rows().filter(|row| row.key.contains("NSS module") && row.status == OK))
        .map(|row| row.number > Some(0.0))
        .collect();
    (!found.is_empty()).then(|| found.iter().all(|found| *found))
}

/// What a start costs against the proposal.
fn start(index: &Index<'_>, program: &Program, place: Place<'_>, variant: &str) -> Option<(f64, f64, f64)> {
    if variant == PROPOSAL {
        return Some((1.0, 1.0, 1.0));
    }
    let row: &EstimateRow = index.estimate(variant, &program.name, place, CPU_PINNED, "ratio")?;
    let (low, high) = (row.low_simultaneous.or(row.low)?, row.high_simultaneous.or(row.high)?);
    Some((row.estimate, low, high))
}

/// Those that nothing stands before, by their variants.
pub fn undominated<'a>(all: &[Choice<'a>]) -> Vec<&'a str> {
    let free = |one: &&Choice<'a>| !all.iter().any(|other| one.stands_behind(other));
    all.iter().filter(free).map(|one| one.variant).collect()
}

/// Which variant has a property at the least cost of a start, and what it lacks that others have.
#[derive(Clone, Debug, PartialEq)]
pub struct Cheapest<'a> {
    /// The property.
    pub property: Property,
    /// The variant.
    pub variant: &'a str,
    /// Its ratio.
    pub ratio: f64,
    /// Others that cannot be told from it by what they cost.
    pub level: Vec<&'a str>,
    /// What is so for want of properties that another variant has.
    pub given_up: Vec<&'static str>,
}

/// For each property that some variant has and some has not, the cheapest that has it.
pub fn cheapest<'a>(all: &[Choice<'a>]) -> Vec<Cheapest<'a>> {
    let mut rows = Vec::new();
    for (number, property) in PROPERTIES.into_iter().enumerate() {
        let having: Vec<&Choice<'a>> =
            all.iter().filter(|one| one.has[number] == Some(true) && one.start.is_some()).collect();
        let ratio = |one: &Choice<'_>| one.start.map_or(f64::INFINITY, |(ratio, ..)| ratio);
        let Some(least) = having.iter().min_by(|a, b| ratio(a).total_cmp(&ratio(b))) else { continue };
        if all.iter().all(|one| one.has[number] != Some(false)) {
            continue;
        }
        let given_up = |one: &Choice<'_>| -> Vec<&'static str> {
            let lacks = |other: &(usize, Property)| {
                one.has[other.0] == Some(false) && all.iter().any(|one| one.has[other.0] == Some(true))
            };
            let lacked = PROPERTIES.into_iter().enumerate().filter(lacks);
            lacked.map(|(_, lacked)| lacked.lost).collect()
        };
        // Of those that cannot be told apart by what they cost the one that has most, and the first of them.
        let level = || having.iter().copied().filter(|one| !one.costs_more(least));
        let lacks = |one: &Choice<'_>| one.has.iter().filter(|has| **has != Some(true)).count();
        let Some(best) = level().min_by_key(|one| lacks(one)) else { continue };
        rows.push(Cheapest {
            property,
            variant: best.variant,
            ratio: ratio(best),
            level: level().map(|one| one.variant).filter(|variant| *variant != best.variant).collect(),
            given_up: given_up(best),
        });
    }
    rows
}

/// The program that choices are shown of: the first that everything is timed and probed of.
pub fn subject<'a>(index: &Index<'a>) -> Option<(&'a Program, Place<'a>)> {
    Some((index.go_programs().next()?, *index.places().first()?))
}

pub(super) fn middle_ground(index: &Index<'_>) -> Finding {
    let set = super::subject::distribution(index).unwrap_or_default();
    let Some((program, place)) = subject(index) else { return Finding::undecided("no program was built") };
    let all = choices(index, program, place);
    let find = |name: &str| all.iter().find(|one| one.variant == name);
    let (Some(ours), Some(theirs)) = (find(PROPOSAL), find(set)) else {
        return Finding::undecided(format!(
            "`{PROPOSAL}` and a distribution's whole set were not both built"
        ));
    };
    if all.iter().all(|one| one.start.is_none() || one.variant == PROPOSAL) {
        return Finding::undecided("no starts were timed, so that nothing has a cost");
    }
    if ours.has.iter().take(PROBED).any(Option::is_none) {
        return Finding::undecided("not all was probed that the choices are told apart by");
    }
    let free = undominated(&all);
    let better = |one: &Choice<'_>| {
        let more: Vec<&str> = PROPERTIES
            .iter()
            .zip(one.has.iter().zip(&ours.has))
            .filter(|(_, (has, ours))| **has == Some(true) && **ours == Some(false))
            .map(|(property, _)| property.name)
            .collect();
        more
    };
    let between: Vec<(&Choice<'_>, Vec<&str>)> = all
        .iter()
        .filter(|one| one.variant != PROPOSAL && one.variant != set && free.contains(&one.variant))
        .filter(|one| theirs.costs_more(one))
        .map(|one| (one, better(one)))
        .filter(|(_, more)| !more.is_empty())
        .collect();
    // Variants with the same properties are one choice under several names.
    let mut kinds: Vec<(&Choice<'_>, &[&str], Vec<&str>)> = Vec::new();
    for (one, more) in &between {
        match kinds.iter_mut().find(|(first, ..)| first.is_alike(one)) {
            Some((.., others)) => others.push(one.variant),
            None => kinds.push((one, more, Vec::new())),
        }
    }
    let said: Vec<String> = kinds
        .iter()
        .map(|(one, more, others)| {
            let ratio = one.start.map_or(f64::NAN, |(ratio, ..)| ratio);
            let others = if others.is_empty() {
                String::new()
            } else {
                format!(", and with the same properties {}", words::code_list(others))
            };
            format!(
                "`{}`{others} ({}, a start {} times)",
                one.variant,
                words::list(more),
                words::ratio(ratio)
            )
        })
        .collect();
    let because = if said.is_empty() {
        format!(
            "of {} variants of {} none has a property that `{PROPOSAL}` lacks, costs less than `{set}` beyond the \
             intervals, and has nothing as good and cheaper before it",
            all.len(),
            program.name
        )
    } else {
        format!(
            "variants of {} with a property that `{PROPOSAL}` lacks, cheaper to start than `{set}` beyond the intervals, \
             and nothing as good and cheaper before them: {}",
            program.name,
            words::list(&said)
        )
    };
    let verdict = if said.is_empty() { Verdict::Refuted } else { Verdict::Supported };
    Finding {
        verdict,
        because,
        evidence: vec![
            "probes.csv: empty-root, addresses, foreign-code".to_owned(),
            "estimates.csv: cost, ratios against static".to_owned(),
        ],
        programs: vec![program.name.clone()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choice(variant: &str, has: [Has; 2], start: (f64, f64, f64)) -> Choice<'_> {
        let has = has.into_iter().chain(std::iter::repeat_n(None, PROPERTIES.len() - 2)).collect();
        Choice { variant, has, start: Some(start), size: None }
    }

    const YES: Has = Some(true);
    const NO: Has = Some(false);

    #[test]
    fn only_what_is_no_better_and_dearer_stands_behind() {
        let cheap = choice("cheap", [YES, NO], (1.0, 0.99, 1.01));
        let rows = [
            ("dearer", choice("dearer", [YES, NO], (1.3, 1.2, 1.4)), true),
            ("as dear", choice("as dear", [YES, NO], (1.02, 1.0, 1.04)), false),
            ("better in one", choice("better in one", [YES, YES], (1.3, 1.2, 1.4)), false),
            ("worse and dearer", choice("worse and dearer", [NO, NO], (1.3, 1.2, 1.4)), true),
            ("not comparable", choice("not comparable", [YES, None], (1.3, 1.2, 1.4)), false),
        ];
        for (name, one, behind) in rows {
            assert_eq!(one.stands_behind(&cheap), behind, "{name}");
            let all = [cheap.clone(), one];
            assert_eq!(undominated(&all).contains(&name), !behind);
        }
    }

    #[test]
    fn the_cheapest_of_each_property_is_named_with_what_it_lacks() {
        let all = [
            choice("a", [YES, NO], (1.0, 0.99, 1.01)),
            choice("b", [NO, YES], (1.5, 1.4, 1.6)),
            choice("c", [NO, YES], (1.55, 1.45, 1.65)),
        ];
        let rows = cheapest(&all);
        assert_eq!(rows.len(), 2);
        assert_eq!((rows[0].variant, rows[0].given_up.as_slice()), ("a", &[PROPERTIES[1].lost][..]));
        assert_eq!((rows[1].variant, rows[1].level.as_slice()), ("b", &["c"][..]));
    }
}
