//! Since which kernel a system call has been there, as far as the manual has it: an estimate of how old a kernel
//! would do, from the names of calls alone. Flags of calls, files of `/proc` and what a call does came later or changed.
//!
//! Source: Linux man-pages 6.03, syscalls(2), of which `kernels.csv` is the list of calls; it ends with Linux 5.14.
//! Where a call came in two series of kernels, the later one is given.

use super::calls;

const TABLE: &str = include_str!("kernels.csv");

/// The first kernel that has a call.
fn since(call: &str) -> Option<&'static str> {
    let mut rows = TABLE.lines().skip(1).filter_map(|line| line.split_once(','));
    rows.find(|(name, _)| *name == call).map(|(_, kernel)| kernel)
}

/// `2.6.27` as what can be compared.
fn parts(version: &str) -> Vec<u32> {
    version.split('.').map(|part| part.parse().unwrap_or(0)).collect()
}

/// The first kernel that has all of those calls, and those of them that came with it; else the calls that the manual
/// does not list.
pub(super) fn oldest(kinds: impl Iterator<Item = u64>) -> Result<(&'static str, Vec<String>), Vec<String>> {
    let mut unlisted = Vec::new();
    let mut oldest: (&str, Vec<String>) = ("1.0", Vec::new());
    for call in kinds.map(calls::name) {
        let Some(kernel) = since(&call) else {
            unlisted.push(call);
            continue;
        };
        match parts(kernel).cmp(&parts(oldest.0)) {
            std::cmp::Ordering::Greater => oldest = (kernel, vec![call]),
            std::cmp::Ordering::Equal => oldest.1.push(call),
            std::cmp::Ordering::Less => {}
        }
    }
    if unlisted.is_empty() { Ok(oldest) } else { Err(unlisted) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(names: &[&str]) -> Vec<u64> {
        names.iter().map(|name| calls::number(name).expect("is a call")).collect()
    }

    #[test]
    fn every_row_is_a_call_and_a_version() {
        assert!(TABLE.starts_with("call,kernel\n"));
        for line in TABLE.lines().skip(1) {
            let (call, kernel) = line.split_once(',').expect("has two columns");
            assert!(!call.is_empty() && since(call) == Some(kernel), "{line}");
            assert!(kernel.split('.').all(|part| part.parse::<u32>().is_ok()), "{line}");
        }
        assert!(since("read").is_some() && since("no_such_call").is_none());
    }

    #[test]
    fn the_newest_call_tells() {
        let (kernel, newest) =
            oldest(numbers(&["read", "epoll_create1", "pipe2"]).into_iter()).expect("are all there");
        assert_eq!((kernel, newest), ("2.6.27", vec!["epoll_create1".to_owned(), "pipe2".to_owned()]));
        // Not as text is compared: 5.9 is before 5.11.
        let (kernel, _) =
            oldest(numbers(&["close_range", "epoll_pwait2"]).into_iter()).expect("are all there");
        assert_eq!(kernel, "5.11");
        assert_eq!(oldest(std::iter::once(u64::MAX)), Err(vec![format!("call {}", u64::MAX)]));
    }
}
