//! `publicRoutes` (contract §2), which the runtime enforces (§5, fault 5).

use super::scene::Scene;

const ANSWER: &str = "export default { routes: { fetch: () => new Response('open') } };\n";

/// Asserts which GETs a stranger may send.
async fn opens(patterns: &str, open: &[&str], closed: &[&str]) {
    let scene = Scene::one(&format!("publicRoutes: {patterns}\n"), ANSWER).await;
    for (paths, status) in [(open, 200), (closed, 401)] {
        for path in paths {
            assert_eq!(scene.stranger("GET", path).await, status, "{patterns}: {path}");
        }
    }
}

#[tokio::test]
async fn manifest_public_routes_one_star_is_one_segment() {
    opens(
        "['/items/*', '/*.css']",
        &["/one/items/7", "/one/items/", "/one/site.css"],
        &["/one/items", "/one/items/7/more", "/one/a/site.css", "/one/site.css.map"],
    )
    .await;
}

#[tokio::test]
async fn manifest_public_routes_two_stars_are_any_depth() {
    opens("['/api/public/**']", &["/one/api/public/x", "/one/api/public/x/y/z"], &["/one/api/x", "/one/api"])
        .await;
}

#[tokio::test]
async fn manifest_public_routes_a_question_mark_is_one_character() {
    opens("['/v?/x']", &["/one/v1/x", "/one/v2/x"], &["/one/v/x", "/one/v12/x", "/one/v//x"]).await;
}

#[tokio::test]
async fn manifest_public_routes_are_anchored_and_relative_to_the_base() {
    let closed = ["/one/x/open", "/one/open/x", "/one/opening", "/one/one/open", "/one/reopen"];
    opens("[/open]", &["/one/open", "/one/open?q=1"], &closed).await;
}

#[tokio::test]
async fn manifest_public_routes_without_methods_are_for_all_methods() {
    let scene = Scene::one("publicRoutes: [/open]\n", ANSWER).await;
    for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] {
        assert_eq!(scene.stranger(method, "/one/open").await, 200, "{method}");
        assert_eq!(scene.stranger(method, "/one/closed").await, 401, "{method}");
    }
}

#[tokio::test]
async fn manifest_public_routes_of_a_method_are_its_own_and_those_of_all() {
    let routes = "publicRoutes: {ALL: [/all], GET: [/get], POST: [/post], DELETE: [/delete]}\n";
    let scene = Scene::one(routes, ANSWER).await;
    for (method, own) in [("GET", "/get"), ("POST", "/post"), ("DELETE", "/delete"), ("PUT", "/put")] {
        for path in ["/all", "/get", "/post", "/delete", "/put"] {
            let open = path == "/all" || (path == own && path != "/put");
            let status = if open { 200 } else { 401 };
            assert_eq!(scene.stranger(method, &format!("/one{path}")).await, status, "{method} {path}");
        }
    }
}

#[tokio::test]
async fn manifest_public_routes_of_unknown_methods_are_refused() {
    let scene = Scene::one("publicRoutes: {FETCH: [/x]}\n", ANSWER).await;
    scene.left_out("one", "ManifestInvalid", "FETCH").await;
}
