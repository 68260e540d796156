//! h: the roles of the chart are what the suite needed: no less, no more.

use std::collections::BTreeSet;
use std::fmt::Display;

use davit_tests::cluster::yaml;
use serde_json::Value;

use crate::audit::Right;
use crate::cluster::{Cluster, SYSTEM};
use crate::helm;

pub(crate) async fn prove(cluster: &Cluster) -> String {
    let audit = cluster.audit().read();
    let granted = granted(cluster).await;
    assert!(audit.calls > 0 && !granted.is_empty(), "{} calls, {} rights", audit.calls, granted.len());
    let unused: Vec<&Right> = granted.difference(&audit.used).collect();
    let faults = [("forbidden calls", lines(&audit.forbidden)), ("unused rights", lines(&unused))];
    let faults: Vec<String> = faults
        .into_iter()
        .filter(|(_, list)| !list.is_empty())
        .map(|(what, list)| format!("{what}:{list}"))
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    format!("{} calls, none forbidden; {} rights granted, each of them used", audit.calls, granted.len())
}

fn lines(list: impl IntoIterator<Item = impl Display>) -> String {
    let lines: Vec<String> = list.into_iter().map(|item| format!("\n  {item}")).collect();
    lines.concat()
}

/// What the roles grant that the chart binds to its accounts.
async fn granted(cluster: &Cluster) -> BTreeSet<Right> {
    let line = format!("template davit {} -n {SYSTEM}", Cluster::file("charts/davit"));
    let objects = yaml::documents(&helm::helm(cluster, &line).await);
    let mut rights = BTreeSet::new();
    for binding in objects.iter().filter(|object| is_a(object, "Binding")) {
        let role = objects.iter().find(|object| {
            object["kind"] == binding["roleRef"]["kind"]
                && object["metadata"]["name"] == binding["roleRef"]["name"]
        });
        let role = role.unwrap_or_else(|| panic!("the chart has no role for {binding}"));
        for account in items(&binding["subjects"]).map(|subject| text(&subject["name"])) {
            rights.extend(items(&role["rules"]).flat_map(|rule| of_rule(&account, rule)));
        }
    }
    rights
}

fn of_rule<'a>(account: &'a str, rule: &'a Value) -> impl Iterator<Item = Right> + 'a {
    let of_resource = move |group: &'a Value, resource: &'a Value| {
        items(&rule["verbs"]).map(move |verb| Right {
            account: account.to_owned(),
            verb: text(verb),
            resource: text(resource),
            group: text(group),
        })
    };
    items(&rule["apiGroups"]).flat_map(move |group| {
        items(&rule["resources"]).flat_map(move |resource| of_resource(group, resource))
    })
}

fn is_a(object: &Value, suffix: &str) -> bool {
    object["kind"].as_str().is_some_and(|kind| kind.ends_with(suffix))
}

fn items(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten()
}

fn text(value: &Value) -> String {
    value.as_str().expect("roles are made of texts").to_owned()
}
