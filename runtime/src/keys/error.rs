//! Why a key was not made or revoked.

use super::{InvalidGrant, NoRandomness, Permission};

/// A key was not made or revoked; nothing has changed. Messages go to clients: they
/// show no path.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// Nobody hands out or takes away what he may not do himself.
    #[error(
        "this key may do what yours may not: {0}; ask somebody whose key has that permission to make or revoke it"
    )]
    MayNot(Permission),
    /// He held a key when the call began, and holds none any more.
    #[error("your key was revoked, has changed or has ended since this call began: send one that counts")]
    Ended,
    /// Nobody lengthens the time for which he was let in, in seconds.
    #[error("your key ends in {0} s, and none that it makes outlives it: send an `expiresIn` of at most {0}")]
    Outlives(u64),
    /// There is no such key.
    #[error("there is no key {0}: GET /keys lists those there are")]
    Unknown(u64),
    /// What it may do was not said well.
    #[error(transparent)]
    Grant(#[from] InvalidGrant),
    /// There are too many.
    #[error("there are {0} keys already: revoke those that nobody needs")]
    Full(usize),
    /// There is no directory of plugins that may be written to.
    #[error(
        "there is no directory to keep keys in: serve a directory of plugins that is there, for davit-runtime a second one in RUNTIME_PLUGIN_DIRS"
    )]
    Nowhere,
    /// They come from an operator.
    #[error(
        "the keys of this runtime come from the Secrets that its PluginRuntime names in spec.apiKeySecrets"
    )]
    Managed,
    /// What is written down of them cannot be read, so nothing is written over it.
    #[error("the file of the keys cannot be read: the runtime's log says why; mend or remove it")]
    Unreadable,
    /// They cannot be written down.
    #[error("the keys cannot be written down: the runtime's log says why; make their directory writable")]
    Unwritable,
    /// No key can be made up.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
}
