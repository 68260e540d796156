//! Keys of the admin API that come from Secrets: the same on every replica, and
//! nothing is restarted for them.

use std::sync::Arc;
use std::time::{Duration, Instant};

use davit_tests::client::client;
use davit_tests::cluster::world::{condition, reason};
use davit_tests::cluster::{PlayedPod, World};
use davit_tests::until;
use reqwest::header::{COOKIE, HeaderMap, ORIGIN, SET_COOKIE};
use serde_json::{Value, json};

/// Answers with the process that it runs in.
const CODE: &str = "export default { routes: { fetch: () => new Response(String(process.pid)) } };\n";
const OPS: &str = "btk_the-first-key-of-ops-0123456789abcdefghijkl";
const NEW_OPS: &str = "btk_another-key-of-ops-0123456789abcdefghijklmn";
const WATCH: &str = "btk_the-only-key-of-watch-0123456789abcdefghijk";

/// Does not start again once its environment says so; with that change it is no
/// newer version, so nothing goes live without it.
const HANGS: &str = "export default { routes: { fetch: () => new Response(\"old\") }, onInit: () => process.env.HANG ? new Promise(() => {}) : undefined };\n";
/// How long a plugin may take to start.
const INIT: Duration = Duration::from_secs(30);

/// What a replica answered.
struct Answer {
    status: u16,
    headers: HeaderMap,
    body: Value,
}

/// Two replicas that serve `app`, with the Secrets `ops` (admin) and `watch` (viewer).
async fn world() -> (World, Vec<Arc<PlayedPod>>) {
    let world = World::new().await;
    secret(&world, "ops", OPS, "admin").await;
    secret(&world, "watch", WATCH, "viewer").await;
    let env = json!([{"name": "DAVIT_TRUSTED_PROXIES", "value": "127.0.0.0/8"}]);
    let spec = json!({"replicas": 2, "apiKeySecrets": ["watch", "ops"], "podTemplate": {"env": env}});
    let runtime = json!({"apiVersion": "davit.dev/v1alpha1", "kind": "PluginRuntime",
        "metadata": {"name": "default"}, "spec": spec});
    world.apply_value(&runtime).await;
    world.apply_config_map_plugin("app", "version: 1.0.0\n", CODE).await;
    let pods = world.replicas("default", 2).await;
    world.plugin_serves("app").await;
    for key in [OPS, WATCH] {
        counts(&pods, key).await;
    }
    (world, pods)
}

async fn secret(world: &World, name: &str, key: &str, role: &str) {
    let data = json!({"key": format!("{key}\n"), "role": role});
    let secret =
        json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "stringData": data});
    world.apply_value(&secret).await;
}

/// A call of the admin API with these headers.
async fn call(pod: &PlayedPod, call: &str, headers: &[(&str, &str)], body: Option<Value>) -> Answer {
    let (method, path) = call.split_once(' ').expect("a method and a path");
    let origin = format!("http://{}", pod.public());
    let request = client().request(method.parse().expect("a method"), format!("{origin}/_/api{path}"));
    let request =
        headers.iter().fold(request.header(ORIGIN, &origin), |all, (name, value)| all.header(*name, *value));
    let request = match body {
        Some(body) => request.json(&body),
        None => request,
    };
    let response = request.send().await.expect("the replica answers");
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let text = response.text().await.expect("a whole answer");
    Answer { status, headers, body: serde_json::from_str(&text).unwrap_or_default() }
}

async fn status(pod: &PlayedPod, named: &str, key: &str) -> u16 {
    call(pod, named, &[("x-api-key", key)], None).await.status
}

/// Waits until a key opens the admin API of all replicas.
async fn counts(pods: &[Arc<PlayedPod>], key: &str) {
    for pod in pods {
        let what = format!("{key} to count on {}", pod.name());
        until(&what, async || (status(pod, "GET /plugins", key).await == 200).then_some(())).await;
    }
}

/// Waits until it opens none of them: it is a wrong key like any other.
async fn counts_no_more(pods: &[Arc<PlayedPod>], key: &str) {
    for pod in pods {
        let what = format!("{key} to count no more on {}", pod.name());
        let refused = async || matches!(status(pod, "GET /plugins", key).await, 401 | 429).then_some(());
        until(&what, refused).await;
    }
}

/// The process that serves `app` on each replica, and how often that was started.
async fn processes(world: &World, pods: &[Arc<PlayedPod>]) -> Vec<(Vec<u8>, usize)> {
    let mut all = Vec::new();
    for pod in pods {
        let answer = world.get(pod, "/app").await.expect("app answers");
        assert_eq!(answer.status, 200, "{answer:?}");
        all.push((answer.body.to_vec(), pod.starts()));
    }
    all
}

/// Waits until the PluginRuntime says of a Secret what is wrong with it.
async fn told(world: &World, secret: &str, says: &str) {
    let tells = |runtime: &Value| {
        let message = condition(runtime, "Ready").and_then(|it| it["message"].as_str()).unwrap_or_default();
        reason(runtime, "Ready") == ("False", "SecretNotFound")
            && message.contains(&format!("the Secret {secret}: "))
            && message.contains(says)
    };
    world.when("PluginRuntime", "default", &format!("{says:?} of the Secret {secret}"), tells).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_of_a_secret_counts_with_its_role_on_every_replica_until_the_secret_changes_or_goes() {
    let (world, pods) = world().await;
    let before = processes(&world, &pods).await;
    for pod in &pods {
        assert_eq!(status(pod, "GET /keys", WATCH).await, 200);
        let refused = call(pod, "POST /plugins/reload", &[("x-api-key", WATCH)], None).await;
        assert_eq!((refused.status, &refused.body["code"]), (403, &json!("PERMISSION_DENIED")));
        let managed = call(pod, "POST /plugins/reload", &[("x-api-key", OPS)], None).await;
        assert_eq!((managed.status, &managed.body["code"]), (409, &json!("MANAGED_BY_OPERATOR")));
        let whose = call(pod, "GET /admin/session", &[("x-api-key", WATCH)], None).await.body;
        assert_eq!(
            (&whose["principal"]["role"], &whose["principal"]["isRoot"]),
            (&json!("viewer"), &json!(false))
        );
    }

    secret(&world, "ops", NEW_OPS, "editor").await;
    counts(&pods, NEW_OPS).await;
    counts_no_more(&pods, OPS).await;
    assert_eq!(status(&pods[1], "GET /keys", NEW_OPS).await, 403, "an editor reads no keys");

    world.delete("Secret", "watch").await;
    counts_no_more(&pods, WATCH).await;
    told(&world, "watch", "it is not there").await;
    let warned = |event: &Value| {
        let note = event["note"].as_str().unwrap_or_default();
        event["reason"] == "SecretNotFound"
            && event["regarding"]["name"] == "default"
            && note.contains("watch")
    };
    until("an event", async || world.objects("Event").await.iter().any(warned).then_some(())).await;
    secret(&world, "watch", WATCH, "boss").await;
    told(&world, "watch", "`admin`, `editor` and `viewer`").await;
    secret(&world, "watch", "too-short", "viewer").await;
    told(&world, "watch", "this one has 9").await;
    secret(&world, "watch", NEW_OPS, "admin").await;
    told(&world, "watch", "the same key as the Secret ops").await;
    assert_eq!(status(&pods[0], "GET /keys", NEW_OPS).await, 403, "no second Secret makes more of a key");
    secret(&world, "watch", WATCH, "viewer").await;
    counts(&pods, WATCH).await;
    world.runtime_is("default", "Ready", "True").await;

    world.patch("PluginRuntime", "default", json!({"spec": {"apiKeySecrets": []}})).await;
    for key in [NEW_OPS, WATCH] {
        counts_no_more(&pods, key).await;
    }
    assert_eq!(processes(&world, &pods).await, before, "nothing is restarted for a key");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_ends_within_seconds_while_a_plugin_hangs_in_its_start() {
    let (world, pods) = world().await;
    world.apply_config_map_plugin("hangs", "", HANGS).await;
    world.plugin_serves("hangs").await;
    let before = processes(&world, &pods).await;

    let source = json!({"configMap": {"name": "hangs"}});
    world.apply_plugin("hangs", &json!({"source": source, "env": [{"name": "HANG", "value": "1"}]})).await;
    let began = Instant::now();
    let starts = format!("hangs to start on {}", pods[0].name());
    until(&starts, async || world.state(&pods[0]).await.prepared.is_some().then_some(())).await;
    world.delete("Secret", "watch").await;
    secret(&world, "ops", NEW_OPS, "admin").await;
    counts_no_more(&pods, WATCH).await;
    counts_no_more(&pods, OPS).await;
    counts(&pods, NEW_OPS).await;
    assert!(began.elapsed() < INIT / 2, "the keys waited for the plugin: {:?}", began.elapsed());
    world.everywhere("default", "/hangs", "old").await;
    assert_eq!(processes(&world, &pods).await, before, "nothing is restarted for a key");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_holds_on_every_replica_while_certificates_change_and_ends_with_its_key() {
    let (world, pods) = world().await;
    let headers = [("x-forwarded-proto", "https")];
    let opened = call(&pods[0], "POST /admin/session", &headers, Some(json!({"key": WATCH}))).await;
    assert_eq!(opened.status, 200, "{}", opened.body);
    let cookie = opened.headers[SET_COOKIE].to_str().expect("text");
    assert!(cookie.contains("; Secure"), "the proxy before it is trusted: {cookie}");
    let session = cookie.split(';').next().expect("a cookie").to_owned();
    let holds = async || {
        for pod in &pods {
            let whose = call(pod, "GET /admin/session", &[(COOKIE.as_str(), &session)], None).await.body;
            if whose["authenticated"] != true {
                return false;
            }
            assert_eq!(whose["principal"]["role"], "viewer", "{whose}");
        }
        true
    };
    assert!(holds().await);

    let key = world.secret("default-control-tls", "session.key").await;
    world.patch("Secret", "default-control-tls", json!({"data": {"tls.crt": null}})).await;
    // A change of the runtime makes the operator look at its Secrets.
    world.patch("PluginRuntime", "default", json!({"spec": {"rollout": {"settle": "1s"}}})).await;
    let renewed = |secret: &Value| secret["data"]["tls.crt"].is_string();
    world.when("Secret", "default-control-tls", "a new certificate", renewed).await;
    assert_eq!(world.secret("default-control-tls", "session.key").await, key);
    world.runtime_is("default", "Ready", "True").await;
    assert!(holds().await);

    world.patch("Secret", "default-control-tls", json!({"data": {"session.key": null}})).await;
    world.patch("PluginRuntime", "default", json!({"spec": {"rollout": {"settle": "2s"}}})).await;
    until("the end of what the old key had signed", async || (!holds().await).then_some(())).await;
    counts(&pods, WATCH).await;
    assert_ne!(world.secret("default-control-tls", "session.key").await, key);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_ends_with_its_key_and_a_replica_knows_its_keys_without_the_operator() {
    let (mut world, pods) = world().await;
    let opened = call(&pods[1], "POST /admin/session", &[], Some(json!({"key": OPS}))).await;
    let cookie =
        opened.headers[SET_COOKIE].to_str().expect("text").split(';').next().expect("a cookie").to_owned();
    let opens = async |pod: &PlayedPod| {
        call(pod, "GET /plugins", &[(COOKIE.as_str(), &cookie)], None).await.status == 200
    };
    assert!(opens(&pods[0]).await && opens(&pods[1]).await);

    world.operator.kill().await;
    let starts = pods[0].starts();
    pods[0].kill();
    until("the replica's next process", async || {
        let again = pods[0].starts() > starts && world.get(&pods[0], "/app").await.is_ok();
        again.then_some(())
    })
    .await;
    counts(&pods, OPS).await;
    assert!(opens(&pods[0]).await, "sessions outlive the process");

    world.delete("Secret", "ops").await;
    world.operator.start_again().await;
    counts_no_more(&pods, OPS).await;
    for pod in &pods {
        assert!(!opens(pod).await, "its sessions end with it");
    }
    counts(&pods, WATCH).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_would_make_one_replica_differ_is_refused_with_the_command_to_use() {
    let (world, pods) = world().await;
    let namespace = &world.namespace;
    let listed = call(&pods[0], "GET /keys", &[("x-api-key", OPS)], None).await.body;
    let keys = listed["keys"].as_array().expect("a list");
    let mut names: Vec<_> = keys.iter().map(|key| [&key["name"], &key["role"], &key["keyPrefix"]]).collect();
    names.sort_by_key(|key| key[0].to_string());
    assert_eq!(json!(names), json!([["ops", "admin", &OPS[..12]], ["watch", "viewer", &WATCH[..12]]]));
    assert!(!listed.to_string().contains(&OPS[..13]), "{listed}");
    let same = call(&pods[1], "GET /keys", &[("x-api-key", OPS)], None).await.body;
    let id = |list: &Value, at: usize| list["keys"][at]["id"].as_u64().expect("a number");
    assert_eq!((id(&listed, 0), id(&listed, 1)), (id(&same, 0), id(&same, 1)));

    let revoke = format!("DELETE /keys/{}", id(&listed, 0));
    let table = [
        ("POST /plugins/upload", "kubectl apply"),
        ("DELETE /plugins/app", "kubectl delete plugin"),
        ("POST /plugins/app/enable", "kubectl patch plugin"),
        ("POST /plugins/%40acme%2Fapp/disable", "kubectl patch plugin"),
        ("POST /plugins/reload", "kubectl annotate pluginruntime default"),
        ("POST /keys", "kubectl create secret generic"),
        (&*revoke, "kubectl edit pluginruntime default"),
    ];
    let root = world.key("default").await;
    for (named, command) in table {
        for key in [OPS, &root] {
            let answer = call(&pods[0], named, &[("x-api-key", key)], None).await;
            assert_eq!(
                (answer.status, &answer.body["code"]),
                (409, &json!("MANAGED_BY_OPERATOR")),
                "{named}"
            );
            let message = answer.body["error"].as_str().expect("a message");
            assert!(message.contains(command) && message.contains(&format!("-n {namespace}")), "{message}");
        }
        let refused = call(&pods[0], named, &[("x-api-key", WATCH)], None).await;
        assert_eq!(refused.status, 403, "{named}");
    }
}
