//! Docker's credential helpers: a program that reads a registry's name and
//! prints its credential as JSON.

use std::process::Stdio;
use std::time::Duration;

use serde::Deserialize;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use super::{Credential, CredentialsError};

/// How long a helper may take; some ask the person.
const LIMIT: Duration = Duration::from_secs(30);
/// More than this of its output is not read.
const MAX_OUTPUT: u64 = 64 << 10;
/// What helpers print, with a failure, if they keep nothing for a registry.
const NOT_FOUND: &str = "credentials not found";
/// The user of a credential that is an identity token.
const TOKEN_USER: &str = "<token>";

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    username: String,
    secret: String,
}

/// What the helper `docker-credential-<name>` keeps for `registry`. What it
/// prints is never shown: it may be a secret.
pub(super) async fn get(name: &str, registry: &str) -> Result<Option<Credential>, CredentialsError> {
    let failed = |why: String| CredentialsError::Helper { name: name.to_owned(), why };
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if !name.chars().all(plain) {
        return Err(failed("is no name of a program".to_owned()));
    }
    let child = Command::new(format!("docker-credential-{name}"))
        .arg("get")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn();
    let child = child.map_err(|error| failed(format!("cannot be run ({error})")))?;
    let answer = timeout(LIMIT, ask(child, registry)).await;
    let answer = answer.map_err(|_| failed(format!("does not answer within {} s", LIMIT.as_secs())))?;
    let (succeeded, printed) = answer.map_err(|error| failed(format!("cannot be asked ({error})")))?;
    if !succeeded && printed.starts_with(NOT_FOUND.as_bytes()) {
        return Ok(None);
    }
    if !succeeded {
        return Err(failed(format!("failed for {registry}")));
    }
    let answer = serde_json::from_slice(&printed);
    let Answer { username, secret } = answer.map_err(|_| failed("did not print a credential".to_owned()))?;
    Ok(Some(match username.as_str() {
        TOKEN_USER => Credential::IdentityToken(secret),
        _ => Credential::Password { user: username, password: secret },
    }))
}

async fn ask(mut child: Child, registry: &str) -> std::io::Result<(bool, Vec<u8>)> {
    if let Some(mut stdin) = child.stdin.take() {
        // One that does not read its input has failed in its own way.
        let _broken_pipe = stdin.write_all(format!("{registry}\n").as_bytes()).await;
    }
    let mut printed = Vec::new();
    if let Some(stdout) = child.stdout.take() {
        stdout.take(MAX_OUTPUT).read_to_end(&mut printed).await?;
    }
    Ok((child.wait().await?.success(), printed))
}
