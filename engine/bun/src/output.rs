//! What plugins write: through `ctx.logger`, and to stdout and stderr.

use std::fmt;
use std::sync::Arc;

use davit_engine::{GroupSpec, Level, Output};
use davit_plugin::PluginName;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader};

use crate::messages::Log;

/// The longest line that is kept whole, in bytes.
const MAX_LINE: u64 = 16 << 10;

/// One of a worker's pipes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pipe {
    Stdout,
    Stderr,
}

impl Pipe {
    fn as_str(self) -> &'static str {
        match self {
            Self::Stdout => "stdout",
            Self::Stderr => "stderr",
        }
    }

    /// Nobody says which of `console.warn` and `console.error` wrote to stderr.
    fn level(self) -> Level {
        match self {
            Self::Stdout => Level::Info,
            Self::Stderr => Level::Warn,
        }
    }
}

/// Passes on what the plugins of one group write.
pub(crate) struct Printer {
    label: String,
    plugins: Vec<PluginName>,
    output: Arc<dyn Output>,
}

impl fmt::Debug for Printer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Printer").field(&self.label).finish()
    }
}

impl Printer {
    pub(crate) fn new(spec: &GroupSpec, output: Arc<dyn Output>) -> Arc<Self> {
        let plugins = spec.plugins.iter().map(|plugin| plugin.name.clone()).collect();
        Arc::new(Self { label: spec.label(), plugins, output })
    }

    /// The names of the group's plugins, for logs.
    pub(crate) fn label(&self) -> &str {
        &self.label
    }

    /// Passes on what a plugin gave to `ctx.logger`. The name comes out of the
    /// worker: one that is not in the group is nobody's.
    pub(crate) fn log(&self, log: &Log) {
        let (index, plugin) = self.whose(log.plugin.as_deref());
        let level = log.level.into();
        self.output.line(index, level, &log.message);
        match level {
            Level::Debug => tracing::debug!(target: "plugin", plugin, "{}", log.message),
            Level::Info => tracing::info!(target: "plugin", plugin, "{}", log.message),
            Level::Warn => tracing::warn!(target: "plugin", plugin, "{}", log.message),
            Level::Error => tracing::error!(target: "plugin", plugin, "{}", log.message),
        }
    }

    /// Passes on that a plugin's `onShutdown` failed.
    pub(crate) fn shutdown_failed(&self, plugin: &str, why: &str) {
        let (index, plugin) = self.whose(Some(plugin));
        self.output.line(index, Level::Error, &format!("onShutdown failed: {why}"));
        tracing::error!(target: "plugin", plugin, "onShutdown failed: {why}");
    }

    /// Passes on what befell the worker of all of them.
    pub(crate) fn worker(&self, message: &str) {
        self.output.line(None, Level::Error, message);
        tracing::error!(plugins = self.label, "{message}");
    }

    /// Passes on each line that a worker prints; an endless one is cut into pieces.
    pub(crate) async fn follow(self: Arc<Self>, from: Pipe, pipe: impl AsyncRead + Unpin) {
        let mut reader = BufReader::new(pipe);
        let mut line = Vec::new();
        let only = (self.plugins.len() == 1).then_some(0);
        while let Ok(1..) = (&mut reader).take(MAX_LINE).read_until(b'\n', &mut line).await {
            let text = String::from_utf8_lossy(&line);
            let text = text.trim_end();
            self.output.line(only, from.level(), text);
            tracing::info!(target: "plugin", plugin = self.label, stream = from.as_str(), "{text}");
            line.clear();
        }
    }

    fn whose(&self, name: Option<&str>) -> (Option<usize>, &str) {
        let index = self.plugins.iter().position(|plugin| Some(plugin.as_str()) == name);
        (index, index.map_or(&self.label, |index| self.plugins[index].as_str()))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::messages::LogLevel;

    /// Remembers what it is given.
    #[derive(Default)]
    struct Kept(Mutex<Vec<(Option<usize>, Level, String)>>);

    impl Output for Kept {
        fn line(&self, plugin: Option<usize>, level: Level, message: &str) {
            self.0.lock().unwrap().push((plugin, level, message.to_owned()));
        }
    }

    impl Printer {
        /// One that nobody listens to.
        pub(crate) fn unheard() -> Arc<Self> {
            let output = Arc::new(Kept::default());
            Arc::new(Self { label: "test".to_owned(), plugins: Vec::new(), output })
        }
    }

    #[tokio::test]
    async fn a_line_is_given_to_its_writer_and_to_all_where_nobody_knows_him() {
        let kept = Arc::new(Kept::default());
        let plugins = ["a", "b"].map(|name| name.parse().unwrap()).to_vec();
        let printer = Arc::new(Printer { label: "a+b".to_owned(), plugins, output: kept.clone() });
        for plugin in [Some("b"), Some("stranger"), Some(""), None] {
            let (plugin, message) = (plugin.map(str::to_owned), "said".to_owned());
            printer.log(&Log { plugin, level: LogLevel::Error, message });
        }
        printer.follow(Pipe::Stderr, &b"one\ntwo"[..]).await;
        let lines = kept.0.lock().unwrap();
        let whose: Vec<_> = lines.iter().map(|(plugin, level, text)| (*plugin, *level, &**text)).collect();
        let said = |plugin| (plugin, Level::Error, "said");
        let on_stderr = |text| (None, Level::Warn, text);
        let expected =
            [said(Some(1)), said(None), said(None), said(None), on_stderr("one"), on_stderr("two")];
        assert_eq!(whose, expected);
    }
}
