//! The process of a pod's container.

use k8s_openapi::api::core::v1::{Container, Pod};

use super::env;
use super::played::PlayedPod;
use super::volumes::Volumes;
use crate::process::{Process, Program};
use crate::programs;

/// The container that is played: its image holds `davit-runtime`.
const RUNTIME: &str = "runtime";

/// The container of a pod. An error says what the stand-in does not play.
pub(super) fn container(pod: &Pod) -> Result<&Container, String> {
    let spec = pod.spec.as_ref().expect("a pod has a spec");
    match &spec.containers[..] {
        [container] if container.name == RUNTIME && spec.init_containers.is_none() => Ok(container),
        _ => Err(format!("pods with anything but one container `{RUNTIME}` are not played")),
    }
}

/// Starts the container's process. An error says what the stand-in does not play.
pub(super) fn start(
    pod: &Pod,
    container: &Container,
    played: &PlayedPod,
    volumes: &Volumes,
) -> Result<Process, String> {
    if container.command.is_some() {
        return Err("a command other than the image's own is not played".to_owned());
    }
    let mounts = volumes.mounts(container);
    let mut program = Program::new(&programs::davit_runtime()).quiet();
    program
        .command()
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("TMPDIR", mounts.real("/tmp"))
        .env("DAVIT_BUN", programs::bun())
        .env("DAVIT_LISTEN_ADDRESS", played.address().to_string())
        .args(container.args.iter().flatten().map(|argument| mounts.real(argument)))
        .envs(env::variables(container, pod, played.address(), &mounts)?)
        .current_dir(played.folder());
    Ok(program.start())
}
