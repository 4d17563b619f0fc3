//! The relocation ladder: generated programs that differ in their relocations alone.
//!
//! A rung is a program like another to whatever builds, checks and starts it. It is no program under test but an
//! instrument: nothing is said of its size, and no verdict about programs counts it. What its source looks like
//! is left to `build::ladder`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::program::{Answer, Contrasts, Program, RunKind, Source, Workload};
use crate::digest;

/// What every rung prints when it starts.
pub const STARTED: &str = "ladder\n";
/// What it prints when it has found all its pointers right.
pub const CHECKED: &str = "every pointer is right\n";
/// The argument that makes it look at them.
pub const CHECK: &str = "check";

/// A rung: how many pointers lie in the data of the program, and how far apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rung {
    /// Pointers, each to be relocated in a PIE.
    pub pointers: u32,
    /// Bytes from one to the next, a multiple of 8; 8 where they are dense.
    pub stride: u32,
}

/// A table `[[ladder]]` of `programs.toml`: rungs of one number of pointers.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ladder {
    pointers: u32,
    strides: Vec<u32>,
    runs: RunKind,
}

impl Ladder {
    /// The programs that it stands for.
    pub(super) fn programs(&self) -> impl Iterator<Item = Program> {
        let rungs = self.strides.iter().map(|&stride| Rung { pointers: self.pointers, stride });
        rungs.map(|rung| rung.program(self.runs))
    }
}

impl Rung {
    fn program(self, runs: RunKind) -> Program {
        let Self { pointers, stride } = self;
        let digest = digest::of_bytes(CHECKED.as_bytes());
        Program {
            name: format!("ladder-{pointers}-{stride}"),
            what: format!("a rung of the relocation ladder: {pointers} pointers, one every {stride} bytes"),
            source: Source::Ladder(self),
            own_c: false,
            trials: false,
            stands_for: None,
            runs,
            variants: Vec::new(),
            distributions: true,
            contrasts: Contrasts::All,
            start: Answer { stdout: STARTED.to_owned(), ..Answer::default() },
            workload: Workload {
                args: vec![CHECK.to_owned()],
                stdout_sha256: BTreeMap::from([("go".to_owned(), digest)]),
                ..Workload::default()
            },
            speed: None,
        }
    }

    /// Whether it can be built: some pointers that do not overlap, in a table that a linker takes.
    pub(super) fn sound(self) -> bool {
        let bytes = u64::from(self.pointers) * u64::from(self.stride);
        self.pointers > 0 && self.stride > 0 && self.stride.is_multiple_of(8) && bytes <= 1 << 30
    }
}

impl Program {
    /// The rung that it is, if it is one: an instrument, not a program under test.
    pub fn rung(&self) -> Option<Rung> {
        match self.source {
            Source::Ladder(rung) => Some(rung),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_a_program_for_each_stride() {
        let text = "pointers = 1000\nstrides = [8, 1024]\nruns = \"default\"";
        let ladder: Ladder = toml::from_str(text).expect("a ladder");
        let programs: Vec<Program> = ladder.programs().collect();
        let names: Vec<&str> = programs.iter().map(|program| program.name.as_str()).collect();
        assert_eq!(names, ["ladder-1000-8", "ladder-1000-1024"]);
        assert_eq!(programs[1].rung(), Some(Rung { pointers: 1000, stride: 1024 }));
        let text = serde_json::to_string(&programs[0]).expect("serialises");
        assert_eq!(serde_json::from_str::<Program>(&text).expect("comes back"), programs[0]);
    }

    #[test]
    fn a_rung_that_no_linker_takes_is_not_sound() {
        let sound = |pointers, stride| Rung { pointers, stride }.sound();
        assert!(sound(1, 8) && sound(1_000_000, 64));
        for (pointers, stride) in [(0, 8), (1, 0), (1, 12), (1, 4), (u32::MAX, 8)] {
            assert!(!sound(pointers, stride), "{pointers} {stride}");
        }
    }
}
