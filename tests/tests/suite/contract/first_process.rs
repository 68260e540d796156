//! The runtime as the first process of its container (contract §5, fault 7): the
//! kernel drops every signal that such a process has no handler for.

use std::fs;
use std::path::Path;

use davit_tests::process::Program;
use davit_tests::server::KEY;
use davit_tests::{Plugins, programs, until};
use rustix::process::{Pid, Signal, kill_process};

const CODE: &str = "export default { onInit() {}, onShutdown() { console.log('is shut down'); } };\n";

#[tokio::test]
async fn fault_7_sigterm_ends_process_1_with_its_plugins_shut_down() {
    let (plugins, volume) = (Plugins::new(), tempfile::tempdir().unwrap());
    drop(plugins.plugin("one", "", CODE));
    // A PID namespace of its own, in which the runtime is process 1.
    let mut program = Program::new(Path::new("unshare"));
    program
        .command()
        .args(["--user", "--map-root-user", "--pid", "--fork", "--mount-proc", "--kill-child"])
        .arg(programs::davit_runtime())
        .args(["--listen-address", "127.0.0.1", "--port", "0", "--metrics-port", "0", "--volume"])
        .arg(volume.path().join("volume"))
        .arg("--plugin-dirs")
        .arg(plugins.path())
        .env("DAVIT_BUN", programs::bun())
        .env("DAVIT_LOG_FORMAT", "json")
        .env("RUNTIME_ROOT_KEY", KEY);
    let mut process = program.start();
    process.logs().line("[PluginLoader] Loaded: one").await;
    let children = format!("/proc/{0}/task/{0}/children", process.pid());
    let child: i32 = fs::read_to_string(children).unwrap().trim().parse().expect("one child");
    let status = fs::read_to_string(format!("/proc/{child}/status")).unwrap();
    let ids = status.lines().find_map(|line| line.strip_prefix("NSpid:")).expect("its ids in each namespace");
    assert!(ids.ends_with("\t1"), "it is not the first process: {ids}");
    kill_process(Pid::from_raw(child).expect("a process id"), Signal::TERM).unwrap();
    process.logs().line("is shut down").await;
    let ended = until("its end", async || process.exited()).await;
    assert_eq!(ended.code(), Some(0));
}
