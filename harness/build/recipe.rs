//! From a variant to the command line of a build; pure.

use std::collections::BTreeMap;

use crate::config::{LOADER, Language, Variant};

/// A command line without the tool, without where the output goes, and without what is built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Recipe {
    /// Arguments.
    pub(super) args: Vec<String>,
    /// The whole environment.
    pub(super) env: BTreeMap<String, String>,
}

/// What of the scrubbed environment is not Go's own.
const OF_ANY_COMPILER: [&str; 5] = ["HOME", "LC_ALL", "PATH", "TMPDIR", "TZ"];

/// The recipe of a variant: `base` is the scrubbed environment, which names the target, `overlay` the path of the
/// overlay file that imports `runtime/cgo`, `loader` the one that the variant's own C compiler names, if it has
/// one.
pub(super) fn recipe(
    variant: &Variant,
    base: &BTreeMap<String, String>,
    overlay: &str,
    loader: &str,
) -> Recipe {
    let mut env = base.clone();
    env.extend(variant.env.clone());
    if variant.language == Language::C {
        env.retain(|name, _| OF_ANY_COMPILER.contains(&name.as_str()) || variant.env.contains_key(name));
        return Recipe { args: variant.cc.clone(), env };
    }
    env.extend(variant.cgo_enabled.iter().map(|value| ("CGO_ENABLED".to_owned(), value.clone())));
    let mut args = vec!["build".to_owned()];
    if variant.trimpath {
        args.push("-trimpath".to_owned());
    }
    args.push("-buildvcs=false".to_owned());
    if let Some(mode) = variant.buildmode_at(base.get("GOARCH").map_or("", String::as_str)) {
        args.push(format!("-buildmode={mode}"));
    }
    if !variant.tags.is_empty() {
        args.push(format!("-tags={}", variant.tags.join(",")));
    }
    if variant.import_runtime_cgo {
        args.push(format!("-overlay={overlay}"));
    }
    let ldflags = ldflags(variant).replace(LOADER, loader);
    if !ldflags.is_empty() {
        args.push(format!("-ldflags={ldflags}"));
    }
    Recipe { args, env }
}

/// `-ldflags`: Go splits it at white space, with single or double quotes around what stays together.
fn ldflags(variant: &Variant) -> String {
    let mode = variant.linkmode.iter().map(|mode| format!("-linkmode={mode}"));
    let external =
        (!variant.extldflags.is_empty()).then(|| format!("-extldflags '{}'", variant.extldflags.join(" ")));
    mode.chain(variant.ldflags.iter().cloned()).chain(external).collect::<Vec<_>>().join(" ")
}

impl Recipe {
    /// What must be equal for two builds to share the packages that they compile: they run better one after
    /// the other than at the same time.
    pub(super) fn compiles_like(&self) -> String {
        let compiles = |arg: &&String| {
            ["-trimpath", "-buildmode=", "-tags=", "-gcflags"].iter().any(|flag| arg.starts_with(flag))
        };
        let mode = |arg: &String| arg.replace("-buildmode=default", "").replace("-buildmode=exe", "");
        let args: Vec<String> = self.args.iter().filter(compiles).map(mode).collect();
        format!("{args:?} {:?}", self.env)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cache::Cache;
    use crate::config::Config;

    fn command(name: &str) -> String {
        command_for("amd64", name)
    }

    fn command_for(goarch: &str, name: &str) -> String {
        let folder = tempfile::tempdir().expect("a folder");
        let cache = Cache::at(folder.path().to_owned()).expect("a cache");
        let config = Config::embedded(&cache).expect("loads");
        let variant = config.variants.iter().find(|variant| variant.name == name).expect("is there");
        let base = [("GOARCH", goarch), ("LC_ALL", "C")];
        let base = base.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let recipe = recipe(variant, &base, "/overlay.json", "/lib/ld-musl.so.1");
        let own = recipe.env.iter().filter(|(name, _)| *name != "GOARCH");
        let env: Vec<String> = own.map(|(name, value)| format!("{name}={value}")).collect();
        format!("{} {}", env.join(" "), recipe.args.join(" "))
    }

    #[test]
    fn the_proposal_is_spelt_out() {
        let expected = "CGO_ENABLED=0 LC_ALL=C build -trimpath -buildvcs=false -buildmode=default \
                        -ldflags=-linkmode=internal";
        assert_eq!(command("static"), expected);
    }

    #[test]
    fn plain_go_build_leaves_everything_to_go() {
        assert_eq!(command("default"), "LC_ALL=C build -trimpath -buildvcs=false");
    }

    #[test]
    fn fedora_is_as_its_macros_have_it() {
        let command = command("fedora-like");
        assert!(!command.contains("-trimpath") && !command.contains("CGO_ENABLED"), "{command}");
        assert!(command.contains("-linkmode=external -B 0x"), "{command}");
        assert!(command.contains("-extldflags '-Wl,-z,relro -Wl,--as-needed -Wl,-z,pack-relative-relocs"));
    }

    #[test]
    fn distributions_set_the_build_mode_where_they_do() {
        for (variant, goarch, pie) in [
            ("gentoo-like", "amd64", true),
            ("gentoo-like", "riscv64", false),
            ("opensuse-like", "amd64", true),
            ("opensuse-like", "riscv64", false),
            ("alpine-like", "riscv64", true),
            ("debian-like", "amd64", false),
        ] {
            let command = command_for(goarch, variant);
            assert_eq!(command.contains("-buildmode=pie"), pie, "{variant} on {goarch}: {command}");
        }
    }

    #[test]
    fn the_loader_of_an_own_compiler_is_filled_in() {
        let command = command("alpine-musl-like");
        assert!(command.starts_with("CC=musl-gcc "), "{command}");
        assert!(command.ends_with("-ldflags=-I=/lib/ld-musl.so.1"), "{command}");
    }

    #[test]
    fn a_reference_program_gets_the_c_compilers_arguments_alone() {
        assert_eq!(command("c-pie"), "LC_ALL=C -O2 -fPIE -pie");
    }

    #[test]
    fn the_cgo_runtime_comes_by_overlay() {
        assert!(command("static-runtime-cgo").contains("-overlay=/overlay.json"));
    }
}
