//! What a plugin gets of a request, and a client of the answer.

use davit_tests::Plugins;
use davit_tests::raw;
use davit_tests::server::{KEY, Start};

#[tokio::test]
async fn repeated_set_cookie_headers_stay_apart() {
    let plugins = Plugins::new();
    let code = r#"
const fetch = () => new Response("", { headers: [["set-cookie", "a=1, still a; Path=/"], ["set-cookie", "b=2"]] });
export default { routes: { fetch } };
"#;
    drop(plugins.plugin("cookies", "", code));
    let server = Start::runtime([plugins.path()]).start().await;
    let response = raw::get(server.address(), "/cookies", &[("x-api-key", KEY)]).await;
    assert_eq!(response.all("set-cookie"), ["a=1, still a; Path=/", "b=2"]);
}

#[tokio::test]
async fn headers_of_the_connection_alone_go_no_further() {
    let plugins = Plugins::new();
    let code = r#"
const answer = { "connection": "x-answer", "keep-alive": "timeout=9", "x-answer": "1", "x-kept": "1" };
const fetch = (request: Request) => Response.json([...request.headers.keys()], { headers: answer });
export default { routes: { fetch } };
"#;
    drop(plugins.plugin("hops", "", code));
    let server = Start::runtime([plugins.path()]).start().await;
    let sent =
        [("x-api-key", KEY), ("connection", "x-hop"), ("x-hop", "1"), ("te", "trailers"), ("x-end", "1")];
    let response = raw::get(server.address(), "/hops", &sent).await;
    for name in ["x-hop", "\"te\"", "\"connection\""] {
        assert!(!response.text().contains(name), "the plugin sees {name}: {}", response.text());
    }
    assert!(response.text().contains("x-end"), "{}", response.text());
    assert_eq!((response.header("x-answer"), response.header("keep-alive")), (None, None));
    assert_eq!(response.header("x-kept"), Some("1"));
}

#[tokio::test]
async fn server_fetch_sees_the_whole_path_and_routes_what_stands_behind_the_base() {
    let plugins = Plugins::new();
    let code = r#"
const tell = (who: string) => (request: Request) => {
  const { pathname, search } = new URL(request.url);
  const passes = who === "server" && pathname.startsWith("/both/routes");
  return new Response(`${who} ${pathname}${search}`, { status: passes ? 404 : 200 });
};
export default { server: { fetch: tell("server") }, routes: { fetch: tell("routes") } };
"#;
    drop(plugins.plugin("both", "", code));
    let server = Start::runtime([plugins.path()]).start().await;
    for (path, expected) in [
        ("/both", "server /both"),
        ("/both/x?y=1", "server /both/x?y=1"),
        ("/both/routes", "routes /routes"),
        ("/both/routes/a%20b?c=%2F", "routes /routes/a%20b?c=%2F"),
    ] {
        assert_eq!(server.text(path).await, expected);
    }
}

#[tokio::test]
async fn a_throw_is_a_500_that_tells_nothing_of_the_plugins_inside() {
    let plugins = Plugins::new();
    let code = "export default { routes: { fetch() { throw new Error(\"password is 1234\"); } } };\n";
    drop(plugins.plugin("thrower", "", code));
    let server = Start::runtime([plugins.path()]).start().await;
    let response = raw::get(server.address(), "/thrower/x?token=abc", &[("x-api-key", KEY)]).await;
    assert_eq!(response.status, 500);
    assert!(
        response.text().contains("\"code\":\"PLUGIN_ERROR\"") && !response.text().contains("1234"),
        "{}",
        response.text()
    );
    let line = server.logs().line("password is 1234").await;
    assert!(line.contains("thrower") && !line.contains("token=abc"), "{line}");
}
