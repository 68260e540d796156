//! What the chart's roles grant.

use std::collections::BTreeSet;

use serde_json::Value;

use super::rendered::{NAMESPACE, objects};

const NAMESPACED: &str = "watchNamespaces={davit-system,team-a},rbac.aggregate=false,crds.upgrade=false";

fn of_kind<'a>(objects: &'a [Value], kind: &str) -> Vec<&'a Value> {
    objects.iter().filter(|object| object["kind"] == kind).collect()
}

fn texts(list: &Value) -> BTreeSet<&str> {
    list.as_array().expect("a list").iter().filter_map(Value::as_str).collect()
}

#[test]
fn secrets_are_read_and_written_by_name_alone() {
    let all = objects(&[]);
    let operator =
        of_kind(&all, "ClusterRole").into_iter().find(|role| role["metadata"]["name"] == "davit-operator");
    let rules = operator.expect("the operator's role")["rules"].as_array().unwrap().clone();
    let secrets: Vec<_> = rules.iter().filter(|rule| texts(&rule["resources"]).contains("secrets")).collect();
    let [rule] = secrets[..] else { panic!("{secrets:#?}") };
    assert_eq!(texts(&rule["verbs"]), BTreeSet::from(["get", "create", "patch"]));
    for rule in &rules {
        let granted = texts(&rule["verbs"]);
        assert!(
            granted.is_disjoint(&BTreeSet::from(["*", "delete", "deletecollection", "escalate"])),
            "{rule:#}"
        );
    }
}

#[test]
fn with_named_namespaces_there_is_no_right_outside_of_them() {
    let all = objects(&["--set", NAMESPACED]);
    for kind in ["ClusterRole", "ClusterRoleBinding"] {
        assert!(of_kind(&all, kind).is_empty(), "{kind}");
    }
    for kind in ["Role", "RoleBinding"] {
        let named = of_kind(&all, kind).into_iter().filter(|it| it["metadata"]["name"] == "davit-operator");
        let places: BTreeSet<_> = named.map(|it| it["metadata"]["namespace"].as_str().unwrap()).collect();
        assert_eq!(places, BTreeSet::from([NAMESPACE, "team-a"]), "{kind}");
    }
    let cluster_wide = objects(&[]);
    let wide = of_kind(&cluster_wide, "ClusterRole")
        .into_iter()
        .find(|it| it["metadata"]["name"] == "davit-operator");
    let role = of_kind(&all, "Role").into_iter().find(|it| it["metadata"]["namespace"] == "team-a");
    assert_eq!(role.unwrap()["rules"], wide.unwrap()["rules"]);
    let operator =
        of_kind(&all, "Deployment")[0]["spec"]["template"]["spec"]["containers"][0]["args"].clone();
    assert!(texts(&operator).contains("--watch-namespace=davit-system,team-a"), "{operator}");
}

#[test]
fn only_the_operator_reaches_the_control_port() {
    for (values, places) in [("replicas=2", vec![NAMESPACE]), (NAMESPACED, vec![NAMESPACE, "team-a"])] {
        let all = objects(&["--set", values]);
        let policies = of_kind(&all, "NetworkPolicy");
        let of_runtimes: Vec<_> =
            policies.into_iter().filter(|it| it["metadata"]["name"] == "davit-runtimes").collect();
        let found: Vec<_> =
            of_runtimes.iter().map(|it| it["metadata"]["namespace"].as_str().unwrap()).collect();
        assert_eq!(found, places);
        let operator = &of_kind(&all, "Deployment")[0]["spec"]["template"]["metadata"]["labels"];
        for policy in of_runtimes {
            let rules = policy["spec"]["ingress"].as_array().unwrap();
            let open = |rule: &&Value| {
                rule["ports"].as_array().is_none_or(|ports| ports.iter().any(|it| it["port"] == 8443))
            };
            let control: Vec<_> = rules.iter().filter(open).collect();
            let [rule] = control[..] else { panic!("{control:#?}") };
            let [peer] = &rule["from"].as_array().unwrap()[..] else { panic!("{rule:#}") };
            let place = &peer["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"];
            assert_eq!((place, &peer["podSelector"]["matchLabels"]), (&NAMESPACE.into(), operator));
        }
    }
}
