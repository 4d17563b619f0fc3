//! The memory of a made-up run: readings, and the estimates that the real analysis makes of them.

use super::{Base, Synthetic, id, is_started};
use crate::analyse::memory::{N_COPIES, ONE_COPY, estimates};
use crate::plan::Timed;
use crate::results::{MemoryRow, OK, Run, Status};

/// What is mapped from files and shared by all copies.
const SHARED: u64 = 1_200_000;

pub(super) fn add(data: &Synthetic, run: &mut Run) {
    let mut timed = Vec::new();
    for (number, program) in data.programs.iter().enumerate() {
        let started = |name: &str| is_started(data, program, name);
        let variants: Vec<_> = (data.variants.iter())
            .filter(|(variant, shape)| shape.status == Status::Built && started(&variant.name))
            .collect();
        for (place, (variant, shape)) in variants.iter().enumerate() {
            let case = id(program.name, &variant.name, data.strip);
            for copy in 0..data.copies {
                // Copies differ, and not alike on both sides of a contrast.
                let step = u64::from(copy) * 3 + place as u64 * 5 + u64::from(copy) * place as u64;
                let own = shape.memory + data.scatter * (step % 8);
                run.memory.extend(rows(&case, copy, own, number == 0));
            }
        }
        timed.push(of(
            program,
            variants.iter().map(|(variant, _)| variant.name.clone()).collect(),
            data.strip,
        ));
    }
    run.estimates.extend(estimates(&run.memory, &timed, &data.contrasts, &"ef".repeat(32)));
}

fn of(program: &Base, variants: Vec<String>, stripped: bool) -> Timed {
    let (toolchain, target) = ("go1.27.3".to_owned(), "linux/amd64".to_owned());
    Timed { program: program.name.to_owned(), toolchain, target, variants, stripped }
}

fn rows(case: &str, copy: u32, own: u64, many: bool) -> Vec<MemoryRow> {
    let row = |condition: &str, at_once: u32, metric: &str, value: u64| MemoryRow {
        case: case.to_owned(),
        condition: condition.to_owned(),
        copy,
        copies_at_once: at_once,
        metric: metric.to_owned(),
        unit: "bytes".to_owned(),
        value: Some(value),
        status: OK.to_owned(),
        reason: String::new(),
    };
    let tables = 80_000 + own / 100;
    let mut rows = vec![row(ONE_COPY, 1, "anonymous", own), row(ONE_COPY, 1, "page-tables", tables)];
    for at_once in [1, 2, 4, 8, 16, 32].into_iter().filter(|_| many) {
        let number = u64::from(at_once);
        rows.push(row(N_COPIES, at_once, "proportional", SHARED + own * number));
        rows.push(row(N_COPIES, at_once, "anonymous", own * number));
        rows.push(row(N_COPIES, at_once, "page-tables", tables * number));
    }
    rows
}
