//! The memory of programs that wait: one alone, or so many copies of one at once.
//!
//! A program is started as ever, but its standard output is a pipe that is full and its standard input one that
//! stays empty, so that it blocks at its first write or read. That it waits is seen, not guessed by the clock:
//! `standstill` looks at its threads until nothing of it moves. What never waits is a [`Failure`] with a name,
//! and no sample.
//!
//! Sources: proc(5), `smaps_rollup` and `status`; pipe(7).

use std::fs;
use std::io::{self, PipeReader, PipeWriter, Write};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use rustix::io::ioctl_fionbio;

use super::runner::Arm;
use super::standstill::{Glance, State, field, has_children};
use crate::interrupt;
use crate::sys::waiting::Waiting;

/// How long to wait before the next look at what still moves.
const NEXT_LOOK: Duration = Duration::from_micros(500);

/// The memory of one process, or the sum over several, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    /// Pages that belong to no file: private, never shared with another copy.
    pub anonymous: u64,
    /// Of those, in huge pages.
    pub anonymous_huge: u64,
    /// The tables that map all pages, of every level.
    pub page_tables: u64,
    /// Each page divided by how many processes map it.
    pub proportional: u64,
    /// Every page that is mapped, whoever else maps it.
    pub resident: u64,
    /// Pages that were moved out: where there are any, the others tell too little.
    swapped: u64,
}

impl Memory {
    fn of(process: u32) -> io::Result<Self> {
        let rollup = fs::read_to_string(format!("/proc/{process}/smaps_rollup"))?;
        let status = fs::read_to_string(format!("/proc/{process}/status"))?;
        Self::parse(&rollup, &status).ok_or_else(|| io::ErrorKind::InvalidData.into())
    }

    fn parse(rollup: &str, status: &str) -> Option<Self> {
        // "kB" is 1024 bytes here.
        let bytes = |text: &str, name: &str| -> Option<u64> {
            Some(field(text, name)?.strip_suffix("kB")?.trim().parse::<u64>().ok()? * 1024)
        };
        Some(Self {
            anonymous: bytes(rollup, "Anonymous:")?,
            anonymous_huge: bytes(rollup, "AnonHugePages:").unwrap_or_default(),
            page_tables: bytes(status, "VmPTE:")?,
            proportional: bytes(rollup, "Pss:")?,
            resident: bytes(rollup, "Rss:")?,
            swapped: bytes(rollup, "Swap:").unwrap_or_default(),
        })
    }

    fn plus(self, other: Self) -> Self {
        Self {
            anonymous: self.anonymous + other.anonymous,
            anonymous_huge: self.anonymous_huge + other.anonymous_huge,
            page_tables: self.page_tables + other.page_tables,
            proportional: self.proportional + other.proportional,
            resident: self.resident + other.resident,
            swapped: self.swapped + other.swapped,
        }
    }

    /// What is the program's own doing; who else maps its libraries changes its proportional size.
    fn own(self) -> [u64; 4] {
        [self.anonymous, self.page_tables, self.resident, self.swapped]
    }
}

/// Why there is no sample.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// It could not be started.
    #[error("cannot be started: {0}")]
    NotStarted(String),
    /// It ended instead of waiting.
    #[error("ended with {0} before it waited")]
    Ended(String),
    /// It has children, whose memory would not be counted.
    #[error("started other processes, whose memory is not its own")]
    Forked,
    /// It never stopped running.
    #[error("was still running after {} s", .0.as_secs_f64())]
    Running(Duration),
    /// A thread of it sleeps by the clock, again and again.
    #[error("slept by the clock instead of waiting for input or output, for {} s", .0.as_secs_f64())]
    Napping(Duration),
    /// It waits for something that is neither input nor output.
    #[error("waited in {0}, not for input or output")]
    Elsewhere(String),
    /// It never held still for two readings.
    #[error("changed between readings for {} s", .0.as_secs_f64())]
    Restless(Duration),
    /// Part of it is in swap.
    #[error("was partly in swap")]
    Swapped,
    /// The kernel does not show what it does or has.
    #[error("cannot be looked at in /proc: {0}")]
    Hidden(String),
}

impl Failure {
    /// The word used in tables.
    pub fn word(&self) -> &'static str {
        match self {
            Self::NotStarted(_) => "not-started",
            Self::Ended(_) => "ended",
            Self::Forked => "forked",
            Self::Running(_) => "running",
            Self::Napping(_) => "napping",
            Self::Elsewhere(_) => "waits-elsewhere",
            Self::Restless(_) => "restless",
            Self::Swapped => "swapped",
            Self::Hidden(_) => "hidden",
        }
    }
}

/// Where all programs wait: one pipe that is full, one that stays empty.
#[derive(Debug)]
pub struct Pipes {
    full: PipeWriter,
    empty: PipeReader,
    // Without these ends the others would fail instead of blocking.
    _open: (PipeReader, PipeWriter),
}

impl Pipes {
    /// Makes both.
    pub fn new() -> Result<Self> {
        let make = || -> io::Result<Self> {
            let (reader, mut full) = io::pipe()?;
            ioctl_fionbio(&full, true)?;
            loop {
                match full.write(&[0; 4096]) {
                    Ok(_) => {}
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                    Err(error) => return Err(error),
                }
            }
            // A Go program asks, and would wait in the poller instead.
            ioctl_fionbio(&full, false)?;
            let (empty, writer) = io::pipe()?;
            Ok(Self { full, empty, _open: (reader, writer) })
        };
        make().context("cannot make a pipe")
    }

    fn start(&self, arm: Arm<'_>) -> Result<Waiting, Failure> {
        let ends = (&self.empty, &self.full);
        Waiting::start(arm.program, arm.args, arm.env, ends)
            .map_err(|error| Failure::NotStarted(error.to_string()))
    }
}

/// The memory of each arm, started one after the other and read when all that could wait do. The outer error is
/// that gopie itself cannot go on.
pub fn of_each(arms: &[Arm<'_>], pipes: &Pipes, limit: Duration) -> Result<Vec<Result<Memory, Failure>>> {
    let mut started = Vec::new();
    for arm in arms {
        started.push(match pipes.start(*arm) {
            // The next one begins when this one has got where it waits: starts do not disturb each other.
            Ok(one) => arrived(&one, limit)?.map(|()| one),
            Err(failure) => Err(failure),
        });
    }
    let read = |one| match one {
        Ok(one) => Ok(together(std::slice::from_ref(&one), limit)?.map(|all| all[0])),
        Err(failure) => Ok(Err(failure)),
    };
    started.into_iter().map(read).collect()
}

/// The sums over so many copies of one arm at once: `most` of them, half as many, and so on to one. From few to
/// many.
pub fn of_copies(
    arm: Arm<'_>,
    most: u32,
    pipes: &Pipes,
    limit: Duration,
) -> Result<Result<Vec<(u32, Memory)>, Failure>> {
    let mut group = Vec::new();
    for _ in 0..most {
        interrupt::check()?;
        match pipes.start(arm) {
            Ok(one) => group.push(one),
            Err(failure) => return Ok(Err(failure)),
        }
    }
    for one in &group {
        if let Err(failure) = arrived(one, limit)? {
            return Ok(Err(failure));
        }
    }
    let mut sums = Vec::new();
    let mut number = most;
    while number > 0 {
        let (left, rest) = group.split_at(number as usize);
        // They are reaped at the end: what is dying still keeps the kernel, and who reaps it, busy.
        rest.iter().for_each(Waiting::kill);
        rest.iter().try_for_each(Waiting::wait).context("cannot wait for a program")?;
        match together(left, limit)? {
            Ok(all) => sums.push((number, all.into_iter().fold(Memory::default(), Memory::plus))),
            Err(failure) => return Ok(Err(failure)),
        }
        number /= 2;
    }
    group.iter().for_each(Waiting::kill);
    group.iter().try_for_each(Waiting::wait).context("cannot wait for a program")?;
    sums.reverse();
    Ok(Ok(sums))
}

/// What this machine could still hold, in bytes; none where the kernel does not tell.
pub fn available() -> Option<u64> {
    let text = fs::read_to_string("/proc/meminfo").ok()?;
    Some(field(&text, "MemAvailable:")?.strip_suffix("kB")?.trim().parse::<u64>().ok()? * 1024)
}

/// Two readings of a group that agree, with nothing run meanwhile.
fn together(group: &[Waiting], limit: Duration) -> Result<Result<Vec<Memory>, Failure>> {
    let deadline = Instant::now() + limit;
    loop {
        let mut before = Vec::new();
        for one in group {
            match until(one, limit, |glance| glance.state() == State::Still)? {
                Ok(glance) => before.push(glance),
                Err(failure) => return Ok(Err(failure)),
            }
        }
        let read = || group.iter().map(|one| Memory::of(one.id())).collect::<io::Result<Vec<_>>>();
        let look = || group.iter().map(|one| Glance::of(one.id())).collect::<io::Result<Vec<_>>>();
        let all = (|| Ok::<_, io::Error>((read()?, read()?, look()?)))();
        let (first, second, after) = match all {
            Ok(all) => all,
            // One that has ended is found out in the next round.
            Err(_) if group.iter().any(|one| matches!(one.end(), Ok(Some(_)))) => continue,
            Err(error) => return Ok(Err(Failure::Hidden(error.to_string()))),
        };
        let same = |(one, other): (&Memory, &Memory)| one.own() == other.own();
        if before == after && first.iter().zip(&second).all(same) {
            let swapped = first.iter().any(|memory| memory.swapped > 0);
            return Ok(if swapped { Err(Failure::Swapped) } else { Ok(second) });
        }
        if Instant::now() > deadline {
            return Ok(Err(Failure::Restless(limit)));
        }
    }
}

/// Waits until a program has got where it waits, alone.
fn arrived(one: &Waiting, limit: Duration) -> Result<Result<(), Failure>> {
    let glance = until(one, limit, Glance::has_arrived)?;
    Ok(glance.and_then(|_| if has_children(one.id()) { Err(Failure::Forked) } else { Ok(()) }))
}

/// Looks at a program until it is as wanted.
fn until(
    one: &Waiting,
    limit: Duration,
    wanted: impl Fn(&Glance) -> bool,
) -> Result<Result<Glance, Failure>> {
    let deadline = Instant::now() + limit;
    loop {
        interrupt::check()?;
        let glance = Glance::of(one.id());
        if let Some(end) = one.end().context("cannot wait for a program")? {
            return Ok(Err(Failure::Ended(end)));
        }
        let glance = match glance {
            Ok(glance) => glance,
            Err(error) => return Ok(Err(Failure::Hidden(error.to_string()))),
        };
        if wanted(&glance) {
            return Ok(Ok(glance));
        }
        if Instant::now() > deadline {
            return Ok(match glance.state() {
                State::Still => Ok(glance),
                _ if has_children(one.id()) => Err(Failure::Forked),
                State::Running => Err(Failure::Running(limit)),
                State::Napping => Err(Failure::Napping(limit)),
                State::Elsewhere(place) => Err(Failure::Elsewhere(place)),
            });
        }
        thread::sleep(NEXT_LOOK);
    }
}

#[cfg(test)]
mod tests;
