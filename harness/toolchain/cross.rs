//! C compilers for other targets: those of the GNU names, or what the user names.
//!
//! Sources: GCC, "Host/Target specific installation notes", for `TRIPLET-gcc`; Go's `make.bash`, for
//! `CC_FOR_linux_arm64`.

use std::collections::BTreeMap;
use std::env;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use super::CCompiler;
use super::c::describe;
use crate::target::Target;

/// C compilers by target, and what was named and is none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cross {
    /// By `GOOS/GOARCH`.
    pub compilers: BTreeMap<String, CCompiler>,
    /// The variable that names something which does not answer, with what it names.
    pub broken: Vec<(String, String)>,
}

/// The C compilers that there are for targets other than that of this machine.
pub fn cross_compilers(targets: &[String], host: &str) -> Cross {
    let environment: BTreeMap<OsString, OsString> = env::vars_os().collect();
    cross_compilers_in(targets, host, &environment)
}

fn cross_compilers_in(targets: &[String], host: &str, environment: &BTreeMap<OsString, OsString>) -> Cross {
    let mut cross = Cross::default();
    let empty = OsString::new();
    let path = environment.get(OsStr::new("PATH")).unwrap_or(&empty);
    for target in targets.iter().filter(|target| *target != host) {
        let variable = format!("CC_FOR_{}", target.replace('/', "_"));
        let named = environment.get(OsStr::new(&variable)).filter(|named| !named.is_empty());
        let command = match (named, Target::named(target)) {
            (Some(named), _) => named.to_string_lossy().into_owned(),
            (None, Some(known)) => format!("{}-gcc", known.triplet),
            (None, None) => continue,
        };
        match at(&command, path) {
            Some(compiler) => {
                cross.compilers.insert(target.clone(), compiler);
            }
            None if named.is_some() => cross.broken.push((variable, command)),
            None => {}
        }
    }
    cross
}

/// The compiler of that name on a `PATH`, or at that path.
fn at(command: &str, path: &OsStr) -> Option<CCompiler> {
    let place: PathBuf = which::which_in(command, Some(path), "/").ok()?;
    let name = place.file_name()?.to_str()?.to_owned();
    describe(&name, place, path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::toolchain::testing::script;

    #[test]
    fn the_gnu_name_is_looked_for_and_what_is_named_comes_before_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let bin = folder.path().join("bin");
        script(&bin.join("aarch64-linux-gnu-gcc"), "echo aarch64-linux-gnu-gcc 12");
        script(&bin.join("s390x-linux-gnu-gcc"), "exit 1");
        script(&folder.path().join("mine"), "echo mine 1");
        let targets = ["linux/amd64", "linux/arm64", "linux/s390x", "linux/mips"].map(str::to_owned);
        let found = |variables: &[(&str, &str)]| {
            let mut environment = BTreeMap::from([("PATH".into(), bin.clone().into())]);
            environment
                .extend(variables.iter().map(|(name, value)| (OsString::from(name), OsString::from(value))));
            let cross = cross_compilers_in(&targets, "linux/amd64", &environment);
            let versions = cross.compilers.into_iter().map(|(target, cc)| format!("{target} {}", cc.version));
            (versions.collect::<Vec<_>>(), cross.broken)
        };
        let gnu = "linux/arm64 aarch64-linux-gnu-gcc 12".to_owned();
        assert_eq!(found(&[]), (vec![gnu.clone()], vec![]));
        let mine = folder.path().join("mine").display().to_string();
        assert_eq!(found(&[("CC_FOR_linux_arm64", &mine)]).0, ["linux/arm64 mine 1"]);
        let broken = ("CC_FOR_linux_mips".to_owned(), "/nonexistent/cc".to_owned());
        assert_eq!(found(&[(&broken.0, &broken.1)]), (vec![gnu], vec![broken.clone()]));
    }
}
