//! A reader's desk: a folder for the example, `davit dev` in one terminal, a
//! shell in another.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use davit_tests::programs;
use davit_tests::server::{KEY, Server, Start};
use davit_tests::wait::until;
use tempfile::TempDir;
use tokio::process::Command;

/// How long a command may take.
const LIMIT: Duration = Duration::from_mins(1);

/// What the type check is told, as `davit new` tells it.
const TSCONFIG: &str = include_str!("../../../../cli/templates/hono/tsconfig.json");

pub(super) struct Desk {
    /// `example/`, and beside it the packages that `npm install` brings.
    root: TempDir,
    /// Where the shell is.
    at: PathBuf,
    server: Option<Server>,
    /// Files outside of the example's folder, which name the server's port.
    beside: Vec<(String, String)>,
}

impl Desk {
    /// An empty folder.
    pub(super) fn new() -> Self {
        let root = tempfile::tempdir().expect("a temporary folder");
        let at = root.path().join("example");
        fs::create_dir(&at).expect("the folder can be made");
        symlink(programs::repository().join("node_modules"), root.path().join("node_modules"))
            .expect("a link");
        Self { root, at, server: None, beside: Vec::new() }
    }

    /// Saves a file of the example. One that is served is live then.
    pub(super) async fn write(&mut self, path: &str, text: &str) {
        if path.starts_with("../") {
            self.beside.push((path.to_owned(), text.to_owned()));
            return self.write_beside();
        }
        let live = |server: &Server| server.logs().text().matches("live after").count();
        let before = self.server.as_ref().map(live);
        save(&self.example().join(path), text);
        if let (Some(server), Some(before)) = (&self.server, before) {
            until("the change to be live", async || (live(server) > before).then_some(())).await;
        }
    }

    /// Types a command and returns all that it prints.
    pub(super) async fn run(&mut self, typed: &str) -> String {
        if let Some(folder) = typed.strip_prefix("cd ") {
            self.at.push(folder);
            return String::new();
        }
        if typed == "npm install" {
            return String::new(); // The repository's packages are linked beside the example.
        }
        if let Some(variables) = typed.strip_suffix("davit dev .") {
            self.serve(variables).await;
            return String::new();
        }
        self.shell(&self.localised(&[typed.to_owned()])[0]).await
    }

    /// Lines of the guide with the port that the server has here.
    pub(super) fn localised(&self, lines: &[String]) -> Vec<String> {
        let Some(server) = &self.server else { return lines.to_vec() };
        let here = format!("localhost:{}", server.address().port());
        lines.iter().map(|line| line.replace("localhost:8000", &here)).collect()
    }

    /// Checks the types of all that the example has, as `npm run check` does.
    pub(super) async fn check_types(&self, place: &str) {
        let folder = self.root.path();
        self.shell(&format!("davit types {}", folder.display())).await;
        save(&folder.join("tsconfig.json"), &TSCONFIG.replace("\"*.ts\"", "\"*.ts\", \"example/**/*.ts\""));
        let printed = self.shell(&format!("tsc -p {}", folder.display())).await;
        assert_eq!(printed, "", "{place}: types");
    }

    async fn serve(&mut self, variables: &str) {
        let assigned = variables.split_whitespace().map(|one| one.split_once('=').expect("NAME=value"));
        let start = assigned.fold(Start::dev(&self.at), |start, (name, value)| start.env(name, value));
        self.server = Some(start.start().await);
        self.write_beside();
    }

    /// Writes the files beside the example, once the port is known.
    fn write_beside(&mut self) {
        if self.server.is_some() {
            for (path, text) in std::mem::take(&mut self.beside) {
                save(&self.example().join(path), &self.localised(&[text])[0]);
            }
        }
    }

    fn example(&self) -> PathBuf {
        self.root.path().join("example")
    }

    async fn shell(&self, command: &str) -> String {
        let (davit, inherited) = (programs::davit(), std::env::var_os("PATH").unwrap_or_default());
        let programs = [davit.parent().expect("a folder"), &programs::repository().join("node_modules/.bin")]
            .map(Path::to_owned)
            .into_iter()
            .chain(std::env::split_paths(&inherited));
        let child = Command::new("sh")
            .args(["-c", &format!("{{ {command}\n}} 2>&1")])
            .current_dir(&self.at)
            .env("PATH", std::env::join_paths(programs).expect("paths without `:`"))
            .env("KEY", KEY)
            .env("DAVIT_BUN", programs::bun())
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .output();
        let output = tokio::time::timeout(LIMIT, child).await.unwrap_or_else(|_| panic!("{command}: no end"));
        String::from_utf8(output.expect("a shell").stdout).expect("UTF-8")
    }
}

fn save(file: &Path, text: &str) {
    fs::create_dir_all(file.parent().expect("a folder")).expect("the folder can be made");
    fs::write(file, text).expect("the file can be written");
}
