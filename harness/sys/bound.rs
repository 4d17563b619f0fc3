//! Folders in other places, for one process and what it starts: mounts of its own.
//!
//! Between fork and exec the process leaves the mount namespace, lays an empty file system over one folder, and binds
//! others into that, which may then become the root. Nothing outside ever sees it, and it is gone with the process.
//! Where that takes rights that are not there, a user namespace comes first, in which the user is who he was.
//!
//! Sources: `mount_namespaces(7)`, `user_namespaces(7)`, mount(2), chroot(2).

use std::ffi::{CStr, CString};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

use rustix::fs::{Mode, OFlags, mkdir, open};
use rustix::io::{Errno, write};
use rustix::mount::{MountFlags, MountPropagationFlags, mount, mount_bind_recursive, mount_change};
use rustix::process::{chdir, chroot, getegid, geteuid};
use rustix::thread::{UnshareFlags, unshare_unsafe};

/// Which folders and files are where.
#[derive(Debug)]
pub struct Bound {
    over: CString,
    /// Folders that are made, each after the one that it is in.
    made: Vec<CString>,
    /// Files that are made, with nothing in them.
    files: Vec<CString>,
    /// What is bound, and where.
    binds: Vec<(CString, CString)>,
    root: bool,
    dir: CString,
    /// Who this user is in a namespace of his own: what is written to which file.
    maps: [(&'static CStr, String); 3],
}

impl Bound {
    /// Lays folders out below `over`, whose own contents cannot be seen then; the work goes on in `dir`.
    pub fn new<P: AsRef<Path>>(over: &Path, folders: &[(P, &Path)], dir: &Path) -> io::Result<Self> {
        let (user, group) = (geteuid().as_raw(), getegid().as_raw());
        let mut bound = Self {
            over: text(over)?,
            made: Vec::new(),
            files: Vec::new(),
            binds: Vec::new(),
            root: false,
            dir: text(dir)?,
            maps: [
                (c"/proc/self/setgroups", "deny".to_owned()),
                (c"/proc/self/uid_map", format!("{user} {user} 1")),
                (c"/proc/self/gid_map", format!("{group} {group} 1")),
            ],
        };
        for (what, place) in folders {
            bound.bind(over, what.as_ref(), place)?;
        }
        Ok(bound)
    }

    /// A root that holds those folders and files, where they are outside, and empty files; nothing else of the system
    /// can be seen in it. It is made over `over`.
    pub fn root<P: AsRef<Path>>(over: &Path, seen: &[P], empty: &[P], dir: &Path) -> io::Result<Self> {
        let mut root = Self { root: true, ..Self::new::<&Path>(over, &[], dir)? };
        for path in seen {
            root.bind(over, path.as_ref(), &below(over, path.as_ref()))?;
        }
        for path in empty {
            root.make_file(over, &below(over, path.as_ref()))?;
        }
        Ok(root)
    }

    fn bind(&mut self, over: &Path, what: &Path, place: &Path) -> io::Result<()> {
        if what.is_dir() {
            self.make_folders(over, place)?;
        } else {
            self.make_file(over, place)?;
        }
        self.binds.push((text(what)?, text(place)?));
        Ok(())
    }

    fn make_file(&mut self, over: &Path, place: &Path) -> io::Result<()> {
        self.make_folders(over, place.parent().unwrap_or(over))?;
        self.files.push(text(place)?);
        Ok(())
    }

    fn make_folders(&mut self, over: &Path, place: &Path) -> io::Result<()> {
        let mut above: Vec<&Path> = place.ancestors().take_while(|path| *path != over).collect();
        above.reverse();
        for folder in above {
            let folder = text(folder)?;
            if !self.made.contains(&folder) {
                self.made.push(folder);
            }
        }
        Ok(())
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
        for folder in &self.made {
            mkdir(folder.as_c_str(), Mode::from_raw_mode(0o755))?;
        }
        for file in &self.files {
            open(file.as_c_str(), OFlags::CREATE | OFlags::WRONLY | OFlags::CLOEXEC, Mode::RUSR)?;
        }
        for (what, place) in &self.binds {
            mount_bind_recursive(what.as_c_str(), place.as_c_str())?;
        }
        if self.root {
            chroot(self.over.as_c_str())?;
        }
        Ok(chdir(self.dir.as_c_str())?)
    }
}

fn text(path: &Path) -> io::Result<CString> {
    Ok(CString::new(path.as_os_str().as_bytes())?)
}

/// An absolute path, seen from another root.
fn below(root: &Path, path: &Path) -> PathBuf {
    root.join(path.components().filter(|part| matches!(part, Component::Normal(_))).collect::<PathBuf>())
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

    #[test]
    fn a_root_holds_what_it_is_given_and_nothing_else() {
        let folder = tempfile::tempdir().expect("a folder");
        let [over, what] = ["over", "what"].map(|name| folder.path().join(name));
        for path in [&over, &what] {
            fs::create_dir(path).expect("makes");
        }
        let seen: Vec<PathBuf> = ["/bin", "/lib", "/lib64", "/usr", "/dev/null"].map(PathBuf::from).into();
        let seen: Vec<PathBuf> =
            seen.into_iter().filter(|path| path.exists()).chain([what.clone()]).collect();
        let empty = [PathBuf::from("/lib-of-another/loader")];
        let bound = Bound::root(&over, &seen, &empty, &what).expect("paths");
        let mut command = Command::new("/bin/sh");
        command.args([
            "-c",
            "test -e /lib-of-another/loader && test ! -e /etc && ! ls /proc 2>/dev/null && echo yes > made",
        ]);
        let apart = Apart::Bound(Arc::new(bound));
        apart.keep(&mut command).expect("is kept");
        match command.status() {
            Err(error) if is_refusal(&error) => {
                return crate::ui::say(&format!("SKIPPED: {}", apart.lacking()));
            }
            status => assert!(status.expect("starts").success()),
        }
        assert_eq!(fs::read(what.join("made")).expect("is there"), b"yes\n");
        assert!(!Path::new("/lib-of-another").exists(), "nothing is made outside");
    }
}
