//! The programs that tell what Argo CD and Flux would say.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use davit_tests::cluster::program;
use davit_tests::programs::repository;
use serde::Deserialize;
use serde_json::Value;

/// What a tool says of one object.
#[derive(Debug, Deserialize)]
pub(super) struct Verdict {
    pub(super) status: String,
    pub(super) message: String,
}

/// What Flux says: kstatus.
pub(super) fn flux(object: &Value) -> Verdict {
    verdict(&mut Command::new(program("kstatus")), object)
}

/// What Argo CD says.
pub(super) fn argo(object: &Value) -> Verdict {
    verdict(Command::new(program("luahealth")).arg(script()), object)
}

/// The health check of both kinds.
pub(super) fn script() -> PathBuf {
    repository().join("config/argocd/health.lua")
}

fn verdict(tool: &mut Command, object: &Value) -> Verdict {
    let mut tool = tool.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the tool can be run");
    let mut stdin = tool.stdin.take().expect("it is piped");
    stdin.write_all(object.to_string().as_bytes()).expect("it reads");
    drop(stdin);
    let output = tool.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{object:#}");
    serde_json::from_slice(&output.stdout).expect("a line of JSON")
}
