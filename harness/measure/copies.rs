//! Fresh copies: the same bytes, freshly written, every one by the same writer.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use crate::interrupt;

/// One set of fresh copies, one an arm, gone when it is dropped. `Folder` owns the folder that they are in.
#[derive(Debug)]
pub struct Copies<Folder> {
    _folder: Folder,
    paths: Vec<PathBuf>,
}

impl<Folder: AsRef<Path>> Copies<Folder> {
    /// Copies the arms' artifacts into a folder with `write`, each under the program's `name` in a folder of its
    /// own, in an order that `seed` shuffles, lest an arm gain or lose by being the first. The paths are all of one
    /// length, since what a program is started as is part of its start.
    pub fn make<'a>(
        folder: Folder,
        name: &str,
        artifacts: impl IntoIterator<Item = &'a Path>,
        seed: u64,
        write: impl Fn(&Path, &mut dyn Read) -> Result<()>,
    ) -> Result<Self> {
        let artifacts: Vec<&Path> = artifacts.into_iter().collect();
        let mut order: Vec<usize> = (0..artifacts.len()).collect();
        order.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
        let mut paths = vec![PathBuf::new(); artifacts.len()];
        for (number, arm) in order.into_iter().enumerate() {
            interrupt::check()?;
            let artifact = artifacts[arm];
            let mut file =
                File::open(artifact).with_context(|| format!("cannot read {}", artifact.display()))?;
            let own = folder.as_ref().join(format!("{number:03}"));
            fs::create_dir(&own).with_context(|| format!("cannot make {}", own.display()))?;
            let path = own.join(name);
            write(&path, &mut file)?;
            paths[arm] = path;
        }
        Ok(Self { _folder: folder, paths })
    }

    /// Paths of the copies, in the order of the artifacts.
    pub fn paths(&self) -> &[PathBuf] {
        &self.paths
    }
}
