//! What a managed runtime says of itself and leaves to its operator.

use std::path::Path;

use reqwest::Method;

use crate::harness::{KEY, Package, RUNTIME, Replica, fence};

#[tokio::test]
async fn the_admin_api_lists_the_plan() {
    let replica = Replica::start().await;
    let hello = Package::saying("hello", "one");
    replica.operator().go_live(fence(1, 1), &[&hello]).await;
    let listed = replica.admin("/_/api/plugins").await;
    assert_eq!(listed.as_array().unwrap().len(), 1);
    let hello = &listed[0];
    for (key, value) in [("name", "hello"), ("source", "managed"), ("state", "ready"), ("version", "1.0.0")] {
        assert_eq!(hello[key], value, "{hello}");
    }
    assert_eq!(hello["removable"], false);
    let loaded = replica.admin("/api/plugins/loaded").await;
    assert_eq!((&loaded[0]["name"], &loaded[0]["base"]), (&"hello".into(), &"/hello".into()), "{loaded}");
    let (_, health) = replica.ready().await;
    assert_eq!((&health["status"], &health["plugins"]["ready"]), (&"healthy".into(), &1.into()), "{health}");
}

#[tokio::test]
async fn what_would_change_one_replica_alone_is_left_to_the_operator() {
    let replica = Replica::start().await;
    for (method, path, says) in [
        (Method::POST, "/_/api/plugins/reload", "kubectl annotate pluginruntime default -n apps"),
        (Method::POST, "/api/plugins/upload", "davit push"),
        (Method::POST, "/api/plugins/%40acme%2Fhello/disable", "kubectl patch plugin"),
        (Method::DELETE, "/api/plugins/@acme/hello", "kubectl delete plugin"),
        (Method::POST, "/api/plugins/hello/enable", "kubectl patch plugin"),
        (Method::POST, "/_/api/keys", "kubectl create secret generic NAME -n apps"),
        (Method::DELETE, "/_/api/keys/1", "kubectl edit pluginruntime default -n apps"),
    ] {
        let origin =
            replica.request(method.clone(), path).build().unwrap().url().origin().ascii_serialization();
        let call = || replica.request(method.clone(), path).header("origin", &origin);
        assert_eq!(call().send().await.unwrap().status(), 401, "{path}");
        let answer = call().header("x-api-key", KEY).send().await.unwrap();
        assert_eq!(answer.status(), 409, "{path}");
        let body: serde_json::Value = answer.json().await.unwrap();
        assert_eq!(body["code"], "MANAGED_BY_OPERATOR", "{body}");
        assert!(body["error"].as_str().unwrap().contains(says), "{body}");
    }
}

#[tokio::test]
async fn calls_are_counted() {
    let replica = Replica::start().await;
    let operator = replica.operator();
    operator.go_live(fence(4, 7), &[]).await;
    assert_eq!(replica.metric("davit_plan_fence_epoch").await, Some(4));
    assert_eq!(replica.metric("davit_plan_fence_sequence").await, Some(7));
    let commits = r#"davit_control_calls_total{call="commit",status="200"}"#;
    assert_eq!(replica.metric(commits).await, Some(1));
}

#[tokio::test]
async fn plugin_directories_and_an_operator_exclude_each_other() {
    for variable in ["RUNTIME_PLUGIN_DIRS", "PLUGIN_DIRS"] {
        let replica = Replica::prepare(&[(variable, "/data/plugins")]);
        let mut process = replica.program(Path::new(RUNTIME)).start();
        assert_eq!(process.ended().await.code(), Some(2));
        assert!(process.logs().text().contains("unset RUNTIME_PLUGIN_DIRS and PLUGIN_DIRS"));
    }
}
