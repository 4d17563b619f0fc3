//! Giving memory back that is no longer used.
//!
//! What a run built and read before it measures leaves the allocator with room that it keeps for itself; the
//! process that measures has to be small.
//!
//! Source: `malloc_trim(3)`, which glibc alone has.

/// Gives back what the allocator keeps unused, where there is a way to.
pub fn give_back() {
    #[cfg(target_env = "gnu")]
    // SAFETY: it takes the allocator's own locks, and moves nothing that is in use.
    unsafe {
        libc::malloc_trim(0);
    }
}
