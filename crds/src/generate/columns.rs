//! In: a CRD. Out: the columns of `kubectl get`.

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::{
    CustomResourceColumnDefinition, CustomResourceDefinition,
};

/// Each column's title, and what it shows.
pub(super) fn columns(definition: &CustomResourceDefinition) -> Vec<[String; 2]> {
    let columns = definition.spec.versions.iter().flat_map(|version| &version.additional_printer_columns);
    let row = |column: &CustomResourceColumnDefinition| {
        let wide = if column.priority.unwrap_or_default() > 0 { " (with `-o wide`)" } else { "" };
        let shows = column.description.clone().unwrap_or_else(|| format!("`{}`", column.json_path));
        [column.name.to_uppercase() + wide, shows]
    };
    columns.flatten().map(row).collect()
}
