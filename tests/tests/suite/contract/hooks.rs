//! `onRequest` and `onResponse` (contract §3; the order of interfaces §6).

use davit_tests::server::{KEY, Start};
use davit_tests::{Plugins, Server, raw};
use http::Method;

/// Tells what it is asked, path and headers.
const MIRROR: &str = r"
const fetch = async (request: Request) => Response.json({
  url: new URL(request.url).pathname, method: request.method, body: await request.text(),
  headers: Object.fromEntries(request.headers),
});
export default { routes: { fetch } };
";

/// A directory with a plugin that tells what it is asked, behind hooks.
async fn behind(hooks: &[(&str, &str, &str)]) -> (Server, Plugins) {
    let plugins = Plugins::new();
    drop(plugins.plugin("mirror", "publicRoutes: ['/open/**']\n", MIRROR));
    for (name, more, code) in hooks {
        drop(plugins.folder(name).manifest(&format!("name: {name}\n{more}")).file("plugin.ts", code));
    }
    (Start::runtime([plugins.path()]).start().await, plugins)
}

#[tokio::test]
async fn module_on_request_sees_every_request_in_load_order_and_undefined_continues() {
    let note = |name: &str| {
        format!(
            "export default {{ onRequest(req: Request, app?: {{ name: string }}) {{ \
               req.headers.append('x-seen', '{name}:' + new URL(req.url).pathname + ':' + app?.name); }} }};"
        )
    };
    let (server, _plugins) = behind(&[("b-hook", "", &note("b")), ("a-hook", "", &note("a"))]).await;
    let told = server.json("/mirror/x").await;
    assert_eq!(told["headers"]["x-seen"], "a:/mirror/x:mirror, b:/mirror/x:mirror");
}

#[tokio::test]
async fn module_on_request_short_circuits_with_a_response_that_streams() {
    let code = r#"
const encoder = new TextEncoder();
export default { onRequest(req: Request) {
  if (!req.url.includes("stop")) return;
  const parts = ["one ", "two"];
  return new Response(new ReadableStream({ pull(c) {
    const part = parts.shift();
    part === undefined ? c.close() : c.enqueue(encoder.encode(part));
  } }), { status: 418, headers: [["set-cookie", "a=1"], ["set-cookie", "b=2"]] });
} };
"#;
    let (server, _plugins) = behind(&[("stopper", "", code)]).await;
    let response = raw::get(server.address(), "/mirror/stop", &[("x-api-key", KEY)]).await;
    assert_eq!((response.status, response.all("set-cookie")), (418, vec!["a=1", "b=2"]));
    assert!(response.text().contains("one ") && response.text().contains("two"), "{}", response.text());
    assert_eq!(server.json("/mirror/go").await["url"], "/go");
}

#[tokio::test]
async fn module_on_request_replaces_the_request_and_its_body_goes_on_whole() {
    let code = r#"
export default { async onRequest(req: Request) {
  const { pathname } = new URL(req.url);
  if (pathname.endsWith("/headers")) return new Request(req, { headers: { "x-made": "1" } });
  if (pathname.endsWith("/read")) { await req.text(); return; }
  if (pathname.endsWith("/made")) return new Request(req.url, { method: "PUT", body: (await req.text()).toUpperCase() });
  if (pathname.endsWith("/moved")) return new Request(req.url.replace("moved", "there"), req);
} };
"#;
    let (server, _plugins) = behind(&[("changer", "", code)]).await;
    let large = "y".repeat(300_000);
    for (path, body, method, expected) in [
        ("headers", "body", "POST", "body"),
        ("read", &*large, "POST", &*large),
        ("made", "body", "PUT", "BODY"),
        ("moved", "body", "POST", "body"),
        ("other", &*large, "POST", &*large),
    ] {
        let sent = server.post(&format!("/mirror/{path}")).body(body.to_owned()).send().await.unwrap();
        let told: serde_json::Value = sent.json().await.unwrap();
        assert_eq!((&told["method"], &told["body"]), (&method.into(), &expected.into()), "{path}");
        let made = (path == "headers").then_some("1");
        assert_eq!(told["headers"]["x-made"].as_str(), made, "{path}");
        let url = if path == "moved" { "/there".to_owned() } else { format!("/{path}") };
        assert_eq!(told["url"], url);
    }
}

#[tokio::test]
async fn module_on_request_that_throws_closes_unless_it_says_to_fail_open() {
    let throws =
        |open: &str| format!("export default {{ {open} onRequest() {{ throw new Error('secret'); }} }};");
    let (server, _plugins) = behind(&[("thrower", "", &throws(""))]).await;
    let response = server.get("/mirror/x").send().await.unwrap();
    assert_eq!(response.status(), 503);
    let told: serde_json::Value = response.json().await.unwrap();
    assert_eq!(told["code"], "PLUGIN_ONREQUEST_FAILED");
    assert!(!told.to_string().contains("secret"), "{told}");
    let (server, _plugins) = behind(&[("thrower", "", &throws("onRequestFailOpen: true,"))]).await;
    assert_eq!(server.json("/mirror/x").await["url"], "/x");
    server.logs().line("secret").await;
}

#[tokio::test]
async fn a_hook_may_not_send_a_request_to_another_plugin_nor_open_what_is_closed() {
    let code = r#"
export default { onRequest(req: Request) {
  const to = new URL(req.url).searchParams.get("to");
  return to === null ? undefined : new Request(new URL(to, req.url), { method: req.method });
} };
"#;
    let (server, _plugins) = behind(&[("mover", "", code)]).await;
    let get = async |path: &str| server.request(Method::GET, path).send().await.unwrap().status().as_u16();
    assert_eq!(get("/mirror/open/x?to=/mirror/open/y").await, 200);
    assert_eq!(get("/mirror/open/x?to=/mirror/closed").await, 401);
    assert_eq!(get("/mirror/open/x?to=/mirror/open/../closed").await, 401);
    assert_eq!(get("/mirror/open/x?to=/other/x").await, 503);
}

#[tokio::test]
async fn no_hook_sees_what_the_gate_refuses_nor_davits_own_paths_nor_its_credentials() {
    let code = r#"
const seen: string[] = [];
export default {
  routes: { fetch: () => Response.json(seen) },
  onRequest(req: Request) { seen.push(new URL(req.url).pathname + " " + [...req.headers.keys()].join()); },
};
"#;
    let (server, _plugins) = behind(&[("watcher", "base: /watcher\n", code)]).await;
    for path in ["/mirror/closed", "/_/api/plugins", "/api/health", "/.well-known/buntime", "/nowhere"] {
        drop(server.request(Method::GET, path).send().await.unwrap());
    }
    drop(server.get("/_/api/plugins").send().await.unwrap());
    drop(server.get("/nowhere").header("cookie", format!("buntime_api_key={KEY}")).send().await.unwrap());
    let seen = server.text("/watcher").await;
    assert!(seen.contains("/nowhere") && seen.contains("/watcher"), "{seen}");
    for hidden in ["/mirror", "/_/", "/api", "well-known", "x-api-key", "cookie"] {
        assert!(!seen.contains(hidden), "{hidden} in {seen}");
    }
}

#[tokio::test]
async fn only_a_plugin_that_may_authenticate_vouches_for_a_caller() {
    let vouch = r#"
export default { onRequest(req: Request) {
  const user = req.headers.get("x-user");
  if (user === "stranger") return new Response("go away", { status: 403 });
  if (user === null) return;
  const headers = new Headers(req.headers);
  headers.set("x-identity", user);
  return new Request(req, { headers });
} };
"#;
    let granted = "davit: {permissions: {authenticate: true}}\n";
    let forger = vouch.replace("x-user", "x-forge");
    let (server, _plugins) = behind(&[("voucher", granted, vouch), ("z-forger", "", &forger)]).await;
    let get = async |path: &str, headers: &[(&str, &str)]| {
        let request = server.request(Method::GET, path);
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        let response = request.send().await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    };
    assert_eq!(get("/mirror/closed", &[]).await.0, 401);
    assert_eq!(get("/mirror/closed", &[("x-identity", "root")]).await.0, 401);
    assert_eq!(get("/mirror/closed", &[("x-forge", "root")]).await.0, 401);
    assert_eq!(get("/mirror/closed", &[("x-user", "stranger")]).await, (403, "go away".to_owned()));
    let (status, told) = get("/mirror/closed", &[("x-user", "ada"), ("x-forge", "root")]).await;
    assert_eq!(status, 200);
    assert!(told.contains("\"x-identity\":\"ada\""), "{told}");
    let (status, told) = get("/mirror/open/x", &[("x-forge", "root"), ("x-identity", "root")]).await;
    assert!(status == 200 && !told.contains("x-identity"), "{told}");
    assert_eq!(get("/_/api/plugins", &[("x-user", "ada")]).await.0, 401);
}

#[tokio::test]
async fn module_on_response_may_replace_the_response_and_its_errors_are_isolated() {
    let code = r#"
export default { async onResponse(res: Response, app: { name: string } | undefined, req: Request) {
  const { pathname } = new URL(req.url);
  if (pathname.endsWith("/throw")) throw new Error("isolated");
  if (pathname.endsWith("/set")) { res.headers.set("x-hook", app?.name ?? "nobody"); return; }
  if (pathname.endsWith("/new")) return new Response("replaced", { status: 202 });
  if (pathname.endsWith("/upper")) return new Response((await res.text()).toUpperCase(), res);
  if (pathname.endsWith("/head")) return new Response(res.body, { status: 203, headers: { "x-hook": "head" } });
} };
"#;
    let (server, _plugins) = behind(&[("after", "", code)]).await;
    let get = async |path: &str| {
        let response = server.get(path).send().await.unwrap();
        let hook = response.headers().get("x-hook").map(|value| value.to_str().unwrap().to_owned());
        (response.status().as_u16(), hook, response.text().await.unwrap())
    };
    let (status, hook, body) = get("/mirror/throw").await;
    assert_eq!((status, hook, body.contains("\"/throw\"")), (200, None, true));
    server.logs().line("isolated").await;
    let (status, hook, body) = get("/mirror/set").await;
    assert_eq!((status, hook.as_deref(), body.contains("\"/set\"")), (200, Some("mirror"), true));
    assert_eq!(get("/mirror/new").await, (202, None, "replaced".to_owned()));
    let (status, _, body) = get("/mirror/upper").await;
    assert_eq!((status, body.contains("\"/UPPER\"")), (200, true), "{body}");
    let (status, hook, body) = get("/mirror/head").await;
    assert_eq!((status, hook.as_deref(), body.contains("\"/head\"")), (203, Some("head"), true));
    assert_eq!(get("/nowhere/set").await.1.as_deref(), Some("nobody"));
}

#[tokio::test]
async fn a_reload_changes_hooks_and_routes_together() {
    let plugins = Plugins::new();
    let both = |version: &str| {
        format!(
            "export default {{ routes: {{ fetch: (r: Request) => new Response('{version}' + r.headers.get('x-hook')) }}, \
             onRequest(r: Request) {{ r.headers.set('x-hook', '{version}'); }} }};"
        )
    };
    let folder = plugins.plugin("both", "", &both("a"));
    let server = Start::runtime([plugins.path()]).start().await;
    assert_eq!(server.text("/both").await, "aa");
    let (mut folder, mut last) = (folder, "a");
    for version in ["b", "c", "d"] {
        folder = folder.file("plugin.ts", &both(version));
        let reload = server.reload();
        let ask = async {
            for _ in 0..50 {
                let told = server.text("/both").await;
                assert!(told == format!("{last}{last}") || told == format!("{version}{version}"), "{told}");
            }
        };
        tokio::join!(reload, ask);
        last = version;
    }
    drop(folder);
}
