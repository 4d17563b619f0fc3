//! Go's `moduledata`: where the parts of a program are, as its runtime knows it.
//!
//! Nothing names the place of it in a stripped file. It begins with a pointer to the pc-line table, and has
//! others to parts of that, which is how it is known.
//!
//! Source: `moduledata` in Go's `src/runtime/symtab.go` (1.16 to 1.27).

use super::image::Image;

/// Words since Go 1.16: the address of the function names, that of the functions (a slice), `runtime.text`.
const NAMES: u64 = 1;
const FUNCTIONS: u64 = 13;
const TEXT: u64 = 22;

/// Where the map of text sections is looked for.
const MAP: std::ops::Range<u64> = 37..49;

/// A `moduledata`.
pub(super) struct ModuleData<'e, 'a> {
    image: &'e Image<'e, 'a>,
    address: u64,
}

impl<'e, 'a> ModuleData<'e, 'a> {
    /// The one that points to a pc-line table, and to its names and its functions.
    pub(super) fn find(image: &'e Image<'e, 'a>, table: u64, names: u64, functions: u64) -> Option<Self> {
        let mut all = image.pointers_to(table).map(|address| Self { image, address });
        all.find(|module| {
            let fields = [(0, table), (NAMES, names), (FUNCTIONS, functions)];
            fields.into_iter().all(|(index, value)| module.field(index) == Some(value))
        })
    }

    fn field(&self, index: u64) -> Option<u64> {
        self.image.pointer(self.address.checked_add(index * self.image.word())?)
    }

    /// `runtime.text`.
    pub(super) fn text(&self) -> Option<u64> {
        self.field(TEXT)
    }

    /// The address that offsets of functions' data count from, and one that no such data lies across, if any;
    /// since Go 1.18.
    ///
    /// The first stands before the map of text sections, a slice without spare room; between them the end of
    /// the pc-line table since Go 1.26. Since Go 1.27 the data lies in that table behind the functions, and
    /// what has pointers far away. What stands before grew in Go 1.20 and 1.27.
    pub(super) fn data(&self) -> Option<(u64, Option<u64>)> {
        let functions_end = self.field(FUNCTIONS)?.checked_add(self.field(FUNCTIONS + 1)?)?;
        let is_map = |&index: &u64| {
            let size = self.field(index + 1);
            size == self.field(index + 2) && size.is_some_and(|size| (1..1000).contains(&size))
        };
        let before = MAP.into_iter().find(is_map)? - 1;
        let (one, two) = (self.field(before - 1)?, self.field(before)?);
        match one.checked_sub(functions_end) {
            // Aligned, as the whole table is.
            Some(gap) if gap < 4096 => Some((one, Some(two))),
            _ if two == functions_end => Some((one, None)),
            _ => Some((two, None)),
        }
    }
}
