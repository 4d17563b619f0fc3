//! What it takes to start a program in all its variants.

use std::path::{Path, PathBuf};

use anyhow::Result;

use super::prepare::{Prepared, surroundings};
use super::stages::find;
use crate::answers;
use crate::build::{Outcome, store};
use crate::cache::{Cache, Scratch};
use crate::config::Program;
use crate::measure::{Arm, Copies};
use crate::plan::{Case, Timed};

/// A program, its artifacts and its command.
#[derive(Debug)]
pub(super) struct Started<'a> {
    pub(super) program: &'a Program,
    /// A case for each of the variants that were asked for, in their order.
    pub(super) cases: Vec<Case>,
    /// Theirs.
    pub(super) artifacts: Vec<PathBuf>,
    pub(super) args: Vec<String>,
    pub(super) env: Vec<(String, String)>,
    pub(super) stdin: Option<PathBuf>,
    /// The exit status that it ends with.
    pub(super) status: i32,
    // The command may name it.
    _scratch: Scratch,
}

impl<'a> Started<'a> {
    /// With its start-up command, or at the work that its speed is timed on.
    pub(super) fn of(
        cache: &Cache,
        prepared: &'a Prepared,
        one: &Timed,
        outcomes: &[Outcome],
        at_work: bool,
    ) -> Result<Self> {
        let program = prepared.program(one)?;
        let cases: Vec<Case> = one.variants.iter().map(|name| one.case(name)).collect();
        let artifacts = cases.iter().filter_map(|case| Some(find(outcomes, case)?.path.clone())).collect();
        let scratch = cache.scratch()?;
        let around = surroundings(cache, prepared, &one.toolchain);
        let (work, status) = if let (true, Some(work)) = (at_work, &program.speed) {
            (answers::work_command(work, &around, scratch.path())?, work.status)
        } else {
            let (args, env) = answers::start_command(program, &around, scratch.path());
            (answers::Work { args, env, stdin: None }, program.start.status)
        };
        let answers::Work { args, env, stdin } = work;
        let env = env.into_iter().collect();
        Ok(Self { program, cases, artifacts, args, env, stdin, status, _scratch: scratch })
    }

    /// Its artifacts' paths.
    pub(super) fn paths(&self) -> impl Iterator<Item = &Path> {
        self.artifacts.iter().map(PathBuf::as_path)
    }

    /// A fresh copy of each artifact, written in an order that `seed` shuffles.
    pub(super) fn copies(&self, cache: &Cache, seed: u64) -> Result<Copies<Scratch>> {
        Copies::make(cache.scratch()?, &self.program.name, self.paths(), seed, store::write)
    }

    /// A copy as what is started.
    pub(super) fn arm<'b>(&'b self, program: &'b Path) -> Arm<'b> {
        Arm { program, args: &self.args, env: &self.env }
    }
}
