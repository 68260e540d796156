//! The command line: in, what was typed; out, an exit code: 0 done, 1 failed,
//! 2 wrong usage.

use std::io;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tokio::signal::unix::{SignalKind, signal};

use crate::{check, dev, new, pack, push, say, types};

/// Davit: serves, writes, checks, packs and pushes plugins
#[derive(Debug, Parser)]
#[command(name = "davit", version, propagate_version = true)]
struct Davit {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Dev(dev::Args),
    New(new::Args),
    Check(check::Args),
    Types(types::Args),
    Pack(pack::Args),
    Push(push::Args),
}

/// Reads the command line, does what it says and tells how it went.
pub fn run() -> ExitCode {
    let Davit { command } = Davit::parse();
    match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime.block_on(execute(command)),
        Err(error) => {
            say::error(format_args!("cannot start: {error}"));
            ExitCode::FAILURE
        }
    }
}

async fn execute(command: Command) -> ExitCode {
    match command {
        Command::Dev(args) => dev::run(args).await,
        Command::New(args) => new::run(&args),
        Command::Types(args) => types::run(&args),
        Command::Check(args) => unless_interrupted(check::run(&args)).await,
        Command::Pack(args) => unless_interrupted(pack::run(&args)).await,
        Command::Push(args) => unless_interrupted(push::run(&args)).await,
    }
}

/// Drops `work`, and so ends the build script that it may be running, on SIGINT
/// and SIGTERM.
async fn unless_interrupted(work: impl Future<Output = ExitCode>) -> ExitCode {
    tokio::select! {
        code = work => code,
        Ok(()) = interrupted() => {
            say::error("interrupted");
            ExitCode::FAILURE
        }
    }
}

async fn interrupted() -> io::Result<()> {
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;
    use clap::error::ErrorKind;

    use super::*;

    #[test]
    fn is_well_formed() {
        Davit::command().debug_assert();
    }

    #[test]
    fn every_option_is_a_variable_too_and_explained() {
        for command in Davit::command().get_subcommands() {
            for arg in command.get_arguments().filter(|arg| !arg.is_positional()) {
                let name = format!("{} --{}", command.get_name(), arg.get_id());
                let variable = arg.get_env().map(|env| env.to_string_lossy().into_owned());
                assert!(variable.is_some_and(|env| env.starts_with("DAVIT_")), "{name}");
                assert!(arg.get_help().is_some(), "{name}");
            }
        }
    }

    #[test]
    fn wrong_usage_is_told_from_failure() {
        let table: [(&[&str], ErrorKind); 12] = [
            (&["davit"], ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand),
            (&["davit", "chek"], ErrorKind::InvalidSubcommand),
            (&["davit", "new", "../x"], ErrorKind::ValueValidation),
            (&["davit", "new", "x", "--template", "react"], ErrorKind::InvalidValue),
            (&["davit", "pack", "--build-timeout", "1d"], ErrorKind::ValueValidation),
            (&["davit", "pack", "--build-timeout", "0"], ErrorKind::ValueValidation),
            (&["davit", "push"], ErrorKind::MissingRequiredArgument),
            (&["davit", "push", "ghcr.io/Acme/hello:1"], ErrorKind::ValueValidation),
            (&["davit", "check", "--build-timeout", "61m"], ErrorKind::ValueValidation),
            (&["davit", "dev", "--heartbeat-timeout", "1ms"], ErrorKind::ValueValidation),
            (&["davit", "dev", "--drain-timeout", "61m"], ErrorKind::ValueValidation),
            (&["davit", "dev", "--log-level", "loud"], ErrorKind::InvalidValue),
        ];
        for (typed, kind) in table {
            let error = Davit::try_parse_from(typed).unwrap_err();
            assert_eq!((error.kind(), error.exit_code()), (kind, 2), "{typed:?}");
        }
    }
}
