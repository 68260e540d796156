//! The cluster, and what run.sh says of it.

use std::env;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use davit_tests::cluster::Registry;
use davit_tests::programs::repository;
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::audit::AuditLog;
use crate::kubectl::Kubectl;
use crate::row::Need;

/// The namespace of the release, of the default runtime and of the examples.
pub(crate) const SYSTEM: &str = "davit-system";
/// The namespace of what the suite needs beside.
pub(crate) const OWN: &str = "davit-e2e";

/// A cluster, and the programs and images for it.
pub(crate) struct Cluster {
    pub(crate) kubectl: Kubectl,
    pub(crate) helm: PathBuf,
    /// The images' registry and path, without the name: `ghcr.io/davit-dev`.
    pub(crate) images: String,
    /// The version that the images have.
    pub(crate) version: String,
    /// The version that the same images have as well.
    pub(crate) next: String,
    /// A registry that pods reach, unless they reach nothing of this machine.
    pub(crate) registry: Option<Registry>,
    /// The API server's audit log, if there is one that can be read.
    pub(crate) audit_log: Option<AuditLog>,
    /// Whether somebody else's cluster is used.
    pub(crate) foreign: bool,
    reaches_addresses: bool,
}

impl Cluster {
    pub(crate) async fn from_environment() -> Self {
        let text = |name: &str| env::var(name).ok().filter(|text| !text.is_empty());
        let needed =
            |name: &str| text(name).unwrap_or_else(|| panic!("{name} is not set: use tests/e2e/run.sh"));
        let bin = PathBuf::from(needed("E2E_BIN"));
        let context = text("E2E_CONTEXT");
        let foreign = context.is_some();
        let kubectl = Kubectl { program: bin.join("kubectl"), context };
        let address = text("E2E_REGISTRY_ADDRESS").map(|address| address.parse().expect("an IPv4 address"));
        Self {
            reaches_addresses: reaches_addresses(&kubectl).await,
            kubectl,
            helm: bin.join("helm"),
            images: text("DAVIT_IMAGES").unwrap_or_else(|| "ghcr.io/davit-dev".to_owned()),
            version: needed("E2E_VERSION"),
            next: needed("E2E_NEXT_VERSION"),
            registry: registry(address).await,
            audit_log: text("E2E_AUDIT_LOG").map(|path| AuditLog::new(path.as_ref())),
            foreign,
        }
    }

    /// The runtime's image of a version.
    pub(crate) fn runtime_image(&self, version: &str) -> String {
        format!("{}/davit-runtime:{version}", self.images)
    }

    /// The path of a folder or file of the repository.
    pub(crate) fn file(path: &str) -> String {
        repository().join(path).into_os_string().into_string().expect("the repository's path is UTF-8")
    }

    /// The registry; only for rows that need it.
    pub(crate) fn registry(&self) -> &Registry {
        self.registry.as_ref().expect("the row needs Need::Registry")
    }

    /// The audit log; only for rows that need it.
    pub(crate) fn audit(&self) -> &AuditLog {
        self.audit_log.as_ref().expect("the row needs Need::AuditLog")
    }

    /// The address of a Service's port.
    pub(crate) async fn service(&self, namespace: &str, name: &str) -> SocketAddr {
        service(&self.kubectl, namespace, name).await
    }

    /// What is missing, and how one comes by it.
    pub(crate) fn lacks(&self, need: Need) -> Option<&'static str> {
        match need {
            Need::Addresses if !self.reaches_addresses => Some(
                "this machine does not reach the addresses of Services; run it on a node, or without E2E_CONTEXT",
            ),
            Need::Registry if self.registry.is_none() => {
                Some("E2E_REGISTRY_ADDRESS, an address of this machine that pods reach, is not set")
            }
            Need::AuditLog if self.audit_log.is_none() => {
                Some("E2E_AUDIT_LOG, the API server's audit log as JSON lines, is not set")
            }
            Need::Nodes if self.foreign => {
                Some("the nodes' processes are not this machine's; run it without E2E_CONTEXT")
            }
            _ => None,
        }
    }
}

async fn service(kubectl: &Kubectl, namespace: &str, name: &str) -> SocketAddr {
    let service = kubectl.get(&format!("-n {namespace} service {name}")).await;
    let address: IpAddr =
        service["spec"]["clusterIP"].as_str().and_then(|ip| ip.parse().ok()).expect("a ClusterIP");
    let port = service["spec"]["ports"][0]["port"].as_u64().and_then(|port| port.try_into().ok());
    SocketAddr::new(address, port.expect("a port"))
}

async fn reaches_addresses(kubectl: &Kubectl) -> bool {
    let address = service(kubectl, "default", "kubernetes").await;
    matches!(timeout(Duration::from_secs(3), TcpStream::connect(address)).await, Ok(Ok(_)))
}

async fn registry(address: Option<Ipv4Addr>) -> Option<Registry> {
    Some(Registry::start_at(address?).await)
}
