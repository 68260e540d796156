//! The readiness probe.

use std::net::Ipv4Addr;
use std::time::Duration;

use k8s_openapi::api::core::v1::{Container, Probe};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use reqwest::Client;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::client;

/// A kubelet first asks at a random moment of the period; the stand-in asks more
/// often until the first success, so that tests need not wait for it.
const FIRST: Duration = Duration::from_millis(100);

/// Whether a process is ready, asked again and again until this is dropped.
#[derive(Debug)]
pub(super) struct Readiness {
    ready: watch::Receiver<bool>,
    task: JoinHandle<()>,
}

#[derive(Debug)]
struct Asker {
    client: Client,
    url: String,
    period: Duration,
    failures_allowed: i32,
}

impl Readiness {
    /// Begins to ask; without a probe the process counts as ready.
    pub(super) fn of(container: &Container, address: Ipv4Addr) -> Result<Self, String> {
        let asker = container.readiness_probe.as_ref();
        let asker = asker.map(|probe| Asker::new(probe, container, address)).transpose()?;
        let (tell, ready) = watch::channel(asker.is_none());
        let task = tokio::spawn(async move {
            if let Some(asker) = asker {
                asker.ask(&tell).await;
            }
        });
        Ok(Self { ready, task })
    }

    /// Whether it is ready now.
    pub(super) fn is(&self) -> bool {
        *self.ready.borrow()
    }

    /// Waits until that has changed.
    pub(super) async fn changed(&mut self) {
        if self.ready.changed().await.is_err() {
            // Without a probe it never changes.
            std::future::pending::<()>().await;
        }
    }
}

impl Drop for Readiness {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Asker {
    fn new(probe: &Probe, container: &Container, address: Ipv4Addr) -> Result<Self, String> {
        let get = probe.http_get.as_ref().ok_or("readiness probes other than httpGet are not played")?;
        let port = port(&get.port, container).ok_or("the readiness probe's port is not the container's")?;
        let seconds = |number: Option<i32>, default: u64| {
            Duration::from_secs(number.and_then(|number| u64::try_from(number).ok()).unwrap_or(default))
        };
        let client = client::builder().timeout(seconds(probe.timeout_seconds, 1)).no_proxy().build();
        Ok(Self {
            client: client.expect("an HTTP client"),
            url: format!("http://{address}:{port}{}", get.path.as_deref().unwrap_or("/")),
            period: seconds(probe.period_seconds, 10),
            failures_allowed: probe.failure_threshold.unwrap_or(3),
        })
    }

    async fn ask(&self, tell: &watch::Sender<bool>) {
        let mut failures = 0;
        loop {
            let answer = self.client.get(&self.url).send().await;
            let succeeded = answer.is_ok_and(|answer| answer.status().is_success());
            failures = if succeeded { 0 } else { failures + 1 };
            let ready = succeeded || *tell.borrow() && failures < self.failures_allowed;
            tell.send_if_modified(|told| std::mem::replace(told, ready) != ready);
            tokio::time::sleep(if ready { self.period } else { self.period.min(FIRST) }).await;
        }
    }
}

fn port(port: &IntOrString, container: &Container) -> Option<i32> {
    match port {
        IntOrString::Int(number) => Some(*number),
        IntOrString::String(name) => {
            let mut ports = container.ports.iter().flatten();
            ports.find(|port| port.name.as_ref() == Some(name)).map(|port| port.container_port)
        }
    }
}
