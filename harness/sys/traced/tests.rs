use super::*;

const LIMIT: Duration = Duration::from_secs(20);

#[test]
fn a_program_is_stopped_at_its_entry_and_leaves_nothing_behind() {
    if !is_known() {
        crate::ui::say("SKIPPED: no breakpoint is known of this processor");
        return;
    }
    let mut traced = match Traced::start(Path::new("/bin/sh"), &["-c", "sleep 100 & wait"], &[], LIMIT) {
        Ok(traced) => traced,
        Err(error) => return crate::ui::say(&format!("SKIPPED: ptrace is not permitted: {error}")),
    };
    let id = traced.id();
    let entry = traced.entry().expect("has an entry");
    assert!(traced.run_to(entry).expect("runs"), "it ended before its entry");
    drop(traced);
    assert!(!Path::new(&format!("/proc/{id}")).exists());
}

#[test]
fn one_that_ends_or_takes_too_long_is_told() {
    if !is_known() {
        return crate::ui::say("SKIPPED: no breakpoint is known of this processor");
    }
    for (script, limit) in [("exit 3", LIMIT), ("sleep 100", Duration::from_millis(300))] {
        let mut traced = match Traced::start(Path::new("/bin/sh"), &["-c", script], &[], limit) {
            Ok(traced) => traced,
            Err(error) => return crate::ui::say(&format!("SKIPPED: ptrace is not permitted: {error}")),
        };
        let entry = traced.entry().expect("has an entry");
        assert!(traced.run_to(entry).expect("runs"));
        // Nothing comes to its entry a second time.
        assert!(!traced.run_to(entry + 1).expect("runs"), "{script}");
    }
    let missing = Traced::start::<&str>(Path::new("/nonexistent/program"), &[], &[], LIMIT);
    assert_eq!(missing.expect_err("cannot start").kind(), io::ErrorKind::NotFound);
}

#[test]
fn calls_of_children_are_told_and_no_child_is_left() {
    // One child that the shell waits for, and one that leaves its group and would live on.
    let script = "/bin/true; setsid sleep 300 & exit 5";
    let mut traced = match Traced::start(Path::new("/bin/sh"), &["-c", script], &[], LIMIT) {
        Ok(traced) => traced,
        Err(error) => return crate::ui::say(&format!("SKIPPED: ptrace is not permitted: {error}")),
    };
    let (mut threads, mut executed) = (HashSet::new(), 0);
    let end = traced.run_calls(|call| {
        threads.insert(call.thread);
        executed += usize::from(call.number == libc::SYS_execve.unsigned_abs() && call.answer == Some(0));
    });
    if threads.is_empty() {
        return crate::ui::say("SKIPPED: this kernel does not tell of system calls (before Linux 5.3)");
    }
    assert_eq!(end.expect("ends"), End::Status(5));
    assert!(threads.len() >= 2 && executed >= 1, "{threads:?}");
    drop(traced);
    for thread in threads {
        // One whose parent is gone waits for init to reap it.
        let status = fs::read_to_string(format!("/proc/{thread}/stat"));
        assert!(status.map_or(true, |text| text.contains(") Z ")), "{thread}");
    }
}
