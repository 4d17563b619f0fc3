//! Where a program begins, and where some of its Go functions do.
//!
//! The pc-line table tells of the functions, in stripped files too.

use super::ElfError;
use super::dynamic::Dynamic;
use super::image::Image;
use super::pclntab::PcLineTable;
use super::raw::Elf;
use super::sections;

/// Addresses as the file has them, before it is loaded anywhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Places {
    /// `e_entry`.
    pub entry: u64,
    /// Of each function that was asked for; `None` of what there is not.
    pub functions: Vec<Option<u64>>,
}

/// The places in the bytes of an ELF file; functions by their full names, such as `runtime.main`.
pub fn places(bytes: &[u8], names: &[&str]) -> Result<Places, ElfError> {
    let elf = Elf::parse(bytes)?;
    let dynamic = Dynamic::parse(&elf)?;
    let image = Image::of(&elf, dynamic.as_ref());
    let longest = names.iter().map(|name| name.len() + 1).max().unwrap_or(0);
    let mut functions = vec![None; names.len()];
    if let Some(table) = PcLineTable::find(&elf, &image, &sections::sections(&elf)?) {
        for function in table.functions() {
            let named = function.record.and_then(|record| table.name(record.name, longest));
            let Some((name, _)) = named else { continue };
            if let Some(number) = names.iter().position(|wanted| wanted.as_bytes() == name) {
                functions[number].get_or_insert(function.address);
            }
        }
    }
    Ok(Places { entry: elf.header.e_entry, functions })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_without_go_has_an_entry_alone() {
        let own = std::env::current_exe().and_then(std::fs::read).expect("reads itself");
        let found = places(&own, &["runtime.main"]).expect("is an ELF file");
        assert_eq!(found.functions, [None]);
        assert_ne!(found.entry, 0);
        assert!(places(b"no ELF file", &[]).is_err());
    }
}
