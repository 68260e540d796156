//! Static user interfaces.

use davit_tests::raw::{self, RawResponse};
use davit_tests::server::{KEY, Start};
use davit_tests::{Folder, Plugins, Server};

const SECRET: &str = "nothing outside of the entrypoint's folder is served";

async fn start() -> (Server, Plugins) {
    let plugins = Plugins::new();
    let ui: Folder = plugins
        .folder("ui")
        .manifest("name: ui\nbase: /ui\nentrypoint: client/index.html\npublicRoutes: [\"/**\"]\n")
        .file("client/index.html", "<!doctype html><title>the page</title>")
        .file("client/app.js", "export {};\n")
        .file("client/a b/ü.txt", "named oddly\n")
        .file("secret.txt", SECRET);
    std::fs::write(plugins.path().join("outside.txt"), SECRET).unwrap();
    drop(ui);
    (Start::runtime([plugins.path()]).start().await, plugins)
}

async fn get(server: &Server, target: &str, headers: &[(&str, &str)]) -> RawResponse {
    raw::get(server.address(), target, headers).await
}

#[tokio::test]
async fn files_are_served_with_their_types_and_the_base_alone_leads_to_the_page() {
    let (server, _plugins) = start().await;
    let bare = get(&server, "/ui?tab=2", &[]).await;
    assert_eq!((bare.status, bare.header("location")), (307, Some("/ui/?tab=2")));
    for (target, kind, text) in [
        ("/ui/", "text/html; charset=utf-8", "the page"),
        ("/ui/index.html", "text/html; charset=utf-8", "the page"),
        ("/ui/app.js", "text/javascript; charset=utf-8", "export {};"),
        ("/ui/a%20b/%C3%BC.txt", "text/plain; charset=utf-8", "named oddly"),
    ] {
        let response = get(&server, target, &[]).await;
        assert_eq!((response.status, response.header("content-type")), (200, Some(kind)), "{target}");
        assert!(response.text().contains(text), "{target}: {}", response.text());
        assert_eq!(response.header("content-length"), Some(&*response.body.len().to_string()), "{target}");
        assert_eq!(response.header("x-content-type-options"), Some("nosniff"));
    }
}

#[tokio::test]
async fn a_page_that_asks_for_an_unknown_path_gets_the_application() {
    let (server, _plugins) = start().await;
    let html = ("accept", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8");
    let page = get(&server, "/ui/orders/42", &[html]).await;
    assert_eq!(page.status, 200);
    assert!(page.text().contains("the page"), "{}", page.text());
    for other in [&[][..], &[("accept", "application/json")][..], &[("accept", "*/*")][..]] {
        assert_eq!(get(&server, "/ui/missing.js", other).await.status, 404, "{other:?}");
    }
    let post = raw::ask(server.address(), "POST /ui/orders", &[html]).await;
    assert_eq!(post.status, 404);
}

#[tokio::test]
async fn a_file_that_the_client_holds_is_not_sent_again() {
    let (server, plugins) = start().await;
    let first = get(&server, "/ui/app.js", &[]).await;
    let etag = first.header("etag").unwrap();
    assert!(etag.starts_with('"') && first.header("cache-control") == Some("no-cache"), "{first:?}");
    let weak = format!("\"other\", W/{etag}");
    for held in [etag, &weak, "*"] {
        let second = get(&server, "/ui/app.js", &[("if-none-match", held)]).await;
        assert_eq!((second.status, second.body.len(), second.header("etag")), (304, 0, Some(etag)), "{held}");
    }
    assert_eq!(get(&server, "/ui/app.js", &[("if-none-match", "\"other\"")]).await.status, 200);
    plugins.folder("ui").write("client/app.js", "export const changed = true;\n");
    server.reload().await;
    let changed = get(&server, "/ui/app.js", &[("if-none-match", etag)]).await;
    assert_eq!(changed.status, 200, "a changed file has another tag");
    assert!(changed.text().contains("changed"));
}

#[tokio::test]
async fn head_tells_of_a_file_what_get_does_without_the_file() {
    let (server, _plugins) = start().await;
    let head = raw::ask(server.address(), "HEAD /ui/app.js", &[]).await;
    let get = get(&server, "/ui/app.js", &[]).await;
    assert_eq!((head.status, head.body.len()), (200, 0));
    for name in ["content-length", "content-type", "etag"] {
        assert_eq!(head.header(name), get.header(name), "{name}");
    }
}

#[tokio::test]
async fn no_spelling_of_a_path_leaves_the_folder() {
    let (server, plugins) = start().await;
    let folder = plugins.path().join("ui/secret.txt");
    let absolute = folder.to_str().unwrap();
    let ups = [
        "..",
        "%2e%2e",
        "%2E%2E",
        ".%2e",
        "%2e.",
        "..%2f..",
        "..%5c..",
        "%252e%252e",
        "....",
        ".. ",
        "..%20",
        "..;",
        "..%00",
        "%c0%ae%c0%ae",
        "%uff0e%uff0e",
        "．．",
    ];
    let slashes = ["/", "\\", "%2f", "%2F", "%5c", "%255c", "//", "/./", "%c0%af"];
    let mut targets =
        vec![format!("/ui/{absolute}"), format!("/ui//{absolute}"), format!("/ui/%2f{absolute}")];
    for up in ups {
        for slash in slashes {
            for start in ["/ui/", "/ui/app.js/", "/ui/a%20b/"] {
                targets.extend(
                    ["secret.txt", "manifest.yaml", "../outside.txt"]
                        .map(|file| format!("{start}{up}{slash}{file}")),
                );
                targets.push(format!("{start}{up}{slash}{up}{slash}outside.txt"));
            }
        }
    }
    for target in targets {
        let response = raw::get(server.address(), &target, &[("x-api-key", KEY)]).await;
        assert!([400, 404].contains(&response.status), "{target}: {response:?}");
        let text = response.text();
        assert!(!text.contains(SECRET) && !text.contains("entrypoint:"), "{target}: {text}");
    }
}
