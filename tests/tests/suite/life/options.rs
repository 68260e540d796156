//! How a server is started, and when it does not start.

use std::net::TcpListener;
use std::process::Command;

use davit_tests::server::Start;
use davit_tests::{Plugins, Server, programs};
use reqwest::Method;

const CODE: &str = "export default { routes: { fetch: () => new Response(\"here\") } };\n";

fn plugins() -> Plugins {
    let plugins = Plugins::new();
    drop(plugins.plugin("gate", "publicRoutes: [/open]\n", CODE));
    plugins
}

async fn status(server: &Server, path: &str, key: &str) -> u16 {
    server.request(Method::GET, path).header("x-api-key", key).send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn the_key_can_be_read_from_a_file() {
    let plugins = plugins();
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "from-a-file-0123456789\n").unwrap();
    let path = file.path().to_str().unwrap();
    let server = Start::runtime([plugins.path()])
        .env("RUNTIME_ROOT_KEY", "")
        .env("RUNTIME_ROOT_KEY_FILE", path)
        .start()
        .await;
    assert_eq!(status(&server, "/gate/closed", "from-a-file-0123456789").await, 200);
    assert_eq!(status(&server, "/gate/closed", "from-a-file-0123456789\\n").await, 401);
}

#[tokio::test]
async fn the_plugin_directories_have_an_older_name_too() {
    let plugins = plugins();
    let list = plugins.path().to_str().unwrap();
    let start = Start::runtime([plugins.path()]).without("RUNTIME_PLUGIN_DIRS").env("PLUGIN_DIRS", list);
    assert_eq!(start.start().await.text("/gate/open").await, "here");
}

#[tokio::test]
async fn without_a_key_only_public_routes_are_open() {
    let plugins = plugins();
    let server = Start::runtime([plugins.path()]).env("RUNTIME_ROOT_KEY", "").start().await;
    server.logs().line("only public routes are open").await;
    assert_eq!(server.text("/gate/open").await, "here");
    for key in ["", "null", "undefined"] {
        assert_eq!(status(&server, "/gate/closed", key).await, 401, "{key:?}");
        assert_eq!(status(&server, "/_/api/plugins", key).await, 401, "{key:?}");
    }
}

#[tokio::test]
async fn without_bun_everything_but_javascript_is_served() {
    let plugins = plugins();
    let ui = plugins.folder("ui").manifest("name: ui\nbase: /ui\nentrypoint: index.html\n");
    ui.write("index.html", "the page");
    let server = Start::runtime([plugins.path()]).env("DAVIT_BUN", "/nowhere/bun").start().await;
    assert_eq!(server.text("/ui/").await, "the page");
    let listed = server.plugin("gate").await;
    assert_eq!(
        (&listed["state"], &listed["reason"]),
        (&"failed".into(), &"EngineMissing".into()),
        "{listed}"
    );
    assert!(listed["message"].as_str().unwrap().contains("npm install bun"), "{listed}");
    assert_eq!(server.json("/_/api/health").await["status"], "degraded");
    server.logs().line("DAVIT_BUN names /nowhere/bun, which is not a file").await;
}

#[tokio::test]
async fn wrong_usage_ends_with_2_and_a_failure_with_1() {
    let plugins = plugins();
    let runtime = || Start::runtime([plugins.path()]);
    let table = [
        (runtime().arg("--no-such-option"), 2, "unexpected argument"),
        (runtime().arg("--port=70000"), 2, "70000"),
        (runtime().env("DAVIT_DRAIN_TIMEOUT", "soon"), 2, "soon"),
        (runtime().without("RUNTIME_PLUGIN_DIRS"), 1, "no plugin directories: set RUNTIME_PLUGIN_DIRS"),
        (runtime().env("RUNTIME_ROOT_KEY", "short"), 1, "the root key has fewer than 16 characters"),
        (runtime().env("DAVIT_HEARTBEAT_TIMEOUT", "1ms"), 2, "at least 1s and at most 600s"),
        (runtime().env("RUNTIME_LOG_LEVEL", "loud"), 2, "error, warn, info, debug, trace"),
        (runtime().env("DAVIT_VOLUME", "/dev/null/volume"), 1, "cannot use the volume at /dev/null/volume"),
    ];
    for (start, code, says) in table {
        let (exit, printed) = start.ended().await;
        assert_eq!(exit, Some(code), "{says}: {printed}");
        assert!(printed.contains(says), "{says:?} is not in {printed}");
    }
}

#[tokio::test]
async fn a_port_that_is_taken_is_named_with_what_sets_it() {
    let plugins = plugins();
    let held = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = held.local_addr().unwrap();
    let port = taken.port().to_string();
    for (variable, purpose) in [("PORT", "plugins"), ("DAVIT_METRICS_PORT", "metrics")] {
        let (exit, printed) = Start::runtime([plugins.path()]).env(variable, &port).ended().await;
        let why = format!("({purpose}): Address already in use (os error 98); set {variable}");
        let says = format!("davit-runtime: cannot listen on {taken} {why}");
        let told = printed.lines().any(|line| line == says);
        assert!(told && exit == Some(1), "{says:?} is not in {printed}");
    }
    let start = Start::dev(plugins.path()).arg("--metrics-port").arg(&port);
    let (exit, printed) = start.ended().await;
    assert!(printed.contains("choose another --metrics-port") && exit == Some(1), "{printed}");
}

#[test]
fn every_option_has_its_variable_and_its_help() {
    for program in [vec!["davit-runtime"], vec!["davit", "dev"]] {
        let path = if program[0] == "davit" { programs::davit() } else { programs::davit_runtime() };
        let output = Command::new(path).args(&program[1..]).arg("--help").output().unwrap();
        assert_eq!(output.status.code(), Some(0));
        let help = String::from_utf8(output.stdout).unwrap();
        for option in [
            "PORT",
            "DAVIT_LISTEN_ADDRESS",
            "DAVIT_HEARTBEAT_TIMEOUT",
            "DAVIT_INIT_TIMEOUT",
            "DAVIT_DRAIN_TIMEOUT",
        ] {
            assert!(help.contains(&format!("{option}=]")), "{program:?}: {option} is not in {help}");
        }
    }
}
