//! Where log lines go: to stderr, for people or as JSON.

use std::fmt;
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

/// The least level of lines that are logged; a greater one is more talkative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum LogLevel {
    /// What failed
    Error,
    /// What may need somebody's attention
    Warn,
    /// What is good to know
    Info,
    /// For who looks for a fault
    Debug,
    /// Everything
    Trace,
}

impl fmt::Display for LogLevel {
    /// Writes the level as filters name it, e.g. `info`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
            Self::Trace => "trace",
        })
    }
}

/// Logging cannot be started.
#[derive(Debug, thiserror::Error)]
#[error("cannot start logging with the filter `{filter}`: {why}")]
pub struct StartError {
    filter: String,
    why: String,
}

/// Starts logging for this process, which is done once. `filter` is a
/// [`LogLevel`], and behind it `target=level` for what differs, by commas.
pub fn start(filter: &str, format: LogFormat) -> Result<(), StartError> {
    let invalid = |why: String| StartError { filter: filter.to_owned(), why };
    let filter = EnvFilter::try_new(filter).map_err(|error| invalid(error.to_string()))?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_is_written_as_it_is_typed_and_a_greater_one_says_more() {
        for level in LogLevel::value_variants() {
            assert_eq!(LogLevel::from_str(&level.to_string(), false).as_ref(), Ok(level));
        }
        assert!(LogLevel::value_variants().is_sorted());
    }
}
