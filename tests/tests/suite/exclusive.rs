//! `davit.replacement: exclusive`: no two versions of a plugin ever run at once.

use davit_tests::alone::{EXCLUSIVE, alone};
use davit_tests::cluster::World;
use davit_tests::load::{Hammer, versioned};
use davit_tests::process::is_alive;
use davit_tests::server::{KEY, Start};
use davit_tests::{Plugins, Server, until};

/// What an [`alone`] plugin has recorded, once that ends with `end`.
async fn record(server: &Server, end: &str) -> String {
    let recorded = async || {
        let answer = server.get("/alone").send().await.ok()?;
        (answer.status() == 200).then_some(())?;
        answer.text().await.ok().filter(|record| record.ends_with(end))
    };
    until(&format!("a record that ends with {end}"), recorded).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_saved_change_fails_no_request() {
    let plugins = Plugins::new();
    let folder = plugins.plugin("alone", EXCLUSIVE, &versioned(1));
    let server = Start::dev(plugins.path()).start().await;
    let mut hammer = Hammer::start(&[server.address()], 3, KEY, "/alone");
    hammer.all_see(1).await;
    for version in 2..=5 {
        folder.write("plugin.ts", &versioned(version));
        hammer.all_see(version).await;
    }
    let seen = hammer.stop().await;
    assert!(seen.keys().copied().eq(1..=5), "{seen:?}");
}

#[tokio::test]
async fn each_version_starts_when_the_one_before_has_ended() {
    let plugins = Plugins::new();
    let folder = plugins.plugin("alone", EXCLUSIVE, &alone("v1", "", "await Bun.sleep(200);"));
    let server = Start::runtime([plugins.path()]).start().await;
    assert_eq!(record(&server, "v1").await, "v1");
    folder.write("plugin.ts", &alone("v2", "", ""));
    server.reload().await;
    assert_eq!(record(&server, "v2").await, "v1,v1 ended,v2");
    // The same package anew.
    server.reload().await;
    assert_eq!(record(&server, "v2").await, "v1,v1 ended,v2,v2 ended,v2");
}

#[tokio::test]
async fn a_change_that_does_not_start_brings_the_old_version_back_and_is_not_tried_at_every_look() {
    let plugins = Plugins::new();
    let folder = plugins.plugin("alone", EXCLUSIVE, &alone("v1", "", ""));
    let other = plugins.plugin("other", "", &versioned(1));
    let server = Start::dev(plugins.path()).start().await;
    record(&server, "v1").await;
    folder.write("plugin.ts", &alone("v2", "throw new Error('no luck');", ""));
    let told = server.plugin_when("alone", |plugin| plugin["state"] == "lastGood").await;
    assert_eq!(told["reason"], "InitFailed", "{told}");
    let back = record(&server, "v1").await;
    assert!(back.starts_with("v1,v1 ended,v2") && back.matches("v1 ended").count() == 1, "{back}");
    other.write("plugin.ts", &versioned(2));
    until("the other plugin", async || (server.text("/other").await == "2 2").then_some(())).await;
    assert_eq!(server.text("/alone").await, back, "it went on all the time");
    folder.write("plugin.ts", &alone("v3", "", ""));
    assert_eq!(record(&server, "v3").await, format!("{back},v1 ended,v3"));
}

#[tokio::test]
async fn plugins_that_are_linked_to_it_change_with_it() {
    let plugins = Plugins::new();
    drop(plugins.plugin("alone", EXCLUSIVE, &alone("v1", "", "")));
    let needs = "dependencies: [alone]\n";
    let pid = "export default { routes: { fetch: () => new Response(String(process.pid)) } };\n";
    let folder = plugins.plugin("linked", needs, pid);
    let server = Start::dev(plugins.path()).start().await;
    let worker = async || server.text("/linked").await.parse::<u32>().ok();
    let before = until("the linked plugin", worker).await;
    folder.write("plugin.ts", &format!("{pid}// changed\n"));
    let other = async || worker().await.filter(|pid| *pid != before);
    until("its change", other).await;
    assert!(!is_alive(before), "the old worker had ended before the new one started");
    assert_eq!(server.text("/alone").await, "v1,v1 ended,v1");
}

#[tokio::test]
async fn a_worker_that_crashed_is_replaced_as_any_other() {
    let plugins = Plugins::new();
    let (plain, crashes) =
        ("fetch() {", "fetch(request: Request) { if (request.url.endsWith('/crash')) process.exit(3);");
    let code = alone("v1", "", "").replace(plain, crashes);
    drop(plugins.plugin("alone", EXCLUSIVE, &code));
    let server = Start::runtime([plugins.path()]).start().await;
    record(&server, "v1").await;
    let answer = server.get("/alone/crash").send().await.unwrap();
    assert_eq!(answer.status(), 503);
    assert_eq!(record(&server, "v1,v1").await, "v1,v1");
}

/// One replica cannot start the new version: all of them go on with the old one, and
/// what else has changed goes live.
#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_one_replica_cannot_start_is_taken_back_on_all() {
    let world = World::new().await;
    world.apply_runtime("default", 2).await;
    world.apply_config_map_plugin("alone", EXCLUSIVE, &alone("v1", "", "")).await;
    world.apply_config_map_plugin("other", "", &versioned(1)).await;
    for name in ["alone", "other"] {
        world.plugin_serves(name).await;
    }
    let replicas = world.replicas("default", 2).await;
    let luck = replicas[0].volume("volume").join("data/alone/luck");
    std::fs::write(&luck, "").unwrap();
    let needs_luck = "if (!(await Bun.file(ctx.dataDir + '/luck').exists())) throw new Error('no luck');";
    world.apply_config_map("alone", EXCLUSIVE, &alone("v2", needs_luck, "")).await;
    world.plugin_is("alone", "Programmed", "False", "InitFailed").await;
    world.everywhere("default", "/other", "1 1").await;
    for replica in &replicas {
        until("the old version", async || {
            let answer = world.get(replica, "/alone").await.ok()?;
            (answer.status == 200 && answer.body.ends_with(b",v1")).then_some(())
        })
        .await;
    }
    world.apply_config_map("other", "", &versioned(2)).await;
    world.everywhere("default", "/other", "2 2").await;
    std::fs::write(replicas[1].volume("volume").join("data/alone/luck"), "").unwrap();
    world.apply_config_map("alone", EXCLUSIVE, &alone("v3", needs_luck, "")).await;
    let serving = world.plugin_serves("alone").await;
    assert_eq!(serving["status"]["loaded"], "2/2", "{serving}");
}
