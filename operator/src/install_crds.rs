//! `davit-operator install-crds`: in: Davit's two CRDs. Out: both in the API
//! server as they are here, and established.

use std::io::{self, Write as _};
use std::time::Duration;

use davit_crds::definitions::definitions;
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::{
    CustomResourceDefinition, CustomResourceDefinitionCondition,
};
use kube::ResourceExt as _;
use kube::api::{Api, Patch, PatchParams};
use tokio::time::{sleep, timeout};

use crate::run::{StartError, connect};

/// The one who owns the CRDs' fields from now on: not the operator that runs,
/// which has no right to write them.
const FIELD_MANAGER: &str = "davit-operator-crds";
/// How long all of it may take. Establishing takes the API server a second.
const DEADLINE: Duration = Duration::from_mins(1);
/// Between two looks: whoever has this right need not have the one to watch.
const PAUSE: Duration = Duration::from_millis(200);

/// The CRDs are not installed.
#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    /// Nobody says where the API server is.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The account lacks a right.
    #[error(
        "a right is missing: {0}: the account needs get, create and patch on \
         customresourcedefinitions.apiextensions.k8s.io"
    )]
    Forbidden(String),
    /// The API server has not done what it was asked.
    #[error("the CRD {name} cannot be applied: {source}")]
    Api {
        /// The CRD's name.
        name: String,
        /// What the API server said.
        source: Box<kube::Error>,
    },
    /// The API server took a CRD, but does not serve its resource.
    #[error("the CRD {name} is not established after {} s: {why}", DEADLINE.as_secs())]
    NotEstablished {
        /// The CRD's name.
        name: String,
        /// What the CRD's status says.
        why: String,
    },
    /// The API server answers too slowly.
    #[error("the API server has not answered for {} s: try again when it does", DEADLINE.as_secs())]
    Unanswered,
    /// Nobody can be told.
    #[error("cannot print: {0}")]
    Print(#[from] io::Error),
}

/// Applies both CRDs, waits until they are established, and prints a line for
/// each. CRDs that stand already are brought to what this program knows.
pub async fn install_crds() -> Result<(), InstallError> {
    let api = Api::all(connect().await?);
    for definition in definitions() {
        let name = definition.name_any();
        apply(&api, &name, &definition).await?;
        established(&api, &name).await?;
        writeln!(io::stdout(), "{name} is established")?;
    }
    Ok(())
}

async fn apply(
    api: &Api<CustomResourceDefinition>,
    name: &str,
    definition: &CustomResourceDefinition,
) -> Result<(), InstallError> {
    let params = PatchParams::apply(FIELD_MANAGER).force();
    let applied = timeout(DEADLINE, api.patch(name, &params, &Patch::Apply(definition))).await;
    applied.map_err(|_| InstallError::Unanswered)?.map(drop).map_err(|error| refused(name, error))
}

/// Looks until the API server serves the resource.
async fn established(api: &Api<CustomResourceDefinition>, name: &str) -> Result<(), InstallError> {
    let mut why = "its status cannot be read".to_owned();
    let looks = async {
        loop {
            let definition = api.get(name).await.map_err(|error| refused(name, error))?;
            match conditions(&definition) {
                Ok(()) => return Ok(()),
                Err(said) => why = said,
            }
            sleep(PAUSE).await;
        }
    };
    let looked = timeout(DEADLINE, looks).await;
    looked.unwrap_or_else(|_| Err(InstallError::NotEstablished { name: name.to_owned(), why }))
}

/// Whether a CRD is established, else what its status says of that.
fn conditions(definition: &CustomResourceDefinition) -> Result<(), String> {
    let all = definition.status.iter().flat_map(|status| status.conditions.iter().flatten());
    let is = |one: &&CustomResourceDefinitionCondition| one.type_ == "Established" && one.status == "True";
    if all.clone().any(|one| is(&one)) {
        return Ok(());
    }
    let against = all.filter(|one| one.status != "True").filter_map(|one| one.message.clone());
    let said = against.collect::<Vec<_>>().join("; ");
    Err(if said.is_empty() { "the API server says nothing about it".to_owned() } else { said })
}

fn refused(name: &str, error: kube::Error) -> InstallError {
    match error {
        kube::Error::Api(status) if status.code == 403 => InstallError::Forbidden(status.message.clone()),
        error => InstallError::Api { name: name.to_owned(), source: Box::new(error) },
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn with(all: &Value) -> CustomResourceDefinition {
        let [mut definition, _] = definitions();
        let status = json!({"conditions": all, "acceptedNames": {"kind": "", "plural": ""}});
        definition.status = Some(serde_json::from_value(status).unwrap());
        definition
    }

    #[test]
    fn a_crd_is_established_when_its_status_says_so_and_else_says_why_not() {
        let condition =
            |kind: &str, status: &str| json!({"type": kind, "status": status, "message": format!("{kind}?")});
        let [accepted, established] = ["NamesAccepted", "Established"].map(|kind| condition(kind, "True"));
        assert_eq!(conditions(&with(&json!([accepted, established]))), Ok(()));
        let taken = condition("NamesAccepted", "False");
        let waits = condition("Established", "False");
        assert_eq!(conditions(&with(&json!([taken, waits]))), Err("NamesAccepted?; Established?".into()));
        assert!(conditions(&with(&json!([]))).is_err() && conditions(&definitions()[0]).is_err());
    }
}
