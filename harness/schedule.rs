//! Which job runs next: as many at once as there are cores, and jobs that compile the same packages one after
//! the other where there is other work, since two at once would compile them twice.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

struct Queue<J> {
    groups: Vec<(String, VecDeque<J>)>,
    running: HashMap<String, usize>,
}

impl<J> Queue<J> {
    /// The next job of the group with the fewest running, the earliest group among equals.
    fn next(&mut self) -> Option<(String, J)> {
        let running = &self.running;
        let waiting = self.groups.iter_mut().filter(|(_, jobs)| !jobs.is_empty());
        let (name, jobs) = waiting.min_by_key(|(name, _)| running.get(name).copied().unwrap_or(0))?;
        let job = jobs.pop_front()?;
        *self.running.entry(name.clone()).or_default() += 1;
        Some((name.clone(), job))
    }
}

/// Runs every job, `cores` at once; `group` names what a job compiles.
pub fn run_all<J: Send, R: Send>(
    jobs: Vec<J>,
    cores: usize,
    group: impl Fn(&J) -> String,
    run: impl Fn(J) -> R + Sync,
) -> Vec<R> {
    let mut groups: Vec<(String, VecDeque<J>)> = Vec::new();
    for job in jobs {
        let name = group(&job);
        match groups.iter_mut().find(|(other, _)| *other == name) {
            Some((_, jobs)) => jobs.push_back(job),
            None => groups.push((name, VecDeque::from([job]))),
        }
    }
    let queue = Mutex::new(Queue { groups, running: HashMap::new() });
    let results = Mutex::new(Vec::new());
    // A worker that panicked has lost its own job only.
    let locked = || queue.lock().unwrap_or_else(PoisonError::into_inner);
    std::thread::scope(|scope| {
        for _ in 0..cores.max(1) {
            scope.spawn(|| {
                loop {
                    let Some((name, job)) = locked().next() else { break };
                    let result = run(job);
                    if let Some(running) = locked().running.get_mut(&name) {
                        *running -= 1;
                    }
                    results.lock().unwrap_or_else(PoisonError::into_inner).push(result);
                }
            });
        }
    });
    results.into_inner().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_job_runs_once() {
        let group = |job: &u32| (job % 3).to_string();
        let mut done = run_all((0..100).collect(), 4, group, |job| job);
        done.sort_unstable();
        assert_eq!(done, (0..100).collect::<Vec<_>>());
    }

    #[test]
    fn two_groups_are_preferred_to_one() {
        let mut queue = Queue {
            groups: vec![("a".to_owned(), VecDeque::from([1, 2])), ("b".to_owned(), VecDeque::from([3]))],
            running: HashMap::new(),
        };
        let order: Vec<i32> = std::iter::from_fn(|| queue.next().map(|(_, job)| job)).collect();
        assert_eq!(order, [1, 3, 2]);
    }
}
