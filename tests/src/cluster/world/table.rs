//! Objects as `kubectl get` shows them: the API server makes the table.

use serde_json::Value;

use super::World;

/// What makes the API server answer with a table.
const TABLE: &str = "application/json;as=Table;v=v1;g=meta.k8s.io";

/// What `kubectl get` prints of one kind.
#[derive(Debug)]
pub struct Table {
    /// The names of the columns in upper case, and whether only `-o wide` shows them.
    pub columns: Vec<(String, bool)>,
    /// The cells of each object as text.
    pub rows: Vec<Vec<String>>,
}

impl World {
    /// The table of one of Davit's kinds by its plural.
    pub async fn table(&self, plural: &str) -> Table {
        let path = format!("/apis/davit.dev/v1alpha1/namespaces/{}/{plural}", self.namespace);
        let request = http::Request::get(path).header("accept", TABLE).body(Vec::new()).expect("a request");
        let table: Value = self.client.request(request).await.expect("the API server answers");
        let all = |list: &Value| list.as_array().expect("a list").clone();
        let column = |column: Value| {
            let name = column["name"].as_str().expect("a name").to_uppercase();
            (name, column["priority"] != 0)
        };
        let cells = |row: Value| all(&row["cells"]).iter().map(text).collect();
        Table {
            columns: all(&table["columnDefinitions"]).into_iter().map(column).collect(),
            rows: table["rows"].as_array().into_iter().flatten().cloned().map(cells).collect(),
        }
    }
}

impl Table {
    /// The cell of an object's row, found by its name.
    pub fn cell(&self, name: &str, column: &str) -> &str {
        let at = self.columns.iter().position(|(at, _)| at == column);
        let at = at.unwrap_or_else(|| panic!("no column {column} in {:?}", self.columns));
        let row = self.rows.iter().find(|row| row[0] == name);
        &row.unwrap_or_else(|| panic!("no {name} in {:?}", self.rows))[at]
    }
}

fn text(cell: &Value) -> String {
    cell.as_str().map_or_else(|| cell.to_string(), str::to_owned)
}
