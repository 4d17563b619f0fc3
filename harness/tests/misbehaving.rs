//! Programs that misbehave only when they are timed: each is named, none hangs the run, none is a sample, and no
//! process of theirs is left.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::Bench;
use super::bench::done;

/// Timed starts have a variable of gopie's; those that ask for answers do not.
const TIMED: &str = "if _, timed := os.LookupEnv(\"GOPIE_PADDING\"); timed";

/// A program that prints `1` and then does something else.
struct Bad {
    name: &'static str,
    imports: &'static [&'static str],
    then: &'static str,
}

const FORKS: Bad =
    Bad { name: "forks", imports: &["os/exec"], then: "exec.Command(\"/bin/sleep\", \"7654321\").Start()" };

const DAEMON: Bad = Bad {
    name: "daemon",
    imports: &["os/exec", "syscall"],
    then: "c := exec.Command(\"/bin/sleep\", \"7654321\")\n\
           c.SysProcAttr = &syscall.SysProcAttr{Setsid: true}\nc.Start()",
};

const DIES: Bad = Bad {
    name: "dies",
    imports: &["syscall"],
    then: "syscall.Kill(os.Getpid(), syscall.SIGKILL)\nselect {}",
};

/// Fails once in a while, by the number of the process.
const SOMETIMES: Bad = Bad { name: "sometimes", imports: &[], then: "if os.Getpid()%4 == 0 { os.Exit(5) }" };

/// Once pinned it ignores SIGTERM, fills its output, and never ends.
const HANGS: Bad = Bad {
    name: "hangs",
    imports: &["os/signal", "runtime", "syscall"],
    then: "if runtime.NumCPU() == 1 {\nsignal.Ignore(syscall.SIGTERM)\nfor {\nos.Stdout.WriteString(\"1\\n\")\n}\n}",
};

/// As the answers are asked for: another output, and a status that nobody expects, on one CPU alone.
const PINNED: Bad = Bad {
    name: "pinned",
    imports: &["runtime"],
    then: "if runtime.NumCPU() == 1 {\nos.Stdout.WriteString(\"2\\n\")\n}",
};

fn configure(bench: &Bench, programs: &[(&Bad, &str)]) {
    let digest = "4355a46b19d348dc2f57c046f8ef63d4538ebb936000f3c9ee954a27460dd865";
    let mut tables = vec!["schema = 1\n".to_owned()];
    for (Bad { name, imports, then }, when) in programs {
        let imports = [&["os"], *imports].concat().join("\"; \"");
        let main = format!(
            "package main\n\nimport (\"{imports}\")\n\nfunc main() {{\nos.Stdout.WriteString(\"1\\n\")\n{when} {{\n{then}\n}}\n}}\n"
        );
        bench.write(&format!("mine/{name}/go.mod"), &format!("module x.example/{name}\n\ngo 1.21\n"));
        bench.write(&format!("mine/{name}/main.go"), &main);
        tables.push(format!(
            "[[program]]\nname = \"{name}\"\nwhat = \"a test's\"\nsource = {{ module = \"{name}\" }}\nruns = \"quick\"\n\
             start = {{ stdout = \"1\\n\" }}\n[program.workload]\nstdout_sha256 = {{ go = \"{digest}\" }}\n"
        ));
    }
    bench.write("mine/programs.toml", &tables.concat());
}

/// Names of processes that were started from a folder, or that sleep as long as only these tests do.
fn left(folder: &Path) -> Vec<String> {
    let of = |process: fs::DirEntry| {
        let line = fs::read(process.path().join("cmdline")).ok()?;
        let line = String::from_utf8_lossy(&line).replace('\0', " ");
        let ours = line.contains("sleep 7654321") || line.contains(&*folder.to_string_lossy());
        ours.then_some(line)
    };
    fs::read_dir("/proc").expect("is there").flatten().filter_map(of).collect()
}

fn why_of(bench: &Bench, what: &str) -> Option<String> {
    let info = bench.json("results/local/run.json");
    let list = info["not_measured"].as_array().expect("is a list").clone();
    let of = |one: &&serde_json::Value| one["what"].as_str().is_some_and(|name| name == what);
    list.iter().find(of).and_then(|one| one["why"].as_str().map(str::to_owned))
}

fn several_cpus() -> bool {
    std::thread::available_parallelism().is_ok_and(|cpus| cpus.get() > 1)
}

#[test]
fn what_misbehaves_when_timed_is_named_and_counts_for_nothing() {
    let bench = Bench::new();
    let bad = [&FORKS, &DAEMON, &DIES, &SOMETIMES, &HANGS];
    configure(&bench, &bad.map(|one| (one, TIMED)));
    // A cache of its own: what is started lies in it. The toolchain is the one that the tests share.
    let shared = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache/gopie");
    fs::create_dir_all(bench.path("cache/gopie")).expect("makes");
    for folder in ["toolchains", "go-build"] {
        fs::create_dir_all(shared.join(folder)).expect("makes");
        std::os::unix::fs::symlink(shared.join(folder), bench.path("cache/gopie").join(folder))
            .expect("links");
    }
    let mut run = bench.gopie("run --config mine --variants static,control --budget 2s");
    let done = done(&run.env("XDG_CACHE_HOME", bench.path("cache")).output().expect("starts")).with(0);
    assert_eq!(left(&bench.path("cache")), Vec::<String>::new());

    let blocks = bench.table("results/local/blocks.csv");
    let expected = [
        ("forks", "left-processes"),
        ("daemon", "outlived the starts that left them, and were killed"),
        ("dies", ": signal"),
    ];
    for (program, reason) in expected {
        let of: Vec<_> = blocks.iter().filter(|row| row.get("program") == program).collect();
        assert!(!of.is_empty() && of.iter().all(|row| row.get("voided") == "true"), "{program}");
        assert!(
            of.iter().all(|row| row.get("reason").contains(reason)),
            "{program}: {}",
            of[0].get("reason")
        );
        let why = why_of(&bench, &format!("starts of {program}, pinned, faulted")).expect("is named");
        assert!(why.contains(reason), "{why}");
        assert!(
            done.stderr.contains(&format!("not measured: starts of {program}, pinned")),
            "{}",
            done.stderr
        );
    }
    // Whichever blocks had no failure count; the others are voided and say so.
    for row in blocks.iter().filter(|row| row.get("program") == "sometimes" && row.get("voided") == "true") {
        let others = ["the files' pages", "the clocks"].iter().any(|why| row.get("reason").contains(why));
        assert!(row.get("reason").contains("starts of sometimes/") || others, "{}", row.get("reason"));
    }
    let starts = bench.table("results/local/starts.csv.gz");
    let bad_blocks: Vec<&str> =
        starts.iter().filter(|row| row.get("status") != "ok").map(|row| row.get("block")).collect();
    let voided =
        |number: &str| blocks.iter().any(|row| row.get("block") == number && row.get("voided") == "true");
    assert!(!bad_blocks.is_empty() && bad_blocks.iter().all(|number| voided(number)));

    if several_cpus() {
        let of = |condition: &str| -> Vec<_> {
            let of =
                |row: &&super::bench::Row| row.get("program") == "hangs" && row.get("condition") == condition;
            blocks.iter().filter(of).collect()
        };
        assert_eq!(of("pinned").len(), 1, "what hangs was started again and again");
        assert!(of("pinned")[0].get("reason").contains(": timeout"), "{}", of("pinned")[0].get("reason"));
        assert_eq!(of("scheduled").len(), 20);
        let why = why_of(&bench, "starts of hangs, pinned, faulted").expect("is named");
        assert!(why.contains("it was not started like that again"), "{why}");
    } else {
        super::bench::skipped("there is one CPU, so that nothing behaves otherwise when pinned");
    }
    // No number rests on any of it.
    for row in bench.table("results/local/estimates.csv") {
        let timed = ["cpu-time", "wall-time"].contains(&row.get("metric"));
        let pinned = row.get("condition") == "pinned";
        let bad = ["forks", "daemon", "dies"].contains(&row.get("program"));
        assert!(!(timed && (bad || row.get("program") == "hangs" && pinned && several_cpus())));
    }
    let report = bench.read("report/local/report.md");
    for program in ["forks", "daemon", "dies"] {
        assert!(report.contains(&format!("starts of {program}, pinned")), "{program} is not in the report");
    }
}

#[test]
fn another_answer_on_one_cpu_is_a_failed_case() {
    if !several_cpus() {
        super::bench::skipped("there is one CPU, so that nothing behaves otherwise when pinned");
        return;
    }
    let bench = Bench::new();
    configure(&bench, &[(&PINNED, "if true")]);
    bench.call("run --quick --config mine --variants static,control --budget 500ms").with(3);
    let rows = bench.table("results/local/artifacts.csv");
    let reason = rows[0].get("reason");
    assert!(reason.starts_with("start on one CPU: printed \"1\\n2\\n\""), "{reason}");
}

/// Runs what follows on its command line with `sched_setaffinity` forbidden, as some sandboxes do.
const FORBID: &str = r"
#define _GNU_SOURCE
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
int main(int argc, char **argv) {
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_sched_setaffinity, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {4, code};
	if (argc < 2 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
		return 125;
	execv(argv[1], argv + 1);
	return 126;
}
";

#[test]
fn without_permission_for_affinity_nothing_is_timed_and_the_run_says_so() {
    let Some(compiler) = gopie::toolchain::c_compiler() else {
        super::bench::skipped("no C compiler to forbid sched_setaffinity with");
        return;
    };
    let bench = Bench::new();
    bench.write("forbid.c", FORBID);
    let forbid = bench.path("forbid");
    let built = Command::new(compiler.path).arg("-o").arg(&forbid).arg(bench.path("forbid.c")).output();
    if !built.is_ok_and(|output| output.status.success()) {
        super::bench::skipped("no headers to forbid sched_setaffinity with");
        return;
    }
    let gopie = bench.gopie("run --quick --programs hello --variants static,control --budget 500ms");
    let mut command = Command::new(forbid);
    command.arg(gopie.get_program()).args(gopie.get_args()).current_dir(bench.path("."));
    command.envs(gopie.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let output = command.output().expect("starts");
    if output.status.code() == Some(125) {
        super::bench::skipped("no permission to forbid system calls");
        return;
    }
    done(&output).with(0).says("not measured: starts: no permission to choose the CPU");
    assert!(bench.table("results/local/blocks.csv").is_empty());
    assert!(why_of(&bench, "starts").is_some_and(|why| why.contains("sched_setaffinity")));
    let report = bench.read("report/local/report.md");
    assert!(report.contains("no permission to choose the CPU"), "{report}");
}

#[test]
fn on_one_cpu_the_run_says_what_that_leaves_out() {
    let bench = Bench::new();
    let run = "run --quick --programs hello --variants static,control --budget 500ms";
    let one = gopie::measure::on_one_cpu(|| bench.call(run)).expect("may sit down");
    one.with(0).says("not measured: starts as scheduled: there is one CPU");
    let blocks = bench.table("results/local/blocks.csv");
    assert!(!blocks.is_empty() && blocks.iter().all(|row| row.get("condition") == "pinned"));
}

#[test]
fn a_limit_on_locked_memory_is_named() {
    let bench = Bench::new();
    let run = bench.gopie("run --quick --programs hello --variants static,control --budget 500ms");
    // A user without rights: with them the limit does not bind. What it needs is in a folder that it may enter.
    let mut command = Command::new("setpriv");
    command.args(["--bounding-set=-all", "--inh-caps=-all", "prlimit", "--memlock=65536:65536"]);
    command.arg(run.get_program()).args(run.get_args()).current_dir(bench.path("."));
    command.envs(run.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let output = match command.output() {
        Ok(output) if output.status.code().is_some_and(|status| status < 100) => output,
        _ => {
            super::bench::skipped("setpriv and prlimit cannot take rights away here");
            return;
        }
    };
    let done = done(&output).with(0);
    done.says("the limit on locked memory (ulimit -l) is 64 KiB");
    let why = why_of(&bench, "files held in the page cache").expect("is named");
    assert!(why.contains("64 KiB") && why.contains("read in anew for each block"), "{why}");
    let loader = why_of(&bench, "fresh copies of the loader and the libraries").expect("is named");
    assert!(loader.starts_with("mounts of its own: "), "{loader}");
    assert!(bench.table("results/local/blocks.csv").iter().all(|row| row.get("held") == "false"));
    assert!(bench.read("report/local/report.md").contains("ulimit -l"));
}
