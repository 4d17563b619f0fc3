//! What a program may be kept from: the files of this machine, system calls, and random addresses.
//!
//! Everything is set in the child between fork and exec, and is gone with it: no mount is made that others see, no
//! setting of the machine is changed, and nothing has to be put back.
//!
//! Sources: chroot(2), `user_namespaces(7)`, seccomp(2), landlock(7), personality(2).

use std::ffi::CString;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use landlock::{
    ABI, Access, AccessFs, BitFlags, CompatLevel, Compatible, PathBeneath, PathFd, Ruleset, RulesetAttr,
    RulesetCreated, RulesetCreatedAttr, RulesetError,
};
use rustix::process::getpid;
use rustix::thread::{UnshareFlags, unshare_unsafe};
use seccompiler::{BpfProgram, SeccompAction, SeccompFilter};

use super::bound::Bound;
use super::orphan::die_with;

/// How a program is kept apart.
#[derive(Clone, Debug)]
pub enum Apart {
    /// That folder is all that it sees of the file system; in a user namespace of its own, so that it has no
    /// rights outside, also where it is started by root.
    Root(Arc<CString>),
    /// Folders are in other places.
    Bound(Arc<Bound>),
    /// What the kernel's filter says to its system calls.
    Calls(Arc<BpfProgram>),
    /// That may be done with those files and folders, and nothing with others.
    Files(Arc<Vec<(PathBuf, Right)>>),
    /// The same addresses at each start.
    Fixed,
    /// Started by that user, as a file that belongs to root and takes root's rights at its start.
    User(u32),
}

/// What may be done with a file or folder. Looking at what there is (stat, readlink, access) is not kept from anybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Right {
    /// Read the file, or list the folder; not what is below it.
    Read,
    /// Write to the file.
    Write,
    /// Execute the file.
    Execute,
    /// Read and list the folder and all below it.
    ReadBelow,
    /// Everything with the folder and all below it, files that are not there yet included.
    All,
}

impl Right {
    /// As Landlock names it.
    fn access(self, is_folder: bool) -> BitFlags<AccessFs> {
        let (file, folder): (BitFlags<AccessFs>, BitFlags<AccessFs>) = match self {
            Self::Read => (AccessFs::ReadFile.into(), AccessFs::ReadDir.into()),
            Self::Write => (AccessFs::WriteFile.into(), AccessFs::ReadDir.into()),
            Self::Execute => (AccessFs::Execute | AccessFs::ReadFile, AccessFs::ReadDir.into()),
            Self::ReadBelow => (AccessFs::ReadFile.into(), AccessFs::ReadFile | AccessFs::ReadDir),
            Self::All => (AccessFs::from_file(ABI::V1), AccessFs::from_all(ABI::V2)),
        };
        if is_folder { folder } else { file }
    }
}

/// What a filter does with the calls that are named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    /// They alone are made; any other ends the program.
    Allowed,
    /// They fail as if the kernel did not have them (`ENOSYS`); any other is made.
    Missing,
    /// They are made, and so is any other, after a tracer was told of it; where there is none, it fails.
    Known,
}

/// What the child says of a step that is not permitted: another error than any that exec gives for a file.
const REFUSED: i32 = libc::EXFULL;

impl Apart {
    /// In that folder, as its root.
    pub fn root(folder: &Path) -> io::Result<Self> {
        Ok(Self::Root(Arc::new(CString::new(folder.as_os_str().as_bytes())?)))
    }

    /// Under a filter of system calls. Fails for a processor that the filters are not known for.
    pub fn calls(numbers: &[i64], named: Named) -> io::Result<Self> {
        let (of_named, of_others) = match named {
            // A process and not a thread: the rest of it would hang.
            Named::Allowed => (SeccompAction::Allow, SeccompAction::KillProcess),
            Named::Missing => (SeccompAction::Errno(libc::ENOSYS.unsigned_abs()), SeccompAction::Allow),
            Named::Known => (SeccompAction::Allow, SeccompAction::Trace(0)),
        };
        let rules = numbers.iter().map(|number| (*number, Vec::new())).collect();
        let arch = std::env::consts::ARCH.try_into().map_err(io::Error::other)?;
        let filter = SeccompFilter::new(rules, of_others, of_named, arch).map_err(io::Error::other)?;
        Ok(Self::Calls(Arc::new(filter.try_into().map_err(io::Error::other)?)))
    }

    /// Keeps a program so, when it is started. What the kernel does not permit is [`is_refusal`].
    pub fn keep(&self, command: &mut Command) -> io::Result<()> {
        let this = self.clone();
        let mut rules = match self {
            Self::Files(rights) => Some(only_files(rights).map_err(|_| refused())?),
            _ => None,
        };
        let changes_user = matches!(self, Self::User(_) | Self::Root(_) | Self::Bound(_));
        let parent = getpid();
        let mut enter = move || match rules.take() {
            Some(rules) => rules.restrict_self().map(|_| ()).map_err(|_| refused()),
            None => this.enter(),
        };
        // SAFETY: between fork and exec the closure makes system calls and nothing else: what they take was made
        // before, it takes no lock, allocates nothing, and touches no memory but its own.
        unsafe {
            command.pre_exec(move || {
                // What is kept from something may never end by itself: it goes when gopie does.
                die_with(parent)?;
                // Nothing was executed yet: whatever fails here is no failure of the program.
                enter().map_err(|_| refused())?;
                // Another user has no such signal any more.
                if changes_user { die_with(parent) } else { Ok(()) }
            });
        }
        Ok(())
    }

    /// In words, what a refusal lacks.
    pub fn lacking(&self) -> String {
        let what = match self {
            Self::Root(_) => {
                "user namespaces are not permitted here (user.max_user_namespaces, \
                 kernel.unprivileged_userns_clone, kernel.apparmor_restrict_unprivileged_userns)"
            }
            Self::Bound(_) => "mounts of its own are not permitted here (CAP_SYS_ADMIN, or user namespaces)",
            Self::Calls(_) => "filters of system calls (seccomp) are not permitted here",
            Self::Files(_) => "this kernel has no Landlock, or it is not switched on (lsm=landlock)",
            Self::Fixed => "personality(2) is not permitted here",
            Self::User(_) => "only root can start a program as another user",
        };
        what.to_owned()
    }

    fn enter(&self) -> io::Result<()> {
        match self {
            Self::Root(folder) => {
                // Before rights are given up: folders above it may be closed to others.
                rustix::process::chdir(folder.as_c_str())?;
                // SAFETY: the flag separates the rights of this process, which has one thread; it closes no
                // descriptor.
                unsafe { unshare_unsafe(UnshareFlags::NEWUSER)? };
                rustix::process::chroot(c".")?;
                Ok(rustix::process::chdir(c"/")?)
            }
            Self::Bound(bound) => bound.enter(),
            Self::Calls(program) => seccompiler::apply_filter(program).map_err(|_| refused()),
            Self::Files(_) => Ok(()),
            Self::Fixed => {
                // SAFETY: the call changes an attribute of this process and touches no memory.
                succeeded(unsafe { libc::personality(libc::ADDR_NO_RANDOMIZE as libc::c_ulong) })
            }
            Self::User(id) => {
                // SAFETY: the calls change attributes of this process, which has one thread, and touch no memory.
                unsafe {
                    succeeded(libc::setgroups(0, std::ptr::null()))?;
                    succeeded(libc::setresgid(*id, *id, *id))?;
                    succeeded(libc::setresuid(*id, *id, *id))
                }
            }
        }
    }
}

fn refused() -> io::Error {
    io::Error::from_raw_os_error(REFUSED)
}

fn succeeded(answer: libc::c_int) -> io::Result<()> {
    if answer == -1 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// Landlock's rules, not yet in force. What is not there cannot be opened under any. The first Landlock lets nobody
/// move or link files from one folder to another; a later one does where it is asked to.
fn only_files(rights: &[(PathBuf, Right)]) -> Result<RulesetCreated, RulesetError> {
    let mut rules = Ruleset::default()
        .set_compatibility(CompatLevel::HardRequirement)
        .handle_access(AccessFs::from_all(ABI::V1))?
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::Refer)?
        .create()?;
    for (path, right) in rights {
        let Ok(file) = PathFd::new(path) else { continue };
        rules = rules.add_rule(PathBeneath::new(file, right.access(path.is_dir())))?;
    }
    Ok(rules)
}

/// Whether a start failed because the kernel does not permit what was asked of it.
pub fn is_refusal(error: &io::Error) -> bool {
    error.raw_os_error() == Some(REFUSED)
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt;

    use super::*;

    fn start(script: &str, apart: &Apart) -> io::Result<std::process::Output> {
        let mut command = Command::new("/bin/sh");
        apart.keep(command.args(["-c", script]))?;
        command.output()
    }

    /// Its standard output, or nothing where this machine does not permit it.
    fn said(script: &str, apart: &Apart) -> Option<std::process::Output> {
        match start(script, apart) {
            Err(error) if is_refusal(&error) => {
                crate::ui::say(&format!("SKIPPED: {}", apart.lacking()));
                None
            }
            other => Some(other.expect("starts")),
        }
    }

    #[test]
    fn an_empty_root_has_no_shell() {
        let folder = tempfile::tempdir().expect("a folder");
        let error = start("exit 0", &Apart::root(folder.path()).expect("a path")).expect_err("is not there");
        if is_refusal(&error) {
            return crate::ui::say("SKIPPED: user namespaces are not permitted here");
        }
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
    }

    #[test]
    fn a_call_that_is_missing_fails_and_one_that_is_not_allowed_kills() {
        let missing = Apart::calls(&[libc::SYS_chdir], Named::Missing).expect("a filter");
        let Some(output) = said("cd /; echo $?", &missing) else { return };
        assert_ne!(output.stdout, b"0\n");
        let none = Apart::calls(&[libc::SYS_execve], Named::Allowed).expect("a filter");
        let Some(output) = said("exit 0", &none) else { return };
        assert_eq!(output.status.signal(), Some(libc::SIGSYS));
    }

    /// Everything of the system that a shell takes.
    fn system() -> Vec<(PathBuf, Right)> {
        ["/bin", "/lib", "/lib64", "/usr"].map(|path| (PathBuf::from(path), Right::All)).into()
    }

    #[test]
    fn other_files_than_those_cannot_be_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("file");
        std::fs::write(&file, "told").expect("writes");
        let script = format!("read line < {}; echo $line", file.display());
        let read = |more: &[(PathBuf, Right)]| {
            said(&script, &Apart::Files(Arc::new([&system(), more].concat()))).map(|out| out.stdout)
        };
        let Some(without) = read(&[]) else { return };
        assert_ne!(without, b"told\n");
        assert_eq!(read(&[(file.clone(), Right::Read)]).as_deref(), Some(&b"told\n"[..]));
        assert_ne!(read(&[(file, Right::Write)]).as_deref(), Some(&b"told\n"[..]));
        // A folder that may be listed is not all that is below it.
        let folder = folder.path().to_owned();
        assert_ne!(read(&[(folder.clone(), Right::Read)]).as_deref(), Some(&b"told\n"[..]));
        assert_eq!(read(&[(folder, Right::ReadBelow)]).as_deref(), Some(&b"told\n"[..]));
    }

    #[test]
    fn only_a_folder_that_everything_is_permitted_in_can_be_written_to() {
        let folder = tempfile::tempdir().expect("a folder");
        let inner = folder.path().join("inner");
        std::fs::create_dir(&inner).expect("makes");
        // A link and no move: what cannot be moved is copied.
        let script = format!("cd {} && echo 1 > a && ln a inner/b", folder.path().display());
        let works = |right| {
            let rights = [system(), vec![(folder.path().to_owned(), right)]].concat();
            said(&script, &Apart::Files(Arc::new(rights))).map(|out| out.status.success())
        };
        let Some(reading) = works(Right::ReadBelow) else { return };
        assert!(!reading && !inner.join("b").exists());
        let Some(all) = works(Right::All) else { return };
        if !all && folder.path().join("a").exists() {
            return crate::ui::say("SKIPPED: this kernel's Landlock lets nobody link (before Linux 5.19)");
        }
        assert!(all && inner.join("b").exists());
    }
}
