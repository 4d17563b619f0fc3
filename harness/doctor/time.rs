//! What bears on the times: who else takes the CPU, how time is counted, and which counters there are.
//!
//! Sources: `Documentation/admin-guide/cgroup-v2.rst`, `sysctl/kernel.rst` and `accounting/psi.rst` of Linux.

use std::fs;
use std::path::Path;

use super::{Finding, finding, text};
use crate::machine::Machine;

/// Clocks that are read without a call into the kernel.
const QUICK_CLOCKS: [&str; 5] =
    ["tsc", "kvm-clock", "hyperv_clocksource_tsc_page", "arch_sys_counter", "riscv_clocksource"];

pub(super) fn findings(machine: &Machine) -> Vec<Finding> {
    vec![
        quota(&cpu_max()),
        clock(&text("/sys/devices/system/clocksource/clocksource0/current_clocksource")),
        accounting(&machine.cpu_accounting),
        finding(
            "pressure",
            fs::read_to_string("/proc/pressure/cpu").is_ok(),
            "/proc/pressure/cpu",
            "the kernel does not tell how long tasks wait for a CPU, and whether a block is quiet rests on the \
             sentinel and on steal alone; `psi=1` on the kernel's command line turns it on",
        ),
        counters(&text("/proc/sys/kernel/perf_event_paranoid"), has_hardware_counters()),
    ]
}

/// `cpu.max` of this process's control group, or of the nearest above it that limits.
fn cpu_max() -> String {
    let groups = text("/proc/self/cgroup");
    let own = groups.lines().find_map(|line| line.strip_prefix("0::/")).unwrap_or_default();
    let root = Path::new("/sys/fs/cgroup");
    let limits = root
        .join(own)
        .ancestors()
        .take_while(|path| path.starts_with(root))
        .map(|path| text(path.join("cpu.max")))
        .find(|limit| !limit.is_empty() && !limit.starts_with("max"));
    limits.unwrap_or_default()
}

fn quota(cpu_max: &str) -> Finding {
    let numbers: Vec<f64> = cpu_max.split_whitespace().filter_map(|number| number.parse().ok()).collect();
    let found = match numbers.as_slice() {
        [quota, period] => format!("{:.2} CPUs, in periods of {:.0} ms", quota / period, period / 1e3),
        _ => "none seen".to_owned(),
    };
    finding(
        "cpu quota",
        numbers.len() != 2,
        found,
        "a group that has used up its quota stands still for the rest of the period, and wall times with it",
    )
}

fn clock(source: &str) -> Finding {
    finding(
        "clock source",
        QUICK_CLOCKS.contains(&source),
        if source.is_empty() { "not told" } else { source },
        "reading this clock may take microseconds, which go into every wall time; see \
         /sys/devices/system/clocksource/clocksource0/available_clocksource for others",
    )
}

fn accounting(how: &str) -> Finding {
    let found = match how {
        "tick" => "tick: the sum of user and system time is exact, the split is not and is not shown",
        "virtual" => "virtual: at every switch; the sum of user and system time is used",
        other => other,
    };
    finding(
        "cpu accounting",
        how != "unknown",
        found,
        "whether ticks or exact times are counted cannot be told; only the sum of user and system time is used",
    )
}

/// Whether the kernel drives hardware counters: their event source is named after the processor.
fn has_hardware_counters() -> bool {
    let sources = fs::read_dir("/sys/bus/event_source/devices").into_iter().flatten().flatten();
    let mut names = sources.map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.any(|name| name.starts_with("cpu") || name.starts_with("armv"))
}

fn counters(paranoid: &str, hardware: bool) -> Finding {
    // 2 lets a user count his own processes in user space, which is all that a start is.
    let permitted = paranoid.parse::<i32>().is_ok_and(|level| level <= 2);
    let setting = format!("sysctl kernel.perf_event_paranoid={paranoid}");
    let (found, hint) = match (hardware, permitted) {
        (true, true) => (format!("there ({setting}); this version does not use them"), ""),
        (true, false) => (
            format!("not available here: {setting}"),
            "`sysctl kernel.perf_event_paranoid=2` as root permits them",
        ),
        (false, _) => (
            format!("not available here: the kernel drives none ({setting})"),
            "a virtual machine has them where the host passes them on",
        ),
    };
    finding("hardware counters", hardware && permitted, found, hint)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Verdict;

    #[test]
    fn a_quota_is_so_many_cpus() {
        assert_eq!(quota("150000 100000").found, "1.50 CPUs, in periods of 100 ms");
        assert_eq!((quota("").verdict, quota("150000 100000").verdict), (Verdict::Well, Verdict::Limits));
    }

    #[test]
    fn clocks_and_counting() {
        assert_eq!((clock("tsc").verdict, clock("hpet").verdict), (Verdict::Well, Verdict::Limits));
        assert!(accounting("tick").found.contains("the split is not"));
        assert_eq!(accounting("unknown").verdict, Verdict::Limits);
    }

    #[test]
    fn counters_name_the_setting() {
        let found = counters("4", true);
        assert_eq!(found.found, "not available here: sysctl kernel.perf_event_paranoid=4");
        assert!(found.hint.contains("perf_event_paranoid=2"));
        assert_eq!(counters("2", true).verdict, Verdict::Well);
        assert!(counters("2", false).found.contains("drives none"));
    }
}
