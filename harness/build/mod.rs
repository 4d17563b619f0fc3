//! From cases to artifacts.
//!
//! Builds what the store does not have, as many at once as there are cores. A case that cannot be built is a
//! result, with the words of the tool that refused; one bad case never stops the others. What an artifact
//! contains and whether it gives right answers is for others to say.

mod compiler;
mod cost;
mod fetch;
mod ladder;
mod layout;
mod overlay;
mod place;
mod reason;
mod recipe;
mod source;
pub mod store;

use std::collections::{BTreeMap, HashMap};
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::cache::Cache;
use crate::command::Command;
use crate::config::{Config, Language, Variant};
use crate::digest::Hasher;
use crate::interrupt;
use crate::plan::Case;
use crate::results::Status;
use crate::schedule;
use crate::toolchain::{self, CCompiler, Folders, Missing, Strip, Toolchain, abbreviate, go_environment};

use compiler::NoCompiler;
pub use cost::{Cost, RECORD, link_cost, record, whole_cost};
pub use fetch::Fetched;
pub use layout::with_layout;
pub use place::{PLACE, permitted as in_place_permitted};
use recipe::{Recipe, recipe};
pub use store::Artifact;

/// What builds rest on.
#[derive(Debug)]
pub struct Setup<'a> {
    /// Where artifacts and caches are kept.
    pub cache: &'a Cache,
    /// Programs and variants.
    pub config: &'a Config,
    /// The toolchains.
    pub toolchains: &'a [Toolchain],
    /// Releases that could not be had, with the reason.
    pub missing: &'a [Missing],
    /// The C compiler, if there is one.
    pub c_compiler: Option<&'a CCompiler>,
    /// Those for other targets.
    pub cross: &'a BTreeMap<String, CCompiler>,
    /// The target of this machine.
    pub host: &'a str,
    /// Those that variants name as their own, as far as they are there.
    pub own_compilers: &'a [CCompiler],
    /// `strip`, if there is one.
    pub strip: Option<&'a Strip>,
    /// The folders that `go` works in.
    pub folders: &'a Folders,
    /// The C library, as [`crate::machine::Machine::libc`] names it.
    pub libc: &'a str,
    /// Folders that gopie writes to; they are no source.
    pub outputs: &'a [PathBuf],
    /// How many builds run at once.
    pub cores: usize,
    /// What became of the modules that sources require.
    pub fetched: &'a Fetched,
    /// Whether what holds the names of its folders is built at [`PLACE`].
    pub in_place: bool,
    /// Empty files that stand for another machine: a build then sees them and its own folders, and nothing else.
    pub elsewhere: Option<&'a [PathBuf]>,
}

/// What became of a case.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The case.
    pub case: Case,
    /// What became of it.
    pub status: Status,
    /// Why it is not built; empty where it is.
    pub reason: String,
    /// The artifact, where it is built.
    pub artifact: Option<Artifact>,
    /// The command, with `$GOROOT`, `$CACHE` and `$SRC` for paths.
    pub command: String,
    /// Its environment, likewise.
    pub environment: String,
}

/// A build that is ready to run.
#[derive(Clone, Debug)]
struct Job<'a> {
    case: &'a Case,
    tool: Tool<'a>,
    variant: &'a Variant,
    source: source::Resolved,
    recipe: Recipe,
    overlay: PathBuf,
    /// Whether it is built at [`PLACE`].
    in_place: bool,
    key: String,
}

impl Job<'_> {
    /// The executable that builds it, and the name under which it stands in a record.
    fn command(&self) -> (PathBuf, String) {
        match self.tool {
            Tool::Go(_) if self.in_place => {
                let go = Path::new(place::GO).join("bin/go");
                (go.clone(), go.display().to_string())
            }
            Tool::Go(toolchain) => (toolchain.goroot.join("bin/go"), "$GOROOT/bin/go".to_owned()),
            Tool::C(compiler) => (compiler.path.clone(), compiler.command.clone()),
        }
    }
}

/// What builds a case.
#[derive(Clone, Copy, Debug)]
enum Tool<'a> {
    Go(&'a Toolchain),
    C(&'a CCompiler),
}

/// The release could not be had.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct NoToolchain(String);

/// Builds every case; `done` is told of each as it is finished.
pub fn build_all(setup: &Setup<'_>, cases: &[Case], done: &(dyn Fn(&Case) + Sync)) -> Vec<Outcome> {
    let mut outcomes: HashMap<Case, Outcome> = HashMap::new();
    let mut jobs = Vec::new();
    for case in cases.iter().filter(|case| !case.stripped) {
        match prepare(setup, case) {
            // A copy is its original's artifact: the key is the same and it is built once.
            Ok(job) => jobs.push(job),
            Err(error) => {
                done(case);
                let mut outcome = failed(case, format!("{error:#}"));
                if error.is::<NoCompiler>() {
                    outcome.status = Status::Unsupported;
                } else if error.is::<NoToolchain>() {
                    outcome.status = Status::Skipped;
                }
                outcomes.insert(case.clone(), outcome);
            }
        }
    }
    let mut by_key: Vec<Vec<Job<'_>>> = Vec::new();
    for job in jobs {
        match by_key.iter_mut().find(|same| same[0].key == job.key) {
            Some(same) => same.push(job),
            None => by_key.push(vec![job]),
        }
    }
    let group = |same: &Vec<Job<'_>>| same[0].recipe.compiles_like();
    let built = schedule::run_all(by_key, setup.cores, group, |same| {
        let outcome = build(setup, &same[0]);
        let outcomes = same.iter().map(|job| Outcome { case: job.case.clone(), ..outcome.clone() });
        let outcomes: Vec<_> = outcomes.collect();
        for outcome in &outcomes {
            done(&outcome.case);
        }
        outcomes
    });
    outcomes.extend(built.into_iter().flatten().map(|outcome| (outcome.case.clone(), outcome)));
    let stripped: Vec<_> = cases.iter().filter(|case| case.stripped).collect();
    let stripped = schedule::run_all(
        stripped,
        setup.cores,
        |_| String::new(),
        |case| {
            let outcome = strip(setup, case, outcomes.get(&case.with_stripped(false)));
            done(case);
            outcome
        },
    );
    outcomes.extend(stripped.into_iter().map(|outcome| (outcome.case.clone(), outcome)));
    cases.iter().filter_map(|case| outcomes.remove(case)).collect()
}

/// Builds an unstripped case again, with an empty build cache and its source in another folder; gives the
/// digest of what comes out.
pub fn build_again(setup: &Setup<'_>, case: &Case, build_cache: &Path) -> Result<String> {
    let mut job = prepare(setup, case)?;
    let elsewhere = setup.cache.scratch()?;
    if let Some(dir) = &job.source.dir {
        let copy = elsewhere.path().join("source");
        source::copy(dir, &copy)?;
        job.source.dir = Some(copy);
    }
    job.recipe.env.insert("GOCACHE".to_owned(), build_cache.display().to_string());
    let bytes = run_build(setup, &job)?.0;
    Ok(crate::digest::of_bytes(&bytes))
}

fn prepare<'a>(setup: &Setup<'a>, case: &'a Case) -> Result<Job<'a>> {
    let find = |name: &str| setup.config.variants.iter().find(|variant| variant.name == name);
    let variant = find(&case.variant).context("the variant is not configured")?;
    let variant = variant.copy_of.as_deref().and_then(find).unwrap_or(variant);
    let program = setup.config.programs.iter().find(|program| program.name == case.program);
    let program = program.context("the program is not configured")?;
    let source = source::resolve(setup.cache, setup.config, program, setup.outputs)?;
    let compiler = compiler::of(setup, variant, &case.target)?;
    let tool = match variant.language {
        Language::Go => {
            if let Some(missing) = setup.missing.iter().find(|missing| missing.release == case.toolchain) {
                return Err(NoToolchain(missing.reason.clone()).into());
            }
            let mut all = setup.toolchains.iter();
            Tool::Go(
                all.find(|toolchain| toolchain.release == case.toolchain)
                    .context("the toolchain is not there")?,
            )
        }
        Language::C => Tool::C(compiler.ok_or(NoCompiler::Any)?),
    };
    let base = go_environment(compiler, &case.target, setup.folders);
    let overlay = setup.cache.root().join("overlay").join(format!("{}.json", case.program));
    let loader = compiler.map_or("", |compiler| &compiler.loader);
    let mut recipe = recipe(variant, &base, &overlay.display().to_string(), loader);
    let in_place = setup.in_place && !variant.trimpath && matches!(tool, Tool::Go(_));
    if in_place {
        let folders = [("GOROOT", place::GO), ("GOMODCACHE", place::MODULES)];
        recipe.env.extend(folders.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }
    let key = key(setup, case, (tool, compiler), variant, &source, &recipe);
    Ok(Job { case, tool, variant, source, recipe, overlay, in_place, key })
}

/// Digest of everything that goes into an artifact.
fn key(
    setup: &Setup<'_>,
    case: &Case,
    (tool, compiler): (Tool<'_>, Option<&CCompiler>),
    variant: &Variant,
    source: &source::Resolved,
    recipe: &Recipe,
) -> String {
    let mut hasher = Hasher::default();
    hasher.field("build 1").field(&case.target).field(source.inputs.join(" ")).field(&source.sha256);
    if let Tool::Go(toolchain) = tool {
        for digest in [&toolchain.go_sha256, &toolchain.link_sha256, &toolchain.compile_sha256] {
            hasher.field(digest);
        }
    }
    let paths = Paths { tool, cache: setup.cache, source: source.dir.as_deref() };
    for arg in &recipe.args {
        hasher.field(paths.shorten(arg));
    }
    for (name, value) in &recipe.env {
        hasher.field(name).field(paths.shorten(value));
    }
    if recipe.env.get("CGO_ENABLED").is_none_or(|enabled| enabled != "0") {
        hasher.field(compiler::identity(compiler, setup.libc));
    }
    if let Some(files) = setup.elsewhere {
        hasher.field(format!("elsewhere {files:?}"));
    }
    // What is built in its place has that in its environment.
    if let (Tool::Go(toolchain), false, false) = (tool, variant.trimpath, setup.in_place) {
        hasher.field(toolchain.goroot.as_os_str().as_encoded_bytes());
        hasher.field(source.dir.as_deref().unwrap_or(Path::new("")).as_os_str().as_encoded_bytes());
    }
    hasher.finish()
}

fn build(setup: &Setup<'_>, job: &Job<'_>) -> Outcome {
    let paths = Paths { tool: job.tool, cache: setup.cache, source: job.source.dir.as_deref() };
    let made = || -> Result<Artifact> {
        let _lock = setup.cache.lock(&job.key)?;
        if let Some(artifact) = store::get(setup.cache, &job.key)? {
            return Ok(artifact);
        }
        let (bytes, stderr) = run_build(setup, job)?;
        store::put(setup.cache, &job.key, &bytes, &paths.shorten(&stderr))
    };
    let mut args = job.recipe.args.clone();
    args.extend(["-o".to_owned(), "artifact".to_owned()]);
    args.extend(job.source.inputs.iter().cloned());
    let command = format!("{} {}", job.command().1, paths.shorten(&quoted(args.iter())));
    let env: Vec<String> = job.recipe.env.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let environment = paths.shorten(&quoted(env.iter()));
    match made() {
        Ok(artifact) => Outcome {
            case: job.case.clone(),
            status: Status::Built,
            reason: String::new(),
            artifact: Some(artifact),
            command,
            environment,
        },
        Err(error) => {
            let (status, reason) = reason::of(&error);
            let reason = paths.shorten(&reason);
            Outcome { case: job.case.clone(), status, reason, artifact: None, command, environment }
        }
    }
}

/// Runs the build; gives the artifact's bytes and what was said.
fn run_build(setup: &Setup<'_>, job: &Job<'_>) -> Result<(Vec<u8>, String)> {
    run_within(setup, job, &[], &[])
}

/// The same, with words before the tool's name and arguments of its own.
fn run_within(
    setup: &Setup<'_>,
    job: &Job<'_>,
    before: &[OsString],
    extra: &[String],
) -> Result<(Vec<u8>, String)> {
    let scratch = setup.cache.scratch()?;
    let dir = job.source.dir.clone().unwrap_or_else(|| scratch.path().to_owned());
    if let (Tool::Go(toolchain), true) = (job.tool, job.source.fetches) {
        // The same source elsewhere requires the same.
        let source = format!("{} {}", toolchain.goroot.display(), job.source.sha256);
        let fetch = || toolchain::fetch_modules(toolchain, &dir, setup.cache, interrupt::flag());
        setup.fetched.once(source, fetch)?;
    }
    if let (Tool::Go(toolchain), true) = (job.tool, job.variant.import_runtime_cgo) {
        overlay::write(setup.cache, toolchain, job)?;
    }
    let made = scratch.path().join("artifact");
    let output = made.display().to_string();
    let mut words: Vec<OsString> = before.to_vec();
    words.push(job.command().0.into_os_string());
    let args = job.recipe.args.iter().chain(extra).cloned();
    let args = args.chain(["-o".to_owned(), output]).chain(job.source.inputs.iter().cloned());
    words.extend(args.map(OsString::from));
    let mut command =
        Command::new(Path::new(&words[0]), &dir).args(words[1..].iter().cloned()).env(job.recipe.env.clone());
    if let (Tool::Go(toolchain), true) = (job.tool, job.in_place) {
        let source = job.source.dir.as_deref().map(|source| (source, job.source.replacements.as_slice()));
        let modules = Path::new(&setup.folders.modules);
        command = command.apart(place::laid_out(toolchain, modules, source, &dir)?);
    }
    if let (Tool::Go(toolchain), Some(files)) = (job.tool, setup.elsewhere) {
        let own = [setup.cache.root(), toolchain.goroot.as_path(), dir.as_path()];
        command = command.apart(place::elsewhere(&own, files, &dir)?);
        command.env.insert("GOROOT".to_owned(), toolchain.goroot.display().to_string());
    }
    let finished = command.run()?;
    let stderr = finished.complaint();
    if !finished.well() {
        let end = finished.end();
        return Err(reason::Refused { stderr, end, signal: finished.signal.is_some() }.into());
    }
    let bytes = fs::read(&made).with_context(|| format!("cannot read {}", made.display()))?;
    Ok((bytes, stderr))
}

/// The stripped twin of an artifact.
fn strip(setup: &Setup<'_>, case: &Case, whole: Option<&Outcome>) -> Outcome {
    let command = "strip -o artifact/stripped artifact".to_owned();
    let outcome = |status, reason: String, artifact| Outcome {
        case: case.clone(),
        status,
        reason,
        artifact,
        command: command.clone(),
        environment: "LC_ALL=C".to_owned(),
    };
    let Some(whole) = whole else { return failed(case, "its unstripped twin is not planned".to_owned()) };
    let Some(artifact) = &whole.artifact else {
        let status = if whole.status == Status::Failed { Status::Skipped } else { whole.status };
        return outcome(status, format!("its unstripped twin: {}", whole.reason), None);
    };
    let Some(strip) = setup.strip else {
        return outcome(Status::Unsupported, "strip is not on PATH".to_owned(), None);
    };
    let made = || -> Result<Artifact> {
        let mut hasher = Hasher::default();
        hasher.field("strip 1").field(&artifact.sha256).field(&strip.version);
        let key = hasher.finish();
        let _lock = setup.cache.lock(&key)?;
        if let Some(artifact) = store::get(setup.cache, &key)? {
            return Ok(artifact);
        }
        let scratch = setup.cache.scratch()?;
        let made = scratch.path().join("stripped");
        let finished = Command::new(&strip.path, scratch.path())
            .args([Path::new("-o"), &made, &artifact.path])
            .env(BTreeMap::from([("LC_ALL".to_owned(), "C".to_owned())]))
            .run()?;
        if !finished.well() {
            let (stderr, end) = (finished.complaint(), finished.end());
            return Err(reason::Refused { stderr, end, signal: finished.signal.is_some() }.into());
        }
        let bytes = fs::read(&made).with_context(|| format!("cannot read {}", made.display()))?;
        store::put(setup.cache, &key, &bytes, &finished.complaint())
    };
    match made() {
        Ok(artifact) => outcome(Status::Built, String::new(), Some(artifact)),
        Err(error) => outcome(Status::Failed, format!("{error:#}"), None),
    }
}

fn failed(case: &Case, reason: String) -> Outcome {
    Outcome {
        case: case.clone(),
        status: Status::Failed,
        reason,
        artifact: None,
        command: String::new(),
        environment: String::new(),
    }
}

/// Paths of this machine, and what stands for them in a record.
struct Paths<'a> {
    tool: Tool<'a>,
    cache: &'a Cache,
    source: Option<&'a Path>,
}

impl Paths<'_> {
    fn shorten(&self, text: &str) -> String {
        let mut folders = vec![(self.cache.root(), "$CACHE")];
        if let Tool::Go(toolchain) = self.tool {
            folders.push((toolchain.goroot.as_path(), "$GOROOT"));
        }
        folders.extend(self.source.map(|path| (path, "$SRC")));
        abbreviate(text, &folders)
    }
}

/// Words joined as a shell would take them apart.
fn quoted<'a>(words: impl Iterator<Item = &'a String>) -> String {
    // What a shell cannot hold (a NUL byte) no command line can.
    shlex::try_join(words.map(String::as_str)).unwrap_or_default()
}
