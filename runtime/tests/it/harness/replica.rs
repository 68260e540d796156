//! One replica: a `davit-runtime` process with its volume and Secret files, which
//! outlive it.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use davit_tests::cluster::control::{Control, Identity};
use davit_tests::process::{Process, Program};
use davit_tests::{client, programs, until};
use reqwest::{Client, Method, RequestBuilder};
use rustix::process::Signal;
use tempfile::TempDir;

use super::{Authority, NAME, Operator};

/// The pod's UID.
pub(crate) const POD: &str = "1b4e28ba-2fa1-11d2-883f-0016d3cca427";
/// The program.
pub(crate) const RUNTIME: &str = env!("CARGO_BIN_EXE_davit-runtime");
/// The root key.
pub(crate) const KEY: &str = "the-root-key-of-the-tests";

/// Where a replica lives; its process may come and go.
pub(crate) struct Replica {
    home: TempDir,
    pub(crate) authority: Authority,
    settings: Vec<(&'static str, String)>,
    running: Option<Running>,
    client: Client,
}

struct Running {
    process: Process,
    public: SocketAddr,
    metrics: SocketAddr,
    control: SocketAddr,
}

impl Replica {
    /// A replica with an empty volume whose process runs.
    pub(crate) async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// The same with further variables.
    pub(crate) async fn start_with(settings: &[(&'static str, &str)]) -> Self {
        let mut replica = Self::prepare(settings);
        replica.run().await;
        replica
    }

    /// A replica without a process.
    pub(crate) fn prepare(settings: &[(&'static str, &str)]) -> Self {
        let (home, authority) = (tempfile::tempdir().unwrap(), Authority::new());
        authority.write(&home.path().join("control"), &[NAME]);
        std::fs::write(home.path().join("key"), KEY).unwrap();
        let settings = settings.iter().map(|&(name, value)| (name, value.to_owned())).collect();
        Self { home, authority, settings, running: None, client: client::client() }
    }

    /// Starts its process.
    pub(crate) async fn run(&mut self) {
        self.run_program(self.program(Path::new(RUNTIME))).await;
    }

    /// Starts a program that becomes the replica's process.
    pub(crate) async fn run_program(&mut self, program: Program) {
        let mut process = program.start();
        let ports = until("the replica's ports", async || {
            assert!(process.exited().is_none(), "the replica ended at once");
            let records = process.logs().records();
            let ports = records.iter().find(|record| record["message"] == "serving")?;
            let port = |name: &str| ports[name].as_str()?.parse::<SocketAddr>().ok();
            Some((port("address")?, port("metrics")?, port("control")?))
        });
        let (public, metrics, control) = ports.await;
        self.running = Some(Running { process, public, metrics, control });
    }

    /// Its program with its whole environment.
    pub(crate) fn program(&self, path: &Path) -> Program {
        let mut program = Program::new(path);
        let command = program.command();
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("TMPDIR", self.home.path())
            .env("DAVIT_BUN", programs::bun())
            .env("DAVIT_LISTEN_ADDRESS", "127.0.0.1")
            .env("PORT", "0")
            .env("DAVIT_METRICS_PORT", "0")
            .env("DAVIT_CONTROL_PORT", "0")
            .env("DAVIT_LOG_FORMAT", "json")
            .env("DAVIT_VOLUME", self.volume())
            .env("DAVIT_CONTROL_TLS", self.home.path().join("control"))
            .env("DAVIT_CONTROL_NAME", NAME)
            .env("DAVIT_POD_UID", POD)
            .env("RUNTIME_ROOT_KEY_FILE", self.key_file())
            .envs(self.settings.iter().cloned())
            .current_dir(self.home.path());
        program
    }

    /// Kills its process, as a node that loses power does.
    pub(crate) async fn kill(&mut self) {
        self.signal(Signal::KILL);
        self.ended().await;
    }

    pub(crate) fn signal(&self, signal: Signal) {
        self.process().signal(signal);
    }

    /// Waits for the process's end; its exit code.
    pub(crate) async fn ended(&mut self) -> Option<i32> {
        let mut running = self.running.take().expect("it runs");
        running.process.ended().await.code()
    }

    pub(crate) fn process(&self) -> &Process {
        &self.running().process
    }

    pub(crate) fn volume(&self) -> PathBuf {
        self.home.path().join("volume")
    }

    pub(crate) fn key_file(&self) -> PathBuf {
        self.home.path().join("key")
    }

    pub(crate) fn control_folder(&self) -> PathBuf {
        self.home.path().join("control")
    }

    /// The names of what lies in its folder of packages, sorted.
    pub(crate) fn packages(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.volume().join("packages")).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// The control port, as the operator sees it.
    pub(crate) fn operator(&self) -> Operator {
        Operator(self.dial(&self.authority.pem(), Some(&self.authority.client())))
    }

    /// The control port, as somebody else sees it.
    pub(crate) fn dial(&self, authority: &str, identity: Option<&Identity>) -> Control {
        Control::dial(self.running().control, NAME, authority.as_bytes(), identity)
    }

    /// Where its control port is.
    pub(crate) fn control(&self) -> SocketAddr {
        self.running().control
    }

    /// A request to its public port.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("http://{}{path}", self.running().public))
    }

    /// The status and body of a public address.
    pub(crate) async fn get(&self, path: &str) -> (u16, String) {
        let answer = self.request(Method::GET, path).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    /// The body of a call of the admin API that is JSON.
    pub(crate) async fn admin(&self, path: &str) -> serde_json::Value {
        let answer = self.request(Method::GET, path).header("x-api-key", KEY).send().await.unwrap();
        answer.json().await.unwrap()
    }

    /// The status and the body of the readiness probe.
    pub(crate) async fn ready(&self) -> (u16, serde_json::Value) {
        let (status, body) = self.get("/_/api/health/ready").await;
        (status, serde_json::from_str(&body).unwrap())
    }

    /// The value of a metric without labels.
    pub(crate) async fn metric(&self, name: &str) -> Option<u64> {
        let answer = self.client.get(format!("http://{}/metrics", self.running().metrics)).send().await;
        let text = answer.unwrap().text().await.unwrap();
        let line = text.lines().find(|line| line.split(' ').next() == Some(name))?;
        line.rsplit(' ').next()?.parse().ok()
    }

    fn running(&self) -> &Running {
        self.running.as_ref().expect("the replica runs")
    }
}
