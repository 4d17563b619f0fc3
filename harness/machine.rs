//! What this machine is, as far as it bears on the numbers; no user, home or host name.
//!
//! [`Machine::read`] looks; the functions that make sense of what it saw are pure. What a file would not tell
//! is left empty or called unknown, never guessed.
//! Sources: proc(5); `Documentation/admin-guide/sysctl/kernel.rst`,
//! `Documentation/ABI/testing/sysfs-devices-system-cpu` and `kernel/time/Kconfig` of Linux.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use flate2::read::GzDecoder;
use serde::{Deserialize, Serialize};

use crate::digest;
use crate::target;

/// A description of the machine; what cannot be read is empty or absent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// `GOOS/GOARCH` of the machine, e.g. `linux/amd64`.
    pub host: String,
    /// `uname -s -r -v`.
    pub kernel: String,
    /// The processor as it names itself.
    pub cpu: String,
    /// Processors that this process may use: by its affinity, and by the quota of its control group.
    pub cpus: u32,
    /// Bytes of memory.
    pub memory: u64,
    /// The frequency governor; `none` where the kernel shows none, as in most virtual machines.
    pub governor: String,
    /// `glibc 2.36` or the like: the C library of the loader that programs here name.
    pub libc: String,
    /// The hypervisor, or `none seen`.
    pub hypervisor: String,
    /// `randomize_va_space`; 0 also where gopie itself was started without (`setarch -R`).
    pub address_randomisation: String,
    /// The chosen word of `transparent_hugepage/enabled`.
    pub huge_pages: String,
    /// How the kernel counts CPU time: `tick`, `virtual` or `unknown`.
    pub cpu_accounting: String,
    /// The file system that artifacts are started from.
    pub file_system: String,
    /// SHA-256 of the boot id: tells two boots apart and says nothing else.
    pub boot: String,
}

impl Machine {
    /// Reads this machine; `artifacts` is the folder that artifacts are started from.
    pub fn read(artifacts: &Path) -> Self {
        let uname = rustix::system::uname();
        let kernel = [uname.sysname(), uname.release(), uname.version()].map(|part| part.to_string_lossy());
        let cpuinfo = text("/proc/cpuinfo");
        Self {
            host: target::host(),
            kernel: kernel.join(" "),
            cpu: cpu(&cpuinfo).unwrap_or_else(|| "unknown".to_owned()),
            cpus: thread::available_parallelism().map_or(0, |n| u32::try_from(n.get()).unwrap_or(u32::MAX)),
            memory: memory(&text("/proc/meminfo")).unwrap_or_default(),
            governor: governor(&governors()),
            libc: libc_here(),
            hypervisor: hypervisor(&HypervisorSigns {
                cpuinfo: &cpuinfo,
                clocks: &text("/sys/devices/system/clocksource/clocksource0/available_clocksource"),
                vendor: &text("/sys/class/dmi/id/sys_vendor"),
                product: &text("/sys/class/dmi/id/product_name"),
                xen: &text("/sys/hypervisor/type"),
                sysinfo: &text("/proc/sysinfo"),
                device_tree: &text("/proc/device-tree/hypervisor/compatible"),
            }),
            address_randomisation: drawn(
                &text("/proc/sys/kernel/randomize_va_space"),
                &text("/proc/self/personality"),
            ),
            huge_pages: chosen(&text("/sys/kernel/mm/transparent_hugepage/enabled")),
            cpu_accounting: cpu_accounting(&kernel_config(), &text("/sys/devices/system/cpu/nohz_full"))
                .to_owned(),
            file_system: artifacts
                .canonicalize()
                .ok()
                .and_then(|path| file_system(&text("/proc/self/mountinfo"), &path))
                .unwrap_or_else(|| "unknown".to_owned()),
            boot: match text("/proc/sys/kernel/random/boot_id") {
                id if id.is_empty() => id,
                id => digest::of_bytes(id.as_bytes()),
            },
        }
    }
}

/// The trimmed text of a file, empty where it cannot be read.
fn text(path: impl AsRef<Path>) -> String {
    let bytes = fs::read(path).unwrap_or_default();
    String::from_utf8_lossy(&bytes).trim_matches(['\0', ' ', '\n']).to_owned()
}

/// The values of one field of `/proc/cpuinfo` or `/proc/meminfo`.
fn values<'a>(info: &'a str, name: &str) -> impl Iterator<Item = &'a str> {
    info.lines().filter_map(move |line| {
        let (field, value) = line.split_once(':')?;
        (field.trim() == name && !value.trim().is_empty()).then(|| value.trim())
    })
}

/// The distinct names of the processors, or on arm64, which names none, what they call their maker and part.
fn cpu(cpuinfo: &str) -> Option<String> {
    let named = ["model name", "cpu", "cpu model", "Model Name", "uarch", "vendor_id"]
        .into_iter()
        .map(|field| values(cpuinfo, field).map(str::to_owned).collect::<BTreeSet<_>>())
        .find(|names| !names.is_empty());
    let parts = || {
        let makers = values(cpuinfo, "CPU implementer");
        makers
            .zip(values(cpuinfo, "CPU part"))
            .map(|(maker, part)| format!("implementer {maker} part {part}"))
            .collect()
    };
    let all: BTreeSet<String> = named.unwrap_or_else(parts);
    (!all.is_empty()).then(|| all.into_iter().collect::<Vec<_>>().join(", "))
}

fn memory(meminfo: &str) -> Option<u64> {
    let kibibytes = values(meminfo, "MemTotal").next()?.strip_suffix("kB")?.trim();
    kibibytes.parse::<u64>().ok()?.checked_mul(1024)
}

fn governors() -> Vec<String> {
    let folders = fs::read_dir("/sys/devices/system/cpu").into_iter().flatten().flatten();
    folders.map(|folder| text(folder.path().join("cpufreq/scaling_governor"))).collect()
}

/// The distinct governors; folders that have none give an empty one.
fn governor(all: &[String]) -> String {
    let distinct: BTreeSet<&str> = all.iter().map(String::as_str).filter(|name| !name.is_empty()).collect();
    if distinct.is_empty() { "none".to_owned() } else { distinct.into_iter().collect::<Vec<_>>().join(", ") }
}

/// Asks `ldd`, which comes with the C library, and where there is none the loaders themselves.
fn libc_here() -> String {
    let ldd = ["/usr/bin/ldd", "/bin/ldd"].into_iter().map(PathBuf::from);
    let folders = ["/lib64", "/lib", "/usr/lib"].into_iter().filter_map(|folder| fs::read_dir(folder).ok());
    let loaders = folders.flatten().flatten().map(|entry| entry.path()).filter(|path| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        ["ld-linux", "ld64.so", "ld-musl-"].iter().any(|start| name.starts_with(start))
    });
    ldd.chain(loaders).find_map(|program| libc_of(&program)).unwrap_or_else(|| "unknown".to_owned())
}

/// The C library that a loader or an `ldd` is of, as it says itself.
pub(crate) fn libc_of(program: &Path) -> Option<String> {
    let output = Command::new(program).arg("--version").env("LC_ALL", "C").output().ok()?;
    // musl's answers on standard error and fails.
    let said = [output.stdout, output.stderr].concat();
    libc(&String::from_utf8_lossy(&said))
}

/// The C library that `ldd --version` or `ld.so --version` speaks of, with the distribution's name of it.
fn libc(said: &str) -> Option<String> {
    let first = said.lines().next()?;
    if first.starts_with("musl libc") {
        let version = said.lines().find_map(|line| line.strip_prefix("Version "))?;
        return Some(format!("musl {}", version.trim()));
    }
    let (_, rest) = first.split_once('(')?;
    let (package, rest) = rest.rsplit_once(')')?;
    let version = rest.split_whitespace().last()?.trim_end_matches('.');
    let upstream = ["GNU libc", "GNU C Library"].contains(&package);
    Some(if upstream { format!("glibc {version}") } else { format!("glibc {version} ({package})") })
}

/// What betrays a hypervisor.
struct HypervisorSigns<'a> {
    /// `/proc/cpuinfo`: x86 has a flag for it.
    cpuinfo: &'a str,
    /// The clocks on offer: some come only from a certain hypervisor.
    clocks: &'a str,
    vendor: &'a str,
    product: &'a str,
    /// `/sys/hypervisor/type`.
    xen: &'a str,
    /// `/proc/sysinfo` of s390x.
    sysinfo: &'a str,
    /// The device tree's node, as on arm64.
    device_tree: &'a str,
}

fn hypervisor(signs: &HypervisorSigns) -> String {
    const CLOCKS: [(&str, &str); 3] = [("kvm-clock", "KVM"), ("hyperv_", "Hyper-V"), ("xen", "Xen")];
    const VENDORS: [&str; 8] =
        ["QEMU", "VMware", "innotek", "Xen", "Amazon EC2", "Google", "OpenStack", "Parallels"];
    let by_clock = CLOCKS.iter().find(|(clock, _)| signs.clocks.contains(clock)).map(|(_, name)| *name);
    let by_system = values(signs.sysinfo, "VM00 Control Program").next();
    let by_tree = signs.device_tree.split('\0').next().filter(|name| !name.is_empty());
    let by_xen = Some(signs.xen).filter(|name| !name.is_empty());
    let flagged =
        values(signs.cpuinfo, "flags").any(|flags| flags.split(' ').any(|flag| flag == "hypervisor"));
    let virtual_machine = VENDORS.iter().any(|vendor| signs.vendor.starts_with(vendor));
    let name = by_clock.or(by_system).or(by_tree).or(by_xen);
    // Only a virtual machine's: that of a real one is nobody's business.
    let sold_as = [signs.vendor, signs.product].join(" ").trim().to_owned();
    let seen = name.is_some() || flagged || virtual_machine;
    match (name, sold_as.as_str()) {
        _ if !seen => "none seen".to_owned(),
        (None, "") => "unnamed".to_owned(),
        (Some(name), "") => name.to_owned(),
        (None, sold_as) => sold_as.to_owned(),
        (Some(name), sold_as) => format!("{name} ({sold_as})"),
    }
}

/// The word in brackets of a sysfs choice such as `always [madvise] never`.
fn chosen(choices: &str) -> String {
    let word = choices.split_once('[').and_then(|(_, rest)| rest.split_once(']'));
    word.map_or(choices, |(word, _)| word).to_owned()
}

/// The kernel's configuration, wherever it or the distribution keeps it; empty where nowhere.
pub fn kernel_config() -> String {
    let uname = rustix::system::uname();
    let release = uname.release().to_string_lossy();
    let mut packed = String::new();
    if File::open("/proc/config.gz")
        .is_ok_and(|file| GzDecoder::new(file).read_to_string(&mut packed).is_ok())
    {
        return packed;
    }
    let places = [
        format!("/boot/config-{release}"),
        format!("/lib/modules/{release}/config"),
        format!("/lib/modules/{release}/build/.config"),
    ];
    places.iter().map(text).find(|text| !text.is_empty()).unwrap_or_default()
}

/// How CPU time is counted. A kernel that can count it at every switch still goes by the tick on all
/// processors but those of `nohz_full`.
fn cpu_accounting(config: &str, nohz_full: &str) -> &'static str {
    let set = |name: &str| config.lines().any(|line| line.strip_prefix(name) == Some("=y"));
    let none_full = ["", "(null)"].contains(&nohz_full);
    match () {
        () if set("CONFIG_VIRT_CPU_ACCOUNTING_NATIVE") => "virtual",
        () if set("CONFIG_VIRT_CPU_ACCOUNTING_GEN") => {
            if none_full {
                "tick"
            } else {
                "virtual"
            }
        }
        () if set("CONFIG_TICK_CPU_ACCOUNTING") => "tick",
        () => "unknown",
    }
}

/// The type of the file system that holds a path, by the longest mount point; a later mount covers an
/// earlier.
fn file_system(mountinfo: &str, path: &Path) -> Option<String> {
    let mounts = mountinfo.lines().filter_map(|line| {
        let (place, rest) = line.split_once(" - ")?;
        let point = PathBuf::from(unescape(place.split(' ').nth(4)?));
        path.starts_with(&point).then_some((point.components().count(), rest.split(' ').next()?))
    });
    mounts.max_by_key(|(depth, _)| *depth).map(|(_, kind)| kind.to_owned())
}

/// Undoes the octal escapes of blanks and backslashes in `/proc/self/mountinfo`.
fn unescape(point: &str) -> String {
    [("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")]
        .iter()
        .fold(point.to_owned(), |text, (escape, letter)| text.replace(escape, letter))
}

/// `randomize_va_space`; nothing is drawn either where gopie, and so all that it starts, was told so (`setarch -R`).
fn drawn(setting: &str, personality: &str) -> String {
    let personality = u32::from_str_radix(personality, 16).unwrap_or_default();
    let off = personality & libc::ADDR_NO_RANDOMIZE.unsigned_abs() != 0;
    if off { "0".to_owned() } else { setting.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_drawn_where_gopie_was_started_so() {
        for (setting, personality, expected) in
            [("2", "00000000", "2"), ("2", "00040000", "0"), ("0", "00000000", "0"), ("2", "", "2")]
        {
            assert_eq!(drawn(setting, personality), expected);
        }
    }

    const X86: &str = "processor\t: 0\nmodel name\t: AMD EPYC\nflags\t\t: fpu vme hypervisor lm\n\n\
                       processor\t: 1\nmodel name\t: AMD EPYC\nflags\t\t: fpu vme hypervisor lm\n";

    #[test]
    fn processors_name_themselves_in_many_ways() {
        let arm = "processor\t: 0\nCPU implementer\t: 0x41\nCPU part\t: 0xd0c\n\
                   processor\t: 1\nCPU implementer\t: 0x41\nCPU part\t: 0xd40\n";
        for (cpuinfo, name) in [
            (X86, Some("AMD EPYC")),
            (arm, Some("implementer 0x41 part 0xd0c, implementer 0x41 part 0xd40")),
            (
                "processor\t: 0\ncpu\t\t: POWER9 (raw), altivec supported\n",
                Some("POWER9 (raw), altivec supported"),
            ),
            ("processor\t: 0\nhart\t: 0\nuarch\t: sifive,u74-mc\n", Some("sifive,u74-mc")),
            ("", None),
        ] {
            assert_eq!(cpu(cpuinfo).as_deref(), name);
        }
    }

    #[test]
    fn memory_is_in_bytes() {
        assert_eq!(memory("MemTotal:       24665868 kB\nMemFree: 1 kB\n"), Some(24_665_868 * 1024));
        assert_eq!(memory("MemFree: 1 kB\n"), None);
    }

    #[test]
    fn governors_are_told_once_each() {
        let all = |names: &[&str]| governor(&names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>());
        assert_eq!(all(&["performance", "", "performance"]), "performance");
        assert_eq!(all(&["schedutil", "performance"]), "performance, schedutil");
        assert_eq!(all(&["", ""]), "none");
    }

    #[test]
    fn c_libraries() {
        for (said, name) in [
            (
                "ldd (Debian GLIBC 2.36-9+deb12u14) 2.36\nCopyright",
                "glibc 2.36 (Debian GLIBC 2.36-9+deb12u14)",
            ),
            ("ldd (GNU libc) 2.42\n", "glibc 2.42"),
            (
                "ld.so (Debian GLIBC 2.36-9+deb12u14) stable release version 2.36.\n",
                "glibc 2.36 (Debian GLIBC 2.36-9+deb12u14)",
            ),
            ("musl libc (x86_64)\nVersion 1.2.5\nDynamic Program Loader\n", "musl 1.2.5"),
        ] {
            assert_eq!(libc(said).as_deref(), Some(name));
        }
        for said in ["", "--version: error while loading shared libraries", "musl libc (x86_64)\n"] {
            assert_eq!(libc(said), None, "{said}");
        }
    }

    #[test]
    fn hypervisors_betray_themselves() {
        let none = HypervisorSigns {
            cpuinfo: "",
            clocks: "tsc hpet",
            vendor: "",
            product: "",
            xen: "",
            sysinfo: "",
            device_tree: "",
        };
        let real = HypervisorSigns { vendor: "LENOVO", product: "20XW", ..none };
        assert_eq!((hypervisor(&none).as_str(), hypervisor(&real).as_str()), ("none seen", "none seen"));
        let kvm = HypervisorSigns { cpuinfo: X86, clocks: "tsc kvm-clock", ..none };
        assert_eq!(hypervisor(&kvm), "KVM");
        let nitro = HypervisorSigns { vendor: "Amazon EC2", product: "c5.large", ..kvm };
        assert_eq!(hypervisor(&nitro), "KVM (Amazon EC2 c5.large)");
        let graviton = HypervisorSigns { vendor: "Amazon EC2", product: "m6g.large", ..none };
        assert_eq!(hypervisor(&graviton), "Amazon EC2 m6g.large");
        assert_eq!(hypervisor(&HypervisorSigns { cpuinfo: X86, ..none }), "unnamed");
        assert_eq!(hypervisor(&HypervisorSigns { device_tree: "linux,kvm\0", ..none }), "linux,kvm");
        let mainframe = HypervisorSigns { sysinfo: "VM00 Control Program: KVM/Linux  \n", ..none };
        assert_eq!(hypervisor(&mainframe), "KVM/Linux");
    }

    #[test]
    fn the_chosen_word() {
        assert_eq!(chosen("always [madvise] never"), "madvise");
        assert_eq!(chosen(""), "");
    }

    #[test]
    fn accounting_by_tick_or_switch() {
        let general = "CONFIG_VIRT_CPU_ACCOUNTING=y\nCONFIG_VIRT_CPU_ACCOUNTING_GEN=y\n";
        for (config, nohz_full, how) in [
            ("CONFIG_TICK_CPU_ACCOUNTING=y\n# CONFIG_VIRT_CPU_ACCOUNTING_GEN is not set\n", "", "tick"),
            (general, "(null)", "tick"),
            (general, "", "tick"),
            (general, "2-7", "virtual"),
            ("CONFIG_VIRT_CPU_ACCOUNTING_NATIVE=y\n", "", "virtual"),
            ("", "", "unknown"),
        ] {
            assert_eq!(cpu_accounting(config, nohz_full), how, "{config}");
        }
    }

    #[test]
    fn the_longest_and_last_mount_counts() {
        let mounts = "22 27 0:21 / /proc rw - proc proc rw\n\
                      27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw\n\
                      30 27 0:30 / /home rw - btrfs /dev/vdb rw\n\
                      31 27 0:31 / /home/a\\040b rw - xfs /dev/vdc rw\n\
                      32 27 0:32 / /home/a\\040b rw - tmpfs tmpfs rw\n";
        for (path, kind) in
            [("/tmp/x", "ext4"), ("/home/c", "btrfs"), ("/home/a b/c", "tmpfs"), ("/homes", "ext4")]
        {
            assert_eq!(file_system(mounts, Path::new(path)).as_deref(), Some(kind), "{path}");
        }
        assert_eq!(file_system("", Path::new("/")), None);
    }

    #[test]
    fn this_machine_says_what_every_linux_says() {
        let machine = Machine::read(Path::new("/"));
        assert!(machine.kernel.starts_with("Linux ") && machine.memory > 1 << 20 && machine.cpus > 0);
        assert_eq!(machine.boot.len(), 64);
        assert_eq!(machine, Machine::read(Path::new("/")));
    }
}
