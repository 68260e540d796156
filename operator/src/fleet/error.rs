//! Why the objects of a PluginRuntime are not as they must be.

use davit_crds::{ConditionType, InvalidStorage};
use davit_plugin::Reason;

use crate::trouble::Trouble;

/// The code of an answer to an object whose form is right and whose words are not.
const UNPROCESSABLE: u16 = 422;

/// Why the objects of a PluginRuntime are not as they must be.
#[derive(Debug, thiserror::Error)]
pub enum FleetError {
    /// The API server has not done what it was asked.
    #[error("the {kind} {name} cannot be read or written: {source}; it is tried again")]
    Api {
        /// The object's kind.
        kind: &'static str,
        /// Its name.
        name: String,
        /// What the API server said.
        source: Box<kube::Error>,
    },
    /// The API server takes no such object, and it is made from `spec`.
    #[error("the API server refuses the {kind} {name} that is made from spec: {why}: correct spec")]
    Invalid {
        /// The object's kind.
        kind: &'static str,
        /// Its name.
        name: String,
        /// What the API server said.
        why: String,
    },
    /// The object is somebody else's.
    #[error(
        "there is a {kind} {name} that this PluginRuntime does not own, and it needs the name: delete or \
         rename the {kind}, or give the PluginRuntime another name"
    )]
    Foreign {
        /// The object's kind.
        kind: &'static str,
        /// Its name.
        name: String,
    },
    /// The admin key that the resource names is not there.
    #[error(
        "spec.adminKeySecret names {0}, but there is no such Secret with a `{key}`: make it, or leave \
         spec.adminKeySecret out to have one made", key = super::admin_key::KEY
    )]
    NoAdminKey(String),
    /// Nobody has said which image to run.
    #[error("no image to run: set spec.image, or start the operator with --runtime-image")]
    NoImage,
    /// The API server should have refused the resource.
    #[error(transparent)]
    Storage(#[from] InvalidStorage),
    /// The certificates cannot be made.
    #[error("the control ports' certificates cannot be made: {0}; it is tried again")]
    Certificates(#[from] rcgen::Error),
    /// The system gives no random numbers.
    #[error("the system gives the operator no random numbers: no key can be made; it is tried again")]
    NoRandomness,
}

impl FleetError {
    /// Says of which object the API server speaks.
    pub(super) fn api(kind: &'static str, name: &str) -> impl FnOnce(kube::Error) -> Self {
        move |source| match source {
            kube::Error::Api(status) if status.code == UNPROCESSABLE => {
                Self::Invalid { kind, name: name.to_owned(), why: status.message.clone() }
            }
            source => Self::Api { kind, name: name.to_owned(), source: Box::new(source) },
        }
    }

    pub(super) fn foreign(kind: &'static str, name: &str) -> Self {
        Self::Foreign { kind, name: name.to_owned() }
    }
}

impl From<&FleetError> for Trouble {
    fn from(error: &FleetError) -> Self {
        let (stage, message) = (ConditionType::Ready, error.to_string());
        match error {
            FleetError::Foreign { .. } => Self::stall(stage, Reason::NameTaken, message),
            FleetError::Invalid { .. } => Self::stall(stage, Reason::ConfigInvalid, message),
            FleetError::NoAdminKey(_) => Self::retry(stage, Reason::SecretNotFound, message),
            _ => Self::retry(stage, Reason::RolloutInProgress, message),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trouble::Next;

    #[test]
    fn a_taken_name_stalls_and_names_the_object_and_all_else_is_tried_again() {
        let taken = Trouble::from(&FleetError::foreign("Secret", "default-control-ca"));
        assert_eq!((taken.next, taken.problem.reason), (Next::Stall, Reason::NameTaken));
        assert!(taken.problem.message.contains("Secret default-control-ca"), "{taken}");
        let status = kube::core::Status::failure("spec.affinity: Invalid value", "Invalid").with_code(422);
        let refused = FleetError::api("Deployment", "default")(kube::Error::Api(status.boxed()));
        let refused = Trouble::from(&refused);
        assert_eq!((refused.next, refused.problem.reason), (Next::Stall, Reason::ConfigInvalid));
        assert!(refused.problem.message.contains("spec.affinity: Invalid value"), "{refused}");
        for error in [FleetError::NoImage, FleetError::NoRandomness, FleetError::NoAdminKey("key".into())] {
            assert_eq!(Trouble::from(&error).next, Next::Retry, "{error}");
        }
    }
}
