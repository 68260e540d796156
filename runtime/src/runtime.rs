//! One runtime, put together: used by `davit-runtime` and by `davit dev`.

use std::sync::Arc;
use std::time::{Duration, Instant};

use davit_engine::Engine;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::admin::{self, Admin, Source};
use crate::assemble::{Assembler, Timing};
use crate::control::{self, Managed};
use crate::data;
use crate::directories::{self, DavitFolder};
use crate::dispatch::{Dispatcher, TrustedProxies};
use crate::keys::Keys;
use crate::listen::{self, Ending, Limits};
use crate::metrics::{Metrics, Page};
use crate::volume::Volume;

/// What a runtime is made of.
pub struct Setup {
    /// What runs code; without it everything else is served.
    pub engine: Option<Arc<dyn Engine>>,
    /// Where packages are unpacked.
    pub volume: Volume,
    /// Times of a change.
    pub timing: Timing,
    /// Where plugins come from.
    pub plugins: Plugins,
    /// Who is let in.
    pub keys: Keys,
    /// Whether somebody at this machine needs no key for the admin API.
    pub trust_loopback: bool,
    /// The largest package that is taken as an upload, in bytes.
    pub max_upload_size: u64,
    /// Who tells the truth of whom he forwards for.
    pub proxies: TrustedProxies,
    /// Whether each request gets a line in the log.
    pub access_log: bool,
}

/// Where a runtime's plugins come from.
pub enum Plugins {
    /// From folders on disk.
    Directories(directories::Options),
    /// From an operator.
    Managed(Managed),
}

/// A runtime that has begun to make its plugins live.
pub struct Runtime {
    assembler: Arc<Assembler>,
    source: Source,
    dispatcher: Arc<Dispatcher>,
    metrics: Arc<Metrics>,
    ending: Ending,
    following: JoinHandle<()>,
}

impl Runtime {
    /// Starts to follow the directories, or to serve the plan on the volume and to
    /// wait for the operator.
    pub fn start(setup: Setup) -> Self {
        let Setup {
            engine,
            volume,
            timing,
            plugins,
            keys,
            trust_loopback,
            max_upload_size,
            proxies,
            access_log,
        } = setup;
        let keys = match &plugins {
            Plugins::Directories(options) => keys.kept_in(DavitFolder::of(&options.roots)),
            Plugins::Managed(_) => keys.managed(),
        };
        let (volume, keys) = (Arc::new(volume), Arc::new(keys));
        let assembler = Arc::new(Assembler::new(engine, volume.clone(), timing));
        let (metrics, ending) = (Arc::new(Metrics::default()), Ending::default());
        let of_plugins = volume.clone();
        let (source, following) = begin(plugins, assembler.clone(), volume, &keys, &ending);
        let follows = keys.clone();
        tokio::spawn(async move { follows.follow().await });
        tokio::spawn(data::look_after(of_plugins, assembler.clone(), source.clone()));
        let admin = admin::router(Admin {
            assembler: assembler.clone(),
            source: source.clone(),
            keys: keys.clone(),
            trust_loopback,
            max_upload_size,
            phase: ending.phase(),
        });
        let dispatcher =
            Arc::new(Dispatcher::new(assembler.clone(), keys, proxies, admin, metrics.clone(), access_log));
        Self { assembler, source, dispatcher, metrics, ending, following }
    }

    /// The task that follows the directories; none in a managed runtime.
    pub fn directories(&self) -> Option<&directories::Handle> {
        match &self.source {
            Source::Directories(directories) => Some(directories),
            Source::Operator(_) => None,
        }
    }

    /// What serves.
    pub fn assembler(&self) -> &Arc<Assembler> {
        &self.assembler
    }

    /// Serves `/metrics` until the process ends.
    pub fn serve_metrics(&self, listener: TcpListener) {
        let page = Page {
            metrics: self.metrics.clone(),
            assembler: self.assembler.clone(),
            control: self.source.control().cloned(),
        };
        tokio::spawn(async move {
            let never = Ending::default();
            listen::serve(listener, Arc::new(page), never.phase(), Limits::metrics(), Duration::ZERO).await;
        });
    }

    /// Serves the control port of a managed runtime until the process is ending.
    pub fn serve_control(&self, listener: TcpListener) {
        if let Some(control) = self.source.control() {
            tokio::spawn(control::serve(control.clone(), listener, self.metrics.clone()));
        }
    }

    /// Serves the public port until the process is told to end, then drains it
    /// and runs `onShutdown`. `leaving` is how long the port still accepts,
    /// `drain` how long open requests may go on.
    pub async fn serve(
        self,
        listener: TcpListener,
        leaving: Duration,
        drain: Duration,
    ) -> std::io::Result<()> {
        let port =
            listen::serve(listener, self.dispatcher.clone(), self.ending.phase(), Limits::public(), drain);
        let ending = async {
            let told = self.ending.wait(leaving).await;
            self.assembler.say_goodbye();
            (told, Instant::now())
        };
        let ((told, closing), ()) = tokio::join!(ending, port);
        told?;
        // Nothing may start anything any more.
        let _ended = self.following.await;
        self.assembler.shut_down(drain.saturating_sub(closing.elapsed())).await;
        tracing::info!("all plugins have ended");
        Ok(())
    }
}

fn begin(
    plugins: Plugins,
    assembler: Arc<Assembler>,
    volume: Arc<Volume>,
    keys: &Arc<Keys>,
    ending: &Ending,
) -> (Source, JoinHandle<()>) {
    match plugins {
        Plugins::Directories(options) => {
            let (handle, task) = directories::follow(options, assembler, volume, ending.phase());
            (Source::Directories(handle), task)
        }
        Plugins::Managed(managed) => {
            let (control, task) = control::start(managed, assembler, volume, keys.clone(), ending.phase());
            (Source::Operator(control), task)
        }
    }
}
