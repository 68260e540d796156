//! The cluster half of the harness, of real parts on loopback: a control plane, an
//! OCI registry, the operator, and a stand-in for the kubelet that starts a real
//! `davit-runtime` for each pod.
//!
//! ```text
//! ControlPlane (one for all) → World (one for each test) → apply YAML → wait for conditions → ask the replicas
//! ```

pub mod control;
pub mod control_plane;
pub mod kubelet;
pub mod loopback;
pub mod operator;
pub mod registry;
pub mod world;
pub mod yaml;

use std::any::Any;

pub use control_plane::ControlPlane;
pub use control_plane::binaries::program;
pub use kubelet::{Kubelet, PlayedPod};
pub use operator::Operator;
pub use registry::Registry;
pub use world::World;

/// What a panic said.
fn said_by(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|&text| text.to_owned())).unwrap_or_default()
}
