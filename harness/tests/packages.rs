//! Packages of a program that Go really built: their code against the symbol table, and stripped against not.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use gopie::diff::{Change, FileDifference, Side};
use gopie::elf::{Meaning, PackageSize, by_package, read};
use object::{Object as _, ObjectSymbol as _, SymbolKind};

use super::bench::go;

/// Ways to link, with `CGO_ENABLED`, the build mode and the link mode.
const LINKED: [(&str, &str, &str); 3] =
    [("0", "default", "internal"), ("0", "pie", "internal"), ("1", "pie", "external")];

/// Code of each package.
fn code(rows: &[PackageSize]) -> BTreeMap<&str, u64> {
    let rows = rows.iter().filter_map(|row| {
        let size = row.sizes.iter().find(|pair| pair.0 == Meaning::Code)?.1;
        Some((row.package.as_deref()?, size))
    });
    rows.filter(|row| row.0 != "C" && row.0 != "runtime/cgo").collect()
}

/// Size and number of the functions of a package, by the names of symbols.
fn by_symbols(functions: &BTreeMap<u64, (String, u64)>, package: &str) -> (u64, u64) {
    let of_package = |name: &str| {
        let rest = name.strip_prefix(package).and_then(|rest| rest.strip_prefix('.'));
        rest.is_some_and(|rest| !rest.split('[').next().unwrap_or_default().contains('/'))
    };
    let sizes = functions.values().filter(|(name, _)| of_package(name)).map(|pair| pair.1);
    sizes.fold((0, 0), |(sum, count), size| (sum + size, count + 1))
}

/// The bytes and the packages of an artifact, checked for what holds of all.
fn packages(path: &Path) -> (Vec<u8>, Vec<PackageSize>) {
    let bytes = fs::read(path).expect("reads");
    let rows = by_package(&bytes).expect("is an ELF file").expect("is a Go program");
    let facts = read(&bytes).expect("is an ELF file");
    for (meaning, size) in facts.size_by_meaning() {
        let pairs = rows.iter().flat_map(|row| &row.sizes).filter(|pair| pair.0 == meaning);
        assert_eq!(pairs.map(|pair| pair.1).sum::<u64>(), size, "{}", meaning.word());
    }
    (bytes, rows)
}

/// What symbols tell of one file alone is no difference: no package of the same program differs.
fn same_packages(plain: &[u8], stripped: &[u8]) {
    let [old, new] = [plain, stripped].map(|bytes| Side::read(bytes).expect("is an ELF file"));
    let difference = FileDifference::of(&old, &new).expect("can be told");
    assert!(!difference.packages_by_symbols);
    let packages = difference.packages.expect("both are Go programs");
    for (side, bytes) in [
        (packages.iter().map(|p| p.old).sum::<u64>(), plain),
        (packages.iter().map(|p| p.new).sum(), stripped),
    ] {
        assert_eq!(side, bytes.len() as u64);
    }
    let differ = packages.iter().filter(|change| !change.name.starts_with('[') && change.difference() != 0);
    assert_eq!(differ.collect::<Vec<_>>(), Vec::<&Change>::new());
}

#[test]
fn code_of_packages_agrees_with_the_symbols_and_outlives_them() {
    let (goroot, env, has_c) = go();
    let folder = tempfile::tempdir().expect("a folder");
    for (cgo, build_mode, link_mode) in LINKED {
        if cgo == "1" && !has_c {
            let _ = writeln!(std::io::stderr(), "SKIPPED: no C compiler to link {build_mode} with");
            continue;
        }
        let build = |name: &str, strip: &str| {
            let path = folder.path().join(name);
            let output = Command::new(goroot.join("bin/go"))
                .args(["build", "-buildmode", build_mode, "-ldflags"])
                .arg(format!("{strip} -linkmode={link_mode}"))
                .arg("-o")
                .args([path.as_path(), Path::new(".")])
                .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("gofixtures/hello"))
                .env_clear()
                .envs(&env)
                .env("CGO_ENABLED", cgo)
                .output()
                .expect("starts");
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            path
        };
        let (bytes, rows) = packages(&build("plain", ""));
        let (less, stripped) = packages(&build("stripped", "-s -w"));
        assert_eq!(code(&rows), code(&stripped), "{build_mode} {link_mode}");
        same_packages(&bytes, &less);
        // Without section headers nothing but the segments tells where things are.
        let mut bare = fs::read(folder.path().join("stripped")).expect("reads");
        bare[40..48].fill(0);
        bare[60..64].fill(0);
        let bare = by_package(&bare).expect("is an ELF file").expect("is a Go program");
        assert_eq!(code(&rows), code(&bare), "{build_mode} {link_mode}");

        let file = object::File::parse(&*bytes).expect("is an ELF file");
        let functions: BTreeMap<u64, (String, u64)> = file
            .symbols()
            .filter(|symbol| symbol.kind() == SymbolKind::Text && symbol.size() > 0)
            .map(|symbol| (symbol.address(), (symbol.name().unwrap_or_default().to_owned(), symbol.size())))
            .collect();
        let code = code(&rows);
        assert!(code.len() > 20 && code.contains_key("main") && code.contains_key("runtime"), "{code:?}");
        for (package, size) in code {
            let (sum, count) = by_symbols(&functions, package);
            // The padding behind a function is its package's too.
            assert!(
                (sum..sum + 64 * count).contains(&size),
                "{package}: {size}, by symbols {sum} of {count}"
            );
        }
    }
}
