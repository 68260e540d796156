//! `ctx`, which `onInit` gets (contract §3).

use serde_json::json;

use super::scene::Scene;

/// Keeps the context and answers with what `told` makes of it.
fn tells(told: &str) -> String {
    format!(
        "let ctx: any;\nexport default (config: any) => ({{ onInit(given: any) {{ ctx = given; }}, routes: {{ fetch: async (request: Request) => {{ {told} }} }} }});\n"
    )
}

#[tokio::test]
async fn ctx_config_is_the_configuration_that_the_factory_got() {
    let code = tells("return Response.json([ctx.config === config, ctx.config]);");
    let told =
        Scene::one("config: {a: {type: number, default: 1}}\nb: 2\n", &code).await.server.json("/one").await;
    assert_eq!(told, json!([true, {"a": 1, "b": 2, "base": "/one"}]));
}

#[tokio::test]
async fn ctx_global_config_has_pool_size_plugin_dirs_and_worker_dirs() {
    let scene = Scene::one("", &tells("return Response.json(ctx.globalConfig);")).await;
    let told = scene.server.json("/one").await;
    let keys: Vec<_> = told.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, ["pluginDirs", "poolSize", "workerDirs"]);
    assert_eq!(told["poolSize"], 8, "{told}");
    assert_eq!((&told["pluginDirs"], &told["workerDirs"]), (&json!([scene.plugins.path()]), &json!([])));
}

#[tokio::test]
async fn ctx_logger_writes_each_level_under_the_plugins_name() {
    let code = tells(
        "for (const level of ['debug', 'info', 'warn', 'error']) ctx.logger[level]('said at %s', level, { deep: 1 }); return new Response('');",
    );
    let scene = Scene::started(
        |plugins| drop(plugins.plugin("one", "", &code)),
        |start| start.env("RUNTIME_LOG_LEVEL", "debug"),
    )
    .await;
    scene.server.text("/one").await;
    for level in ["debug", "info", "warn", "error"] {
        let fits = |record: &serde_json::Value| {
            let message = record["message"].as_str().unwrap_or_default();
            message.contains(&format!("said at {level}")) && message.contains("deep")
        };
        let record = scene.server.logs().record(level, fits).await;
        assert_eq!(record["level"].as_str().map(str::to_lowercase).as_deref(), Some(level), "{record}");
        assert!(record.to_string().contains("\"one\""), "{record}");
    }
}

#[tokio::test]
async fn ctx_get_plugin_is_undefined_for_what_is_absent_or_not_declared() {
    let ask = tells(
        "return Response.json(['there', 'gone', 'undeclared'].map((name) => ctx.getPlugin(name) ?? null));",
    );
    let scene = Scene::of(|plugins| {
        for name in ["there", "undeclared"] {
            drop(plugins.plugin(name, "", "export default { provides: () => 'provided' };\n"));
        }
        drop(plugins.plugin("one", "optionalDependencies: [there, gone]\n", &ask));
    })
    .await;
    assert_eq!(scene.server.json("/one").await, json!(["provided", null, null]));
    scene.server.logs().line("name it under dependencies or optionalDependencies").await;
}

#[tokio::test]
async fn ctx_runtime_has_the_path_of_the_api_and_the_version() {
    let scene = Scene::one("", &tells("return Response.json(ctx.runtime);")).await;
    let told = scene.server.json("/one").await;
    let known = scene.server.json("/.well-known/buntime").await;
    assert_eq!(told["api"], "/_/api");
    assert_eq!((&told["api"], &told["version"]), (&known["api"], &known["version"]));
}

#[tokio::test]
async fn ctx_pool_runs_an_app_of_the_package_and_tells_of_its_workers() {
    let code = tells(
        "if (request.url.endsWith('/metrics')) return Response.json([ctx.pool.getMetrics(), ctx.pool.getWorkerStats()]);\n\
         return ctx.pool.fetch('apps/echo', { ttl: '1m', env: { WORD: 'given' } }, request);",
    );
    let app = "let asked = 0;\nexport default { fetch: async (r: Request) => new Response(`${++asked} ${r.method} ${await r.text()} ${process.env.WORD}`) };\n";
    let scene =
        Scene::of(|plugins| drop(plugins.plugin("one", "", &code).file("apps/echo/index.ts", app))).await;
    for number in 1..=2 {
        let response = scene.server.post("/one/x").body("body").send().await.unwrap();
        assert_eq!(response.text().await.unwrap(), format!("{number} POST body given"));
    }
    let told = scene.server.json("/one/metrics").await;
    let (metrics, stats) = (&told[0], &told[1]);
    let counts = ["totalRequests", "failedRequests", "created", "queued"].map(|key| metrics[key].as_u64());
    assert_eq!(counts, [Some(2), Some(0), Some(1), Some(0)], "{metrics}");
    assert_eq!((stats[0]["requests"].as_u64(), &stats[1]), (Some(2), &json!(null)), "{stats}");
    assert!(stats[0]["dir"].as_str().unwrap().ends_with("/apps/echo"), "{stats}");
}

#[tokio::test]
async fn ctx_pool_runs_nothing_outside_of_the_plugins_own_folders() {
    let code = tells(
        "const { searchParams } = new URL(request.url);\n\
         const link = searchParams.get('link');\n\
         if (link !== null) require('node:fs').symlinkSync(link, ctx.dataDir + '/link');\n\
         const dir = link === null ? searchParams.get('dir') : ctx.dataDir + '/link';\n\
         try { return await ctx.pool.fetch(dir, {}, request); }\n\
         catch (error) { return new Response((error as Error).message, { status: 403 }); }",
    );
    let app = |name: &str| format!("export const fetch = () => new Response('{name}');\n");
    let scene = Scene::of(|plugins| {
        drop(plugins.plugin("one", "", &code).file("own/index.ts", &app("own")));
        drop(plugins.folder("other").file("index.ts", &app("other")));
    })
    .await;
    assert_eq!(scene.server.text("/one?dir=own").await, "own");
    let other = scene.plugins.path().join("other");
    let other = other.to_str().unwrap();
    let absolute = format!("dir={other}");
    let link = format!("link={other}");
    for query in ["dir=../other", "dir=own/../../other", &absolute, &link, "dir=nowhere"] {
        let response = scene.server.get(&format!("/one?{query}")).send().await.unwrap();
        let status = response.status();
        assert_eq!(
            (status.as_u16(), response.text().await.unwrap().contains("ctx.pool.fetch: ")),
            (403, true),
            "{query}"
        );
    }
}

#[tokio::test]
async fn ctx_auth_tells_who_was_vouched_for_and_nobody_else() {
    let vouch = "export default { onRequest(r: Request) { const user = r.headers.get('x-user'); if (user === null) return; const headers = new Headers(r.headers); headers.set('x-identity', user); return new Request(r, { headers }); } };\n";
    let scene = Scene::of(|plugins| {
        let granted = "name: voucher\ndavit: {permissions: {authenticate: true}}\n";
        drop(plugins.folder("voucher").manifest(granted).file("plugin.ts", vouch));
        drop(plugins.plugin(
            "one",
            "publicRoutes: ['/**']\n",
            &tells("return Response.json(ctx.auth.identity(request));"),
        ));
    })
    .await;
    for (header, identity) in
        [("x-user", json!("ada")), ("x-identity", json!(null)), ("x-other", json!(null))]
    {
        let response =
            scene.server.request(http::Method::GET, "/one/x").header(header, "ada").send().await.unwrap();
        assert_eq!(response.json::<serde_json::Value>().await.unwrap(), identity, "{header}");
    }
}
