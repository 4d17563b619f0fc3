//! Which blocks a run has, and in which order: the same for the same plan and seed. Pure.
//!
//! Copies are the outermost loop, and the programs alternate within, so that whatever changes over minutes
//! falls on all alike. A visit writes one set of copies and runs its blocks.

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use crate::config::RunKind;
use crate::measure::{Condition, Recipe};
use crate::plan::Timed;

/// Which command is started.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Doing {
    /// The least that the program can do.
    Start,
    /// The work that speed is timed on.
    Work,
}

/// The blocks over one set of copies.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Visit<'a> {
    pub(super) first_block: u32,
    pub(super) copy: u32,
    /// The `-randlayout` seed; none of the layout that ships.
    pub(super) layout: Option<u32>,
    pub(super) doing: Doing,
    pub(super) timed: &'a Timed,
    pub(super) recipe: Recipe,
    pub(super) conditions: Vec<Condition>,
    /// Seconds that there are for each block.
    pub(super) seconds: f64,
}

/// What is wanted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    pub(super) kind: RunKind,
    pub(super) copies: u32,
    pub(super) budget: f64,
    pub(super) ladder_budget: f64,
    pub(super) seed: u64,
    /// Whether there is more than one CPU.
    pub(super) several_cpus: bool,
}

/// The conditions of a program in one recipe, each as often as it has a block over each set of copies.
fn conditions(wanted: &Wanted, one: &Timed, first: bool, recipe: Recipe) -> Vec<Condition> {
    let mut all = match (wanted.kind, recipe) {
        // Two blocks of each tell apart what differs between blocks and what between copies.
        (_, Recipe::Faulted) => {
            vec![Condition::PINNED, Condition::SCHEDULED, Condition::PINNED, Condition::SCHEDULED]
        }
        (RunKind::Full, _) if first => vec![Condition::PINNED],
        _ => Vec::new(),
    };
    let crossed = wanted.kind == RunKind::Full || (wanted.kind == RunKind::Default && first);
    if crossed && recipe == Recipe::Faulted && one.is_go() {
        all.extend([Condition::PINNED_ALL, Condition::SCHEDULED_ONE]);
    }
    // On a single CPU the two are one.
    all.retain(|condition| wanted.several_cpus || *condition == Condition::PINNED);
    all
}

/// Every visit of a run: those of the programs, and among them those of the rungs of the ladder, each with one
/// pinned block.
pub(super) fn visits<'a>(timed: &'a [Timed], rungs: &'a [Timed], wanted: &Wanted) -> Vec<Visit<'a>> {
    let mut random = ChaCha8Rng::seed_from_u64(wanted.seed);
    let mut visits = Vec::new();
    let mut first_block = 0;
    let is_rung = |one: &Timed| rungs.iter().any(|rung| std::ptr::eq(rung, one));
    for copy in 0..wanted.copies {
        let mut order: Vec<(&Timed, Recipe)> =
            timed.iter().flat_map(|one| Recipe::ALL.map(|recipe| (one, recipe))).collect();
        order.extend(rungs.iter().map(|one| (one, Recipe::Faulted)));
        order.shuffle(&mut random);
        for (one, recipe) in order {
            let first = timed.first().is_some_and(|first| std::ptr::eq(first, one));
            let mut conditions =
                if is_rung(one) { vec![Condition::PINNED] } else { conditions(wanted, one, first, recipe) };
            if conditions.is_empty() {
                continue;
            }
            conditions.shuffle(&mut random);
            let blocks = u32::try_from(conditions.len()).unwrap_or(u32::MAX);
            visits.push(Visit {
                first_block,
                copy,
                layout: None,
                doing: Doing::Start,
                timed: one,
                recipe,
                conditions,
                seconds: 0.0,
            });
            first_block += blocks;
        }
    }
    // Time goes by the starts that a round has, so that every contrast gets as many.
    let weight = |visit: &Visit<'_>| (visit.timed.variants.len() * visit.conditions.len()) as f64;
    let whole = |rungs: bool| -> f64 {
        visits.iter().filter(|visit| is_rung(visit.timed) == rungs).map(weight).sum()
    };
    let (programs, ladder) = (wanted.budget / whole(false), wanted.ladder_budget / whole(true));
    for visit in &mut visits {
        let share = if is_rung(visit.timed) { ladder } else { programs };
        visit.seconds = share * visit.timed.variants.len() as f64;
    }
    visits
}

/// What is done in every layout, beside what is done in the one that ships.
#[derive(Clone, Copy, Debug)]
pub(super) struct OverLayouts {
    pub(super) doing: Doing,
    /// The number of the first block. What comes before never reaches it, so that numbers stay what they are
    /// when a run goes on.
    pub(super) first_block: u32,
    /// The conditions, each a block of every layout.
    pub(super) conditions: &'static [Condition],
    /// How many programs the plan has.
    pub(super) planned: u32,
    pub(super) budget: f64,
    pub(super) seed: u64,
}

/// Starts of the start-up command.
pub(super) const STARTS: OverLayouts = OverLayouts {
    doing: Doing::Start,
    first_block: 500_000,
    conditions: &[Condition::PINNED],
    planned: 0,
    budget: 0.0,
    seed: 0,
};

/// The work that speed is timed on.
pub(super) const WORK: OverLayouts = OverLayouts {
    doing: Doing::Work,
    first_block: 700_000,
    conditions: &[Condition::PINNED, Condition::PINNED_FIXED],
    ..STARTS
};

/// Every visit over layouts: one set of copies of each program in each layout, the programs and the conditions
/// in shuffled order. Each program stands with its place in the plan.
pub(super) fn visits_over_layouts<'a>(
    layouts: impl IntoIterator<Item = (u32, &'a [(u32, Timed)])>,
    wanted: &OverLayouts,
) -> Vec<Visit<'a>> {
    let mut random = ChaCha8Rng::seed_from_u64(wanted.seed ^ u64::from(wanted.first_block));
    let blocks = u32::try_from(wanted.conditions.len()).unwrap_or(u32::MAX);
    let mut visits = Vec::new();
    for (number, (layout, timed)) in (0..).zip(layouts) {
        let mut order: Vec<&(u32, Timed)> = timed.iter().collect();
        order.shuffle(&mut random);
        for (place, one) in order {
            // By the layout's own seed: the order stays what it is whatever is missing.
            let mut own = ChaCha8Rng::seed_from_u64(wanted.seed ^ u64::from(layout) << 32);
            let mut conditions = wanted.conditions.to_vec();
            conditions.shuffle(&mut own);
            visits.push(Visit {
                first_block: wanted.first_block + (number * wanted.planned + place) * blocks,
                copy: 0,
                layout: Some(layout),
                doing: wanted.doing,
                timed: one,
                recipe: Recipe::Faulted,
                conditions,
                seconds: 0.0,
            });
        }
    }
    let weight = |visit: &Visit<'_>| (visit.timed.variants.len() * visit.conditions.len()) as f64;
    let whole: f64 = visits.iter().map(weight).sum();
    for visit in &mut visits {
        visit.seconds = wanted.budget * visit.timed.variants.len() as f64 / whole;
    }
    visits
}

#[cfg(test)]
mod tests {
    use super::*;

    fn timed() -> Vec<Timed> {
        let one = |program: &str, variants: &[&str]| Timed {
            program: program.to_owned(),
            toolchain: "go1.27.3".to_owned(),
            target: "linux/amd64".to_owned(),
            variants: variants.iter().map(|name| (*name).to_owned()).collect(),
            stripped: true,
        };
        vec![one("first", &["a", "b", "c"]), one("second", &["a", "b"])]
    }

    const WANTED: Wanted = Wanted {
        kind: RunKind::Default,
        copies: 8,
        budget: 100.0,
        ladder_budget: 8.0,
        seed: 1,
        several_cpus: true,
    };

    #[test]
    fn the_blocks_are_numbered_through_and_use_up_the_budget() {
        let timed = timed();
        let visits = visits(&timed, &[], &WANTED);
        let mut next = 0;
        for visit in &visits {
            assert_eq!(visit.first_block, next);
            next += u32::try_from(visit.conditions.len()).expect("is small");
        }
        let seconds: f64 = visits.iter().map(|visit| visit.seconds * visit.conditions.len() as f64).sum();
        assert!((seconds - 100.0).abs() < 1e-9);
        assert_eq!(visits, super::visits(&timed, &[], &WANTED));
        assert_ne!(visits, super::visits(&timed, &[], &Wanted { seed: 2, ..WANTED }));
    }

    #[test]
    fn every_copy_meets_every_natural_condition_twice() {
        let timed = timed();
        let visits = visits(&timed, &[], &WANTED);
        for copy in 0..8 {
            for one in &timed {
                let of =
                    visits.iter().filter(|visit| visit.copy == copy && visit.timed.program == one.program);
                let all: Vec<Condition> = of.flat_map(|visit| visit.conditions.clone()).collect();
                let times = |condition| all.iter().filter(|one| **one == condition).count();
                assert_eq!((times(Condition::PINNED), times(Condition::SCHEDULED)), (2, 2));
                let crossed = usize::from(one.program == "first");
                assert_eq!(times(Condition::PINNED_ALL), crossed);
            }
        }
    }

    #[test]
    fn a_rung_has_a_pinned_block_over_each_set_of_copies_and_a_budget_of_its_own() {
        let (timed, mut rungs) = (timed(), timed());
        for rung in &mut rungs {
            rung.program = format!("ladder-{}", rung.program);
        }
        let visits = visits(&timed, &rungs, &WANTED);
        let seconds = |rungs: bool| -> f64 {
            let own = visits.iter().filter(|visit| visit.timed.program.starts_with("ladder-") == rungs);
            own.map(|visit| visit.seconds * visit.conditions.len() as f64).sum()
        };
        assert!((seconds(true) - 8.0).abs() < 1e-9 && (seconds(false) - 100.0).abs() < 1e-9);
        let of_rungs = visits.iter().filter(|visit| visit.timed.program == "ladder-first");
        let of_rungs: Vec<_> = of_rungs.map(|visit| (visit.recipe, visit.conditions.clone())).collect();
        assert_eq!(of_rungs, vec![(Recipe::Faulted, vec![Condition::PINNED]); 8]);
    }

    #[test]
    fn blocks_over_layouts_keep_their_numbers_whatever_is_missing() {
        let timed: Vec<(u32, Timed)> = (0..).zip(timed()).collect();
        let all: Vec<(u32, Vec<(u32, Timed)>)> = (1..=10).map(|seed| (seed, timed.clone())).collect();
        let mut less = all.clone();
        less[3].1.remove(0);
        let numbers = |layouts: &[(u32, Vec<(u32, Timed)>)]| {
            let wanted = OverLayouts { planned: 2, budget: 10.0, seed: 1, ..WORK };
            let layouts = layouts.iter().map(|(seed, timed)| (*seed, timed.as_slice()));
            let visits = visits_over_layouts(layouts, &wanted);
            let seconds: f64 = visits.iter().map(|visit| 2.0 * visit.seconds).sum();
            assert!((seconds - 10.0).abs() < 1e-9);
            let number = |visit: &Visit<'_>| (visit.first_block, visit.timed.program.clone(), visit.layout);
            let mut numbers: Vec<_> = visits.iter().map(number).collect();
            numbers.sort();
            numbers
        };
        let (all, less) = (numbers(&all), numbers(&less));
        assert_eq!((all.len(), less.len(), all[0].0, all[19].0), (20, 19, 700_000, 700_038));
        assert!(less.iter().all(|one| all.contains(one)));
        assert!(all.windows(2).all(|pair| pair[0].0 + 2 == pair[1].0));
    }

    #[test]
    fn one_cpu_has_one_condition() {
        let timed = timed();
        let visits = visits(&timed, &[], &Wanted { several_cpus: false, ..WANTED });
        assert!(visits.iter().all(|visit| visit.conditions == [Condition::PINNED; 2]));
    }

    #[test]
    fn a_full_run_has_every_recipe() {
        let timed = timed();
        let visits = visits(&timed, &[], &Wanted { kind: RunKind::Full, ..WANTED });
        for recipe in Recipe::ALL {
            let of = |program: &str| {
                visits.iter().filter(|visit| visit.recipe == recipe && visit.timed.program == program).count()
            };
            assert_eq!(of("first"), 8, "{recipe:?}");
            assert_eq!(of("second"), if recipe == Recipe::Faulted { 8 } else { 0 });
        }
    }
}
