//! The cookie of Davit's sessions at plugins: no page of another origin acts with it, and
//! no plugin sets it.

use davit_tests::raw::{self, RawResponse};
use davit_tests::server::{KEY, Start};
use davit_tests::{Plugins, Server};
use serde_json::json;

/// Tells the method, opens WebSockets, and would log its visitors in to Davit.
const CODE: &str = r#"
const set = "buntime_api_key=theirs; Path=/";
export default {
  server: {
    fetch(request: Request, server: any) {
      if (server.upgrade(request, { headers: { "set-cookie": set, "x-up": "1" } })) return;
      return new Response(request.method, { headers: [["set-cookie", "a=1"], ["set-cookie", set]] });
    },
  },
  websocket: { message() {} },
};
"#;
/// Does the same at other plugins' requests and responses.
const HOOK: &str = r#"
const set = "buntime_api_key=hooked; Path=/";
export default {
  onRequest(request: Request) {
    if (request.url.endsWith("/stop")) return new Response("stopped", { headers: { "set-cookie": set } });
  },
  onResponse(response: Response) { response.headers.append("set-cookie", set); },
};
"#;
const SOCKET: [(&str, &str); 4] = [
    ("connection", "Upgrade"),
    ("upgrade", "websocket"),
    ("sec-websocket-version", "13"),
    ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
];
const OURS: &str = "http://davit.test";

async fn start() -> (Server, Plugins) {
    let plugins = Plugins::new();
    drop(plugins.plugin("app", "publicRoutes: [\"/public/**\"]\n", CODE));
    drop(plugins.folder("hook").manifest("name: hook\n").file("plugin.ts", HOOK));
    (Start::runtime([plugins.path()]).start().await, plugins)
}

/// A session's cookie, as a browser sends it.
async fn session(server: &Server) -> String {
    let login = server.request(http::Method::POST, "/_/api/admin/session").header("origin", server.url(""));
    let answer = login.json(&json!({ "key": KEY })).send().await.unwrap();
    let cookie = answer.headers()["set-cookie"].to_str().unwrap();
    cookie.split(';').next().unwrap().to_owned()
}

/// The answer to a handshake with these headers too.
async fn handshake(server: &Server, path: &str, headers: &[(&str, &str)]) -> RawResponse {
    let headers = [&SOCKET, headers].concat();
    raw::read_head(&mut raw::open(server.address(), &format!("GET {path}"), &headers).await).await
}

#[tokio::test]
async fn a_page_of_another_origin_changes_nothing_with_the_cookie_of_a_visitor() {
    let (server, _plugins) = start().await;
    let session = session(&server).await;
    let as_key = format!("theme=dark; buntime_api_key={KEY}");
    let status = async |request: &str, headers: &[(&str, &str)]| {
        raw::ask(server.address(), request, headers).await.status
    };
    for cookie in [("cookie", &*session), ("cookie", &*as_key)] {
        for other in ["http://davit.test:8001", "http://other.davit.test", "null", "http://@davit.test", ""] {
            let sent = [cookie, ("origin", other)];
            for method in ["POST", "PUT", "PATCH", "DELETE"] {
                assert_eq!(status(&format!("{method} /app/x"), &sent).await, 401, "{method} from {other:?}");
                assert_eq!(status(&format!("{method} /app/public/x"), &sent).await, 200, "a public route");
            }
            assert_eq!(status("GET /app/x", &sent).await, 200, "reading, from {other:?}");
            assert_eq!(handshake(&server, "/app/x", &sent).await.status, 401, "a WebSocket, from {other:?}");
            let hidden = [cookie, ("origin", other), ("connection", "origin")];
            assert_eq!(status("POST /app/x", &hidden).await, 401, "named by Connection");
            let with_key = [cookie, ("origin", other), ("x-api-key", KEY)];
            assert_eq!(status("POST /app/x", &with_key).await, 200, "a key is no cookie");
        }
        for sent in [&[cookie][..], &[cookie, ("origin", OURS)]] {
            assert_eq!(status("POST /app/x", sent).await, 200, "{sent:?}");
            assert_eq!(handshake(&server, "/app/x", sent).await.status, 101, "{sent:?}");
        }
    }
}

#[tokio::test]
async fn a_refused_cookie_is_no_wrong_key_and_the_refusal_says_what_counts() {
    let (server, _plugins) = start().await;
    let cookie = session(&server).await;
    for _ in 0..20 {
        let sent = [("cookie", &*cookie), ("origin", "http://evil.test")];
        let refused = raw::ask(server.address(), "POST /app/x", &sent).await;
        assert_eq!(refused.status, 401, "never 429");
        let text = refused.text();
        assert!(text.contains("AUTH_REQUIRED") && text.contains("pages of this host and port"), "{text}");
    }
}

#[tokio::test]
async fn no_plugin_sets_the_cookie_of_sessions() {
    let (server, _plugins) = start().await;
    let key = [("x-api-key", KEY)];
    let answered = raw::get(server.address(), "/app/x", &key).await;
    assert_eq!((answered.status, answered.all("set-cookie")), (200, vec!["a=1"]));
    let stopped = raw::get(server.address(), "/app/stop", &key).await;
    assert!(stopped.text().contains("stopped"), "{stopped:?}");
    assert_eq!(stopped.all("set-cookie"), [""; 0]);
    let opened = handshake(&server, "/app/x", &key).await;
    assert_eq!((opened.status, opened.header("x-up"), opened.header("set-cookie")), (101, Some("1"), None));
}
