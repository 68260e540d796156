//! The stand-in for the kubelet, with an unmanaged runtime.

use davit_tests::cluster::world::reason;
use davit_tests::cluster::{PlayedPod, World};
use davit_tests::connection::Connection;
use davit_tests::{process, until};
use serde_json::{Value, json};

/// The key in the Secret that the pods mount.
const KEY: &str = "a-key-of-the-harness-0123456789";

/// A Deployment of runtimes that read plugin directories, and the Secret of their
/// key. `{…}` is replaced.
const DEPLOYMENT: &str = r"
apiVersion: v1
kind: Secret
metadata: {name: key}
stringData: {key: a-key-of-the-harness-0123456789}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: plain}
spec:
  replicas: 2
  selector: {matchLabels: {app: plain}}
  template:
    metadata: {labels: {app: plain, davit.dev/runtime: plain}}
    spec:
      terminationGracePeriodSeconds: 20
      securityContext: {runAsNonRoot: true, runAsUser: 65532, seccompProfile: {type: RuntimeDefault}}
      containers:
        - name: runtime
          image: davit.test/runtime
          securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
          ports: [{name: http, containerPort: 8000}]
          env:
            - {name: RUNTIME_PLUGIN_DIRS, value: PLUGINS}
            - {name: RUNTIME_ROOT_KEY_FILE, value: /etc/davit/key/key}
            - {name: DAVIT_VOLUME, value: /var/lib/davit}
            - {name: DAVIT_LOG_FORMAT, value: json}
          readinessProbe: {httpGet: {path: /_/api/health/ready, port: http}, periodSeconds: 1, failureThreshold: 2}
          volumeMounts:
            - {name: volume, mountPath: /var/lib/davit}
            - {name: key, mountPath: /etc/davit/key, readOnly: true}
            - {name: scratch, mountPath: /scratch}
      volumes:
        - {name: volume, emptyDir: {}}
        - {name: scratch, emptyDir: {}}
        - {name: key, secret: {secretName: key}}
";

async fn deployed() -> World {
    let world = World::without_operator().await;
    world.plugins.plugin(
        "hello",
        "",
        "export default { routes: { fetch: () => new Response(`hello from ${process.pid}`) } };\n",
    );
    world.apply(&DEPLOYMENT.replace("PLUGINS", world.plugins.path().to_str().unwrap())).await;
    world
}

async fn text(pod: &PlayedPod) -> String {
    let answer = Connection::with_key(pod.public(), KEY).await.unwrap().get("/hello").await.unwrap();
    assert_eq!(answer.status, 200);
    String::from_utf8(answer.body.to_vec()).unwrap()
}

fn restarts(pod: &Value) -> u64 {
    pod["status"]["containerStatuses"][0]["restartCount"].as_u64().unwrap()
}

fn is_ready(pod: &Value) -> bool {
    reason(pod, "Ready").0 == "True"
}

#[tokio::test]
async fn pods_of_a_deployment_become_ready_runtimes_at_addresses_of_their_own() {
    let world = deployed().await;
    let pods = world.replicas("plain", 2).await;
    assert_ne!(pods[0].address(), pods[1].address());
    for pod in &pods {
        assert!(text(pod).await.starts_with("hello from "));
        let object = world.object("Pod", pod.name()).await.unwrap();
        assert_eq!(object["status"]["podIP"], json!(pod.address()));
        assert_eq!(object["metadata"]["uid"], pod.uid());
    }
    world
        .when("Deployment", "plain", "two available replicas", |it| it["status"]["availableReplicas"] == 2)
        .await;
}

#[tokio::test]
async fn a_killed_process_is_started_again_in_its_pod_and_a_held_one_is_not() {
    let world = deployed().await;
    let pod = world.replicas("plain", 2).await.remove(0);
    std::fs::write(pod.volume("scratch").join("kept"), "").unwrap();
    let before = pod.pid().unwrap();
    pod.kill();
    world.when("Pod", pod.name(), "one restart", |pod| restarts(pod) == 1 && is_ready(pod)).await;
    assert_ne!(pod.pid(), Some(before));
    assert!(pod.volume("scratch").join("kept").exists(), "the volume outlives the process");
    pod.hold();
    pod.kill();
    world
        .when("Pod", pod.name(), "a held container", |pod| {
            pod["status"]["containerStatuses"][0]["state"]["waiting"]["message"] == "held by the test"
        })
        .await;
    assert_eq!((pod.pid(), pod.starts()), (None, 2));
    pod.release();
    world.when("Pod", pod.name(), "another restart", |pod| restarts(pod) == 2 && is_ready(pod)).await;
    assert_eq!(pod.starts(), 3);
}

#[tokio::test]
async fn a_deleted_pod_ends_by_sigterm_and_another_takes_its_place() {
    let world = deployed().await;
    let pod = world.replicas("plain", 2).await.remove(0);
    let pid = pod.pid().unwrap();
    world.delete("Pod", pod.name()).await;
    world.is_gone("Pod", pod.name()).await;
    assert!(!process::is_alive(pid));
    assert!(pod.logs().text().contains("SIGTERM"), "{}", pod.logs().text());
    let after = world.replicas("plain", 2).await;
    assert!(after.iter().all(|other| other.uid() != pod.uid()));
}

#[tokio::test]
async fn a_changed_secret_reaches_its_files_all_at_once() {
    let world = deployed().await;
    let pod = world.replicas("plain", 2).await.remove(0);
    let file = pod.volume("key").join("key");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), KEY);
    world.patch("Secret", "key", json!({"stringData": {"key": "another", "more": "x"}})).await;
    until("the new files", async || {
        let now = std::fs::read_to_string(&file).expect("the file is there at every moment");
        assert!(now == KEY || now == "another", "half of a change: {now:?}");
        (now == "another" && pod.volume("key").join("more").exists()).then_some(())
    })
    .await;
}
