//! `POST /plugins/upload`: a package comes in, and takes its place only once it is
//! known to be a plugin.
//!
//! ```text
//! form → file on the disk → unpack → check → exchange the folders → pass → answer
//! ```

mod error;
mod form;
mod paced;
mod refused;
mod sender;
mod unread;

use std::time::Duration;

use axum::Json;
use axum::extract::{Request, State};
use davit_plugin::{PluginName, Version};
use http::request::Parts;
use jiff::Timestamp;
use serde::Serialize;
use tokio::io::AsyncWriteExt as _;
use tokio::time::timeout;
use utoipa::ToSchema;

use super::Admin;
use super::listed::all;
use super::unready::Unready;
use crate::directories::{Incoming, Installed};
use crate::dispatch::Refusal;
use error::UploadError;
use form::Form;
use refused::refusal;
use sender::Sender;
use unread::Unread;

pub(super) use refused::disk as disk_refusal;

/// How long a package may take to come, whatever its size.
const PATIENCE: Duration = Duration::from_mins(30);

/// A package was installed.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Uploaded {
    /// Always true.
    success: bool,
    data: Upload,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Upload {
    plugin: UploadedPlugin,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct UploadedPlugin {
    #[schema(value_type = String)]
    name: PluginName,
    #[schema(value_type = String)]
    version: Version,
    /// Since when it is in the plugin directory (RFC 3339).
    #[schema(value_type = String, format = DateTime)]
    installed_at: Timestamp,
    /// Only of a plugin that is installed and yet not ready.
    #[serde(flatten)]
    unready: Unready,
}

/// The form that brings a package.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only describes the form, which is read as it comes")]
pub(super) struct Package {
    /// The archive: `.tgz`, `.tar.gz` or `.zip`, flat or in one top folder.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// Installs a package, in place of the plugin of its name if there is one.
///
/// Nothing is replaced before the package is known to be a plugin. The answer comes when
/// the plugin serves, or when it is known that it does not: then its version before, if
/// there was one, goes on serving, and `state`, `reason` and `message` say why, as
/// `GET /plugins` does.
#[utoipa::path(
    post,
    path = "/plugins/upload",
    operation_id = "uploadPlugin",
    tag = "plugins",
    request_body(content = Package, content_type = "multipart/form-data"),
    responses(
        (status = 200, description = "It is installed", body = Uploaded,
            example = json!({"success": true, "data": {"plugin": {"name": "@acme/hello", "version": "1.2.0", "installedAt": "2026-01-31T12:00:00Z"}}})),
        (status = 400, description = "`INVALID_MULTIPART_FORM`, `NO_FILE_PROVIDED`: the form is no form, or brings no file; `INVALID_FILE_TYPE`, `PACKAGE_INVALID`, `PATH_TRAVERSAL`: the archive is none, is damaged, or leads out of its folder"),
        (status = 401, description = "`INVALID_KEY`: the key was revoked while the package came"),
        (status = 408, description = "`UPLOAD_TOO_SLOW`: nothing came for too long, or all of it took too long"),
        (status = 409, description = "`BUILT_IN_PLUGIN_EXISTS`, `FOLDER_FOLLOWED`, `FOLDER_TAKEN`, `FOLDER_OUTSIDE`, `NO_PLUGIN_DIRECTORY`, `TOO_MANY_PLUGINS`: there is no place for it"),
        (status = 413, description = "`PACKAGE_TOO_LARGE`, `TOO_MANY_ENTRIES`: it holds too much"),
        (status = 422, description = "The package breaks a rule, which the code names: `MANIFEST_INVALID`, `NO_MANIFEST`, `LINK_ESCAPES`, …"),
        (status = 500, description = "`NOT_WRITTEN`, `RELOAD_FAILED`: the machine's fault; the log says why"),
        (status = 503, description = "`TOO_MANY_UPLOADS`: too many packages come in; `STOPPING`: the runtime is ending"),
        (status = 507, description = "`VOLUME_FULL`: there is no room for it"),
    )
)]
pub(super) async fn upload(State(admin): State<Admin>, request: Request) -> Result<Json<Uploaded>, Refusal> {
    let (head, body) = request.into_parts();
    let body = Unread::new(body);
    let installed = install(&admin, &head, body.clone()).await;
    if installed.is_err() {
        body.discard().await;
    }
    let Installed { name, version, at } = installed?;
    let installed_at = Timestamp::try_from(at).unwrap_or(Timestamp::UNIX_EPOCH);
    let unready = unready(&admin, &name);
    let plugin = UploadedPlugin { name, version, installed_at, unready };
    Ok(Json(Uploaded { success: true, data: Upload { plugin } }))
}

async fn install(admin: &Admin, head: &Parts, body: Unread) -> Result<Installed, Refusal> {
    let directories = admin.directories()?;
    let sender = Sender { keys: &admin.keys, principal: head.extensions.get() };
    let form = Form::of(&head.headers, body, admin.max_upload_size)?;
    let incoming = directories.receive().await.map_err(|error| refusal(&error))?;
    tokio::select! {
        saved = timeout(PATIENCE, save(form, &incoming)) => saved.map_err(|_| UploadError::TooSlow)??,
        refused = sender.revoked() => return Err(refused),
    }
    let staged = incoming.stage(admin.max_upload_size).await.map_err(|error| refusal(&error))?;
    sender.still()?;
    directories.install(staged).await.map_err(|error| refusal(&error))
}

/// How it fares in the plugin directory: a folder of its name that ships with the image
/// is another one.
fn unready(admin: &Admin, name: &PluginName) -> Unready {
    let mut listed = all(admin).into_iter();
    let own = listed.find(|plugin| plugin.source != "built-in" && plugin.name == name.as_str());
    own.map(Unready::from).unwrap_or_default()
}

/// Writes the form's file to the disk as it comes.
async fn save(mut form: Form, incoming: &Incoming) -> Result<(), UploadError> {
    let mut file = tokio::fs::File::from_std(incoming.file()?);
    let failed = |error| UploadError::from(incoming.failed(error));
    let mut archive = form.file().await?;
    while let Some(piece) = archive.next().await? {
        file.write_all(&piece).await.map_err(failed)?;
    }
    file.flush().await.map_err(failed)?;
    drop(archive);
    form.end().await
}
