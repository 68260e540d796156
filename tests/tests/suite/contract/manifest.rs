//! The manifest's fields (contract §2).

use serde_json::json;

use super::scene::{Scene, TELL};

#[tokio::test]
async fn manifest_yaml_is_read_before_manifest_yml() {
    let scene = Scene::of(|plugins| {
        let both = plugins.folder("both").manifest("name: both\nbase: /both\nfrom: yaml\n");
        drop(both.file("manifest.yml", "name: both\nbase: /both\nfrom: yml\n").file("plugin.ts", TELL));
        let only = plugins.folder("only").file("manifest.yml", "name: only\nbase: /only\nfrom: yml\n");
        drop(only.file("plugin.ts", TELL));
    })
    .await;
    assert_eq!(scene.server.json("/both").await["from"], "yaml");
    assert_eq!(scene.server.json("/only").await["from"], "yml");
}

#[tokio::test]
async fn manifest_name_is_required_and_safe_as_a_path() {
    let bad = ["", "'.'", "'..'", "'@x/..'", "'@x/.'", "a/b", "'@x/y/z'", "'@/x'", "'../up'", "'a\\b'"];
    let scene = Scene::of(|plugins| {
        for (at, name) in bad.iter().enumerate() {
            let folder = plugins.folder(&format!("bad-{at}"));
            drop(folder.manifest(&format!("name: {name}\nbase: /bad-{at}\n")).file("plugin.ts", TELL));
        }
        for (folder, name) in [("plain", "my-plugin"), ("scoped", "'@scope/name'")] {
            let manifest = format!("name: {name}\nbase: /{folder}\n");
            drop(plugins.folder(folder).manifest(&manifest).file("plugin.ts", TELL));
        }
    })
    .await;
    for (at, name) in bad.iter().enumerate() {
        let (state, reason, message) = scene.fate(&format!("bad-{at}")).await;
        assert_eq!((&*state, &*reason), ("failed", "ManifestInvalid"), "{name}: {message}");
    }
    let loaded = scene.server.json("/_/api/plugins/loaded").await;
    assert_eq!((&loaded[0]["name"], &loaded[1]["name"]), (&json!("my-plugin"), &json!("@scope/name")));
}

#[tokio::test]
async fn manifest_version_is_zero_unless_said_and_else_semver() {
    let versions = [("none", ""), ("pre", "version: 1.2.3-rc.1\n"), ("bad", "version: 1.x\n")];
    let scene = Scene::of(|plugins| {
        versions.iter().for_each(|(name, line)| drop(plugins.plugin(name, line, TELL)));
    })
    .await;
    assert_eq!(scene.server.plugin("none").await["version"], "0.0.0");
    assert_eq!(scene.server.plugin("pre").await["version"], "1.2.3-rc.1");
    scene.left_out("bad", "ManifestInvalid", "1.x").await;
}

#[tokio::test]
async fn manifest_enabled_is_true_unless_said() {
    let lines = [("silent", ""), ("on", "enabled: true\n"), ("off", "enabled: false\n")];
    let scene =
        Scene::of(|plugins| lines.iter().for_each(|(name, line)| drop(plugins.plugin(name, line, TELL))))
            .await;
    for (name, state, status) in [("silent", "ready", 200), ("on", "ready", 200), ("off", "disabled", 404)] {
        assert_eq!(scene.fate(name).await.0, state);
        let response = scene.server.get(&format!("/{name}")).send().await.unwrap();
        assert_eq!(response.status().as_u16(), status, "{name}");
    }
}

#[tokio::test]
async fn manifest_base_is_absent_for_hook_only_plugins() {
    let scene = Scene::of(|plugins| {
        let hook = "export default { onRequest: () => new Response('hooked') };\n";
        drop(plugins.folder("hook").manifest("name: hook\n").file("plugin.ts", hook));
    })
    .await;
    assert_eq!(scene.fate("hook").await.0, "ready");
    assert_eq!(scene.server.json("/_/api/plugins/loaded").await[0]["base"], json!(null));
    assert_eq!(scene.server.text("/anywhere").await, "hooked");
}

#[tokio::test]
async fn manifest_base_is_one_segment_and_no_reserved_one() {
    let bad = ["/", "bare", "/a/b", "/a/", "/a b", "/a.b", "/ä", "/a%20"];
    let reserved = ["/api", "/health", "/.well-known", "/_"];
    let scene = Scene::of(|plugins| {
        for (at, base) in bad.iter().chain(&reserved).enumerate() {
            let manifest = format!("name: bad-{at}\nbase: {base:?}\n");
            drop(plugins.folder(&format!("bad-{at}")).manifest(&manifest).file("plugin.ts", TELL));
        }
        drop(plugins.folder("good").manifest("name: good\nbase: /A-b_9\n").file("plugin.ts", TELL));
    })
    .await;
    for (at, base) in bad.iter().chain(&reserved).enumerate() {
        let (state, reason, message) = scene.fate(&format!("bad-{at}")).await;
        let reasons = if at < bad.len() {
            ["ManifestInvalid", "ManifestInvalid"]
        } else {
            ["BaseReserved", "ManifestInvalid"]
        };
        assert!(state == "failed" && reasons.contains(&&*reason), "{base}: {state} {reason}: {message}");
    }
    assert_eq!(scene.server.get("/A-b_9").send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn manifest_plugin_entry_is_the_compiled_code_else_plugin_js_or_index_js() {
    let code = |name: &str| {
        format!("export default () => ({{ routes: {{ fetch: () => new Response('{name}') }} }});\n")
    };
    let scene = Scene::of(|plugins| {
        let named = plugins.plugin("named", "pluginEntry: dist/plugin.js\n", &code("plugin.ts"));
        drop(named.file("dist/plugin.js", &code("dist/plugin.js")).file("plugin.js", &code("plugin.js")));
        for (name, files) in [("first", &["plugin.js", "index.js"][..]), ("last", &["index.js"])] {
            let folder = plugins.folder(name).manifest(&format!("name: {name}\nbase: /{name}\n"));
            drop(files.iter().fold(folder, |folder, file| folder.file(file, &code(file))));
        }
    })
    .await;
    for (path, answer) in [("/named", "dist/plugin.js"), ("/first", "plugin.js"), ("/last", "index.js")] {
        assert_eq!(scene.server.text(path).await, answer);
    }
}

#[tokio::test]
async fn manifest_dependencies_are_names_or_have_semver_ranges() {
    let scene = Scene::of(|plugins| {
        drop(plugins.plugin("base", "version: 1.4.0\n", TELL));
        for (name, more) in [
            ("by-name", "dependencies: [base]\n"),
            ("in-range", "dependencies: [{name: base, version: ^1.2}]\n"),
            ("as-map", "dependencies: [{base: '>=1 <2'}]\n"),
            ("too-new", "dependencies: [{name: base, version: ^2}]\n"),
            ("can-do-without", "optionalDependencies: [{name: base, version: ^2}, nobody]\n"),
        ] {
            drop(plugins.plugin(name, more, TELL));
        }
    })
    .await;
    for name in ["by-name", "in-range", "as-map", "can-do-without"] {
        assert_eq!(scene.fate(name).await.0, "ready", "{name}");
    }
    let (state, reason, message) = scene.fate("too-new").await;
    assert_eq!(state, "failed", "{reason}: {message}");
    assert!(message.contains("^2") && message.contains("1.4.0"), "{reason}: {message}");
}

#[tokio::test]
async fn manifest_menus_have_title_icon_path_and_items() {
    let menus = "menus: [{title: One, icon: 'lucide:box', path: /one, items: [{title: Two, icon: cog, path: /one/two}]}]\n";
    let scene = Scene::one(menus, TELL).await;
    let loaded = scene.server.json("/_/api/plugins/loaded").await;
    let two = json!({"title": "Two", "icon": "cog", "path": "/one/two"});
    let mut menu = loaded[0]["menus"][0].clone();
    let item = menu.as_object_mut().unwrap().remove("items").unwrap();
    assert_eq!(menu, json!({"title": "One", "icon": "lucide:box", "path": "/one"}));
    for (key, value) in two.as_object().unwrap() {
        assert_eq!(&item[0][key], value);
    }
}
