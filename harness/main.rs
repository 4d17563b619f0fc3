//! The `gopie` program: parses what was typed, does it, and tells by its exit status how it went.

use std::io::{Write, stderr};
use std::process::ExitCode;

use clap::Parser;
use gopie::cli::Cli;
use gopie::hint::{exit_status, hints};
use gopie::interrupt::{self, Interrupted};

fn main() -> ExitCode {
    let cli = Cli::parse();
    match interrupt::catch().and_then(|()| cli.run()) {
        Ok(status) => ExitCode::from(status),
        Err(error) => {
            // Somebody who closed our output wanted no more of it.
            if error.chain().filter_map(|cause| cause.downcast_ref::<std::io::Error>()).any(is_broken_pipe) {
                return ExitCode::SUCCESS;
            }
            // There is nowhere else to say that it cannot be said.
            let _ = tell(&error, &mut stderr());
            ExitCode::from(if interrupted(&error) { 130 } else { exit_status(&error) })
        }
    }
}

fn tell(error: &anyhow::Error, out: &mut impl Write) -> std::io::Result<()> {
    if interrupted(error) {
        return writeln!(
            out,
            "interrupted; what was finished is kept, and the same command goes on from there"
        );
    }
    writeln!(out, "error: {error:#}")?;
    hints(error).iter().try_for_each(|hint| writeln!(out, "hint: {hint}"))
}

fn interrupted(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| cause.downcast_ref::<Interrupted>().is_some())
}

fn is_broken_pipe(error: &std::io::Error) -> bool {
    error.kind() == std::io::ErrorKind::BrokenPipe
}
