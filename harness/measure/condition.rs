//! The conditions that starts are timed in: where they may run, how many processors Go uses, and how their
//! files came into the page cache. They are crossed, never mixed.

/// Where the starts may run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Affinity {
    /// On one CPU, the one that gopie itself runs on.
    Pinned,
    /// On all CPUs, as the kernel likes.
    Scheduled,
}

impl Affinity {
    /// The word used in tables.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pinned => "pinned",
            Self::Scheduled => "scheduled",
        }
    }
}

/// What `GOMAXPROCS` is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Procs {
    /// What Go takes it to be by itself: 1 on one CPU, else all. Nothing is set, as for a shipped program.
    Own,
    /// The other one, set in the environment.
    Crossed,
}

/// Where the kernel puts a program, its stack and its libraries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Addresses {
    /// As the kernel is set: at random, as a rule.
    AsSet,
    /// At the same places each time (`ADDR_NO_RANDOMIZE`).
    Fixed,
}

/// Affinity, `GOMAXPROCS` and addresses together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Condition {
    /// Where the starts may run.
    pub affinity: Affinity,
    /// What `GOMAXPROCS` is.
    pub procs: Procs,
    /// Where the kernel puts things.
    pub addresses: Addresses,
}

impl Condition {
    /// On one CPU; Go uses one.
    pub const PINNED: Self =
        Self { affinity: Affinity::Pinned, procs: Procs::Own, addresses: Addresses::AsSet };
    /// On all CPUs; Go uses them all.
    pub const SCHEDULED: Self =
        Self { affinity: Affinity::Scheduled, procs: Procs::Own, addresses: Addresses::AsSet };
    /// On one CPU; Go is told that there are all.
    pub const PINNED_ALL: Self =
        Self { affinity: Affinity::Pinned, procs: Procs::Crossed, addresses: Addresses::AsSet };
    /// On all CPUs; Go is told that there is one.
    pub const SCHEDULED_ONE: Self =
        Self { affinity: Affinity::Scheduled, procs: Procs::Crossed, addresses: Addresses::AsSet };
    /// On one CPU, addresses not randomised: what of a difference is due to where things happen to lie.
    pub const PINNED_FIXED: Self = Self { addresses: Addresses::Fixed, ..Self::PINNED };
    /// All four that start-up is timed in, those of shipped programs first.
    pub const ALL: [Self; 4] = [Self::PINNED, Self::SCHEDULED, Self::PINNED_ALL, Self::SCHEDULED_ONE];

    /// The word used in tables.
    pub fn word(self) -> &'static str {
        if self.addresses == Addresses::Fixed {
            return match self.affinity {
                Affinity::Pinned => "pinned-fixed-addresses",
                Affinity::Scheduled => "scheduled-fixed-addresses",
            };
        }
        match (self.affinity, self.procs) {
            (affinity, Procs::Own) => affinity.word(),
            (Affinity::Pinned, Procs::Crossed) => "pinned-gomaxprocs-all",
            (Affinity::Scheduled, Procs::Crossed) => "scheduled-gomaxprocs-1",
        }
    }

    /// What `GOMAXPROCS` comes to: `1` or `all`.
    pub fn gomaxprocs(self) -> &'static str {
        match (self.affinity, self.procs) {
            (Affinity::Pinned, Procs::Own) | (Affinity::Scheduled, Procs::Crossed) => "1",
            _ => "all",
        }
    }

    /// The variable that has to be set for it, with so many CPUs.
    pub fn variable(self, cpus: u32) -> Option<(String, String)> {
        let value = match (self.procs, self.affinity) {
            (Procs::Own, _) => return None,
            (Procs::Crossed, Affinity::Pinned) => cpus,
            (Procs::Crossed, Affinity::Scheduled) => 1,
        };
        Some(("GOMAXPROCS".to_owned(), value.to_string()))
    }
}

/// How files came into the page cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Recipe {
    /// Written, dropped from the page cache, and read back by starting the program: what a program meets that
    /// was installed some time ago.
    Faulted,
    /// Written, and left as the writing left it: what a program meets that was just installed.
    Written,
    /// Written into memory, on tmpfs.
    Tmpfs,
}

impl Recipe {
    /// All of them, the headline first.
    pub const ALL: [Self; 3] = [Self::Faulted, Self::Written, Self::Tmpfs];

    /// The word used in tables.
    pub fn word(self) -> &'static str {
        match self {
            Self::Faulted => "faulted",
            Self::Written => "written",
            Self::Tmpfs => "tmpfs",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_conditions_are_crossed_and_have_names_of_their_own() {
        let all = Condition::ALL.map(|one| (one.word(), one.gomaxprocs(), one.variable(2).map(|set| set.1)));
        assert_eq!(Condition::PINNED_FIXED.word(), "pinned-fixed-addresses");
        let set = |value: &str| Some(value.to_owned());
        assert_eq!(
            all,
            [
                ("pinned", "1", None),
                ("scheduled", "all", None),
                ("pinned-gomaxprocs-all", "all", set("2")),
                ("scheduled-gomaxprocs-1", "1", set("1")),
            ]
        );
    }
}
