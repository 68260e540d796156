//! Request targets that mean a closed route in disguise. What they mean is what
//! a URL parser makes of them, and nothing may read them another way.

use std::process::Command;

use davit_tests::raw::{self, RawResponse};
use davit_tests::server::{KEY, Start};
use davit_tests::{Plugins, Server, programs};

/// Only what lies below `/gate/public/` and `/gate/open` is public.
const ROUTES: &str = "publicRoutes: {GET: [\"/public/**\", /open]}\n";
/// Tells the path that the plugin sees.
const CODE: &str = r#"
const seen = (request: Request) => new URL(request.url).pathname;
export default { server: { fetch: (request: Request) => new Response("", { headers: { "x-seen": seen(request) } }) } };
"#;

/// Targets as they are sent. Those that a URL parser takes to a closed route of
/// the plugin are refused without a key.
const CLOSED: [&str; 46] = [
    "/gate",
    "/gate/",
    "/gate/secret",
    "/gate/public",
    "/gate/public/../secret",
    "/gate/public/./../secret",
    "/gate/public/a/../../secret",
    "/gate/public/a/b/../../../secret",
    "/gate/public/%2e%2e/secret",
    "/gate/public/%2E%2E/secret",
    "/gate/public/.%2e/secret",
    "/gate/public/%2e./secret",
    "/gate/public/.%2E/secret",
    "/gate/public/%2E%2e/secret",
    "/gate/public/%2e/%2e%2e/secret",
    "/gate/public\\..\\secret",
    "/gate/public/..\\secret",
    "/gate/public\\../secret",
    "/gate/public/%2e%2e\\secret",
    "/gate/public/.%2e\\./secret",
    "/gate/public\\a\\..\\..\\secret",
    "/gate\\secret",
    "/gate\\public\\..\\secret",
    "/gate/open/../secret",
    "/gate/open/%2e%2e/secret",
    "/gate/open/",
    "/gate/open/x",
    "/gate/open/.",
    "/gate/open/%2e",
    "/gate/open//",
    "/gate/public/..",
    "/gate/public/../",
    "/gate/public/%2e%2e",
    "/gate/public/../public",
    "/gate//public/x",
    "/gate/./secret",
    "/./gate/secret",
    "/../gate/secret",
    "/%2e%2e/gate/secret",
    "/x/../gate/secret",
    "/api/../gate/secret",
    "/_/api/health/../../../gate/secret",
    "/gate/public/../../gate/secret",
    "/gate/public/../secret?next=/public/x",
    "/gate/secret#/../public/x",
    "http://davit.test/gate/public/../secret",
];

/// Targets that look as suspicious and stay public, because a URL parser leaves
/// them below `/gate/public/`.
const OPEN: [&str; 15] = [
    "/gate/open",
    "/gate/public/x",
    "/gate/public/",
    "/gate/public/..%2fsecret",
    "/gate/public/..%5csecret",
    "/gate/public/%252e%252e/secret",
    "/gate/public/.../secret",
    "/gate/public/..;/secret",
    "/gate/public//",
    "/gate/public/%00/secret",
    "/gate/secret/../public/x",
    "/gate/./public/x",
    "/gate/open?x=/../secret",
    "/gate/public/x#/../secret",
    "http://davit.test/gate/public/x",
];

/// Targets that name no route of the plugin, or are no request target at all.
const ELSEWHERE: [&str; 13] = [
    "/gate/../secret",
    "/gate/public/../../secret",
    "//gate/public/x",
    "/%67ate/public/x",
    "/GATE/public/x",
    "/gate%2fpublic/x",
    "/gate%2Fsecret",
    "/gatekeeper/public/x",
    "/gate;/public/x",
    "\\gate\\public\\x",
    "gate/public/x",
    "*",
    "http://davit.test",
];

async fn start() -> (Server, Plugins) {
    let plugins = Plugins::new();
    drop(plugins.plugin("gate", ROUTES, CODE));
    (Start::runtime([plugins.path()]).start().await, plugins)
}

/// What `new URL` makes of targets: a path stands behind a host, anything else
/// for itself.
fn pathnames(targets: &[&str]) -> Vec<String> {
    let script = "const base = 'http://davit.test';\
        const read = (target) => new URL(target.startsWith('/') ? base + target : target).pathname;\
        console.log(JSON.stringify(JSON.parse(process.argv.at(-1)).map(read)))";
    let list = serde_json::to_string(targets).unwrap();
    let output = Command::new(programs::bun()).args(["-e", script, &list]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

async fn get(server: &Server, target: &str, with_key: bool) -> RawResponse {
    let key = [("x-api-key", KEY)];
    raw::get(server.address(), target, if with_key { &key } else { &[] }).await
}

#[tokio::test]
async fn no_spelling_of_a_closed_route_is_open() {
    let (server, _plugins) = start().await;
    for (target, pathname) in CLOSED.into_iter().zip(pathnames(&CLOSED)) {
        let refused = get(&server, target, false).await;
        assert_eq!(refused.status, 401, "{target}, which is {pathname}");
        assert_eq!(refused.header("www-authenticate"), Some("Bearer"), "{target}");
        let answered = get(&server, target, true).await;
        assert_eq!(answered.status, 200, "{target} with the key");
        assert_eq!(answered.header("x-seen"), Some(&*pathname), "what the plugin sees of {target}");
    }
}

#[tokio::test]
async fn a_public_route_stays_open_in_every_spelling() {
    let (server, _plugins) = start().await;
    for (target, pathname) in OPEN.into_iter().zip(pathnames(&OPEN)) {
        let answered = get(&server, target, false).await;
        assert_eq!(answered.status, 200, "{target}");
        assert_eq!(answered.header("x-seen"), Some(&*pathname), "what the plugin sees of {target}");
    }
}

#[tokio::test]
async fn a_target_that_is_not_the_plugins_never_reaches_it() {
    let (server, _plugins) = start().await;
    for target in ELSEWHERE {
        for with_key in [false, true] {
            let refused = get(&server, target, with_key).await;
            assert!([400, 404].contains(&refused.status), "{target}: {refused:?}");
            assert_eq!(refused.header("x-seen"), None, "{target} reached the plugin");
        }
    }
}

#[tokio::test]
async fn only_the_methods_that_are_public_are_open_and_head_goes_with_get() {
    let (server, _plugins) = start().await;
    for (method, status) in
        [("GET", 200), ("HEAD", 200), ("POST", 401), ("DELETE", 401), ("get", 401), ("PROPFIND", 401)]
    {
        let answered = raw::ask(server.address(), &format!("{method} /gate/public/x"), &[]).await;
        assert_eq!(answered.status, status, "{method}");
    }
}
