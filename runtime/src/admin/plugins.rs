//! `GET /plugins` and `GET /plugins/loaded`.

use axum::Json;
use axum::extract::State;
use davit_plugin::manifest::Menu;
use davit_plugin::{Base, PluginName};
use serde::Serialize;

use super::listed::Listed;
use super::{Admin, Source};

/// One plugin that serves.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Loaded {
    name: PluginName,
    base: Option<Base>,
    dependencies: Vec<PluginName>,
    optional_dependencies: Vec<PluginName>,
    menus: Vec<Menu>,
}

/// Every plugin, whatever became of it.
pub(super) async fn list(State(admin): State<Admin>) -> Json<Vec<Listed>> {
    let snapshot = admin.assembler.current();
    Json(match &admin.source {
        Source::Directories(directories) => {
            directories.statuses().iter().map(|status| Listed::folder(status, &snapshot)).collect()
        }
        Source::Operator(_) => {
            snapshot.troubles().map(|(plugin, trouble)| Listed::managed(plugin, trouble, &snapshot)).collect()
        }
    })
}

/// What serves, in start order.
pub(super) async fn loaded(State(admin): State<Admin>) -> Json<Vec<Loaded>> {
    let snapshot = admin.assembler.current();
    let loaded = snapshot.plan().plugins.iter().map(|plugin| {
        let links = |required: bool| {
            let links = plugin.dependencies.iter().filter(|link| link.required == required);
            links.map(|link| link.name.clone()).collect()
        };
        Loaded {
            name: plugin.name.clone(),
            base: plugin.base.clone(),
            dependencies: links(true),
            optional_dependencies: links(false),
            menus: plugin.menus.clone(),
        }
    });
    Json(loaded.collect())
}
