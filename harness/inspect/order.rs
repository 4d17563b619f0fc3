//! Jobs on all cores, their results in the order of the jobs, and never more than a few results in memory.
//!
//! A worker whose result is large hands over what it has when its turn has come; the others are small and
//! wait in a window of [`WINDOW`] jobs, beyond which nobody begins another. What is done with the results,
//! and what a result is, is left to the caller.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use anyhow::{Result, bail};

/// How many jobs may be finished or under way behind the one whose turn it is.
const WINDOW: u64 = 64;

struct State<'s, P> {
    /// The job whose results are taken now.
    turn: u64,
    /// What later jobs came to.
    finished: BTreeMap<u64, P>,
    /// Why all stop.
    failed: Option<anyhow::Error>,
    sink: &'s mut (dyn FnMut(P) -> Result<()> + Send),
}

impl<P> State<'_, P> {
    fn take(&mut self, part: P) {
        if self.failed.is_none()
            && let Err(error) = (self.sink)(part)
        {
            self.failed = Some(error);
        }
    }
}

struct Line<'s, P> {
    state: Mutex<State<'s, P>>,
    moved: Condvar,
}

impl<'s, P> Line<'s, P> {
    fn lock(&self) -> MutexGuard<'_, State<'s, P>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until something holds, or all stop.
    fn wait(&self, until: impl Fn(&State<'s, P>) -> bool) -> Result<MutexGuard<'_, State<'s, P>>> {
        let mut state = self.lock();
        while state.failed.is_none() && !until(&state) {
            state = self.moved.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if state.failed.is_some() {
            bail!("stopped");
        }
        Ok(state)
    }

    fn hand_over(&self, number: u64, part: P) -> Result<()> {
        self.wait(|state| state.turn == number)?.take(part);
        Ok(())
    }

    fn finish(&self, number: u64, part: P) {
        let mut state = self.lock();
        state.finished.insert(number, part);
        loop {
            let turn = state.turn;
            let Some(part) = state.finished.remove(&turn) else { break };
            state.take(part);
            state.turn += 1;
        }
        drop(state);
        self.moved.notify_all();
    }

    fn fail(&self, error: anyhow::Error) {
        self.lock().failed.get_or_insert(error);
        self.moved.notify_all();
    }
}

/// Gives what a job has so far to the sink, once its turn has come.
pub(super) type HandOver<'h, P> = &'h dyn Fn(P) -> Result<()>;

/// Does every job, `workers` at once; `sink` gets their parts in the order of the jobs. The first error of a
/// job or of the sink ends all.
pub(super) fn in_order<J: Send, P: Send>(
    jobs: impl Iterator<Item = J> + Send,
    workers: usize,
    sink: &mut (dyn FnMut(P) -> Result<()> + Send),
    work: impl Fn(J, HandOver<'_, P>) -> Result<P> + Sync,
) -> Result<()> {
    let jobs = Mutex::new((0_u64..).zip(jobs));
    let state = State { turn: 0, finished: BTreeMap::new(), failed: None, sink };
    let line = Line { state: Mutex::new(state), moved: Condvar::new() };
    let next = || jobs.lock().unwrap_or_else(PoisonError::into_inner).next();
    let one = |number, job| -> Result<()> {
        drop(line.wait(|state| number < state.turn + WINDOW)?);
        let part = work(job, &|part| line.hand_over(number, part))?;
        line.finish(number, part);
        Ok(())
    };
    let worker = || {
        while let Some((number, job)) = next() {
            // A worker that is gone would be waited for.
            match catch_unwind(AssertUnwindSafe(|| one(number, job))) {
                Ok(Ok(())) => {}
                Ok(Err(error)) => return line.fail(error),
                Err(panic) => {
                    line.fail(anyhow::anyhow!("a worker panicked"));
                    resume_unwind(panic);
                }
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..workers {
            scope.spawn(worker);
        }
        worker();
    });
    let state = line.state.into_inner().unwrap_or_else(PoisonError::into_inner);
    state.failed.map_or(Ok(()), Err)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    fn collect(
        workers: usize,
        work: impl Fn(u64, HandOver<'_, u64>) -> Result<u64> + Sync,
    ) -> Result<Vec<u64>> {
        let mut seen = Vec::new();
        let mut sink = |part| {
            seen.push(part);
            Ok(())
        };
        in_order(0..1000_u64, workers, &mut sink, work)?;
        Ok(seen)
    }

    #[test]
    fn results_keep_their_order() {
        for workers in [1, 2, 7] {
            let seen = collect(workers, |job, hand_over| {
                if job % 10 == 3 {
                    hand_over(job)?;
                    hand_over(job)?;
                }
                Ok(job)
            });
            let expected = (0..1000).flat_map(|job| vec![job; if job % 10 == 3 { 3 } else { 1 }]);
            assert_eq!(seen.expect("all done"), expected.collect::<Vec<_>>());
        }
    }

    #[test]
    fn nobody_runs_far_ahead_of_a_slow_job() {
        let furthest = AtomicU64::new(0);
        let seen = collect(4, |job, _| {
            furthest.fetch_max(job, Ordering::Relaxed);
            if job == 5 {
                std::thread::sleep(std::time::Duration::from_millis(50));
                assert!(furthest.load(Ordering::Relaxed) < 5 + WINDOW);
            }
            Ok(job)
        });
        assert_eq!(seen.expect("all done").len(), 1000);
    }

    #[test]
    fn an_error_ends_all() {
        for workers in [1, 3] {
            let error = collect(workers, |job, _| if job == 500 { bail!("no more") } else { Ok(job) });
            assert_eq!(error.expect_err("is one").to_string(), "no more");
            let mut sink = |part: u64| if part == 100 { bail!("closed") } else { Ok(()) };
            let error = in_order(0..1000, workers, &mut sink, |job, _| Ok(job));
            assert_eq!(error.expect_err("is one").to_string(), "closed");
        }
    }
}
