//! `davit-bench`: measures Davit beside Bun + Hono and an axum constant.
//!
//! ```text
//! place → bundle → compare (servers on core 0, wrk on core 1) → memory → crowd → live → table
//! ```

mod cpu;
mod crowd;
mod error;
mod live;
mod machine;
mod memory;
mod options;
mod place;
mod plugins;
mod proc;
mod process;
mod rounds;
mod say;
mod servers;
mod stats;
mod table;
mod wrk;

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use tokio::signal::unix::{SignalKind, signal};

use error::BenchError;
use options::Options;
use place::Place;
use plugins::Bundle;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let options = Options::parse();
    let ended = tokio::select! {
        done = run(&options) => done,
        // Dropping the work ends every process that it has started.
        Ok(()) = interrupted() => return ExitCode::FAILURE,
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say::progress(format_args!("{error}"));
            ExitCode::FAILURE
        }
    }
}

async fn run(options: &Options) -> Result<(), BenchError> {
    let place = Place::find()?;
    let bundle = Bundle::build(&place).await?;
    let report = table::Report {
        facts: machine::facts(&place)?,
        speeds: rounds::compare(&place, options, &bundle).await?,
        footprints: memory::measure(&place, &bundle).await?,
        crowds: crowd::measure(&place, &bundle).await?,
        saves: live::measure(&place, options).await?,
    };
    let text = report.markdown(options);
    std::io::stdout().write_all(text.as_bytes()).map_err(BenchError::io("print the result"))?;
    match &options.out {
        Some(path) => plugins::write(path, &text),
        None => Ok(()),
    }
}

async fn interrupted() -> std::io::Result<()> {
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    Ok(())
}
