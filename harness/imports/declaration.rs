//! What a package says of itself: whether it needs C, why, and what to build it with. For people and for programs.
//!
//! It is the answer to the proposal's follow-up idea that a package declares whether it needs cgo and why.
//! Sources of what is lost: Go, documentation of `net` ("Name Resolution"), `os/user` and `plugin`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;

use super::asked::{Cgo, Graphs};
use super::cgo::{self, How, Needs, Obstacle, Reason};
use super::graph::Package;

/// What is lost without the C of packages of the standard library.
const LOST: [(&str, &str); 3] = [
    (
        "net",
        "names that only the system's resolver knows: through a module of the name service switch (mDNS, LDAP, \
         systemd's), or by settings of resolv.conf that Go does not know",
    ),
    (
        "os/user",
        "users and groups that only the name service switch knows (LDAP, SSSD, systemd's): Go reads /etc/passwd and \
         /etc/group",
    ),
    ("plugin", "plugins: plugin.Open gives an error"),
];

/// The document.
#[derive(Clone, Debug, Serialize)]
pub struct Declaration {
    /// The version of this format.
    pub schema: u32,
    /// The import path of the package.
    pub package: String,
    /// The path of its module; `std` or `cmd` where it comes with Go.
    pub module: String,
    /// The Go release that was asked.
    pub release: String,
    /// `GOOS/GOARCH`.
    pub target: String,
    /// Whether it needs C.
    pub needs_cgo: Needs,
    /// Whether that was tried by compiling it without cgo, or only read from the import graph.
    pub compiled: bool,
    /// The packages that bring C in.
    pub reasons: Vec<Reason>,
    /// The packages for which it cannot be built without.
    pub obstacles: Vec<Obstacle>,
    /// What to build it with, the least first.
    pub builds: Vec<Build>,
}

/// A way of building that works.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Build {
    /// Environment.
    pub environment: BTreeMap<&'static str, &'static str>,
    /// Arguments of `go build`.
    pub flags: Vec<String>,
    /// Whether it takes a C compiler.
    pub c_compiler: bool,
    /// The C libraries that packages name.
    pub libraries: Vec<String>,
}

/// What was asked, for the record.
#[derive(Clone, Copy, Debug)]
pub struct Circumstances<'a> {
    /// The Go release.
    pub release: &'a str,
    /// `GOOS/GOARCH`.
    pub target: &'a str,
    /// Whether compiling it without cgo was tried.
    pub compiled: bool,
}

impl Declaration {
    /// Of the graphs of a package, and of what came of compiling it without cgo, where that does not go.
    pub fn of(graphs: &Graphs, refused: Option<Obstacle>, around: Circumstances<'_>) -> Self {
        let mut reasons = cgo::reasons(&graphs.with, &graphs.without);
        let mut obstacles = cgo::obstacles(&graphs.without);
        obstacles.extend(refused);
        let needs = cgo::needs(&reasons, &obstacles);
        for reason in &mut reasons {
            let known = LOST.iter().find(|(package, _)| *package == reason.package);
            let known = known.filter(|_| reason.fallback.is_some());
            reason.lost = known.map(|(_, lost)| (*lost).to_owned());
        }
        let module = graphs.with.get(graphs.with.root()).map_or("", Package::module_path);
        Self {
            schema: 1,
            package: graphs.with.root().to_owned(),
            module: module.to_owned(),
            release: around.release.to_owned(),
            target: around.target.to_owned(),
            needs_cgo: needs,
            compiled: around.compiled,
            builds: builds(needs, &reasons, graphs),
            reasons,
            obstacles,
        }
    }

    /// For people.
    pub fn text(&self) -> String {
        let mut text = format!("{} ({}, {})\n", self.package, self.release, self.target);
        let answer = match self.needs_cgo {
            Needs::No => "no: there is none in it",
            Needs::Optional => "optional: it can be built without",
            Needs::Required => "required: it cannot be built without",
        };
        // That there are no files for a package needs no trial.
        let is_tried = self.compiled || self.needs_cgo == Needs::Required;
        let how = if is_tried { "" } else { " (read from the import graph, not compiled)" };
        let mut line = |indent: usize, what: &str, value: &str| {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{:indent$}{what:<width$}  {value}", "", width = 20 - indent);
        };
        line(2, "needs C", &format!("{answer}{how}"));
        for reason in &self.reasons {
            line(2, "C of", &reason.package);
            line(4, "imported as", &reason.chain.join(" > "));
            line(4, "files", &few(&reason.files));
            if !reason.libraries.is_empty() {
                line(4, "C libraries", &reason.libraries.join(" "));
            }
            line(4, "without cgo", &stands_in(reason));
            for said in reason.fallback.iter().flat_map(|fallback| &fallback.says) {
                line(4, "which says", &format!("{said:?}"));
            }
            if reason.fallback.is_some() {
                let unknown = "whatever its C does and what stands in for it does not: read that";
                line(4, "lost without", reason.lost.as_deref().unwrap_or(unknown));
            }
        }
        for obstacle in &self.obstacles {
            line(2, "not without C", &obstacle.package);
            if !obstacle.chain.is_empty() {
                line(4, "imported as", &obstacle.chain.join(" > "));
            }
            line(4, "why", &obstacle.why.replace('\n', "; "));
        }
        for (number, build) in self.builds.iter().enumerate() {
            line(2, if number == 0 { "build it with" } else { "or with" }, &build.words());
        }
        text
    }
}

/// The first of many names, and how many more there are.
fn few(names: &[String]) -> String {
    const SHOWN: usize = 6;
    let shown = names.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// What stands in for the C of a package, in words.
pub fn stands_in(reason: &Reason) -> String {
    let Some(fallback) = &reason.fallback else { return "it cannot be built".to_owned() };
    let files = few(&fallback.files);
    match fallback.how {
        How::OtherFiles => format!("{files} instead"),
        How::FewerFiles => "the rest of its files, and nothing instead".to_owned(),
        How::LeftOut if files.is_empty() => format!("not imported by {}", fallback.package),
        How::LeftOut => format!("not imported: {} has {files} instead", fallback.package),
    }
}

/// The ways of building that work, as far as the graphs tell.
fn builds(needs: Needs, reasons: &[Reason], graphs: &Graphs) -> Vec<Build> {
    let mut builds = Vec::new();
    if needs != Needs::Required {
        builds.push(Build::of(Cgo::Off, &[]));
    }
    if needs == Needs::No {
        return builds;
    }
    // With tags C is gone too, or less of it is left.
    let left = cgo::reasons(&graphs.tagged, &graphs.without);
    if left.len() < reasons.len() && cgo::obstacles(&graphs.tagged).is_empty() {
        builds.push(Build::of(Cgo::OnWithTags, &left));
    }
    builds.push(Build::of(Cgo::On, reasons));
    builds
}

impl Build {
    /// That way, with the packages that bring C in.
    fn of(cgo: Cgo, reasons: &[Reason]) -> Self {
        let mut libraries: Vec<String> = reasons.iter().flat_map(|reason| reason.libraries.clone()).collect();
        libraries.sort_unstable();
        libraries.dedup();
        let flags = match cgo.tags() {
            [] => Vec::new(),
            tags => vec![format!("-tags={}", tags.join(","))],
        };
        let environment = BTreeMap::from([("CGO_ENABLED", cgo.enabled())]);
        Self { environment, flags, c_compiler: !reasons.is_empty(), libraries }
    }

    /// As it is typed, with what it takes.
    fn words(&self) -> String {
        let environment = self.environment.iter().map(|(name, value)| format!("{name}={value}"));
        let typed: Vec<String> = environment.chain(self.flags.iter().cloned()).collect();
        let needs = match (self.c_compiler, self.libraries.as_slice()) {
            (false, _) => "no C compiler needed".to_owned(),
            (true, []) => "a C compiler".to_owned(),
            (true, libraries) => format!("a C compiler, {}", libraries.join(" ")),
        };
        format!("{}  ({needs})", typed.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{graph, package, with_c};
    use super::*;

    const AROUND: Circumstances<'static> =
        Circumstances { release: "go1.27.3", target: "linux/amd64", compiled: true };

    fn named(mut package: Package, name: &str) -> Package {
        package.name = name.to_owned();
        package
    }

    /// A program that imports `net`, and with it whatever else is given.
    fn graphs(others: &[Package]) -> Graphs {
        let imports: Vec<&str> =
            std::iter::once("net").chain(others.iter().map(|other| other.import_path.as_str())).collect();
        let main = named(package("x.example/tool", &imports), "main");
        let of = |mut net: Package, runtime: Option<Package>| {
            net.standard = true;
            graph(&[&[main.clone(), net][..], others, runtime.as_slice()].concat())
        };
        let mut stub = package("net", &[]);
        stub.go_files.push("cgo_stub.go".to_owned());
        let runtime = others.iter().any(Package::brings_c).then(|| with_c(cgo::RUNTIME_CGO, &[]));
        Graphs {
            with: of(with_c("net", &[]), Some(with_c(cgo::RUNTIME_CGO, &[]))),
            without: of(stub.clone(), None),
            tagged: of(stub, runtime),
        }
    }

    #[test]
    fn a_resolver_alone_is_optional_and_tags_do_too() {
        let told = Declaration::of(&graphs(&[]), None, AROUND);
        insta::assert_snapshot!(told.text(), @r"
        x.example/tool (go1.27.3, linux/amd64)
          needs C             optional: it can be built without
          C of                net
            imported as       x.example/tool > net
            files             a_cgo.go, a.c
            without cgo       cgo_stub.go instead
            lost without      names that only the system's resolver knows: through a module of the name service switch (mDNS, LDAP, systemd's), or by settings of resolv.conf that Go does not know
          build it with       CGO_ENABLED=0  (no C compiler needed)
          or with             CGO_ENABLED=1 -tags=netgo,osusergo  (no C compiler needed)
          or with             CGO_ENABLED=1  (a C compiler)
        ");
        let json = serde_json::to_value(&told).expect("is JSON");
        assert_eq!((&json["schema"], &json["needs_cgo"]), (&1.into(), &"optional".into()));
        assert_eq!(json["reasons"][0]["module"], "std");
        assert_eq!(json["reasons"][0]["fallback"]["how"], "other-files");
        assert_eq!(json["builds"][0]["environment"]["CGO_ENABLED"], "0");
    }

    #[test]
    fn what_is_refused_by_the_compiler_is_required() {
        let refused =
            Obstacle { package: "x.example/c".into(), chain: Vec::new(), why: "undefined: F".into() };
        let mut library = with_c("x.example/c", &[]);
        library.cgo_ldflags = vec!["-lz".to_owned()];
        let told = Declaration::of(&graphs(&[library]), Some(refused), AROUND);
        assert_eq!(told.needs_cgo, Needs::Required);
        let words: Vec<String> = told.builds.iter().map(Build::words).collect();
        let tagged = "CGO_ENABLED=1 -tags=netgo,osusergo  (a C compiler, -lz)";
        assert_eq!(words, [tagged, "CGO_ENABLED=1  (a C compiler, -lz)"]);
        assert!(told.text().contains("not without C       x.example/c\n"), "{}", told.text());
    }

    #[test]
    fn without_c_there_is_one_way() {
        let plain = graph(&[named(package("x.example/tool", &[]), "main")]);
        let graphs = Graphs { with: plain.clone(), without: plain.clone(), tagged: plain };
        let told = Declaration::of(&graphs, None, Circumstances { compiled: false, ..AROUND });
        assert_eq!((told.needs_cgo, told.builds.len()), (Needs::No, 1));
        assert!(told.text().contains("no: there is none in it (read from the import graph, not compiled)"));
    }
}
