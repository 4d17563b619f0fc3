//! The sentinel: the smallest program there is, started now and then within a block to see whether the machine
//! was quiet.
//!
//! Its file is made here, byte by byte, so that it is the same wherever gopie runs and needs no compiler: an
//! ELF header, one program header and the system call that ends a process with status 0. What its times mean
//! is for [`super::quiet`] to say.
//!
//! Sources: gABI, "ELF Header" and "Program Header"; syscall(2) for the numbers and registers.

/// Where the one segment is loaded: at the lowest address that is a multiple of every page size.
const BASE: u64 = 0x1_0000 * 4;
const HEADERS: u64 = 64 + 56;

/// `e_machine` and the code of `exit(0)`; `None` where gopie knows no such code.
fn code(arch: &str) -> Option<(u16, &'static [u8])> {
    match arch {
        // xor edi, edi; mov eax, 60; syscall
        "x86_64" => Some((62, &[0x31, 0xff, 0xb8, 60, 0, 0, 0, 0x0f, 0x05])),
        // mov x0, #0; mov x8, #93; svc #0
        "aarch64" => Some((183, &[0x00, 0x00, 0x80, 0xd2, 0xa8, 0x0b, 0x80, 0xd2, 0x01, 0x00, 0x00, 0xd4])),
        // li a0, 0; li a7, 93; ecall
        "riscv64" => Some((243, &[0x13, 0x05, 0x00, 0x00, 0x93, 0x08, 0xd0, 0x05, 0x73, 0x00, 0x00, 0x00])),
        _ => None,
    }
}

/// The bytes of the sentinel for this machine; `None` where gopie has none.
pub fn sentinel() -> Option<Vec<u8>> {
    program(std::env::consts::ARCH)
}

fn program(arch: &str) -> Option<Vec<u8>> {
    let (machine, code) = code(arch)?;
    let mut bytes = Vec::with_capacity(256);
    bytes.extend(b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0");
    let halves = |bytes: &mut Vec<u8>, all: &[u16]| all.iter().for_each(|n| bytes.extend(n.to_le_bytes()));
    let words = |bytes: &mut Vec<u8>, all: &[u32]| all.iter().for_each(|n| bytes.extend(n.to_le_bytes()));
    let longs = |bytes: &mut Vec<u8>, all: &[u64]| all.iter().for_each(|n| bytes.extend(n.to_le_bytes()));
    // ET_EXEC, machine, version; entry, program headers, section headers; flags; sizes and counts.
    halves(&mut bytes, &[2, machine]);
    words(&mut bytes, &[1]);
    longs(&mut bytes, &[BASE + HEADERS, 64, 0]);
    words(&mut bytes, &[0]);
    halves(&mut bytes, &[64, 56, 1, 0, 0, 0]);
    // PT_LOAD, readable and executable, the whole file.
    let size = HEADERS + code.len() as u64;
    words(&mut bytes, &[1, 5]);
    longs(&mut bytes, &[0, BASE, BASE, size, size, 0x1_0000]);
    bytes.extend(code);
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;
    use std::time::Duration;

    use super::*;
    use crate::build::store;
    use crate::elf;
    use crate::sys::spawn::{End, Placement, Prepared};

    #[test]
    fn it_is_a_static_program_on_every_machine_that_has_one() {
        for arch in ["x86_64", "aarch64", "riscv64"] {
            let facts = elf::read(&program(arch).expect("has one")).expect("is an ELF file");
            assert_eq!((facts.linkage.interpreter, facts.linkage.needed.len()), (None, 0), "{arch}");
        }
        assert_eq!(program("none"), None);
    }

    #[test]
    fn it_runs_and_ends_well() {
        let Some(bytes) = sentinel() else {
            crate::ui::say("SKIPPED: there is no sentinel for this processor");
            return;
        };
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("sentinel");
        store::write(&path, &mut &*bytes).expect("writes");
        let start = || {
            let prepared = Prepared::new::<&str>(&path, &[], []).expect("prepares");
            prepared.start(&Placement::default(), Duration::from_secs(10), &AtomicBool::new(false))
        };
        // A process that another test is just forking may have the file open for writing.
        let outcome = loop {
            match start() {
                Err(error) if error.kind() == std::io::ErrorKind::ExecutableFileBusy => {}
                other => break other.expect("starts"),
            }
        };
        assert_eq!(outcome.end, End::Status(0));
    }
}
