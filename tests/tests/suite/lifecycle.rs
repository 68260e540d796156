//! Changes and the end, as the Buntime reference does not do them (Buntime contract
//! §5, faults 1 and 7).

use std::time::{Duration, Instant};

use davit_tests::connection::Connection;
use davit_tests::process::{is_alive, signal_worker};
use davit_tests::server::Start;
use davit_tests::wait::within;
use davit_tests::{Plugins, Server, until};
use rustix::process::Signal;
use tempfile::TempDir;

const VERSIONS: u32 = 8;

/// A folder with the version that plugins take when they start, and with what they
/// write down when they are shut down.
struct Versions(TempDir);

impl Versions {
    fn new() -> Self {
        let versions = Self(tempfile::tempdir().unwrap());
        versions.set(1);
        versions
    }

    /// The version of plugins that start from now on.
    fn set(&self, version: u32) {
        std::fs::write(self.0.path().join("version"), version.to_string()).unwrap();
    }

    /// Code that has `VERSION` and `onShutdown`.
    fn code(&self, name: &str, members: &str) -> String {
        let folder = self.0.path().display();
        format!(
            "import {{ appendFileSync, readFileSync }} from 'node:fs';
const VERSION = readFileSync('{folder}/version', 'utf8');
export default {{
  onShutdown: () => appendFileSync('{folder}/steps', `{name} ${{VERSION}}\n`),
  {members}
}};
"
        )
    }

    /// A plugin that answers with its version.
    fn page(&self) -> String {
        self.code("page", "routes: { fetch: () => new Response(VERSION) },")
    }

    /// A plugin that puts its version into the head of every response.
    fn badge(&self) -> String {
        let hook = "onResponse(response: Response) {
    const headers = new Headers(response.headers);
    headers.set('x-badge', VERSION);
    return new Response(response.body, { status: response.status, headers });
  },";
        self.code("badge", hook)
    }

    /// Which were shut down, sorted.
    fn shut_down(&self) -> Vec<String> {
        let text = std::fs::read_to_string(self.0.path().join("steps")).unwrap_or_default();
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    }
}

/// Asks again and again until the last version answers: each time all is of one
/// version. How many versions were seen.
async fn versions_seen(server: &Server) -> Result<Vec<String>, String> {
    let (mut seen, last) = (Vec::new(), VERSIONS.to_string());
    loop {
        let answer = Connection::open(server.address()).await?.get("/page").await?;
        let version = String::from_utf8_lossy(&answer.body).into_owned();
        let badge = answer.headers.get("x-badge").and_then(|badge| badge.to_str().ok());
        if answer.status != 200 || badge != Some(&version) {
            return Err(format!("a failed or mixed response: {answer:?}"));
        }
        if seen.last() != Some(&version) {
            seen.push(version.clone());
        }
        if version == last {
            return Ok(seen);
        }
    }
}

/// Fault 1: the reference answers 404 while it reloads, and never calls `onShutdown`
/// on the old instances.
#[tokio::test]
async fn a_reload_changes_code_and_hooks_at_once_and_shuts_the_old_instances_down() {
    let (plugins, versions) = (Plugins::new(), Versions::new());
    drop(plugins.folder("badge").manifest("name: badge\n").file("plugin.ts", &versions.badge()));
    drop(plugins.plugin("page", "", &versions.page()));
    let server = Start::runtime([plugins.path()]).start().await;
    let reloading = async {
        for version in 2..=VERSIONS {
            versions.set(version);
            server.reload().await;
        }
    };
    let (seen, ()) = tokio::join!(versions_seen(&server), reloading);
    let seen = seen.unwrap();
    assert!(seen.len() > 2, "it was asked all the time: {seen:?}");
    let mut expected: Vec<String> = ["badge", "page"]
        .iter()
        .flat_map(|name| (1..VERSIONS).map(move |version| format!("{name} {version}")))
        .collect();
    expected.sort();
    until("each old instance's onShutdown, once", async || (versions.shut_down() == expected).then_some(()))
        .await;
}

/// Fault 7: the reference's health never says how plugins fare, and as process 1 it
/// ignores SIGTERM, so that `onShutdown` is skipped in a pod.
#[tokio::test]
async fn as_process_1_it_tells_of_failed_plugins_and_ends_with_their_shutdown() {
    let (plugins, versions) = (Plugins::new(), Versions::new());
    drop(plugins.plugin("page", "", &versions.page()));
    drop(plugins.plugin("broken", "", "throw new Error('no luck');"));
    let mut server = Start::runtime_as_process_1([plugins.path()]).start().await;
    assert_eq!(server.text("/page").await, "1");
    let health = server.json("/_/api/health").await;
    assert_eq!(
        (&health["plugins"]["ready"], &health["plugins"]["failed"]),
        (&1.into(), &1.into()),
        "{health}"
    );
    assert_eq!(server.plugin("broken").await["reason"], "LoadFailed");

    let (parent, children) = (server.pid(), |pid: u32| {
        let list = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap();
        list.split_whitespace().map(|pid| pid.parse().unwrap()).collect::<Vec<u32>>()
    });
    let [runtime] = children(parent)[..] else { panic!("one child of {parent}") };
    let namespaces = std::fs::read_to_string(format!("/proc/{runtime}/status")).unwrap();
    let own = namespaces.lines().find_map(|line| line.strip_prefix("NSpid:")).unwrap();
    assert_eq!(own.split_whitespace().last(), Some("1"), "it is process 1");
    signal_worker(runtime, Signal::TERM);
    assert_eq!(server.exit_code().await, Some(0));
    assert_eq!(versions.shut_down(), ["page 1"]);
    assert!(!is_alive(runtime));
}

/// Thirty seconds in all, not for each group.
#[tokio::test]
async fn plugins_that_never_finish_their_shutdown_share_thirty_seconds() {
    let (plugins, versions) = (Plugins::new(), Versions::new());
    drop(plugins.plugin("page", "", &versions.page()));
    let hangs = "export default { routes: { fetch: () => new Response(String(process.pid)) }, onShutdown: () => new Promise(() => {}) };\n";
    let hanging = ["first", "second", "third"];
    hanging.iter().for_each(|name| drop(plugins.plugin(name, "", hangs)));
    let mut server = Start::dev(plugins.path()).start().await;
    let mut workers = Vec::new();
    for name in hanging {
        let pid = async || server.get(&format!("/{name}")).send().await.ok()?.text().await.ok()?.parse().ok();
        workers.push(until("its worker", pid).await);
    }
    let begun = Instant::now();
    server.terminate();
    let pid = server.pid();
    within(Duration::from_mins(1), "the end", async || (!is_alive(pid)).then_some(())).await;
    let took = begun.elapsed().as_secs();
    assert_eq!(server.exit_code().await, Some(0));
    assert!((30..45).contains(&took), "{took} s");
    assert_eq!(versions.shut_down(), ["page 1"], "one that hangs keeps no other one from its shutdown");
    assert!(workers.into_iter().all(|worker: u32| !is_alive(worker)));
}
