//! The options of `davit-runtime`.

use std::ffi::OsStr;
use std::net::IpAddr;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::BoolishValueParser;
use clap::error::ErrorKind;
use clap::{CommandFactory as _, Parser};
use davit_plugin::manifest::{ByteSize, InvalidDuration, InvalidSize, parse_duration};

use crate::control::{ControlName, PodUid};
use crate::dispatch::{ACCESS_LOG, TrustedProxies};
use crate::logs::{LogFormat, LogLevel};

/// How long a worker may at least and at most be allowed to be silent.
pub const HEARTBEAT_TIMEOUT: RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_mins(10);
/// How long a plugin's start may at least and at most be allowed to take.
pub const INIT_TIMEOUT: RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_hours(1);
/// How long open requests may at least and at most be allowed to go on.
pub const DRAIN_TIMEOUT: RangeInclusive<Duration> = Duration::ZERO..=Duration::from_hours(1);

/// The largest upload may be at least and at most so large; no package may be larger.
pub const MAX_UPLOAD_SIZE: RangeInclusive<ByteSize> = ByteSize(1 << 10)..=ByteSize(100 << 20);

/// The grace after a start is at least and at most so long.
pub const START_GRACE: RangeInclusive<Duration> = Duration::ZERO..=Duration::from_hours(1);

/// Serves Davit plugins: from plugin directories, or those that an operator puts
/// here (a managed runtime).
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
    /// Folder for packages; unpacked ones that it held before are removed
    #[arg(long, env = "DAVIT_VOLUME", default_value = "/var/lib/davit")]
    pub volume: PathBuf,
    /// Address that all ports listen on
    #[arg(long, env = "DAVIT_LISTEN_ADDRESS", default_value = "0.0.0.0")]
    pub listen_address: IpAddr,
    /// Proxies whose X-Forwarded-For, X-Forwarded-Proto and Forwarded tell the truth: addresses and CIDRs, `,`-separated
    #[arg(long, env = "DAVIT_TRUSTED_PROXIES", default_value = "", hide_default_value = true)]
    pub trusted_proxies: TrustedProxies,
    /// Largest package that may be uploaded, e.g. 20Mi
    #[arg(long, env = "DAVIT_MAX_UPLOAD_SIZE", value_parser = max_upload_size, default_value = "100Mi")]
    pub max_upload_size: ByteSize,
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
    /// Write a line for each request, whatever the level is
    #[arg(long, env = "DAVIT_ACCESS_LOG", value_parser = BoolishValueParser::new())]
    pub access_log: bool,
    /// How long a worker may be silent before it is replaced, e.g. 10s
    #[arg(long, env = "DAVIT_HEARTBEAT_TIMEOUT", value_parser = duration_between(HEARTBEAT_TIMEOUT), default_value = "10s")]
    pub heartbeat_timeout: Duration,
    /// How long import, factory and onInit of one plugin may take together, e.g. 30s
    #[arg(long, env = "DAVIT_INIT_TIMEOUT", value_parser = duration_between(INIT_TIMEOUT), default_value = "30s")]
    pub init_timeout: Duration,
    /// How long open requests may go on when their plugin is replaced or the process ends, e.g. 30s
    #[arg(long, env = "DAVIT_DRAIN_TIMEOUT", value_parser = duration_between(DRAIN_TIMEOUT), default_value = "30s")]
    pub drain_timeout: Duration,
    /// Folder with tls.crt, tls.key and ca.crt of the control port; makes this a managed runtime, which reads no plugin directories
    #[arg(long, env = "DAVIT_CONTROL_TLS", requires_all = ["control_name", "pod_uid"])]
    pub control_tls: Option<PathBuf>,
    /// Name of a managed runtime's control port: <runtime>.<namespace>.control.davit
    #[arg(long, env = "DAVIT_CONTROL_NAME", requires = "control_tls")]
    pub control_name: Option<ControlName>,
    /// UID of the pod that a managed runtime runs in
    #[arg(long, env = "DAVIT_POD_UID", requires = "control_tls")]
    pub pod_uid: Option<PodUid>,
    /// Control port of a managed runtime
    #[arg(long, env = "DAVIT_CONTROL_PORT", default_value_t = 8443)]
    pub control_port: u16,
    /// How long after its start, or after the operator's last call, a managed runtime that has a plan waits for the operator's word before it is ready, e.g. 10s
    #[arg(long, env = "DAVIT_START_GRACE", value_parser = duration_between(START_GRACE), default_value = "10s")]
    pub start_grace: Duration,
}

/// Where plugins come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// From these plugin directories; at least one.
    Directories(Vec<PathBuf>),
    /// From an operator.
    Operator {
        /// The folder with the control port's certificates.
        tls: PathBuf,
        /// The control port's name.
        name: ControlName,
        /// The pod's UID.
        pod_uid: PodUid,
    },
}

impl Options {
    /// What is logged, as `davit_logs::start` takes it.
    pub fn log_filter(&self) -> String {
        let level = self.log_level;
        if self.access_log { format!("{level},{ACCESS_LOG}={}", LogLevel::Info) } else { level.to_string() }
    }

    /// Where plugins come from, if that was said. `alias` is the value of
    /// `PLUGIN_DIRS`, which counts if no plugin directories are given otherwise. Fails
    /// if there are two sources.
    pub fn source(&self, alias: Option<&OsStr>) -> Result<Option<Source>, clap::Error> {
        let alias = || alias.map(|list| std::env::split_paths(list).collect()).unwrap_or_default();
        let named = Some(self.plugin_dirs.clone()).filter(|list| !list.is_empty());
        let mut directories: Vec<PathBuf> = named.unwrap_or_else(alias);
        directories.retain(|directory| !directory.as_os_str().is_empty());
        let operator = self.control_tls.clone().zip(self.control_name.clone()).zip(self.pod_uid.clone());
        match operator {
            None => Ok(Some(directories).filter(|list| !list.is_empty()).map(Source::Directories)),
            Some(((tls, name), pod_uid)) if directories.is_empty() => {
                Ok(Some(Source::Operator { tls, name, pod_uid }))
            }
            Some(_) => Err(Self::command().error(
                ErrorKind::ArgumentConflict,
                "DAVIT_CONTROL_TLS makes this a managed runtime, whose plugins come from its operator alone: unset RUNTIME_PLUGIN_DIRS and PLUGIN_DIRS, or unset DAVIT_CONTROL_TLS",
            )),
        }
    }
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

/// Why a text is not a size that an option takes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SizeError {
    /// It is no size at all.
    #[error(transparent)]
    Invalid(#[from] InvalidSize),
    /// It is too small or too large.
    #[error("write a size of at least {least} and at most {most}")]
    OutOfRange {
        /// The smallest one.
        least: ByteSize,
        /// The largest one.
        most: ByteSize,
    },
}

fn max_upload_size(text: &str) -> Result<ByteSize, SizeError> {
    let size: ByteSize = text.parse()?;
    let (least, most) = (*MAX_UPLOAD_SIZE.start(), *MAX_UPLOAD_SIZE.end());
    MAX_UPLOAD_SIZE.contains(&size).then_some(size).ok_or(SizeError::OutOfRange { least, most })
}

#[cfg(test)]
mod tests {
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
    fn no_upload_may_be_larger_than_a_package() {
        let parse = |text| Options::try_parse_from(["davit-runtime", &format!("--max-upload-size={text}")]);
        assert_eq!(parse("1Ki").unwrap().max_upload_size, ByteSize(1 << 10));
        let most = davit_plugin::package::Limits::default().packed;
        assert_eq!(Options::try_parse_from(["davit-runtime"]).unwrap().max_upload_size, ByteSize(most));
        for text in ["1023", "101Mi", "1.5Mi", "-1", ""] {
            let error = parse(text).unwrap_err();
            assert!(error.to_string().contains("size"), "{text}: {error}");
        }
    }

    const MANAGED: [&str; 7] = [
        "davit-runtime",
        "--control-tls",
        "/etc/davit/control",
        "--control-name",
        "default.apps.control.davit",
        "--pod-uid",
        "7",
    ];

    #[test]
    fn plugins_come_from_directories_or_from_an_operator_but_not_from_both() {
        let source = |arguments: &[&str], alias: Option<&str>| {
            Options::try_parse_from(arguments).unwrap().source(alias.map(OsStr::new))
        };
        let directories =
            |paths: &[&str]| Some(Source::Directories(paths.iter().map(PathBuf::from).collect()));
        assert_eq!(source(&["davit-runtime"], None).unwrap(), None);
        assert_eq!(source(&["davit-runtime"], Some("")).unwrap(), None);
        assert_eq!(source(&["davit-runtime"], Some("/a:/b")).unwrap(), directories(&["/a", "/b"]));
        assert_eq!(source(&["davit-runtime", "--plugin-dirs=/c"], Some("/a")).unwrap(), directories(&["/c"]));
        let managed = source(&MANAGED, None).unwrap();
        assert!(matches!(managed, Some(Source::Operator { .. })), "{managed:?}");
        for error in [
            source(&MANAGED, Some("/a")).unwrap_err(),
            source(&[&MANAGED[..], &["--plugin-dirs=/a"]].concat(), None).unwrap_err(),
        ] {
            assert_eq!((error.kind(), error.exit_code()), (ErrorKind::ArgumentConflict, 2));
            assert!(error.to_string().contains("unset RUNTIME_PLUGIN_DIRS"), "{error}");
        }
    }

    #[test]
    fn a_managed_runtime_has_a_name_and_a_pod() {
        for missing in [1, 3, 5] {
            let mut arguments = MANAGED.to_vec();
            arguments.drain(missing..missing + 2);
            let error = Options::try_parse_from(arguments).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::MissingRequiredArgument, "{error}");
        }
        let mut arguments = MANAGED;
        arguments[4] = "default.apps";
        let error = Options::try_parse_from(arguments).unwrap_err();
        assert!(error.to_string().contains("default.apps.control.davit"), "{error}");
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
