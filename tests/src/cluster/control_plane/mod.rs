//! The control plane: etcd, kube-apiserver and the controllers that Davit's
//! workloads need. One for all tests of the process, made when the first of
//! them asks.
//!
//! ```text
//! binaries → etcd → api server → kubeconfig → /readyz → controllers → CRDs
//! ```

mod api_server;
pub(super) mod binaries;
mod controllers;
mod crds;
mod etcd;
mod kubeconfig;

use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::Child;
use std::sync::OnceLock;

use kube::Client;

use super::loopback;
use crate::client::tls;
use crate::process::{Process, remove_at_the_end};

/// The running control plane.
#[derive(Debug)]
pub struct ControlPlane {
    kubeconfig: PathBuf,
    /// Never dropped, as no static is: the processes and the folder go when the
    /// suite's end closes what they hold.
    _processes: [Process; 3],
    _folder: Child,
}

impl ControlPlane {
    /// The control plane of this process. Whoever asks first starts it.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Result<ControlPlane, String>> = OnceLock::new();
        let started = SHARED.get_or_init(|| {
            // Beside the asking test's runtime, which ends with that test.
            let starting = std::thread::spawn(|| {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
                runtime.expect("a tokio runtime").block_on(start())
            });
            starting.join().map_err(|panic| super::said_by(&*panic))
        });
        started.as_ref().unwrap_or_else(|error| panic!("there is no control plane: {error}"))
    }

    /// A kubeconfig file with an administrator's rights.
    pub fn kubeconfig(&self) -> &Path {
        &self.kubeconfig
    }

    /// An administrator's client. It lives in the test's own runtime.
    pub async fn client(&self) -> Client {
        kubeconfig::client(&self.kubeconfig).await.expect("the kubeconfig is sound")
    }
}

async fn start() -> ControlPlane {
    tls();
    let binaries = binaries::built();
    let folder = tempfile::tempdir().expect("a temporary folder").keep();
    let sweeper = remove_at_the_end(&folder);
    let token = uuid::Uuid::new_v4().simple().to_string();
    let [etcd_at, server_at, controllers_at]: [Ipv4Addr; 3] = std::array::from_fn(|_| loopback::address());
    let etcd = etcd::start(binaries, &folder, etcd_at);
    let mut server = api_server::start(binaries, &folder, server_at, etcd_at, &token);
    let kubeconfig = kubeconfig::write(&folder, server_at, &token);
    let client = api_server::ready(&mut server, &kubeconfig).await;
    let controllers = controllers::start(binaries, &folder, controllers_at, &kubeconfig);
    crds::apply(&client).await;
    ControlPlane { kubeconfig, _processes: [etcd, server, controllers], _folder: sweeper }
}
