//! What plugins write: through `ctx.logger`, and to stdout and stderr.

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader};

use crate::messages::{Log, LogLevel};

/// The longest line that is kept whole, in bytes.
const MAX_LINE: u64 = 16 << 10;

/// Logs what a plugin gave to `ctx.logger`.
pub(crate) fn log(label: &str, log: &Log) {
    let plugin = log.plugin.as_deref().unwrap_or(label);
    match log.level {
        LogLevel::Debug => tracing::debug!(target: "plugin", plugin, "{}", log.message),
        LogLevel::Info => tracing::info!(target: "plugin", plugin, "{}", log.message),
        LogLevel::Warn => tracing::warn!(target: "plugin", plugin, "{}", log.message),
        LogLevel::Error => tracing::error!(target: "plugin", plugin, "{}", log.message),
    }
}

/// Logs each line that a worker prints; an endless one is cut into pieces.
pub(crate) async fn follow(label: String, stream: &'static str, pipe: impl AsyncRead + Unpin) {
    let mut reader = BufReader::new(pipe);
    let mut line = Vec::new();
    while let Ok(1..) = (&mut reader).take(MAX_LINE).read_until(b'\n', &mut line).await {
        let text = String::from_utf8_lossy(&line);
        tracing::info!(target: "plugin", plugin = label, stream, "{}", text.trim_end());
        line.clear();
    }
}
