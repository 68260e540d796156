//! Why a plugin does not run as wanted: the stable words that status, logs and
//! the admin API share (interfaces, "Conditions").

use std::fmt;

use serde::{Deserialize, Serialize};

/// Makes the enum, and from its comments what [`Reason::meaning`] says: the
/// reference that is generated from it cannot differ.
macro_rules! reasons {
    ($($(#[doc = $meaning:literal])+ $name:ident,)+) => {
        /// A stable, machine-readable reason.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum Reason {
            $($(#[doc = $meaning])+ $name,)+
        }

        impl Reason {
            /// All reasons, in the order of a plugin's way.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// What the reason means, in one sentence.
            pub fn meaning(self) -> &'static str {
                match self {
                    $(Self::$name => concat!($($meaning),+).trim_start(),)+
                }
            }
        }
    };
}

reasons! {
    /// This generation serves on all replicas.
    Serving,
    /// The plugin is turned off.
    Disabled,
    /// The resource says to leave everything as it is.
    Suspended,
    /// The PluginRuntime that the resource names does not exist.
    RuntimeNotFound,
    /// The source names these bytes.
    Resolved,
    /// The reference to the source is malformed.
    ReferenceInvalid,
    /// The registry has no such tag, digest or repository.
    TagNotFound,
    /// The registry does not answer, or answers that it cannot now.
    RegistryUnreachable,
    /// The registry refuses the credentials, or wants some.
    RegistryDenied,
    /// There is no such ConfigMap.
    ConfigMapNotFound,
    /// There is no such Secret, or it is not one that may be used for this.
    SecretNotFound,
    /// The folder or archive is not a package.
    PackageInvalid,
    /// The package exceeds a bound on its size or number of entries.
    PackageTooLarge,
    /// The bytes are the ones that the digest names, and they are a plugin's.
    Verified,
    /// The bytes are not the ones that the digest names.
    DigestMismatch,
    /// The manifest is missing or says something that it cannot say.
    ManifestInvalid,
    /// The manifest's name is not the one that the resource gives.
    NameMismatch,
    /// A configuration value does not fit the manifest's schema.
    ConfigInvalid,
    /// All that the plugin requires runs.
    DependenciesReady,
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
    /// Its manifest alone links it to a plugin with which it would share variables
    /// or permissions that one of the two was not given.
    GroupNeedsConsent,
    /// Plugins that share a process want different values of one variable.
    EnvConflict,
    /// The plan that all replicas serve has it.
    Programmed,
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
    /// Not all replicas serve it yet.
    ReplicasLagging,
    /// A replica's volume has no room for the package.
    VolumeFull,
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
