//! Folders in other places, for one process and what it starts: mounts of its own.
//!
//! Between fork and exec the process leaves the mount namespace, lays an empty file system over one folder, and binds
//! others into that. Nothing outside ever sees it, and it is gone with the process. Where that takes rights that are
//! not there, a user namespace comes first, in which the user is who he was.
//!
//! Sources: `mount_namespaces(7)`, `user_namespaces(7)`, mount(2).

use std::ffi::{CStr, CString};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use rustix::fs::{Mode, OFlags, mkdir, open};
use rustix::io::{Errno, write};
use rustix::mount::{MountFlags, MountPropagationFlags, mount, mount_bind_recursive, mount_change};
use rustix::process::{chdir, getegid, geteuid};
use rustix::thread::{UnshareFlags, unshare_unsafe};

/// Which folders are where.
#[derive(Debug)]
pub struct Bound {
    over: CString,
    /// What, and where.
    folders: Vec<(CString, CString)>,
    dir: CString,
    /// Who this user is in a namespace of his own: what is written to which file.
    maps: [(&'static CStr, String); 3],
}

impl Bound {
    /// Lays folders out below `over`, whose own contents cannot be seen then; the work goes on in `dir`.
    pub fn new<P: AsRef<Path>>(over: &Path, folders: &[(P, &Path)], dir: &Path) -> io::Result<Self> {
        let text = |path: &Path| CString::new(path.as_os_str().as_bytes());
        let (user, group) = (geteuid().as_raw(), getegid().as_raw());
        Ok(Self {
            over: text(over)?,
            folders: folders
                .iter()
                .map(|(what, place)| Ok((text(what.as_ref())?, text(place)?)))
                .collect::<io::Result<_>>()?,
            dir: text(dir)?,
            maps: [
                (c"/proc/self/setgroups", "deny".to_owned()),
                (c"/proc/self/uid_map", format!("{user} {user} 1")),
                (c"/proc/self/gid_map", format!("{group} {group} 1")),
            ],
        })
    }

    /// For a process that has one thread. Makes system calls and nothing else.
    pub(super) fn enter(&self) -> io::Result<()> {
        // SAFETY: the flags separate this process's view of the file system and its rights, and close no descriptor.
        match unsafe { unshare_unsafe(UnshareFlags::NEWNS) } {
            Err(Errno::PERM) => {
                // SAFETY: as above.
                unsafe { unshare_unsafe(UnshareFlags::NEWUSER | UnshareFlags::NEWNS)? };
                for (file, text) in &self.maps {
                    write(open(*file, OFlags::WRONLY, Mode::empty())?, text.as_bytes())?;
                }
            }
            other => other?,
        }
        mount_change(c"/", MountPropagationFlags::PRIVATE | MountPropagationFlags::REC)?;
        let flags = MountFlags::NOSUID | MountFlags::NODEV;
        mount(c"tmpfs", self.over.as_c_str(), c"tmpfs", flags, c"mode=755")?;
        for (what, place) in &self.folders {
            mkdir(place.as_c_str(), Mode::RWXU)?;
            mount_bind_recursive(what.as_c_str(), place.as_c_str())?;
        }
        Ok(chdir(self.dir.as_c_str())?)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::process::Command;
    use std::sync::Arc;

    use super::super::apart::{Apart, is_refusal};
    use super::*;

    #[test]
    fn one_process_alone_sees_a_folder_in_another_place() {
        let folder = tempfile::tempdir().expect("a folder");
        let [over, what] = ["over", "what"].map(|name| folder.path().join(name));
        fs::create_dir_all(over.join("hidden")).expect("makes");
        fs::create_dir(&what).expect("makes");
        fs::write(what.join("file"), "told").expect("writes");
        let place = over.join("place");
        let bound = Bound::new(&over, &[(what, place.as_path())], &place).expect("paths");
        let mut command = Command::new("/bin/sh");
        command.args(["-c", "cat file; ls ..; echo new > made; id -u"]);
        let apart = Apart::Bound(Arc::new(bound));
        apart.keep(&mut command).expect("is kept");
        let output = match command.output() {
            Err(error) if is_refusal(&error) => {
                return crate::ui::say(&format!("SKIPPED: {}", apart.lacking()));
            }
            other => other.expect("starts"),
        };
        let said = format!("toldplace\n{}\n", geteuid().as_raw());
        assert_eq!(String::from_utf8_lossy(&output.stdout), said, "{output:?}");
        assert!(folder.path().join("what/made").exists(), "what is written there is written");
        assert!(over.join("hidden").exists() && !place.exists(), "others see what was there");
    }
}
