//! What plugins write, on its way to whoever keeps it.

/// How much a line matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// For who looks for a fault.
    Debug,
    /// Good to know.
    Info,
    /// May need somebody's attention.
    Warn,
    /// Something failed.
    Error,
}

impl Level {
    /// The level in lower case, as `ctx.logger` names it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }
}

/// Keeps what the plugins of one group write, and what befalls their worker.
pub trait Output: Send + Sync + 'static {
    /// Takes a message of at most 16 KiB, which may have several lines. `plugin` is
    /// the index of who wrote it in the group's spec, none where that cannot be told:
    /// plugins that share a process share its stdout and stderr. Returns at once.
    fn line(&self, plugin: Option<usize>, level: Level, message: &str);
}
