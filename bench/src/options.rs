//! The options of `davit-bench`. All are bounded, and so is the load.

use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;
use clap::builder::RangedU64ValueParser;

/// Measures Davit beside Bun + Hono and an axum constant: speed with the
/// servers on core 0 and wrk on core 1, memory of one more plugin, and the
/// time from a save to the answer of the new version. Only 127.0.0.1.
#[derive(Debug, Clone, Parser)]
#[command(name = "davit-bench")]
pub(crate) struct Options {
    /// File to write the result to as well, as Markdown
    #[arg(long)]
    pub(crate) out: Option<PathBuf>,
    /// How often each server is loaded, in turn; the median counts
    #[arg(long, default_value_t = 5, value_parser = RangedU64ValueParser::<usize>::new().range(1..=50))]
    pub(crate) rounds: usize,
    /// Length of one load, in seconds
    #[arg(long, default_value = "5", value_parser = seconds)]
    pub(crate) duration: Duration,
    /// Load on each server before the first round, in seconds
    #[arg(long, default_value = "3", value_parser = seconds)]
    pub(crate) warm_up: Duration,
    /// Connections that wrk keeps open
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) connections: u16,
    /// How often a plugin is saved
    #[arg(long, default_value_t = 20, value_parser = RangedU64ValueParser::<usize>::new().range(1..=200))]
    pub(crate) saves: usize,
}

fn seconds(text: &str) -> Result<Duration, String> {
    match text.parse() {
        Ok(seconds @ 1..=60) => Ok(Duration::from_secs(seconds)),
        _ => Err("a whole number of seconds from 1 to 60".to_owned()),
    }
}
