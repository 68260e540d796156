//! Where log lines go: to stderr, for people or as JSON.

use std::io::IsTerminal;

use clap::ValueEnum;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// The form of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people on a terminal, JSON otherwise
    Auto,
    /// For people
    Human,
    /// One JSON object per line
    Json,
}

/// The level is not one that tracing knows.
#[derive(Debug, thiserror::Error)]
#[error("`{level}` is no log level: write error, warn, info, debug or trace ({why})")]
pub struct InvalidLevel {
    level: String,
    why: String,
}

/// Starts logging for this process.
pub fn start(level: &str, format: LogFormat) -> Result<(), InvalidLevel> {
    let invalid = |why: String| InvalidLevel { level: level.to_owned(), why };
    let filter = EnvFilter::try_new(level).map_err(|error| invalid(error.to_string()))?;
    let registry = tracing_subscriber::registry().with(filter);
    let on_terminal = std::io::stderr().is_terminal();
    let human = format == LogFormat::Human || format == LogFormat::Auto && on_terminal;
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let started = if human {
        registry.with(lines.with_ansi(on_terminal).with_target(false)).try_init()
    } else {
        registry
            .with(lines.json().flatten_event(true).with_current_span(false).with_span_list(false))
            .try_init()
    };
    started.map_err(|error| invalid(error.to_string()))
}
