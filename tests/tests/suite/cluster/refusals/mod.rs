//! What nobody may do: speak to a control port without its authority's word,
//! answer for another pod, go back in time, forge a plan, read the control
//! Secrets, or take a name that somebody else has.

mod identities;
mod names;
mod other_pod;
mod plans;
mod pull_secrets;

use davit_tests::cluster::World;

const CODE: &str = "export default { routes: { fetch: () => new Response(\"here\") } };\n";

/// A world in which the plugin `app` serves on so many replicas of `default`.
async fn serving(replicas: u32) -> World {
    let world = World::new().await;
    world.apply_runtime("default", replicas).await;
    world.apply_config_map_plugin("app", "version: 1.0.0\n", CODE).await;
    world.replicas("default", replicas as usize).await;
    world.plugin_serves("app").await;
    world
}
