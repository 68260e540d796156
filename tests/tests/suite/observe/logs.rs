//! `GET /plugins/{name}/logs`.

use davit_tests::server::{KEY, Start};
use davit_tests::{Plugins, Server, until};
use serde_json::json;

use super::events::{Event, Events};

/// Logs what it is asked to, at `/one?…`.
const SAYS: &str = "let log: any;\nexport default { onInit(ctx: any) { log = ctx.logger; }, routes: { fetch: (request: Request) => { for (const what of new URL(request.url).searchParams.getAll('say')) log.warn(what); return new Response(''); } } };\n";

const LOGS: &str = "/_/api/plugins/one/logs";

async fn one() -> (Plugins, Server) {
    let plugins = Plugins::new();
    drop(plugins.plugin("one", "", SAYS));
    let server = Start::runtime([plugins.path()]).start().await;
    (plugins, server)
}

/// Lets the plugin log these; they are in its ring when this returns.
async fn say(server: &Server, words: &[&str]) {
    server.text(&format!("/one?say={}", words.join("&say="))).await;
    let last = words.last().expect("a word");
    until("the last word in the ring", async || {
        let tail = Events::of(server.get(&format!("{LOGS}?tail=1&follow=false"))).await.rest().await;
        (tail.first()?.message() == *last).then_some(())
    })
    .await;
}

async fn there(server: &Server, query: &str) -> Vec<Event> {
    Events::of(server.get(&format!("{LOGS}?follow=false{query}"))).await.rest().await
}

fn messages(events: &[Event]) -> Vec<&str> {
    events.iter().map(Event::message).collect()
}

#[tokio::test]
async fn each_line_is_an_event_with_a_running_number_time_level_plugin_and_message() {
    let (_plugins, server) = one().await;
    say(&server, &["a", "two%0Alines", "c"]).await;
    let events = there(&server, "").await;
    assert_eq!(messages(&events), ["a", "two\nlines", "c"]);
    let numbers: Vec<u64> = events.iter().map(|event| event.id.parse().unwrap()).collect();
    assert!(numbers.windows(2).all(|two| two[1] == two[0] + 1), "{numbers:?}");
    for event in &events {
        let time: jiff::Timestamp = event.data["time"].as_str().unwrap().parse().unwrap();
        assert!(jiff::Timestamp::now().duration_since(time).as_secs() < 3600, "{time}");
        let expected =
            json!({"time": event.data["time"], "level": "warn", "plugin": "one", "message": event.message()});
        assert_eq!((&event.data, &*event.name), (&expected, ""));
    }
}

#[tokio::test]
async fn a_stream_begins_with_what_is_there_and_goes_on_live() {
    let (_plugins, server) = one().await;
    say(&server, &["a", "b", "c"]).await;
    let mut all = Events::of(server.get(LOGS)).await;
    let mut tail = Events::of(server.get(&format!("{LOGS}?tail=1"))).await;
    let mut new = Events::of(server.get(&format!("{LOGS}?tail=0"))).await;
    assert_eq!(all.messages(3).await, ["a", "b", "c"]);
    assert_eq!(tail.messages(1).await, ["c"]);
    say(&server, &["d"]).await;
    for stream in [&mut all, &mut tail, &mut new] {
        assert_eq!(stream.messages(1).await, ["d"]);
    }
}

#[tokio::test]
async fn who_comes_back_with_last_event_id_goes_on_behind_it() {
    let (_plugins, server) = one().await;
    say(&server, &["a", "b", "c"]).await;
    let known = there(&server, "").await[1].id.clone();
    let again = |id: &str| server.get(&format!("{LOGS}?follow=false&tail=0")).header("last-event-id", id);
    assert_eq!(messages(&Events::of(again(&known)).await.rest().await), ["c"]);
    // A number of another runtime, or of one that has ended, says nothing.
    assert_eq!(messages(&Events::of(again("7")).await.rest().await), ["a", "b", "c"]);
}

#[tokio::test]
async fn lines_outlive_a_reload_and_go_with_their_plugin() {
    let (plugins, server) = one().await;
    say(&server, &["before"]).await;
    let mut stream = Events::of(server.get(LOGS)).await;
    server.reload().await;
    say(&server, &["after"]).await;
    assert_eq!(stream.messages(2).await, ["before", "after"]);
    std::fs::remove_dir_all(plugins.path().join("one")).unwrap();
    server.reload().await;
    assert_eq!(stream.rest().await, []);
    assert_eq!(server.get(LOGS).send().await.unwrap().status(), 404);
}

#[tokio::test]
async fn a_plugin_that_cannot_start_has_its_lines_too() {
    let plugins = Plugins::new();
    let code =
        "export default { async onInit(ctx: any) { ctx.logger.info('trying'); throw new Error('no'); } };";
    drop(plugins.plugin("one", "", code));
    let server = Start::runtime([plugins.path()]).start().await;
    assert_eq!(server.plugin("one").await["state"], "failed");
    assert_eq!(Events::of(server.get(LOGS)).await.messages(1).await, ["trying"]);
}

#[tokio::test]
async fn console_lines_are_there_and_those_of_a_shared_process_in_each_of_its_plugins() {
    let plugins = Plugins::new();
    let print = |what: &str| {
        format!(
            "console.log('{what} out'); console.error('{what} err'); export default {{ onInit(ctx: any) {{ ctx.logger.info('{what} logs'); }}, provides: () => 1, routes: {{ fetch: () => new Response('') }} }};"
        )
    };
    drop(plugins.plugin("alone", "", &print("alone")));
    drop(plugins.plugin("store", "", &print("store")));
    drop(plugins.plugin("user", "dependencies: [store]\n", &print("user")));
    let app = "console.log('app out'); export default { fetch: () => new Response('x') };";
    let manifest = "name: app\nbase: /app\n";
    drop(plugins.folder("app").manifest(manifest).file("index.ts", app));
    let server = Start::runtime([plugins.path()]).start().await;
    server.text("/app").await;
    let said = async |plugin: &str, count: usize| {
        let mut stream = Events::of(server.get(&format!("/_/api/plugins/{plugin}/logs"))).await;
        let mut said = Vec::new();
        while said.len() < count {
            let event = stream.next().await.unwrap();
            said.push(format!("{} {}", event.data["level"].as_str().unwrap(), event.message()));
        }
        said.sort();
        said
    };
    assert_eq!(said("alone", 3).await, ["info alone logs", "info alone out", "warn alone err"]);
    assert_eq!(said("app", 1).await, ["info app out"]);
    let printed = ["info store out", "info user out", "warn store err", "warn user err"];
    let with = |own: &'static str| {
        let mut all = [&[own][..], &printed].concat();
        all.sort_unstable();
        all
    };
    assert_eq!(said("store", 5).await, with("info store logs"));
    assert_eq!(said("user", 5).await, with("info user logs"));
}

#[tokio::test]
async fn the_end_of_a_worker_is_in_the_lines_of_its_plugin() {
    let (_plugins, server) = one().await;
    let mut stream = Events::of(server.get(LOGS)).await;
    let pid = i32::try_from(server.worker_pid().await).unwrap();
    let pid = rustix::process::Pid::from_raw(pid).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
    let event = stream.next().await.unwrap();
    assert_eq!(event.data["level"], "error");
    assert!(event.message().starts_with("the worker ended by itself"), "{event:?}");
}

#[tokio::test]
async fn a_stream_ends_with_the_runtime() {
    let (_plugins, mut server) = one().await;
    say(&server, &["a"]).await;
    let mut stream = Events::of(server.get(LOGS)).await;
    assert_eq!(stream.messages(1).await, ["a"]);
    server.terminate();
    assert_eq!(stream.rest().await, []);
    assert_eq!(server.exit_code().await, Some(0));
}

#[tokio::test]
async fn a_stream_ends_before_the_first_line_behind_its_reader_s_revocation() {
    let (_plugins, server) = one().await;
    let new = json!({ "name": "reader", "role": "viewer" });
    let made: serde_json::Value =
        server.post("/_/api/keys").json(&new).send().await.unwrap().json().await.unwrap();
    let key = made["data"]["key"].as_str().unwrap();
    let mut stream = Events::of(server.request(reqwest::Method::GET, LOGS).header("x-api-key", key)).await;
    say(&server, &["a"]).await;
    assert_eq!(stream.messages(1).await, ["a"]);
    let path = format!("/_/api/keys/{}", made["data"]["id"]);
    let revoked = server.request(reqwest::Method::DELETE, &path).header("x-api-key", KEY);
    assert_eq!(revoked.header("origin", server.url("")).send().await.unwrap().status(), 200);
    say(&server, &["b"]).await;
    assert_eq!(stream.rest().await, []);
}

#[tokio::test]
async fn logs_are_for_holders_of_a_key_and_of_plugins_that_exist() {
    let (_plugins, server) = one().await;
    let status = async |request: reqwest::RequestBuilder| request.send().await.unwrap().status().as_u16();
    assert_eq!(status(server.request(reqwest::Method::GET, LOGS)).await, 401);
    assert_eq!(status(server.get("/_/api/plugins/nobody/logs")).await, 404);
    for query in ["tail=x", "tail=-1", "follow=maybe"] {
        let response = server.get(&format!("{LOGS}?{query}")).send().await.unwrap();
        assert_eq!(response.status(), 400, "{query}");
        let body: serde_json::Value = response.json().await.unwrap();
        assert_eq!(body["code"], "INVALID_REQUEST");
        let said = body["error"].as_str().unwrap();
        assert!(said.contains("`tail` is a number of lines, `follow` is true or false"), "{said}");
    }
    assert!(!server.logs().text().contains(KEY));
}
