//! What a serverless plugin's module exports (contract §3).

use std::time::{Duration, Instant};

use davit_tests::until;
use serde_json::{Value, json};

use super::scene::{Scene, serverless};
use super::workers::WHO;

#[tokio::test]
async fn serverless_entry_exports_fetch_or_routes_by_default_or_by_name() {
    let fetch = "fetch: (r: Request) => new Response(new URL(r.url).pathname)";
    let codes = [
        ("default-fetch", format!("export default {{ {fetch} }};\n")),
        ("default-routes", "export default { routes: { '/x': new Response('/x') } };\n".to_owned()),
        (
            "named-fetch",
            "export const fetch = (r: Request) => new Response(new URL(r.url).pathname);\n".to_owned(),
        ),
        ("named-routes", "export const routes = { '/x': () => new Response('/x') };\n".to_owned()),
        ("both", format!("export default {{ routes: {{ '/y': new Response('y') }}, {fetch} }};\n")),
    ];
    let scene = Scene::of(|plugins| {
        codes.iter().for_each(|(name, code)| drop(serverless(plugins, name, "", code)));
        drop(serverless(plugins, "neither", "", "export default { onIdle() {} };\n"));
    })
    .await;
    for (name, _) in &codes {
        assert_eq!(scene.server.text(&format!("/{name}/x")).await, "/x", "{name}");
    }
    assert_eq!(scene.server.text("/both/y").await, "y");
    assert_eq!(scene.server.get("/default-routes/other").send().await.unwrap().status(), 404);
    scene.left_out("neither", "LoadFailed", "index.ts must export fetch(request) or routes").await;
}

#[tokio::test]
async fn serverless_routes_are_responses_handlers_or_method_maps_with_params() {
    let code = r#"
export default { routes: {
  "/fixed": new Response("fixed"),
  "/users/:id": (request: any) => Response.json(request.params),
  "/users/me": () => new Response("me"),
  "/notes/:id/:part": {
    GET: (request: any) => Response.json(["GET", request.params]),
    PUT: async (request: any) => Response.json(["PUT", request.params, await request.text()]),
    DELETE: new Response("deleted"),
  },
} };
"#;
    let scene = Scene::serverless("", code).await;
    let send = async |method: &str, path: &str| {
        let request = scene.server.request(method.parse().unwrap(), path);
        let response =
            request.header("x-api-key", davit_tests::server::KEY).body("sent").send().await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    };
    assert_eq!(send("GET", "/one/fixed").await, (200, "fixed".to_owned()));
    assert_eq!(send("GET", "/one/users/me").await, (200, "me".to_owned()));
    let json = |value: Value| (200, value.to_string());
    assert_eq!(send("GET", "/one/users/a%2Fb").await, json(json!({"id": "a/b"})));
    let params = json!({"id": "7", "part": "title"});
    assert_eq!(send("GET", "/one/notes/7/title").await, json(json!(["GET", params])));
    assert_eq!(send("PUT", "/one/notes/7/title").await, json(json!(["PUT", params, "sent"])));
    assert_eq!(send("DELETE", "/one/notes/7/title").await, (200, "deleted".to_owned()));
    assert_eq!(send("PATCH", "/one/notes/7/title").await.0, 404);
}

#[tokio::test]
async fn serverless_on_idle_is_called_when_the_last_request_ended_and_on_terminate_before_the_end() {
    let hooks = "export const onIdle = () => console.log('is idle ' + me);\nexport const onTerminate = () => console.log('ends ' + me);\n";
    let scene = Scene::serverless("ttl: 1h\nidleTimeout: 200ms\n", &format!("{WHO}{hooks}")).await;
    let me = scene.server.text("/one").await;
    scene.server.logs().line(&format!("ends {me}")).await;
    let text = scene.server.logs().text();
    let (idle, ends) = (text.find(&format!("is idle {me}")), text.find(&format!("ends {me}")));
    assert!(idle.is_some() && idle < ends, "{text}");
}

#[tokio::test]
async fn serverless_timeout_ends_the_worker_that_does_not_answer() {
    let code = format!(
        "{WHO}export const routes = {{ '/never': () => new Promise<Response>(() => {{}}), '/loop': () => {{ for (;;); }} }};\n"
    );
    let scene = Scene::serverless("timeout: 2s\nttl: 1h\n", &code).await;
    let before = scene.server.text("/one").await;
    for path in ["/one/never", "/one/loop"] {
        let asked = Instant::now();
        let response = scene.server.get(path).send().await.unwrap();
        assert_eq!(response.status(), 504, "{path}");
        assert!(asked.elapsed() >= Duration::from_secs(2), "{path}");
        let other = async || {
            let response = scene.server.get("/one").send().await.ok()?;
            let ok = response.status() == 200;
            response.text().await.ok().filter(|who| ok && *who != before)
        };
        until("another Worker", other).await;
    }
}
