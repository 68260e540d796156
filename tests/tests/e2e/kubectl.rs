//! kubectl, as a person uses it.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;
use tokio::process::Command;

use crate::command;

/// How long one call may take: a drain waits for pods to end.
const LIMIT: Duration = Duration::from_mins(4);

/// kubectl of one cluster.
#[derive(Debug)]
pub(crate) struct Kubectl {
    pub(crate) program: PathBuf,
    /// The kubeconfig's current one if absent.
    pub(crate) context: Option<String>,
}

impl Kubectl {
    /// What a call prints. `line` is its words, parted by white space.
    pub(crate) async fn run(&self, line: &str) -> String {
        self.attempt(line).await.unwrap_or_else(|error| panic!("{error}"))
    }

    /// What a call prints, or what went wrong.
    pub(crate) async fn attempt(&self, line: &str) -> Result<String, String> {
        self.words(&line.split_whitespace().collect::<Vec<_>>(), "").await
    }

    /// The same with words that may have spaces in them.
    pub(crate) async fn words(&self, words: &[&str], input: &str) -> Result<String, String> {
        let mut command = Command::new(&self.program);
        command.args(self.context.iter().map(|context| format!("--context={context}"))).args(words);
        command::run(&mut command, input, LIMIT).await
    }

    /// Applies YAML in a namespace.
    pub(crate) async fn apply(&self, namespace: &str, yaml: &str) {
        let applied = self.words(&["apply", "-n", namespace, "-f", "-"], yaml).await;
        applied.unwrap_or_else(|error| panic!("{error}\n{yaml}"));
    }

    /// Changes fields of an object, `kind/name`, by a JSON merge patch.
    pub(crate) async fn patch(&self, namespace: &str, object: &str, change: &Value) {
        let change = change.to_string();
        let words = ["patch", "-n", namespace, object, "--type=merge", "-p", &change];
        self.words(&words, "").await.unwrap_or_else(|error| panic!("{error}"));
    }

    /// What `kubectl get` finds.
    pub(crate) async fn get(&self, line: &str) -> Value {
        let text = self.run(&format!("get -o json {line}")).await;
        serde_json::from_str(&text).expect("kubectl prints JSON")
    }

    /// The objects of a list.
    pub(crate) async fn list(&self, line: &str) -> Vec<Value> {
        let list = self.get(line).await;
        list["items"].as_array().expect("a list").clone()
    }

    /// Waits until Ready is true of objects, named as `kubectl wait` takes them.
    pub(crate) async fn ready(&self, namespace: &str, objects: &str) {
        self.run(&format!("wait -n {namespace} {objects} --for=condition=Ready --timeout=3m")).await;
    }
}
