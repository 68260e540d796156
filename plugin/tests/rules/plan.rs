//! A plan's digest, its JSON and the keys of its groups.

use std::collections::BTreeMap;

use davit_plugin::Digest;
use davit_plugin::manifest::{Limits, Menu, Mode, Permissions, Replacement, Schema};
use davit_plugin::plan::{FORMAT, Group, GroupKey, KeyRole, Link, Plan, PlannedKey, PlannedPlugin};
use davit_plugin::routes::{Methods, PublicRoutes};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::common::name;

fn json_values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        (-1000..1000_i32).prop_map(|n| Value::from(f64::from(n) + 0.5)),
        "\\PC{0,6}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("\\PC{0,4}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn configs() -> impl Strategy<Value = Map<String, Value>> {
    prop::collection::btree_map("\\PC{1,4}", json_values(), 0..3).prop_map(|map| map.into_iter().collect())
}

fn route_sets() -> impl Strategy<Value = PublicRoutes> {
    let methods = prop::sample::select(vec![Methods::All, Methods::Get, Methods::Delete]);
    let route = (methods, prop::sample::select(vec!["/a", "/b/**", "/é"]).prop_map(str::to_owned));
    prop::collection::vec(route, 0..3).prop_map(|routes| PublicRoutes::compile(routes).unwrap())
}

fn planned(i: usize) -> impl Strategy<Value = PlannedPlugin> {
    let few = (
        0..2_u8,
        0..2_u8,
        any::<bool>(),
        any::<bool>(),
        prop::collection::btree_map(0..4_usize, any::<bool>(), 0..3),
    );
    (few, configs(), route_sets(), 1..3_u64).prop_map(
        move |((version, digest, reload, code, links), config, public_routes, limit)| {
            let link = |(to, required)| Link { name: name(&format!("p{to}")), required };
            PlannedPlugin {
                name: name(&format!("p{i}")),
                version: format!("{version}.0.0").parse().unwrap(),
                digest: Digest::of(&[digest]),
                reload: reload.then(|| "1".to_owned()),
                base: format!("/p{i}").parse().ok(),
                code: code.then(|| "dist/plugin.js".parse().unwrap()),
                mode: Mode::Persistent,
                workers: None,
                replacement: Replacement::Overlap,
                permissions: Permissions::default(),
                env: BTreeMap::new(),
                options: Schema::default(),
                inject_base: false,
                ui: (!code).then(|| "index.html".parse().unwrap()),
                dependencies: links.into_iter().filter(|(to, _)| *to < i).map(link).collect(),
                public_routes,
                config,
                limits: Limits { max_body_size: limit, ..Limits::default() },
                menus: Vec::new(),
            }
        },
    )
}

fn plans() -> impl Strategy<Value = Plan> {
    (0..5_usize).prop_flat_map(|count| {
        let plugins: Vec<_> = (0..count).map(planned).collect();
        (plugins, keys()).prop_map(|(plugins, keys)| Plan { format: FORMAT, plugins, keys })
    })
}

fn keys() -> impl Strategy<Value = Vec<PlannedKey>> {
    let role = prop::sample::select(vec![KeyRole::Admin, KeyRole::Editor, KeyRole::Viewer]);
    let keys = prop::collection::btree_map("[a-z]{1,3}", (role, "[!-~]{16,20}"), 0..3);
    keys.prop_map(|keys| {
        keys.into_iter().map(|(name, (role, key))| PlannedKey::of(name, role, &key).unwrap()).collect()
    })
}

/// JSON text with the keys of every object in reverse order.
fn reversed(value: &Value) -> String {
    match value {
        Value::Object(map) => {
            let mut keys: Vec<&String> = map.keys().collect();
            keys.sort_by(|a, b| b.cmp(a));
            let entry = |key: &String| format!("{}: {}", Value::from(key.as_str()), reversed(&map[key]));
            format!("{{ {} }}", keys.into_iter().map(entry).collect::<Vec<_>>().join(" , "))
        }
        Value::Array(items) => format!("[ {} ]", items.iter().map(reversed).collect::<Vec<_>>().join(" , ")),
        scalar => scalar.to_string(),
    }
}

fn key_with(plan: &Plan, change: impl Fn(&mut PlannedPlugin)) -> Vec<GroupKey> {
    let mut plan = plan.clone();
    plan.plugins.iter_mut().for_each(change);
    plan.groups().into_iter().map(|group| group.key).collect()
}

proptest! {
    #[test]
    fn the_order_of_keys_never_changes_a_digest(plan in plans()) {
        let text = reversed(&serde_json::to_value(&plan).unwrap());
        let read: Plan = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(read.digest(), plan.digest());
        prop_assert_eq!(read, plan);
    }

    #[test]
    fn a_plan_survives_its_json(plan in plans()) {
        let read: Plan = serde_json::from_str(&serde_json::to_string(&plan).unwrap()).unwrap();
        prop_assert_eq!(read.groups(), plan.groups());
        prop_assert_eq!(read, plan);
    }

    #[test]
    fn digests_are_equal_exactly_if_plans_are(a in plans(), b in plans(), other in (0..5_usize).prop_flat_map(planned)) {
        prop_assert_eq!(a == b, a.digest() == b.digest());
        let mut changed = a.clone();
        if let Some(plugin) = changed.plugins.iter_mut().find(|plugin| plugin.name == other.name) {
            plugin.config = other.config;
            plugin.limits = other.limits;
        }
        prop_assert_eq!(a == changed, a.digest() == changed.digest());
    }

    #[test]
    fn a_group_keeps_its_key_when_only_the_runtime_is_concerned(plan in plans(), routes in route_sets()) {
        let before: Vec<GroupKey> = plan.groups().into_iter().map(|group| group.key).collect();
        let after = key_with(&plan, |plugin| {
            plugin.public_routes = routes.clone();
            plugin.limits.max_body_size += 1;
            plugin.limits.request_timeout_ms += 1;
            plugin.menus = vec![Menu { title: "new".to_owned(), icon: None, path: None, items: Vec::new() }];
            plugin.ui = "other.html".parse().ok();
        });
        prop_assert_eq!(before, after);
    }

    #[test]
    fn other_keys_of_the_admin_api_make_another_plan_of_the_same_groups(plan in plans(), keys in keys()) {
        let other = Plan { keys, ..plan.clone() };
        prop_assert_eq!(other.groups(), plan.groups());
        prop_assert_eq!(other.keys == plan.keys, other.digest() == plan.digest());
    }

    #[test]
    fn a_group_changes_its_key_with_what_its_worker_sees(plan in plans()) {
        let before: Vec<GroupKey> = plan.groups().into_iter().map(|group| group.key).collect();
        let changes: [fn(&mut PlannedPlugin); 6] = [
            |plugin| plugin.digest = Digest::of(b"new"),
            |plugin| plugin.reload = Some("new".to_owned()),
            |plugin| drop(plugin.config.insert("new-key".to_owned(), json!(1))),
            |plugin| plugin.dependencies.push(Link { name: name("gone"), required: false }),
            |plugin| plugin.base = "/new".parse().ok(),
            |plugin| plugin.code = plugin.code.as_ref().and("new.js".parse().ok()),
        ];
        for change in changes {
            let after = key_with(&plan, change);
            prop_assert_eq!(after.len(), before.len());
            prop_assert!(before.iter().all(|key| !after.contains(key)));
        }
    }

    #[test]
    fn every_plugin_with_code_is_in_one_group_and_no_other(plan in plans()) {
        let mut members: Vec<usize> = plan.groups().into_iter().flat_map(|group| group.plugins).collect();
        members.sort_unstable();
        let code: Vec<usize> = (0..plan.plugins.len()).filter(|&i| plan.plugins[i].code.is_some()).collect();
        prop_assert_eq!(members, code);
    }
}

#[test]
fn only_plugins_that_run_code_link() {
    let plugin = |own: &str, to: &[&str], code: bool| {
        let links: Vec<Value> = to.iter().map(|to| json!({"name": to, "required": false})).collect();
        let entry = if code { json!("plugin.ts") } else { Value::Null };
        json!({
            "name": own, "version": "1.0.0", "digest": Digest::of(own.as_bytes()), "code": entry, "dependencies": links,
            "publicRoutes": {}, "config": {}, "limits": {"maxBodySize": 1, "requestTimeoutMs": 1},
        })
    };
    let plugins = [
        plugin("a", &[], true),
        plugin("ui", &["a"], false),
        plugin("b", &["ui"], true),
        plugin("c", &["a"], true),
    ];
    let plan: Plan = serde_json::from_value(json!({"format": FORMAT, "plugins": plugins})).unwrap();
    let groups: Vec<Vec<usize>> = plan.groups().into_iter().map(|Group { plugins, .. }| plugins).collect();
    assert_eq!(groups, [vec![0, 3], vec![2]]);
}

#[test]
fn the_digest_of_the_empty_plan_is_that_of_its_canonical_json() {
    assert_eq!(Plan::empty().digest(), Digest::of(br#"{"format":1,"plugins":[]}"#));
}
