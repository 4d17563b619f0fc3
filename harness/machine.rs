//! What this machine is, as far as it bears on the numbers; no user, home or host name.
//!
//! Source: proc(5); `Documentation/admin-guide/sysctl/kernel.rst` of Linux; statfs(2).

use std::env;
use std::fs::{self, File};
use std::io::Read;
use std::path::Path;
use std::time::Duration;

use flate2::read::GzDecoder;
use rustix::system::uname;
use serde::{Deserialize, Serialize};

use crate::command::Command;
use crate::digest;

/// A description of the machine; what cannot be read is empty or `unknown`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// `GOOS/GOARCH` of the machine, e.g. `linux/amd64`.
    pub host: String,
    /// System, release and version of the kernel, as `uname -srv` has them.
    pub kernel: String,
    /// The processor as it names itself.
    pub cpu: String,
    /// Processors that this process may use.
    pub cpus: u32,
    /// Bytes of memory.
    pub memory: u64,
    /// The frequency governor; `none` where the kernel shows none, as in most virtual machines.
    pub governor: String,
    /// What `ldd --version` says first: the C library.
    pub libc: String,
    /// The hypervisor's name for itself, `some` where it gives none, or `none seen`.
    pub hypervisor: String,
    /// `randomize_va_space`.
    pub address_randomisation: String,
    /// `transparent_hugepage/enabled`.
    pub huge_pages: String,
    /// How the kernel counts CPU time: `tick`, `virtual` or `unknown`.
    pub cpu_accounting: String,
    /// The file system that artifacts are started from.
    pub file_system: String,
    /// SHA-256 of the boot id: tells two boots apart and says nothing else.
    pub boot: String,
}

impl Machine {
    /// Reads it; `artifacts` is the folder that they are started from.
    pub fn read(artifacts: &Path) -> Self {
        let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
        let cpuinfo = read("/proc/cpuinfo");
        let kernel = uname();
        let text = |part: &std::ffi::CStr| part.to_string_lossy().into_owned();
        let parts = [text(kernel.sysname()), text(kernel.release()), text(kernel.version())];
        Self {
            host: format!("linux/{}", go_arch()),
            kernel: parts.join(" "),
            cpu: cpu_model(&cpuinfo),
            cpus: std::thread::available_parallelism().map_or(1, |n| u32::try_from(n.get()).unwrap_or(1)),
            memory: memory(&read("/proc/meminfo")),
            governor: or("none", &read("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")),
            libc: libc(),
            hypervisor: hypervisor(&cpuinfo, &read("/sys/class/dmi/id/sys_vendor")),
            address_randomisation: or("unknown", &read("/proc/sys/kernel/randomize_va_space")),
            huge_pages: or("unknown", &read("/sys/kernel/mm/transparent_hugepage/enabled")),
            cpu_accounting: accounting(&kernel_config(&text(kernel.release()))).to_owned(),
            file_system: file_system(&read("/proc/self/mountinfo"), artifacts),
            boot: digest::of_bytes(read("/proc/sys/kernel/random/boot_id").trim().as_bytes()),
        }
    }
}

/// This machine's architecture as Go names it.
pub fn go_arch() -> &'static str {
    match env::consts::ARCH {
        "x86_64" => "amd64",
        "x86" => "386",
        "aarch64" => "arm64",
        "powerpc64" if cfg!(target_endian = "little") => "ppc64le",
        "powerpc64" => "ppc64",
        "loongarch64" => "loong64",
        other => other,
    }
}

fn or(word: &str, text: &str) -> String {
    let text = text.trim();
    if text.is_empty() { word } else { text }.to_owned()
}

/// `model name`, or what other architectures have in its place.
fn cpu_model(cpuinfo: &str) -> String {
    let value = |name: &str| {
        cpuinfo.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            (key.trim() == name).then(|| value.trim().to_owned())
        })
    };
    ["model name", "cpu model", "cpu", "uarch", "CPU part"]
        .iter()
        .find_map(|name| value(name))
        .unwrap_or_default()
}

fn memory(meminfo: &str) -> u64 {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"));
    let kilobytes = line.and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok());
    kilobytes.unwrap_or(0) * 1024
}

fn hypervisor(cpuinfo: &str, vendor: &str) -> String {
    let flagged = cpuinfo
        .lines()
        .any(|line| line.starts_with("flags") && line.split_whitespace().any(|flag| flag == "hypervisor"));
    if flagged { or("some", vendor) } else { "none seen".to_owned() }
}

fn kernel_config(release: &str) -> String {
    let mut text = String::new();
    if let Ok(file) = File::open("/proc/config.gz")
        && GzDecoder::new(file).read_to_string(&mut text).is_ok()
    {
        return text;
    }
    fs::read_to_string(format!("/boot/config-{release}")).unwrap_or_default()
}

fn accounting(config: &str) -> &'static str {
    let set = |name: &str| config.lines().any(|line| line.strip_prefix(name) == Some("=y"));
    if set("CONFIG_TICK_CPU_ACCOUNTING") {
        "tick"
    } else if set("CONFIG_VIRT_CPU_ACCOUNTING") {
        "virtual"
    } else {
        "unknown"
    }
}

/// glibc and musl both say which they are when asked through `ldd`; musl does so on stderr.
fn libc() -> String {
    let env = [("PATH".to_owned(), "/usr/bin:/bin".to_owned()), ("LC_ALL".to_owned(), "C".to_owned())].into();
    let Ok(ldd) = which::which_in("ldd", Some("/usr/bin:/bin"), "/") else { return "unknown".to_owned() };
    let limit = Duration::from_secs(10);
    let Ok(done) = Command::new(&ldd, Path::new("/")).args(["--version"]).env(env).limit(limit).run() else {
        return "unknown".to_owned();
    };
    let said = if done.stdout.is_empty() { done.stderr } else { done.stdout };
    or("unknown", String::from_utf8_lossy(&said).lines().next().unwrap_or_default())
}

/// Type of the mount with the longest mount point above the folder.
fn file_system(mountinfo: &str, folder: &Path) -> String {
    let mounts = mountinfo.lines().filter_map(|line| {
        let (left, right) = line.split_once(" - ")?;
        Some((left.split(' ').nth(4)?, right.split(' ').next()?))
    });
    let above = mounts.filter(|(point, _)| folder.starts_with(point));
    above.max_by_key(|(point, _)| point.len()).map(|(_, kind)| kind.to_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_understood() {
        let cpuinfo = "processor\t: 0\nmodel name\t: A CPU\nflags\t\t: fpu hypervisor sse\n";
        assert_eq!(cpu_model(cpuinfo), "A CPU");
        assert_eq!(hypervisor(cpuinfo, "\n"), "some");
        assert_eq!(hypervisor(cpuinfo, "A vendor\n"), "A vendor");
        assert_eq!(hypervisor("flags : fpu\n", "A vendor"), "none seen");
        assert_eq!(memory("MemTotal:       1024 kB\nMemFree: 1 kB\n"), 1 << 20);
        assert_eq!(accounting("CONFIG_TICK_CPU_ACCOUNTING=y\n"), "tick");
        assert_eq!(accounting("# CONFIG_TICK_CPU_ACCOUNTING is not set\n"), "unknown");
    }

    #[test]
    fn the_nearest_mount_counts() {
        let mounts = "1 0 8:1 / / rw - ext4 /dev/a rw\n2 1 0:5 / /tmp rw shared:1 - tmpfs tmpfs rw\n";
        assert_eq!(file_system(mounts, Path::new("/tmp/x")), "tmpfs");
        assert_eq!(file_system(mounts, Path::new("/tmpx")), "ext4");
    }

    #[test]
    fn this_machine_is_described_and_not_named() {
        let machine = Machine::read(Path::new("/"));
        assert!(machine.kernel.starts_with("Linux ") && machine.memory > 0 && machine.cpus > 0);
        let json = serde_json::to_string(&machine).expect("serialises");
        let name = uname().nodename().to_string_lossy().into_owned();
        assert!(name.len() < 4 || !json.contains(&name), "the host name is in {json}");
    }
}
