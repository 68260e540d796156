//! A real PostgreSQL server on a loopback address of its own.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use davit_tests::cluster::loopback;
use davit_tests::process::{Process, Program};
use davit_tests::programs::repository;
use davit_tests::until;
use rustix::process::geteuid;
use tempfile::TempDir;
use tokio::net::TcpStream;

use super::answers_as_from_bun_with;

/// Who runs it when the suite is root's, which the server refuses: nobody.
const NOBODY: u32 = 65_534;

/// The password of its only user, in the clear nowhere but in the test's folder.
const PASSWORD: &str = "a password: of/the@test";

/// Plays a plugin with a `database` for each side.
pub(crate) async fn talks(plugin: &str) {
    let postgres = Postgres::start().await;
    let databases = ["bun", "davit"].map(|side| format!("database: {}", postgres.database(side)));
    answers_as_from_bun_with(plugin, databases.each_ref().map(String::as_str)).await;
}

struct Postgres {
    programs: PathBuf,
    address: Ipv4Addr,
    _process: Process,
    /// Goes after the process.
    _folder: TempDir,
}

impl Postgres {
    async fn start() -> Self {
        let programs = programs();
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::write(folder.path().join("password"), PASSWORD).expect("the file can be written");
        if geteuid().is_root() {
            for path in [folder.path().to_owned(), folder.path().join("password")] {
                chown(path, Some(NOBODY), Some(NOBODY)).expect("root may");
            }
        }
        initialise(&programs, folder.path());
        let address = loopback::address();
        let mut process = serve(&programs, folder.path(), address);
        until("PostgreSQL to accept connections", async || {
            assert!(process.exited().is_none(), "PostgreSQL ended: {}", process.logs().text());
            TcpStream::connect(SocketAddr::from((address, 5432))).await.ok()
        })
        .await;
        process.logs().line("ready to accept connections").await;
        Self { programs, address, _process: process, _folder: folder }
    }

    /// The URL of a new database.
    fn database(&self, name: &str) -> String {
        let mut create = Command::new(self.programs.join("bin/createdb"));
        create.args(["--username=davit", name]).arg("--host").arg(self.address.to_string());
        done(with_libraries(&mut create, &self.programs).env("PGPASSWORD", PASSWORD));
        // What a URL may not hold as it is.
        let password =
            PASSWORD.replace(' ', "%20").replace(':', "%3A").replace('/', "%2F").replace('@', "%40");
        format!("postgres://davit:{password}@{}:5432/{name}", self.address)
    }
}

/// Makes the server's files in `folder`/data.
fn initialise(programs: &Path, folder: &Path) {
    let mut initdb = unprivileged(&programs.join("bin/initdb"));
    initdb.args(["--username=davit", "--auth=scram-sha-256", "--no-sync", "--locale=C.UTF-8"]);
    initdb.arg("--pwfile").arg(folder.join("password")).arg("--pgdata").arg(folder.join("data"));
    done(with_libraries(&mut initdb, programs).current_dir(folder));
}

fn serve(programs: &Path, folder: &Path, address: Ipv4Addr) -> Process {
    let command = unprivileged(&programs.join("bin/postgres"));
    let mut program = Program::new(Path::new(command.get_program()));
    program.command().args(command.get_args()).arg("-D").arg(folder.join("data"));
    // No Unix socket; and nothing of it need outlive the test.
    program.command().args(["-k", "", "-h", &address.to_string(), "-F", "-c", "jit=off"]);
    with_libraries(program.command(), programs).current_dir(folder);
    program.start()
}

/// A command that does not run as root.
fn unprivileged(program: &Path) -> Command {
    if !geteuid().is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("/usr/bin/setpriv");
    command
        .arg(format!("--reuid={NOBODY}"))
        .arg(format!("--regid={NOBODY}"))
        .arg("--clear-groups")
        .arg(program);
    command
}

/// Lets a program find the libraries that were unpacked beside it.
fn with_libraries<'a>(command: &'a mut Command, programs: &Path) -> &'a mut Command {
    let libraries = programs.join(format!("../../{}-linux-gnu", std::env::consts::ARCH));
    command.env("LD_LIBRARY_PATH", libraries)
}

fn done(command: &mut Command) -> Output {
    let output = command.stdin(Stdio::null()).output();
    let output = output.unwrap_or_else(|error| panic!("cannot run {command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    output
}

/// The folder with PostgreSQL's bin/.
fn programs() -> PathBuf {
    let output = done(&mut Command::new(repository().join("tests/tools/postgres.sh")));
    let printed = String::from_utf8(output.stdout).expect("paths are UTF-8");
    PathBuf::from(printed.lines().last().expect("the script prints the folder"))
}
