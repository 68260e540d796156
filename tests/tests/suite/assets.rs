//! How static files of a user interface are cached, cut, compressed and kept.

use std::path::Path;

use davit_tests::raw::{self, RawResponse};
use davit_tests::server::{KEY, Start};
use davit_tests::{Folder, Plugins, Server};

const HTML: (&str, &str) = ("accept", "text/html");
const PAGE: &str = "<!doctype html><html><head><title>the page</title></head></html>";

/// A user interface that anybody may see, served under `/ui`.
fn ui(plugins: &Plugins, more: &str) -> Folder {
    let open = "publicRoutes: [\"/**\"]\n";
    let manifest = format!("name: ui\nbase: /ui\nentrypoint: client/index.html\n{open}{more}");
    plugins.folder("ui").manifest(&manifest).file("client/index.html", PAGE)
}

async fn start(directory: &Path) -> Server {
    Start::runtime([directory]).start().await
}

async fn get(server: &Server, target: &str, headers: &[(&str, &str)]) -> RawResponse {
    raw::get(server.address(), target, headers).await
}

fn etag(response: &RawResponse) -> &str {
    response.header("etag").expect("a file has a tag")
}

#[tokio::test]
async fn a_file_that_stays_the_same_is_not_sent_again_for_a_new_version_of_its_package() {
    let plugins = Plugins::new();
    let large = "large ".repeat(100_000);
    let folder = ui(&plugins, "").file("client/app.js", "export {};\n").file("client/large.txt", &large);
    let server = start(plugins.path()).await;
    let names = ["/ui/app.js", "/ui/large.txt", "/ui/"];
    let mut tags = Vec::new();
    for name in names {
        tags.push(etag(&get(&server, name, &[]).await).to_owned());
    }
    folder.write(
        "manifest.yaml",
        &std::fs::read_to_string(folder.path().join("manifest.yaml"))
            .unwrap()
            .replace("name: ui", "name: ui\nversion: 2.0.0"),
    );
    folder.write("client/index.html", &PAGE.replace("the page", "another page"));
    server.reload().await;
    assert_eq!(server.plugin("ui").await["version"], "2.0.0");
    for (name, tag, status) in
        [(names[0], &tags[0], 304), (names[1], &tags[1], 304), (names[2], &tags[2], 200)]
    {
        assert_eq!(get(&server, name, &[("if-none-match", tag)]).await.status, status, "{name}");
    }
    let other = get(&server, "/ui/app.js", &[("if-match", "\"other\"")]).await;
    assert_eq!((other.status, other.body.len()), (412, 0));
}

#[tokio::test]
async fn a_name_with_a_hash_is_kept_for_a_year_and_everything_else_is_asked_for_again() {
    let plugins = Plugins::new();
    drop(
        ui(&plugins, "")
            .file("client/assets/index-BfJ3xk2a.js", "export {};\n")
            .file("client/main.3f2a1b9c.css", "a {}\n")
            .file("client/page-BfJ3xk2a.html", PAGE)
            .file("client/app.js", "export {};\n"),
    );
    let closed = plugins.folder("closed").manifest("name: closed\nbase: /closed\nentrypoint: index.html\n");
    drop(closed.file("index.html", PAGE).file("main.3f2a1b9c.js", "export {};\n"));
    let server = start(plugins.path()).await;
    let forever = "public, max-age=31536000, immutable";
    for (target, expected) in [
        ("/ui/assets/index-BfJ3xk2a.js", forever),
        ("/ui/main.3f2a1b9c.css", forever),
        ("/ui/page-BfJ3xk2a.html", "no-cache"),
        ("/ui/app.js", "no-cache"),
        ("/ui/", "no-cache"),
        ("/ui/orders/42", "no-cache"),
        ("/closed/main.3f2a1b9c.js", "private, max-age=31536000, immutable"),
    ] {
        let response = get(&server, target, &[("x-api-key", KEY), HTML]).await;
        assert_eq!((response.status, response.header("cache-control")), (200, Some(expected)), "{target}");
        let held = [("x-api-key", KEY), HTML, ("if-none-match", etag(&response))];
        let again = get(&server, target, &held).await;
        assert_eq!((again.status, again.header("cache-control")), (304, Some(expected)), "{target}");
    }
}

#[tokio::test]
async fn a_part_of_a_file_is_sent_to_whoever_asks_for_one() {
    let plugins = Plugins::new();
    let large = (0..50_000).map(|i| format!("{i:05}\n")).collect::<Vec<_>>().concat();
    drop(ui(&plugins, "").file("client/small.txt", "0123456789").file("client/large.txt", &large));
    let server = start(plugins.path()).await;
    let whole = get(&server, "/ui/small.txt", &[]).await;
    assert_eq!(whole.header("accept-ranges"), Some("bytes"));
    for (target, range, content_range, text) in [
        ("/ui/small.txt", "bytes=2-4", "bytes 2-4/10", "234"),
        ("/ui/small.txt", "bytes=-1", "bytes 9-9/10", "9"),
        ("/ui/large.txt", "bytes=120000-120005", "bytes 120000-120005/300000", "20000\n"),
        ("/ui/large.txt", "bytes=299994-", "bytes 299994-299999/300000", "49999\n"),
    ] {
        let part = get(&server, target, &[("range", range)]).await;
        assert_eq!((part.status, part.header("content-range")), (206, Some(content_range)), "{range}");
        assert_eq!((&*part.text(), part.header("content-length")), (text, Some(&*text.len().to_string())));
        assert_eq!(part.header("content-type"), Some("text/plain; charset=utf-8"));
    }
    let none = get(&server, "/ui/small.txt", &[("range", "bytes=10-")]).await;
    assert_eq!((none.status, none.header("content-range"), none.body.len()), (416, Some("bytes */10"), 0));
    let same = etag(&whole);
    for (sent, status) in [
        (&[("range", "bytes=0-1"), ("if-range", same)][..], 206),
        (&[("range", "bytes=0-1"), ("if-range", "\"other\"")], 200),
        (&[("range", "bytes=0-1,4-5")], 200),
        (&[("range", "bytes=0-1"), ("if-none-match", same)], 304),
    ] {
        assert_eq!(get(&server, "/ui/small.txt", sent).await.status, status, "{sent:?}");
    }
    let head = raw::ask(server.address(), "HEAD /ui/small.txt", &[("range", "bytes=0-1")]).await;
    assert_eq!((head.status, head.header("content-length")), (200, Some("10")));
}

#[tokio::test]
async fn a_precompressed_form_goes_to_whom_it_suits_under_a_tag_of_its_own() {
    let plugins = Plugins::new();
    drop(
        ui(&plugins, "")
            .file("client/app.js", "export const plain = 1;\n")
            .file("client/app.js.br", "brotli bytes")
            .file("client/app.js.gz", "gzip bytes")
            .file("client/other.js", "export {};\n"),
    );
    let server = start(plugins.path()).await;
    let mut tags = Vec::new();
    for (accepted, encoding, text) in [
        ("gzip, deflate, br, zstd", Some("br"), "brotli bytes"),
        ("gzip", Some("gzip"), "gzip bytes"),
        ("br;q=0.2, gzip;q=0.9", Some("gzip"), "gzip bytes"),
        ("br;q=0, identity", None, "export const plain = 1;\n"),
    ] {
        let response = get(&server, "/ui/app.js", &[("accept-encoding", accepted)]).await;
        assert_eq!((response.status, response.header("content-encoding")), (200, encoding), "{accepted}");
        assert_eq!((&*response.text(), response.header("vary")), (text, Some("accept-encoding")));
        assert_eq!(response.header("content-type"), Some("text/javascript; charset=utf-8"));
        let held = [("accept-encoding", accepted), ("if-none-match", etag(&response))];
        let again = get(&server, "/ui/app.js", &held).await;
        assert_eq!((again.status, again.header("vary")), (304, Some("accept-encoding")));
        tags.push(etag(&response).to_owned());
    }
    tags.sort_unstable();
    tags.dedup();
    assert_eq!(tags.len(), 3);
    let part = get(&server, "/ui/app.js", &[("accept-encoding", "br"), ("range", "bytes=0-5")]).await;
    assert_eq!((part.status, &*part.text(), part.header("content-encoding")), (206, "brotli", Some("br")));
    let other = get(&server, "/ui/other.js", &[("accept-encoding", "br")]).await;
    assert_eq!((other.header("vary"), other.header("content-encoding")), (None, None));
    assert_eq!(get(&server, "/ui/app.js.gz", &[]).await.text(), "gzip bytes", "it is a file as well");
}

#[tokio::test]
async fn inject_base_puts_the_base_first_into_the_head_wherever_the_page_is_shown() {
    let plugins = Plugins::new();
    let folder = ui(&plugins, "injectBase: true\n").file("client/index.html.br", "brotli bytes");
    let server = start(plugins.path()).await;
    let expected = PAGE.replace("<head>", "<head><base href=\"/ui/\">");
    for target in ["/ui/", "/ui/index.html", "/ui/orders/42"] {
        let response = get(&server, target, &[HTML, ("accept-encoding", "br")]).await;
        assert_eq!((response.status, &*response.text()), (200, &*expected), "{target}");
        assert_eq!(response.header("content-length"), Some(&*expected.len().to_string()));
    }
    let tag = etag(&get(&server, "/ui/", &[]).await).to_owned();
    let held = get(&server, "/ui/orders/42", &[HTML, ("if-none-match", &tag)]).await;
    assert_eq!(held.status, 304);
    let manifest = folder.path().join("manifest.yaml");
    let moved = std::fs::read_to_string(&manifest).unwrap().replace("base: /ui", "base: /moved");
    folder.write("manifest.yaml", &moved);
    server.reload().await;
    let page = get(&server, "/moved/", &[("if-none-match", &tag)]).await;
    assert_eq!((page.status, &*page.text()), (200, &*expected.replace("/ui/", "/moved/")));
}

#[tokio::test]
async fn a_page_that_is_still_open_finds_the_parts_of_its_former_version() {
    let plugins = Plugins::new();
    let folder = ui(&plugins, "")
        .file("client/assets/view-BfJ3xk2a.js", "export const version = 1;\n")
        .file("client/plain.js", "export {};\n");
    let server = start(plugins.path()).await;
    let first = get(&server, "/ui/assets/view-BfJ3xk2a.js", &[]).await;
    folder.remove("client/plain.js");
    for version in 2..=4 {
        let old = if version == 2 { "BfJ3xk2a".to_owned() } else { format!("Bf{}3xk2a", version - 1) };
        folder.remove(&format!("client/assets/view-{old}.js"));
        folder.write(
            &format!("client/assets/view-Bf{version}3xk2a.js"),
            &format!("export const version = {version};\n"),
        );
        server.reload().await;
    }
    for (name, version) in [("BfJ3xk2a", 1), ("Bf23xk2a", 2), ("Bf33xk2a", 3), ("Bf43xk2a", 4)] {
        let part = get(&server, &format!("/ui/assets/view-{name}.js"), &[]).await;
        assert_eq!(
            (part.status, &*part.text()),
            (200, &*format!("export const version = {version};\n")),
            "{name}"
        );
    }
    let held = [("if-none-match", etag(&first))];
    assert_eq!(get(&server, "/ui/assets/view-BfJ3xk2a.js", &held).await.status, 304);
    assert_eq!(get(&server, "/ui/plain.js", &[]).await.status, 404, "only names with a hash stay");
    let manifest = std::fs::read_to_string(folder.path().join("manifest.yaml")).unwrap();
    folder.write("manifest.yaml", &manifest.replace("publicRoutes: [\"/**\"]\n", ""));
    server.reload().await;
    assert_eq!(get(&server, "/ui/assets/view-BfJ3xk2a.js", &[]).await.status, 401, "today's gate counts");
    assert_eq!(get(&server, "/ui/assets/view-BfJ3xk2a.js", &[("x-api-key", KEY)]).await.status, 200);
    folder.write("manifest.yaml", &manifest.replace("base: /ui", "base: /moved"));
    server.reload().await;
    for target in ["/ui/assets/view-BfJ3xk2a.js", "/moved/assets/view-BfJ3xk2a.js"] {
        assert_eq!(get(&server, target, &[("x-api-key", KEY)]).await.status, 404, "{target}");
    }
}
