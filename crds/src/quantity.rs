//! Quantities as YAML has them: `cpu: 2` is a number and `cpu: 500m` a text. The
//! Kubernetes types read only texts.

use std::collections::BTreeMap;

use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use schemars::{Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer};

use crate::schema::{RULES, emptied, rules};

/// A number or a text.
#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Number(i64),
    Text(String),
}

impl From<Written> for Quantity {
    fn from(written: Written) -> Self {
        match written {
            Written::Number(number) => Self(number.to_string()),
            Written::Text(text) => Self(text),
        }
    }
}

/// Reads one quantity.
pub(crate) fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Quantity, D::Error> {
    Written::deserialize(from).map(Quantity::from)
}

/// Reads a quantity that may be absent.
pub(crate) fn read_option<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Quantity>, D::Error> {
    Ok(Option::<Written>::deserialize(from)?.map(Quantity::from))
}

/// Reads quantities by resource.
pub(crate) fn read_map<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeMap<String, Quantity>, D::Error> {
    let written = BTreeMap::<String, Written>::deserialize(from)?;
    Ok(written.into_iter().map(|(resource, written)| (resource, written.into())).collect())
}

/// The schema of a quantity, which Kubernetes' own parser checks.
pub(crate) fn schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "x-kubernetes-int-or-string": true,
        "maxLength": 32,
        (RULES): rules([(
            "type(self) == string ? isQuantity(self) && !quantity(self).isLessThan(quantity('0')) : self >= 0",
            "write a quantity, e.g. `500m` or `512Mi`",
        )]),
    })
}

/// The schema of quantities by resource.
pub(crate) fn map_schema(generator: &mut SchemaGenerator) -> Schema {
    let map =
        json_schema!({ "type": "object", "maxProperties": 16, "additionalProperties": schema(generator) });
    emptied(map)
}
