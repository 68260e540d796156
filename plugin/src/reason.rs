//! Why a plugin does not run as wanted: the stable words that status, logs and
//! the admin API share (interfaces, "Conditions").

use std::fmt;

use serde::{Deserialize, Serialize};

/// A stable, machine-readable reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Reason {
    /// The folder or archive is not a package.
    PackageInvalid,
    /// The package exceeds a bound on its size or number of entries.
    PackageTooLarge,
    /// The manifest is missing or says something that it cannot say.
    ManifestInvalid,
    /// A configuration value does not fit the manifest's schema.
    ConfigInvalid,
    /// The plugin is turned off.
    Disabled,
    /// A required dependency is not there.
    DependencyMissing,
    /// A required dependency is turned off.
    DependencyDisabled,
    /// A required dependency is there but does not run.
    DependencyNotReady,
    /// A required dependency runs in a version outside the wanted range.
    DependencyVersionUnmet,
    /// The plugin requires itself, by way of others.
    DependencyCycle,
    /// It has not finished starting; what served before goes on serving.
    RolloutInProgress,
    /// Another plugin has the base.
    BaseTaken,
    /// Another plugin has the name.
    NameTaken,
    /// Nothing here can run this kind of plugin code.
    EngineMissing,
    /// The base belongs to Davit or to the host.
    BaseReserved,
    /// The plugin serves something but has no base to serve it under.
    RoutesWithoutBase,
    /// The build script, the module or its factory failed.
    LoadFailed,
    /// `onInit` failed.
    InitFailed,
    /// The plugin was not ready in time.
    InitTimeout,
    /// The worker process ends again and again.
    WorkerCrashLooping,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// A reason, and for people what is wrong, where, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{reason}: {message}")]
pub struct Problem {
    /// The stable word.
    pub reason: Reason,
    /// The sentence.
    pub message: String,
}

impl Problem {
    /// A problem of this reason.
    pub fn new(reason: Reason, message: impl Into<String>) -> Self {
        Self { reason, message: message.into() }
    }
}
