//! Groups that are stopped.

use std::fs;
use std::time::Duration;

use davit_engine::GroupState;

use crate::bench::{Bench, SOON, appears};

const READY: &str = r#"
import { writeFileSync } from "node:fs";
export default ({ folder }) => ({ provides() {}, onShutdown() { writeFileSync(`${folder}/goodbye`, "") } });"#;

const STARTS_FOR_EVER: &str = r#"
import { renameSync, writeFileSync } from "node:fs";
export default ({ folder }) => ({ provides() {}, onInit() {
  const child = Bun.spawn(["/bin/sh", "-c", "sleep 600"]);
  writeFileSync(`${folder}/starts.part`, `${process.pid}`);
  renameSync(`${folder}/starts.part`, `${folder}/starts`);
  return child.exited;
} });"#;

#[tokio::test]
async fn a_group_that_is_stopped_while_it_starts_says_goodbye_to_the_plugins_that_are_ready() {
    let bench = Bench::new(&davit_engine_bun::locate().unwrap());
    let group = bench.start(&[("ready", READY), ("slow", STARTS_FOR_EVER)]);
    let starts = bench.folder.path().join("starts");
    appears(starts.clone()).await;
    assert_eq!(*group.state().borrow(), GroupState::Starting);
    tokio::time::timeout(SOON, group.stop(Duration::from_secs(5))).await.unwrap();
    assert_eq!(*group.state().borrow(), GroupState::Stopped);
    assert!(bench.folder.path().join("goodbye").exists());
    let pid: i32 = fs::read_to_string(starts).unwrap().parse().unwrap();
    let pid = rustix::process::Pid::from_raw(pid).unwrap();
    assert!(rustix::process::test_kill_process(pid).is_err(), "the worker still runs");
}
