//! How others ask the following task for something, and wait for it.

use std::sync::Arc;
use std::time::SystemTime;

use davit_plugin::{PluginName, Version};
use tokio::sync::{mpsc, oneshot, watch};

use super::incoming::{Incoming, Reception, Staged};
use super::install_error::{InstallError, RemoveError};
use super::status::PluginStatus;
use super::switches::SwitchError;

/// What became of a reload.
pub(super) type Reloaded = Result<(), ReloadError>;

/// Asks the following task for something.
#[derive(Clone)]
pub struct Handle {
    asks: mpsc::Sender<Ask>,
    statuses: watch::Receiver<Arc<[PluginStatus]>>,
    reception: Arc<Reception>,
}

/// Something that is asked for.
pub(super) enum Ask {
    Changed,
    Reload(Asker<(), ReloadError>),
    Switch { name: PluginName, enabled: bool, asker: Asker<(), SwitchError> },
    Install { staged: Box<Staged>, asker: Asker<Installed, InstallError> },
    Remove { name: PluginName, asker: Asker<(), RemoveError> },
}

/// Who waits for an answer, perhaps in vain.
pub(super) struct Asker<T, E>(oneshot::Sender<Result<T, E>>);

/// A package that was installed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installed {
    /// The plugin.
    pub name: PluginName,
    /// Its version.
    pub version: Version,
    /// Since when it lies in the plugin directory.
    pub at: SystemTime,
}

/// A reload did not do all that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReloadError {
    /// The task has ended with its process.
    #[error("the runtime is shutting down: ask the next one")]
    Stopped,
    /// A directory could not be looked into.
    #[error("a plugin directory cannot be read: the log names it; what serves of it goes on")]
    Unread,
    /// No plan could be made.
    #[error("the reload failed: the log says why; what served before goes on")]
    Failed,
}

impl Handle {
    pub(super) fn new(
        asks: mpsc::Sender<Ask>,
        statuses: watch::Receiver<Arc<[PluginStatus]>>,
        reception: Reception,
    ) -> Self {
        Self { asks, statuses, reception: Arc::new(reception) }
    }

    /// Says that something on disk may have changed. Never waits: a pass that
    /// has not begun yet will see it anyway.
    pub fn changed(&self) {
        let _one_is_queued = self.asks.try_send(Ask::Changed);
    }

    /// Replaces every group and returns when what is on disk serves, as far as
    /// it can.
    pub async fn reload(&self) -> Result<Arc<[PluginStatus]>, ReloadError> {
        self.ask(Ask::Reload, || ReloadError::Stopped).await?;
        Ok(self.statuses())
    }

    /// Turns a plugin on, whatever its manifest says, and returns when it serves, as
    /// far as it can. Outlives the process. Of several folders of the name it is the
    /// first one's.
    pub async fn enable(&self, name: PluginName) -> Result<Arc<[PluginStatus]>, SwitchError> {
        self.switch(name, true).await
    }

    /// Turns a plugin off, whatever its manifest says, and returns when it has left.
    /// Outlives the process. A later folder of the same name takes its place.
    pub async fn disable(&self, name: PluginName) -> Result<Arc<[PluginStatus]>, SwitchError> {
        self.switch(name, false).await
    }

    async fn switch(&self, name: PluginName, enabled: bool) -> Result<Arc<[PluginStatus]>, SwitchError> {
        let stopped = || ReloadError::Stopped.into();
        self.ask(|asker| Ask::Switch { name, enabled, asker }, stopped).await?;
        Ok(self.statuses())
    }

    /// A place in the plugin directory's file system for a package that comes in, as
    /// soon as there is one: few may come in at once.
    pub async fn receive(&self) -> Result<Incoming, InstallError> {
        self.reception.receive().await
    }

    /// Puts a package in the place of the plugin of its name, or beside the others, and
    /// returns when it serves, as far as it can. Another package of the folder goes on
    /// serving if this one does not start.
    pub async fn install(&self, staged: Staged) -> Result<Installed, InstallError> {
        let staged = Box::new(staged);
        self.ask(|asker| Ask::Install { staged, asker }, || InstallError::Stopped).await
    }

    /// Removes a plugin's folder, and returns when it has left. Whether it was turned on
    /// or off is forgotten. Of several folders of the name it is the first that may be
    /// removed; a later one takes its place.
    pub async fn remove(&self, name: PluginName) -> Result<(), RemoveError> {
        self.ask(|asker| Ask::Remove { name, asker }, || RemoveError::Stopped).await
    }

    async fn ask<T, E>(&self, ask: impl FnOnce(Asker<T, E>) -> Ask, stopped: impl Fn() -> E) -> Result<T, E> {
        let (asker, answer) = oneshot::channel();
        self.asks.send(ask(Asker(asker))).await.map_err(|_| stopped())?;
        answer.await.map_err(|_| stopped())?
    }

    /// How each plugin fared at the last pass.
    pub fn statuses(&self) -> Arc<[PluginStatus]> {
        self.statuses.borrow().clone()
    }

    /// Whether the first pass is over and its statuses are told.
    pub fn has_passed(&self) -> bool {
        // A handle only looks at the statuses and never marks them as seen; they
        // can be gone only once the process ends.
        self.statuses.has_changed().unwrap_or(true)
    }

    /// The statuses and their changes; empty before the first pass.
    pub fn watch(&self) -> watch::Receiver<Arc<[PluginStatus]>> {
        self.statuses.clone()
    }
}

impl<T, E> Asker<T, E> {
    /// Answers.
    pub(super) fn tell(self, answer: Result<T, E>) {
        let _nobody_waits = self.0.send(answer).is_err();
    }

    /// Answers that it was not done; nobody waits for a pass then.
    pub(super) fn refuse<W>(self, error: E) -> Option<W> {
        self.tell(Err(error));
        None
    }
}
