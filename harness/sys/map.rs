//! Mapping a file, so that only the pages that are looked at are read; a file that shrinks meanwhile is no
//! crash.
//!
//! To touch a page that a mapped file no longer has raises SIGBUS. A handler puts a page of zeros there and
//! marks the map as broken, so that whoever reads goes on, and asks [`Map::broken`] when done. A fault
//! anywhere else ends the process, as it would without the handler. Which files are opened, and whether a
//! file that is smaller than before but never raised a fault is whole, is left to the caller.
//!
//! The handler walks a fixed table of atomics: it may interrupt any thread at any place, and must not lock
//! or allocate.
//!
//! Sources: mmap(2), sigaction(2), signal-safety(7).

use std::ffi::{c_int, c_void};
use std::fs::File;
use std::io;
use std::mem::MaybeUninit;
use std::ptr;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use memmap2::{Mmap, MmapOptions};

/// How many files can be mapped at once.
const SLOTS: usize = 1024;
/// Of a slot that nobody uses, and of one that is being filled: no map begins at these addresses.
const FREE: usize = 0;
const TAKEN: usize = 1;

/// Where a map lies, for the handler.
struct Slot {
    start: AtomicUsize,
    end: AtomicUsize,
    broken: AtomicBool,
}

static TABLE: [Slot; SLOTS] = [const {
    Slot { start: AtomicUsize::new(FREE), end: AtomicUsize::new(0), broken: AtomicBool::new(false) }
}; SLOTS];
static PAGE_SIZE: AtomicUsize = AtomicUsize::new(0);

impl Slot {
    fn take() -> io::Result<&'static Self> {
        let free = |slot: &&Self| {
            slot.start.compare_exchange(FREE, TAKEN, Ordering::Acquire, Ordering::Relaxed).is_ok()
        };
        TABLE.iter().find(free).ok_or_else(|| io::Error::other("too many files are mapped at once"))
    }

    fn holds(&self, address: usize) -> bool {
        let start = self.start.load(Ordering::Acquire);
        start > TAKEN && start <= address && address < self.end.load(Ordering::Relaxed)
    }
}

/// The bytes of a file, read when they are looked at.
#[derive(Debug)]
pub struct Map(Option<Filled>);

#[derive(Debug)]
struct Filled {
    bytes: Mmap,
    slot: &'static Slot,
}

impl Map {
    /// Maps the first `size` bytes of a regular file, which may be none.
    pub fn new(file: &File, size: u64) -> io::Result<Self> {
        if size == 0 {
            return Ok(Self(None));
        }
        catch_faults()?;
        let length = usize::try_from(size).map_err(io::Error::other)?;
        // SAFETY: whoever else writes to the file can change these bytes while they are borrowed. They are
        // plain bytes, of which none is trusted: those who read them take any for possible. That the file
        // shrinks is caught by the handler above.
        let bytes = unsafe { MmapOptions::new().len(length).map(file) }?;
        let slot = Slot::take()?;
        let start = bytes.as_ptr().addr();
        slot.broken.store(false, Ordering::Relaxed);
        slot.end.store(start + length, Ordering::Relaxed);
        slot.start.store(start, Ordering::Release);
        Ok(Self(Some(Filled { bytes, slot })))
    }

    /// The bytes; zeros where the file has lost them.
    pub fn bytes(&self) -> &[u8] {
        self.0.as_ref().map_or(&[], |filled| &filled.bytes)
    }

    /// Whether some of what was looked at so far was gone from the file.
    pub fn broken(&self) -> bool {
        self.0.as_ref().is_some_and(|filled| filled.slot.broken.load(Ordering::Relaxed))
    }
}

impl Drop for Filled {
    fn drop(&mut self) {
        // The map itself goes after this: its addresses may then be another's.
        self.slot.start.store(FREE, Ordering::Release);
    }
}

impl std::fmt::Debug for Slot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Slot").finish_non_exhaustive()
    }
}

/// Installs the handler, once.
fn catch_faults() -> io::Result<()> {
    static DONE: OnceLock<Result<(), i32>> = OnceLock::new();
    DONE.get_or_init(|| {
        PAGE_SIZE.store(rustix::param::page_size(), Ordering::Relaxed);
        let handler: extern "C" fn(c_int, *mut libc::siginfo_t, *mut c_void) = on_fault;
        // SAFETY: all zeros is an action: the default one, with no flags and an empty mask.
        let mut action: libc::sigaction = unsafe { MaybeUninit::zeroed().assume_init() };
        action.sa_sigaction = handler as *const () as usize;
        action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
        // SAFETY: the action is whole, and its handler has the signature that SA_SIGINFO asks for.
        let failed = unsafe { libc::sigaction(libc::SIGBUS, &raw const action, ptr::null_mut()) } != 0;
        if failed { Err(io::Error::last_os_error().raw_os_error().unwrap_or(0)) } else { Ok(()) }
    })
    .map_err(io::Error::from_raw_os_error)
}

extern "C" fn on_fault(signal: c_int, info: *mut libc::siginfo_t, _: *mut c_void) {
    // SAFETY: the kernel gives a handler with SA_SIGINFO a siginfo_t, with an address where it is SIGBUS.
    let address = unsafe { (*info).si_addr() }.addr();
    let page_size = PAGE_SIZE.load(Ordering::Relaxed).max(1);
    if let Some(slot) = TABLE.iter().find(|slot| slot.holds(address)) {
        slot.broken.store(true, Ordering::Relaxed);
        let page = ptr::without_provenance_mut(address - address % page_size);
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_FIXED;
        // SAFETY: the page belongs to a map of ours, which is in use by the thread that met the fault and
        // thus not unmapped; it is replaced by one that can be read just as well.
        let mapped = unsafe { libc::mmap(page, page_size, libc::PROT_READ, flags, -1, 0) };
        if mapped != libc::MAP_FAILED {
            return;
        }
    }
    // SAFETY: all zeros is the default action, as above. The fault comes again and ends the process.
    unsafe {
        let action: libc::sigaction = MaybeUninit::zeroed().assume_init();
        libc::sigaction(signal, &raw const action, ptr::null_mut());
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn file(size: usize) -> File {
        let mut file = tempfile::tempfile().expect("a file");
        file.write_all(&vec![7; size]).expect("writes");
        file
    }

    #[test]
    fn a_file_that_shrinks_is_zeros_and_said_to_be_broken() {
        let size = 1_000_000;
        let file = file(size);
        let map = Map::new(&file, size as u64).expect("maps");
        assert!(map.bytes().iter().all(|&byte| byte == 7) && !map.broken());
        file.set_len(0).expect("cuts");
        assert!(map.bytes().iter().all(|&byte| byte == 0) && map.broken());
        drop(map);
        file.set_len(5000).expect("grows");
        let map = Map::new(&file, 5000).expect("maps");
        assert!(map.bytes().iter().all(|&byte| byte == 0) && !map.broken(), "a new map is whole");
    }

    #[test]
    fn one_broken_map_of_many_is_told_from_the_others() {
        let files: Vec<File> = (0..8).map(|_| file(50_000)).collect();
        let maps: Vec<Map> = files.iter().map(|file| Map::new(file, 50_000).expect("maps")).collect();
        files[3].set_len(1).expect("cuts");
        std::thread::scope(|scope| {
            for map in &maps {
                scope.spawn(|| map.bytes().iter().map(|&byte| u64::from(byte)).sum::<u64>());
            }
        });
        let broken: Vec<bool> = maps.iter().map(Map::broken).collect();
        assert_eq!(broken, [false, false, false, true, false, false, false, false]);
    }

    #[test]
    fn an_empty_file_has_no_bytes() {
        let map = Map::new(&file(0), 0).expect("maps");
        assert!(map.bytes().is_empty() && !map.broken());
    }
}
