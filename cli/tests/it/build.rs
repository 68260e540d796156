//! Build scripts.

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use davit::build::{BuildError, Built, build, build_within};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::support::{bun, command, folder, text, until, with_script, write};

#[tokio::test]
async fn a_folder_without_a_script_is_complete_as_it_is() {
    for files in [&[][..], &[("package.json", r#"{"scripts": {"test": "exit 1"}}"#)]] {
        let folder = folder(files);
        assert_eq!(build(folder.path(), Path::new("/no/bun")).await.unwrap(), Built::NoScript);
    }
}

#[tokio::test]
async fn a_script_runs_in_its_folder_with_bun_on_the_path() {
    let folder =
        with_script("bun build plugin.ts --target bun --outdir dist && echo 'all \u{1b}[1mwell\u{1b}[0m'");
    write(folder.path(), "plugin.ts", "export default () => ({})");
    let Built::Done { output, .. } = build(folder.path(), &bun()).await.unwrap() else {
        panic!("there is a script")
    };
    assert!(folder.path().join("dist/plugin.js").is_file());
    assert!(output.ends_with("all well\n"), "{output}");
}

#[tokio::test]
async fn a_failure_is_one_line_with_the_place_and_the_output_beside_it() {
    let folder = with_script("bun build plugin.ts --target bun --outdir dist");
    write(folder.path(), "plugin.ts", "const a = 1;\nexport default () => ({;\n");
    let error = build(folder.path(), &bun()).await.unwrap_err();
    let expected = format!(
        "{}/plugin.ts:2:24: Expected identifier but found \";\" (and 1 more)",
        folder.path().display()
    );
    assert_eq!(error.to_string(), expected);
    assert!(error.output().unwrap().contains("bun build plugin.ts"), "{error:?}");
}

#[tokio::test]
async fn a_failure_without_a_place_tells_how_the_script_ended() {
    let folder = with_script("echo the disk is on fire >&2; exit 7");
    let error = build(folder.path(), &bun()).await.unwrap_err();
    assert!(error.place().is_none());
    let expected = "the build script failed (exit status: 7): the disk is on fire; run it there to see all that it prints";
    assert!(error.to_string().ends_with(expected), "{error}");
}

#[tokio::test]
async fn a_bun_that_does_not_run_is_named() {
    let folder = with_script("true");
    let error = build(folder.path(), Path::new("/no/bun")).await.unwrap_err();
    assert!(error.to_string().contains("cannot run the build script with /no/bun"), "{error}");
}

#[test]
fn without_another_bun_the_plugins_own_is_used() {
    let elsewhere = tempfile::tempdir().unwrap();
    let check = |plugin: &Path| {
        let mut command = command(elsewhere.path(), &["check"]);
        command.arg(plugin).env_remove("DAVIT_BUN").env("PATH", "/nowhere").output().unwrap()
    };
    let plugin = with_script("bun --version > plugin.js");
    write(plugin.path(), "manifest.yaml", "name: a\n");
    let output = check(plugin.path());
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    fs::remove_file(plugin.path().join("node_modules")).unwrap();
    let error = format!("{}: cannot run the build script: Bun was not found", plugin.path().display());
    let output = check(plugin.path());
    assert!(text(&output.stderr).starts_with(&error), "{output:?}");
}

#[test]
fn the_runtimes_own_settings_stay_out_of_the_script() {
    let folder = with_script("env > seen");
    write(folder.path(), "manifest.yaml", "name: a\n");
    let mut command = command(folder.path(), &["check"]);
    command.env("RUNTIME_ROOT_KEY", "secret").env("DAVIT_VERBOSE", "0").env("SEEN", "yes").output().unwrap();
    let seen = fs::read_to_string(folder.path().join("seen")).unwrap();
    assert!(seen.contains("NO_COLOR=1") && seen.contains("SEEN=yes"), "{seen}");
    assert!(!seen.lines().any(|line| line.starts_with("DAVIT_") || line.starts_with("RUNTIME_")), "{seen}");
}

/// A script whose shell starts another process, writes the ids of both and waits.
fn endless() -> TempDir {
    with_script("sleep 1000 & echo $! $$ > ids.new; mv ids.new ids; echo waiting; wait")
}

fn ids(folder: &Path) -> Option<Vec<String>> {
    let text = fs::read_to_string(folder.join("ids")).ok()?;
    Some(text.split_whitespace().map(str::to_owned).collect())
}

/// Whether the process is there and no zombie.
fn lives(id: &str) -> bool {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with('Z'))
}

#[tokio::test]
async fn a_script_that_takes_too_long_is_ended_with_all_that_it_started() {
    let folder = endless();
    let error = build_within(folder.path(), &bun(), Duration::from_secs(2)).await.unwrap_err();
    let BuildError::TimedOut { output, .. } = &error else { panic!("{error}") };
    assert!(output.contains("waiting"), "{output}");
    assert!(error.to_string().contains("did not end within 2s: `sleep 1000 &"), "{error}");
    for id in ids(folder.path()).unwrap() {
        until("the script's processes to end", || !lives(&id)).await;
    }
}

#[tokio::test]
async fn dropping_a_build_ends_all_that_it_started() {
    let folder = endless();
    let (path, bun) = (folder.path().to_owned(), bun());
    let building = tokio::spawn(async move { build(&path, &bun).await });
    until("the script to start", || ids(folder.path()).is_some()).await;
    let ids = ids(folder.path()).unwrap();
    assert!(ids.iter().all(|id| lives(id)), "{ids:?}");
    building.abort();
    for id in ids {
        until("the script's processes to end", || !lives(&id)).await;
    }
}

#[tokio::test]
async fn a_process_that_a_script_leaves_behind_holds_nothing_up() {
    let folder = with_script("sleep 1000 & echo $! $! > ids.new; mv ids.new ids; echo done");
    let Built::Done { took, output } = build(folder.path(), &bun()).await.unwrap() else {
        panic!("there is a script")
    };
    assert!(took < Duration::from_mins(1) && output.ends_with("done\n"), "{took:?} {output}");
    until("the process to end", || !lives(&ids(folder.path()).unwrap()[0])).await;
}

#[tokio::test]
async fn an_interrupted_command_ends_its_build() {
    for signal in [Signal::INT, Signal::TERM] {
        let folder = endless();
        write(folder.path(), "manifest.yaml", "name: a\n");
        let mut davit = command(folder.path(), &["pack"]).stderr(Stdio::piped()).spawn().unwrap();
        until("the script to start", || ids(folder.path()).is_some()).await;
        kill_process(Pid::from_child(&davit), signal).unwrap();
        until("davit to end", || davit.try_wait().unwrap().is_some()).await;
        let output = davit.wait_with_output().unwrap();
        assert_eq!((output.status.code(), text(&output.stderr)), (Some(1), "error: interrupted\n"));
        for id in ids(folder.path()).unwrap() {
            until("the script's processes to end", || !lives(&id)).await;
        }
    }
}
