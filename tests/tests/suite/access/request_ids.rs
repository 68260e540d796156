//! `X-Request-Id` in responses, errors and plugins.

use davit_tests::Plugins;
use davit_tests::raw;
use davit_tests::server::Start;

const CODE: &str = r#"
const fetch = (request: Request) => new Response(request.headers.get("x-request-id"));
export default { routes: { fetch } };
"#;

#[tokio::test]
async fn a_request_id_is_kept_when_sent_and_made_when_not() {
    let plugins = Plugins::new();
    drop(plugins.plugin("echo", "publicRoutes: [\"/**\"]\n", CODE));
    let server = Start::runtime([plugins.path()]).start().await;
    for target in ["/echo/x", "/nowhere", "/_/api/plugins", "/_/api/health"] {
        let kept = raw::get(server.address(), target, &[("x-request-id", "client-42")]).await;
        assert_eq!(kept.all("x-request-id"), ["client-42"], "{target}");
        let made = raw::get(server.address(), target, &[]).await;
        let again = raw::get(server.address(), target, &[]).await;
        let (made, again) = (made.all("x-request-id"), again.all("x-request-id"));
        assert!(made.len() == 1 && made[0].len() >= 32 && made != again, "{target}: {made:?} and {again:?}");
        let odd = raw::get(server.address(), target, &[("x-request-id", "a b\u{e9}")]).await;
        assert_ne!(odd.header("x-request-id"), Some("a b\u{e9}"), "{target}");
    }
    let plugin = raw::get(server.address(), "/echo/x", &[("x-request-id", "client-42")]).await;
    assert!(plugin.text().contains("client-42"), "the plugin sees it too: {}", plugin.text());
    let error = raw::get(server.address(), "/nowhere", &[("x-request-id", "client-42")]).await;
    assert!(error.text().contains("\"requestId\":\"client-42\""), "{}", error.text());
}
