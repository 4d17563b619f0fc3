//! The counter of ticks that programs can read without asking the kernel, where this processor has one.
//!
//! Source: Intel SDM volume 2, RDTSC.

/// Its value now; none where it is not known how to read it.
pub fn now() -> Option<u64> {
    #[cfg(target_arch = "x86_64")]
    {
        // SAFETY: the instruction reads a register; every processor of this architecture has it, and a kernel that
        // forbids it would have ended the loader before.
        Some(unsafe { core::arch::x86_64::_rdtsc() })
    }
    #[cfg(not(target_arch = "x86_64"))]
    None
}
