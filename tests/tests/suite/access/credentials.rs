//! Davit's own credentials never reach a plugin; everything else does.

use davit_tests::raw;
use davit_tests::server::{KEY, Start};
use davit_tests::{Plugins, Server};

/// Tells everything that the plugin can get hold of without looking at other
/// processes.
const CODE: &str = r#"
let context: unknown;
function everything(value: unknown, seen = new Set<unknown>()): unknown {
  if (typeof value === "function") return value.toString();
  if (typeof value !== "object" || value === null || seen.has(value)) return String(value);
  seen.add(value);
  return Object.getOwnPropertyNames(value).map((name) => [name, everything((value as any)[name], seen)]);
}
async function fetch(request: Request) {
  return Response.json({
    url: request.url,
    headers: [...request.headers],
    request: everything(request),
    body: await request.text(),
    context: everything(context),
    environment: [Bun.env, process.env, import.meta.env],
    arguments: [process.argv, process.execArgv, Bun.argv],
    globals: Object.getOwnPropertyNames(globalThis).map((name) => [name, String((globalThis as any)[name])]),
    kernel: [await Bun.file("/proc/self/environ").text(), await Bun.file("/proc/self/cmdline").text()],
  });
}
export default { server: { fetch }, onInit(ctx: unknown) { context = ctx; } };
"#;

async fn start() -> (Server, Plugins) {
    let plugins = Plugins::new();
    drop(plugins.plugin("spy", "publicRoutes: [\"/public/**\"]\n", CODE));
    (Start::runtime([plugins.path()]).env("SUITE_SECRET", KEY).start().await, plugins)
}

async fn told(server: &Server, target: &str, headers: &[(&str, &str)]) -> String {
    let response = raw::get(server.address(), target, headers).await;
    assert_eq!(response.status, 200, "{target} {headers:?}: {}", response.text());
    response.text()
}

#[tokio::test]
async fn the_key_is_nowhere_in_a_plugin_however_it_was_sent() {
    let (server, _plugins) = start().await;
    let bearer = format!("Bearer {KEY}");
    let lower = format!("bearer  {KEY} ");
    let cookie = format!("theme=dark; buntime_api_key={KEY}; lang=en");
    let glued = format!("buntime_api_key={KEY};buntime_api_key={KEY}");
    let all = [("X-Api-Key", KEY), ("Authorization", &bearer), ("Cookie", &cookie)];
    let ways: [&[(&str, &str)]; 7] = [
        &[("x-api-key", KEY)],
        &[("X-API-KEY", KEY)],
        &[("authorization", &bearer)],
        &[("Authorization", &lower)],
        &[("cookie", &cookie)],
        &[("cookie", &glued), ("cookie", &cookie)],
        &all,
    ];
    for headers in ways {
        for target in ["/spy/secret", "/spy/public/x"] {
            let told = told(&server, target, headers).await;
            assert!(told.contains("\"context\""), "the plugin tells: {told}");
            assert!(!told.contains(KEY), "{headers:?} at {target}: {told}");
        }
    }
}

#[tokio::test]
async fn the_key_is_nowhere_in_a_plugin_when_it_was_sent_oddly() {
    let (server, _plugins) = start().await;
    let bearer = format!("Bearer {KEY}");
    let cookie = format!("a=\u{e9}; buntime_api_key={KEY}");
    let quoted = format!("buntime_api_key=\"{KEY}\"; a=1");
    let ways: [&[(&str, &str)]; 6] = [
        &[("x-api-key", "wrong"), ("x-api-key", KEY)],
        &[("authorization", "Basic dXNlcjpwYXNz"), ("authorization", &bearer)],
        &[("authorization", &bearer), ("authorization", "Basic dXNlcjpwYXNz")],
        &[("authorization", &bearer), ("authorization", &bearer)],
        &[("cookie", &cookie)],
        &[("cookie", &quoted)],
    ];
    for headers in ways {
        let told = told(&server, "/spy/public/x", headers).await;
        assert!(!told.contains(KEY), "{headers:?}: {told}");
    }
}

#[tokio::test]
async fn a_key_that_is_wrong_is_taken_off_as_well() {
    let (server, _plugins) = start().await;
    let headers = [("x-api-key", "btk_guessed"), ("cookie", "a=1; buntime_api_key=btk_guessed; b=2")];
    let told = told(&server, "/spy/public/x", &headers).await;
    assert!(!told.contains("btk_guessed"), "{told}");
    assert!(told.contains("a=1; b=2"), "{told}");
    let refused = raw::get(server.address(), "/spy/secret", &headers).await;
    assert_eq!(refused.status, 401);
    assert!(refused.text().contains("INVALID_KEY"), "{}", refused.text());
}

#[tokio::test]
async fn credentials_that_are_the_plugins_own_arrive_as_they_were_sent() {
    let (server, _plugins) = start().await;
    for authorization in ["Bearer of-the-plugin", "Basic dXNlcjpwYXNz", "Bearer"] {
        let headers =
            [("x-api-key", KEY), ("authorization", authorization), ("cookie", "session=theirs; x=1")];
        let told = told(&server, "/spy/secret", &headers).await;
        for part in [
            format!("[\"authorization\",\"{authorization}\"]"),
            "[\"cookie\",\"session=theirs; x=1\"]".into(),
        ] {
            assert!(told.contains(&part), "{part} is not in {told}");
        }
    }
}

#[tokio::test]
async fn nobody_outside_vouches_for_a_caller() {
    let (server, _plugins) = start().await;
    let forged = [("X-Identity", "forged-root"), ("x-identity", "forged-root-too")];
    let told = told(&server, "/spy/public/x", &forged).await;
    assert!(!told.contains("forged-root") && !told.contains("[\"x-identity\""), "{told}");
    assert_eq!(raw::get(server.address(), "/spy/secret", &forged).await.status, 401);
}

#[tokio::test]
async fn a_key_in_the_query_string_opens_nothing() {
    let (server, _plugins) = start().await;
    for name in ["key", "api_key", "x-api-key", "buntime_api_key", "access_token"] {
        let target = format!("/spy/secret?{name}={KEY}");
        assert_eq!(raw::get(server.address(), &target, &[]).await.status, 401, "{name}");
    }
}

#[tokio::test]
async fn a_worker_has_nothing_of_the_runtimes_environment() {
    let (server, _plugins) = start().await;
    // The one variable that Davit sets is the plugin's own folder.
    let told = told(&server, "/spy/public/x", &[]).await.replace("DAVIT_DATA_DIR", "");
    for name in ["SUITE_SECRET", "RUNTIME_", "DAVIT_"] {
        assert!(!told.contains(name), "{name} is in {told}");
    }
}
