//! What a persistent plugin's module exports (contract §3). Hooks and WebSockets
//! have files of their own.

use serde_json::json;

use super::scene::Scene;

const PAGE: &str = "<!doctype html><title>the page</title>";

#[tokio::test]
async fn module_default_export_is_a_factory_or_its_promise_or_a_plain_object() {
    let answer = |text: &str| format!("{{ routes: {{ fetch: () => new Response({text}) }} }}");
    let codes = [
        ("plain", format!("export default {};", answer("'plain'"))),
        ("factory", format!("export default (config: any) => ({});", answer("config.word"))),
        (
            "later",
            format!(
                "export default async (config: any) => {{ await Bun.sleep(1); return {}; }};",
                answer("config.word")
            ),
        ),
    ];
    let scene = Scene::of(|plugins| {
        codes.iter().for_each(|(name, code)| drop(plugins.plugin(name, &format!("word: {name}\n"), code)));
        drop(plugins.plugin("nothing", "", "export const routes = {};\n"));
    })
    .await;
    for (name, _) in &codes {
        assert_eq!(scene.server.text(&format!("/{name}")).await, *name);
    }
    scene.left_out("nothing", "LoadFailed", "plugin.ts must export by default").await;
}

#[tokio::test]
async fn module_routes_that_answer_404_fall_through() {
    let code = "export default { routes: { fetch: (r: Request) => new Response('mine', { status: r.url.endsWith('/mine') ? 200 : 404 }) } };\n";
    let scene = Scene::of(|plugins| {
        let folder = plugins.plugin("one", "entrypoint: client/index.html\n", code);
        drop(folder.file("client/index.html", PAGE));
    })
    .await;
    let get = async |path: &str, accept: &str| {
        let response = scene.server.get(path).header("accept", accept).send().await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    };
    assert_eq!(get("/one/mine", "text/html").await, (200, "mine".to_owned()));
    assert_eq!(get("/one/orders/42", "text/html").await, (200, PAGE.to_owned()));
    assert_eq!(get("/one/orders/42", "application/json").await.0, 404);
}

#[tokio::test]
async fn module_server_routes_map_patterns_to_responses_handlers_and_methods() {
    let code = r#"
const tell = (name: string) => (request: any) => Response.json([name, request.params]);
export default {
  server: {
    routes: {
      "/one": new Response("fixed"),
      "/one/:id": tell("id"),
      "/one/known": tell("known"),
      "/one/files/*": tell("rest"),
      "/one/:a/to/:b": { GET: tell("pair"), POST: (request: any) => request.text().then((text: string) => new Response(text)) },
    },
    fetch: (request: Request) => new Response("fetch", { status: request.url.endsWith("pass") ? 404 : 200 }),
  },
  routes: { fetch: (request: Request) => new Response("routes " + new URL(request.url).pathname) },
};
"#;
    let scene = Scene::one("", code).await;
    let server = &scene.server;
    assert_eq!((server.text("/one").await, server.text("/one").await), ("fixed".into(), "fixed".into()));
    for (path, told) in [
        ("/one/a%20b", json!(["id", {"id": "a b"}])),
        ("/one/known", json!(["known", {}])),
        ("/one/1/to/2", json!(["pair", {"a": "1", "b": "2"}])),
    ] {
        assert_eq!(server.json(path).await, told, "{path}");
    }
    assert_eq!(server.json("/one/files/x/y").await[0], "rest");
    let posted = server.post("/one/1/to/2").body("sent").send().await.unwrap();
    assert_eq!(posted.text().await.unwrap(), "sent");
    assert_eq!(server.text("/one/x/y").await, "fetch");
    assert_eq!(server.text("/one/x/pass").await, "routes /x/pass");
}

#[tokio::test]
async fn module_on_init_ends_before_the_plugin_serves() {
    let code = "let ready = 'no';\nexport default { async onInit() { await Bun.sleep(300); ready = 'yes'; }, routes: { fetch: () => new Response(ready) } };\n";
    let scene = Scene::one("", code).await;
    assert_eq!(scene.server.text("/one").await, "yes");
}

#[tokio::test]
async fn module_on_init_that_throws_fails_the_plugin_and_its_required_dependents_alone() {
    let scene = Scene::of(|plugins| {
        drop(plugins.plugin("thrower", "", "export default { onInit() { throw new Error('no luck'); } };\n"));
        let fine = "export default { routes: { fetch: () => new Response('fine') } };\n";
        for (name, more) in [
            ("needs", "dependencies: [thrower]\n"),
            ("needs-needs", "dependencies: [needs]\n"),
            ("likes", "optionalDependencies: [thrower]\n"),
            ("other", ""),
        ] {
            drop(plugins.plugin(name, more, fine));
        }
    })
    .await;
    scene.left_out("thrower", "InitFailed", "no luck").await;
    scene.left_out("needs", "DependencyNotReady", "thrower").await;
    scene.left_out("needs-needs", "DependencyNotReady", "needs").await;
    assert_eq!(scene.server.text("/likes").await, "fine");
    assert_eq!(scene.server.text("/other").await, "fine");
}

#[tokio::test]
async fn module_provides_is_called_after_on_init_and_is_what_others_get_from_get_plugin() {
    let provider = r"
let steps: string[] = [];
export default { onInit() { steps.push('onInit'); }, provides() { steps.push('provides'); return { steps, add: (s: string) => steps.push(s) }; } };
";
    let user = r#"
let provided: any;
export default {
  onInit(ctx: any) { provided = ctx.getPlugin("@acme/provider"); provided.add("used"); },
  routes: { fetch: () => Response.json(provided.steps) },
};
"#;
    let scene = Scene::of(|plugins| {
        drop(plugins.folder("provider").manifest("name: '@acme/provider'\n").file("plugin.ts", provider));
        drop(plugins.plugin("user", "dependencies: ['@acme/provider']\n", user));
    })
    .await;
    assert_eq!(scene.server.json("/user").await, json!(["onInit", "provides", "used"]));
}
