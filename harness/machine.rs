//! What this machine is, as far as it bears on the numbers; no user, home or host name.
//!
//! Source: proc(5), `Documentation/admin-guide/sysctl/kernel.rst` and `Documentation/accounting/psi.rst` of
//! Linux.

use serde::{Deserialize, Serialize};

/// A description of the machine; what cannot be read is empty or absent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// `GOOS/GOARCH` of the machine, e.g. `linux/amd64`.
    pub host: String,
    /// `uname -s -r -v`.
    pub kernel: String,
    /// The processor as it names itself.
    pub cpu: String,
    /// Processors that this process may use.
    pub cpus: u32,
    /// Bytes of memory.
    pub memory: u64,
    /// The frequency governor; `none` where the kernel shows none, as in most virtual machines.
    pub governor: String,
    /// `glibc 2.36` or the like: the C library of the loader that programs here name.
    pub libc: String,
    /// The hypervisor, or `none seen`.
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
