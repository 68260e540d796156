//! The plugins that are measured, made from `app/`.

use std::path::{Path, PathBuf};

use tokio::process::Command;

use crate::error::BenchError;
use crate::place::Place;

/// The route of the app, below a plugin's base.
pub(crate) const ROUTE: &str = "/api/public/greeting";

/// One bundle of the app with Hono in it, as a plugin's author would pack it.
#[derive(Debug)]
pub(crate) struct Bundle(PathBuf);

impl Bundle {
    /// Builds it as the build script in `app/package.json` does.
    pub(crate) async fn build(place: &Place) -> Result<Self, BenchError> {
        let out = place.folder("bundle")?;
        let mut command = Command::new(place.bun()?);
        command.arg("build").arg(place.file("app/plugin.ts"));
        command.args(["--target", "bun", "--outdir"]).arg(&out).kill_on_drop(true);
        let built = command.output().await.map_err(BenchError::io("start `bun build`"))?;
        if !built.status.success() {
            let output = String::from_utf8_lossy(&built.stderr).into_owned();
            return Err(BenchError::Command {
                command: "bun build".to_owned(),
                status: built.status,
                output,
            });
        }
        Ok(Self(out.join("plugin.js")))
    }

    /// Writes a plugin with this bundle into `directory`; its base is `/NAME`.
    pub(crate) fn plugin(
        &self,
        directory: &Path,
        name: &str,
        depends_on: Option<&str>,
    ) -> Result<(), BenchError> {
        let dependencies = depends_on.map(|other| format!("dependencies: [{other}]\n")).unwrap_or_default();
        let dist = directory.join(name).join("dist");
        std::fs::create_dir_all(&dist).map_err(BenchError::io(format!("make {}", dist.display())))?;
        let copied = std::fs::copy(&self.0, dist.join("plugin.js"));
        copied.map_err(BenchError::io("copy the bundle"))?;
        manifest(&directory.join(name), name, &format!("pluginEntry: dist/plugin.js\n{dependencies}"))
    }
}

/// Writes a plugin of one static file, about as long as the app's answer, into
/// `directory`; the file is at `/NAME/file.json`.
pub(crate) fn static_plugin(directory: &Path, name: &str) -> Result<(), BenchError> {
    let folder = directory.join(name);
    write(&folder.join("public/index.html"), "<!doctype html><title>bench</title>")?;
    write(&folder.join("public/file.json"), r#"{"message":"Hello from the bench","version":0}"#)?;
    manifest(&folder, name, "entrypoint: public/index.html\n")
}

/// Writes a manifest with base `/NAME`, open routes and these `lines`.
pub(crate) fn manifest(folder: &Path, name: &str, lines: &str) -> Result<(), BenchError> {
    let head = format!("name: {name}\nversion: 1.0.0\nbase: /{name}\npublicRoutes: {{GET: [\"/**\"]}}\n");
    write(&folder.join("manifest.yaml"), &format!("{head}{lines}"))
}

/// Writes a file and the folders above it.
pub(crate) fn write(path: &Path, text: &str) -> Result<(), BenchError> {
    let made = path.parent().map_or(Ok(()), std::fs::create_dir_all);
    made.and_then(|()| std::fs::write(path, text))
        .map_err(BenchError::io(format!("write {}", path.display())))
}
