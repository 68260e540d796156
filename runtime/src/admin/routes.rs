//! All calls of the admin API, each with what it needs.

use axum::Router;
use axum::routing::get;
use utoipa_axum::routes;

use super::call::{Accepts, Call};
use super::calls::Calls;
use super::managed::Change;
use super::{Admin, docs, health, keys, logs, plugins, reload, remove, session, switch, upload, well_known};
use crate::keys::Permission;

/// Where the API is, and in which version.
pub(super) fn discovery() -> Calls {
    Calls::default()
        .add(Call::open(Accepts::Nothing), routes!(well_known::davit))
        .add(Call::open(Accepts::Nothing), routes!(well_known::buntime))
}

/// What everybody may call.
pub(super) fn open() -> Calls {
    Calls::default()
        .add(Call::open(Accepts::Nothing), routes!(health::health))
        .add(Call::open(Accepts::Nothing), routes!(health::live))
        .add(Call::open(Accepts::Nothing), routes!(health::ready))
        .add(Call::open(Accepts::Nothing), routes!(docs::document))
        .add(Call::open(Accepts::Login), routes!(session::open))
        .add(Call::open(Accepts::Nothing), routes!(session::show, session::close))
}

/// The page that shows the API to people; no call.
pub(super) fn viewer() -> Router<Admin> {
    Router::new()
        .route("/docs", get(docs::to_page))
        .route("/docs/", get(docs::page))
        .route("/docs/{*file}", get(docs::part))
}

/// What needs a key.
pub(super) fn guarded() -> Calls {
    use Accepts::{Json, Multipart, Nothing};
    use Permission::{
        KeysCreate, KeysRead, KeysRevoke, PluginsConfig, PluginsInstall, PluginsRead, PluginsRemove,
        WorkersRead,
    };
    Calls::default()
        .add(Call::reads(PluginsRead), routes!(plugins::list))
        .add(Call::reads(PluginsRead), routes!(plugins::loaded))
        .add(Call::reads(WorkersRead), routes!(logs::logs))
        .add(Call::changes(PluginsInstall, Change::Reload, Nothing), routes!(reload::reload))
        .add(Call::changes(PluginsInstall, Change::Upload, Multipart), routes!(upload::upload))
        .add(Call::changes(PluginsRemove, Change::Remove, Nothing), routes!(remove::remove))
        .add(Call::changes(PluginsConfig, Change::Enable, Nothing), routes!(switch::enable))
        .add(Call::changes(PluginsConfig, Change::Disable, Nothing), routes!(switch::disable))
        .add(Call::reads(KeysRead), routes!(keys::meta))
        .add(Call::reads(KeysRead), routes!(keys::list))
        .add(Call::changes(KeysCreate, Change::CreateKey, Json), routes!(keys::create))
        .add(Call::changes(KeysRevoke, Change::RevokeKey, Nothing), routes!(keys::revoke))
}
