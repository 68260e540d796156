//! `GET /plugins` and `GET /plugins/loaded`.

use axum::Json;
use axum::extract::State;
use davit_plugin::manifest::Menu;
use davit_plugin::{Base, PluginName};
use serde::Serialize;
use utoipa::ToSchema;

use super::Admin;
use super::listed::{self, Listed};

/// One plugin that serves.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Loaded {
    #[schema(value_type = String)]
    name: PluginName,
    /// The path that it serves under; null for one that only hooks.
    #[schema(value_type = Option<String>, required)]
    base: Option<Base>,
    #[schema(value_type = Vec<String>)]
    dependencies: Vec<PluginName>,
    #[schema(value_type = Vec<String>)]
    optional_dependencies: Vec<PluginName>,
    menus: Vec<MenuEntry>,
}

/// One entry of the console's sidebar.
#[derive(Debug, Serialize, ToSchema)]
struct MenuEntry {
    /// What the entry says.
    title: String,
    /// The icon's name, e.g. `lucide:key`.
    #[serde(skip_serializing_if = "Option::is_none")]
    icon: Option<String>,
    /// The path that it opens.
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    /// Entries below this one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(no_recursion)]
    items: Vec<Self>,
}

impl From<&Menu> for MenuEntry {
    fn from(menu: &Menu) -> Self {
        Self {
            title: menu.title.clone(),
            icon: menu.icon.clone(),
            path: menu.path.clone(),
            items: menu.items.iter().map(Self::from).collect(),
        }
    }
}

/// Every plugin, whatever became of it.
#[utoipa::path(
    get,
    path = "/plugins",
    operation_id = "listPlugins",
    tag = "plugins",
    responses((status = 200, description = "All plugins, in the order of their directories", body = Vec<Listed>,
        example = json!([{
            "name": "@acme/hello", "path": "@acme/hello", "removable": true, "source": "uploaded",
            "state": "ready", "version": "1.2.0"
        }])))
)]
pub(super) async fn list(State(admin): State<Admin>) -> Json<Vec<Listed>> {
    Json(listed::all(&admin))
}

/// What serves, in start order.
#[utoipa::path(
    get,
    path = "/plugins/loaded",
    operation_id = "listLoadedPlugins",
    tag = "plugins",
    responses((status = 200, description = "The plugins that serve", body = Vec<Loaded>,
        example = json!([{
            "name": "@acme/hello", "base": "/hello", "dependencies": [], "optionalDependencies": [],
            "menus": [{"title": "Hello", "icon": "lucide:hand", "path": "/hello"}]
        }])))
)]
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
            menus: plugin.menus.iter().map(MenuEntry::from).collect(),
        }
    });
    Json(loaded.collect())
}
