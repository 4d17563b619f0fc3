//! Why the facts of a file cannot be told.

use thiserror::Error;

/// Why the facts of a file cannot be told; the caller adds the path.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ElfError {
    /// The first four bytes are not `\x7fELF`.
    #[error("not an ELF file")]
    NotElf,
    /// Class or byte order are none that the ELF specification knows.
    #[error("unknown {field} {value} in the ELF header")]
    Unknown {
        /// `class` or `byte order`.
        field: &'static str,
        /// The byte found there.
        value: u8,
    },
    /// Something ends behind the end of the file.
    #[error("truncated: {what} ends at byte {end} of a file of {size} bytes")]
    Truncated {
        /// What ends there.
        what: String,
        /// Offset of the byte behind it; `u64::MAX` where the sum overflows.
        end: u64,
        /// Size of the file.
        size: u64,
    },
    /// An address that has to be read lies in no loaded part of the file.
    #[error("{what} at address {address:#x} lies in no loaded part of the file")]
    Unmapped {
        /// What should be there.
        what: &'static str,
        /// Its address.
        address: u64,
    },
    /// A count, size or index that no well-formed file has.
    #[error("impossible {what}: {value}")]
    Impossible {
        /// What it counts or measures.
        what: &'static str,
        /// The value found.
        value: u64,
    },
}
