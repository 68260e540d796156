//! The host that a plugin is told.

use davit_tests::Plugins;
use davit_tests::raw;
use davit_tests::server::Start;

const CODE: &str = r#"
const fetch = (request: Request) => new Response(`${request.headers.get("host")} ${new URL(request.url).host}`);
export default { routes: { fetch } };
"#;

#[tokio::test]
async fn an_absolute_target_names_the_host_and_not_the_header() {
    let plugins = Plugins::new();
    drop(plugins.plugin("told", "publicRoutes: [\"/**\"]\n", CODE));
    let server = Start::runtime([plugins.path()]).start().await;
    for (target, told) in [
        ("/told/x", "davit.test:81 davit.test:81"),
        ("http://target.test:82/told/x", "target.test:82 target.test:82"),
    ] {
        let answer = raw::get(server.address(), target, &[("host", "davit.test:81")]).await;
        assert_eq!(answer.status, 200, "{target}");
        assert!(answer.text().contains(told), "{target}: {}", answer.text());
    }
}
