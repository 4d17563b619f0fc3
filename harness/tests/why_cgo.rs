//! Whether a package needs C, from what is typed to what is printed.

use serde_json::Value;

use super::Bench;
use super::bench::{go, skipped};

const C: &str =
    "package c\n\n// int f(void) { return 1; }\nimport \"C\"\n\nfunc F() int { return int(C.f()) }\n";

/// A module in a folder, of files with their texts.
fn module(bench: &Bench, name: &str, files: &[(&str, &str)]) {
    bench.write(&format!("{name}/go.mod"), &format!("module x.example/{name}\n\ngo 1.21\n"));
    for (file, text) in files {
        bench.write(&format!("{name}/{file}"), text);
    }
}

/// A command that imports a package.
fn command(package: &str, does: &str) -> String {
    format!("package main\n\nimport \"{package}\"\n\nfunc main() {{ {does} }}\n")
}

/// What is declared of a package.
fn declared(bench: &Bench, args: &str) -> Value {
    let done = bench.call(&format!("why-cgo --format json {args}")).with(0);
    serde_json::from_str(&done.stdout).expect("is JSON")
}

#[test]
fn a_package_of_c_alone_cannot_do_without() {
    let bench = Bench::new();
    module(&bench, "alone", &[("main.go", &command("x.example/alone/c", "c.F()")), ("c/c.go", C)]);
    let told = declared(&bench, "alone");
    assert_eq!((&told["schema"], &told["needs_cgo"]), (&1.into(), &"required".into()));
    assert_eq!(told["package"], "x.example/alone");
    let reason = &told["reasons"][0];
    assert_eq!(reason["chain"], serde_json::json!(["x.example/alone", "x.example/alone/c"]));
    assert_eq!((&reason["files"][0], &reason["fallback"]), (&"c.go".into(), &Value::Null));
    assert_eq!(told["builds"][0]["environment"]["CGO_ENABLED"], "1");
    let done = bench.call("why-cgo alone").with(0);
    assert!(done.stdout.contains("build constraints exclude all of its Go files: c.go"), "{}", done.stdout);
}

#[test]
fn the_resolver_can_be_done_without() {
    let bench = Bench::new();
    module(&bench, "asks", &[("main.go", &command("net/http", "http.Get(\"\")"))]);
    let told = declared(&bench, "asks");
    assert_eq!((&told["needs_cgo"], &told["compiled"]), (&"optional".into(), &true.into()));
    let net = told["reasons"].as_array().expect("are there").iter().find(|one| one["package"] == "net");
    let net = net.expect("is one");
    assert_eq!(net["chain"], serde_json::json!(["x.example/asks", "net/http", "net"]));
    assert_eq!(net["fallback"]["how"], "other-files");
    assert!(net["lost"].as_str().is_some_and(|lost| lost.contains("resolver")), "{net}");
    let flags: Vec<&Value> =
        told["builds"].as_array().expect("are there").iter().map(|build| &build["flags"]).collect();
    let tags = serde_json::json!(["-tags=netgo,osusergo"]);
    assert_eq!(flags, [&serde_json::json!([]), &tags, &serde_json::json!([])]);
}

#[test]
fn what_the_graph_cannot_tell_is_compiled() {
    let bench = Bench::new();
    // The other file of the package needs what the one with C defines.
    let uses = "package c\n\nfunc G() int { return F() }\n";
    let main = command("x.example/uses/c", "c.G()");
    module(&bench, "uses", &[("main.go", &main), ("c/c.go", C), ("c/g.go", uses)]);
    assert_eq!(declared(&bench, "--no-build uses")["needs_cgo"], "optional");
    let (.., has_c) = go();
    if !has_c {
        bench.call("why-cgo uses").with(3).says("undefined: F").says("hint: install gcc");
        return skipped("whether it compiles with C: there is no C compiler");
    }
    let told = declared(&bench, "uses");
    assert_eq!(
        (&told["needs_cgo"], &told["obstacles"][0]["package"]),
        (&"required".into(), &"x.example/uses/c".into())
    );
    assert!(told["obstacles"][0]["why"].as_str().is_some_and(|why| why.contains("undefined: F")), "{told}");
}

#[test]
fn a_package_without_c_needs_none_and_one_with_go() {
    let bench = Bench::new();
    module(&bench, "plain", &[("main.go", &command("strings", "strings.ToUpper(\"\")"))]);
    assert_eq!(declared(&bench, "plain")["needs_cgo"], "no");
    // Outside of all modules.
    let told = declared(&bench, "--no-build os/user");
    assert_eq!((&told["needs_cgo"], &told["module"]), (&"optional".into(), &"std".into()));
}

#[test]
fn bad_input_is_told_with_its_place_and_what_to_do() {
    let bench = Bench::new();
    bench.write("none/main.go", "package main\n\nfunc main() {}\n");
    module(&bench, "empty", &[]);
    module(&bench, "torn", &[("main.go", "package main\n\nfunc main( {\n")]);
    module(&bench, "wrong", &[("main.go", "package main\n\nimport \"fmt\n")]);
    module(&bench, "lacks", &[("main.go", &command("a.example/b", "b.F()"))]);
    module(&bench, "newer", &[("main.go", "package main\n\nfunc main() {}\n")]);
    bench.write("newer/go.mod", "module x.example/newer\n\ngo 1.99\n");
    for (args, status, says) in [
        ("none", 2, "go.mod"),
        ("./nowhere", 2, "nowhere"),
        ("empty", 2, "no Go files"),
        ("no/such/package", 2, "no/such/package"),
        ("empty/...", 2, "several packages"),
        ("std", 2, "packages and not one"),
        ("--go /nowhere/go empty", 2, "/nowhere/go"),
        ("torn", 3, "main.go:3"),
        ("wrong", 3, "main.go:3"),
        ("lacks", 3, "a.example/b"),
        ("newer", 3, "go >= 1.99"),
    ] {
        bench.call(&format!("why-cgo {args}")).with(status).says(says).says("hint: ");
    }
}

#[test]
fn modules_that_cannot_be_fetched_are_told() {
    let bench = Bench::new();
    let go_mod = "module x.example/far\n\ngo 1.21\n\nrequire a.example/b v1.0.0\n";
    bench.write("far/go.mod", go_mod);
    bench.write("far/main.go", &command("a.example/b", "b.F()"));
    let sum = "h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
    bench.write("far/go.sum", &format!("a.example/b v1.0.0 {sum}\na.example/b v1.0.0/go.mod {sum}\n"));
    let output = bench.gopie("why-cgo far").env("GOPROXY", "off").output().expect("starts");
    super::bench::done(&output).with(3).says("far").says("hint: ");
}
