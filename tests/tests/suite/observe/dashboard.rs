//! The Grafana dashboard asks for nothing that there is not.

use std::collections::BTreeSet;

use davit_tests::Plugins;
use davit_tests::server::Start;
use serde_json::Value;

use super::metrics::page;

const DASHBOARD: &str = include_str!("../../../../config/grafana/davit.json");

/// The names of series in a text, such as `davit_requests_total`.
fn names(text: &str) -> BTreeSet<String> {
    let words = text.split(|char: char| !char.is_ascii_alphanumeric() && char != '_');
    words.filter(|word| word.starts_with("davit_")).map(str::to_owned).collect()
}

/// All values of this key, however deep.
fn values<'a>(value: &'a Value, key: &str, found: &mut Vec<&'a Value>) {
    match value {
        Value::Object(object) => {
            found.extend(object.get(key));
            object.values().for_each(|value| values(value, key, found));
        }
        Value::Array(array) => array.iter().for_each(|value| values(value, key, found)),
        _ => {}
    }
}

#[tokio::test]
async fn every_metric_of_the_dashboard_is_printed_after_traffic() {
    davit_tests::client::tls();
    let plugins = Plugins::new();
    let code = "export default { routes: { fetch: () => new Response('', { status: 500 }) } };";
    drop(plugins.plugin("one", "", code));
    let server = Start::runtime([plugins.path()]).start().await;
    assert_eq!(server.get("/one").send().await.unwrap().status(), 500);
    let page = page(&server).await;
    let printed: BTreeSet<String> = page
        .lines()
        .filter(|line| !line.starts_with('#'))
        .flat_map(|line| names(line.split(['{', ' ']).next().unwrap_or_default()))
        .collect();
    let dashboard: Value = serde_json::from_str(DASHBOARD).unwrap();
    let mut asked = Vec::new();
    ["expr", "query"].iter().for_each(|key| values(&dashboard, key, &mut asked));
    let asked: BTreeSet<String> = asked.iter().flat_map(|value| names(&value.to_string())).collect();
    assert!(asked.len() >= 10, "{asked:?}");
    assert_eq!(asked.difference(&printed).collect::<Vec<_>>(), Vec::<&String>::new());
}

#[test]
fn panels_have_numbers_of_their_own_and_do_not_overlap() {
    let dashboard: Value = serde_json::from_str(DASHBOARD).unwrap();
    let (mut ids, mut places) = (BTreeSet::new(), BTreeSet::new());
    for panel in dashboard["panels"].as_array().unwrap() {
        assert!(ids.insert(panel["id"].as_u64().unwrap()), "{panel}");
        let at = |key: &str| panel["gridPos"][key].as_u64().unwrap();
        for x in at("x")..at("x") + at("w") {
            for y in at("y")..at("y") + at("h") {
                assert!(x < 24 && places.insert((x, y)), "{panel}");
            }
        }
    }
}
