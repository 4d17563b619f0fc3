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
            let interrupted = error.chain().any(|cause| cause.is::<Interrupted>());
            let mut text = if interrupted {
                "interrupted; what was finished is kept, and the same command goes on from there\n".to_owned()
            } else {
                format!("error: {error:#}\n")
            };
            for hint in hints(&error) {
                text.push_str(&format!("hint: {hint}\n"));
            }
            // There is nowhere else to say it.
            let _ = stderr().write_all(text.as_bytes());
            ExitCode::from(if interrupted { 130 } else { exit_status(&error) })
        }
    }
}

fn is_broken_pipe(error: &std::io::Error) -> bool {
    error.kind() == std::io::ErrorKind::BrokenPipe
}
