//! Other files in the place of the system's, for one thread and what it starts: mounts of its own.
//!
//! The loader and the C library are files like the program is, and how they lie in the page cache bears on a
//! start as much. They cannot be written anew where they are; so fresh copies are bind-mounted over them, in
//! a mount namespace that the calling thread alone has. The namespace is gone with the thread, and nothing
//! outside ever sees it. That takes `CAP_SYS_ADMIN`.
//!
//! Sources: unshare(2), `mount_namespaces(7)`, mount(2).

use std::io;
use std::path::{Path, PathBuf};

use rustix::mount::{MountPropagationFlags, UnmountFlags, mount_bind, mount_change, unmount};
use rustix::thread::{UnshareFlags, unshare_unsafe};

/// A mount namespace of the calling thread's own.
#[derive(Debug)]
pub struct Mounts {
    covered: Vec<PathBuf>,
}

impl Mounts {
    /// Leaves the mount namespace of the process, with the calling thread alone.
    pub fn own() -> io::Result<Self> {
        // SAFETY: the flag separates file system state of this thread, and closes no descriptor.
        unsafe { unshare_unsafe(UnshareFlags::NEWNS)? };
        let flags = MountPropagationFlags::PRIVATE | MountPropagationFlags::REC;
        mount_change("/", flags)?;
        Ok(Self { covered: Vec::new() })
    }

    /// Puts a file in the place of another, until [`Mounts::uncover`].
    pub fn cover(&mut self, place: &Path, file: &Path) -> io::Result<()> {
        mount_bind(file, place)?;
        self.covered.push(place.to_owned());
        Ok(())
    }

    /// Takes away whatever covers anything.
    pub fn uncover(&mut self) -> io::Result<()> {
        while let Some(place) = self.covered.pop() {
            unmount(&place, UnmountFlags::DETACH)?;
        }
        Ok(())
    }
}

impl Drop for Mounts {
    fn drop(&mut self) {
        // Nothing can be mounted over a file that is gone: the next one on this thread needs the place free.
        let _ = self.uncover();
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn one_thread_alone_sees_the_other_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let [place, file] = ["place", "file"].map(|name| folder.path().join(name));
        fs::write(&place, "old").expect("writes");
        fs::write(&file, "new").expect("writes");
        let read = || fs::read_to_string(&place).expect("reads");
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let Ok(mut mounts) = Mounts::own() else {
                    crate::ui::say("SKIPPED: mounts of its own take CAP_SYS_ADMIN");
                    return;
                };
                mounts.cover(&place, &file).expect("covers");
                assert_eq!(read(), "new");
                mounts.uncover().expect("uncovers");
                assert_eq!(read(), "old");
                mounts.cover(&place, &file).expect("covers");
                drop(mounts);
                assert_eq!(read(), "old");
            });
        });
        assert_eq!(read(), "old");
    }
}
