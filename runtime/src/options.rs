//! The options of `davit-runtime`.

use std::net::IpAddr;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;
use davit_plugin::manifest::{InvalidDuration, parse_duration};

use crate::logs::{LogFormat, LogLevel};

/// How long a worker may at least and at most be allowed to be silent.
pub const HEARTBEAT_TIMEOUT: RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_mins(10);
/// How long a plugin's start may at least and at most be allowed to take.
pub const INIT_TIMEOUT: RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_hours(1);
/// How long open requests may at least and at most be allowed to go on.
pub const DRAIN_TIMEOUT: RangeInclusive<Duration> = Duration::ZERO..=Duration::from_hours(1);

/// Serves Davit plugins from plugin directories.
///
/// The root key is read from RUNTIME_ROOT_KEY, or from the file that
/// RUNTIME_ROOT_KEY_FILE names. Without one, only public routes are open.
/// Bun is looked for at DAVIT_BUN, beside this program, in node_modules and on
/// the PATH.
#[derive(Debug, Clone, Parser)]
#[command(name = "davit-runtime", version)]
pub struct Options {
    /// Plugin directories, `:`-separated; the first of a name wins (alias: PLUGIN_DIRS)
    #[arg(long, env = "RUNTIME_PLUGIN_DIRS", value_delimiter = ':')]
    pub plugin_dirs: Vec<PathBuf>,
    /// Folder for unpacked packages; what it held before is removed
    #[arg(long, env = "DAVIT_VOLUME", default_value = "/var/lib/davit")]
    pub volume: PathBuf,
    /// Address that the public port and the metrics port listen on
    #[arg(long, env = "DAVIT_LISTEN_ADDRESS", default_value = "0.0.0.0")]
    pub listen_address: IpAddr,
    /// Public port
    #[arg(long, env = "PORT", default_value_t = 8000)]
    pub port: u16,
    /// Port of /metrics
    #[arg(long, env = "DAVIT_METRICS_PORT", default_value_t = 9090)]
    pub metrics_port: u16,
    /// Least level of log lines
    #[arg(long, env = "RUNTIME_LOG_LEVEL", value_enum, ignore_case = true, default_value_t = LogLevel::Info)]
    pub log_level: LogLevel,
    /// Form of log lines
    #[arg(long, env = "DAVIT_LOG_FORMAT", value_enum, default_value_t = LogFormat::Auto)]
    pub log_format: LogFormat,
    /// How long a worker may be silent before it is replaced, e.g. 10s
    #[arg(long, env = "DAVIT_HEARTBEAT_TIMEOUT", value_parser = duration_between(HEARTBEAT_TIMEOUT), default_value = "10s")]
    pub heartbeat_timeout: Duration,
    /// How long import, factory and onInit of one plugin may take together, e.g. 30s
    #[arg(long, env = "DAVIT_INIT_TIMEOUT", value_parser = duration_between(INIT_TIMEOUT), default_value = "30s")]
    pub init_timeout: Duration,
    /// How long open requests may go on when their plugin is replaced or the process ends, e.g. 30s
    #[arg(long, env = "DAVIT_DRAIN_TIMEOUT", value_parser = duration_between(DRAIN_TIMEOUT), default_value = "30s")]
    pub drain_timeout: Duration,
}

/// Why a text is not a duration that an option takes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DurationError {
    /// It is no duration at all.
    #[error(transparent)]
    Invalid(#[from] InvalidDuration),
    /// It is too short or too long.
    #[error("write a duration of at least {}s and at most {}s", least.as_secs(), most.as_secs())]
    OutOfRange {
        /// The shortest one.
        least: Duration,
        /// The longest one.
        most: Duration,
    },
}

/// What reads the durations of an option: those in `range`, as `500ms`, `30s`,
/// `5m` or `1h`; a bare number counts seconds.
pub fn duration_between(
    range: RangeInclusive<Duration>,
) -> impl Fn(&str) -> Result<Duration, DurationError> + Clone + Send + Sync + 'static {
    move |text| {
        let duration = parse_duration(text)?;
        let (least, most) = (*range.start(), *range.end());
        range.contains(&duration).then_some(duration).ok_or(DurationError::OutOfRange { least, most })
    }
}

#[cfg(test)]
mod tests {
    use clap::error::ErrorKind;

    use super::*;

    #[test]
    fn durations_out_of_their_bounds_are_refused_with_the_bounds() {
        let table = [
            ("--heartbeat-timeout", ["1s", "10m"], ["999ms", "601s"], "at least 1s and at most 600s"),
            ("--init-timeout", ["1s", "1h"], ["0", "2h"], "at least 1s and at most 3600s"),
            ("--drain-timeout", ["0", "1h"], ["3601s", "100h"], "at least 0s and at most 3600s"),
        ];
        for (option, good, bad, says) in table {
            for text in good {
                Options::try_parse_from(["davit-runtime", option, text]).unwrap();
            }
            for text in bad {
                let error = Options::try_parse_from(["davit-runtime", option, text]).unwrap_err();
                assert_eq!(error.kind(), ErrorKind::ValueValidation, "{option} {text}");
                assert!(error.to_string().contains(says), "{error}");
            }
        }
    }

    #[test]
    fn a_word_that_is_no_level_is_refused_with_the_levels() {
        let parse = |level| Options::try_parse_from(["davit-runtime", "--log-level", level]);
        assert_eq!(parse("DEBUG").unwrap().log_level, LogLevel::Debug);
        let error = parse("verbose").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidValue);
        assert!(error.to_string().contains("error, warn, info, debug, trace"), "{error}");
    }
}
