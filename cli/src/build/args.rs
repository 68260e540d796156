//! The options of every command that builds.

use std::ops::RangeInclusive;
use std::path::Path;
use std::time::Duration;

use clap::builder::FalseyValueParser;
use davit_runtime::options::duration_between;

use crate::bun;

use super::{BuildError, Built, build_within, has_script};

/// How long a build may at least and at most be allowed to take.
const BUILD_TIMEOUT: RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_hours(1);

/// How plugin folders are built.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct BuildArgs {
    /// Take each folder as it is, without running its package.json `build` script first
    #[arg(long, env = "DAVIT_NO_BUILD", value_parser = FalseyValueParser::new())]
    pub no_build: bool,

    /// How long a `build` script may take, e.g. 90s or 5m; a bare number counts seconds
    #[arg(long, value_name = "DURATION", env = "DAVIT_BUILD_TIMEOUT", default_value = "120s", value_parser = duration_between(BUILD_TIMEOUT))]
    pub build_timeout: Duration,

    /// Show everything that a `build` script prints
    #[arg(long, short, env = "DAVIT_VERBOSE", value_parser = FalseyValueParser::new())]
    pub verbose: bool,
}

impl BuildArgs {
    /// Builds `folder` unless it shall not or need not be built. Bun is looked
    /// for only where a script needs it.
    pub async fn build(&self, folder: &Path) -> Result<Built, BuildError> {
        if self.no_build || !has_script(folder)? {
            return Ok(Built::NoScript);
        }
        let bun =
            bun::near(folder).map_err(|source| BuildError::NoBun { folder: folder.to_owned(), source })?;
        build_within(folder, &bun, self.build_timeout).await
    }
}
