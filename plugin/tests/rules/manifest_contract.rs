//! Every field of the contract, as a manifest writes it and as Davit reads it.

use std::time::Duration;

use davit_plugin::Manifest;
use davit_plugin::manifest::Finding;
use proptest::prelude::*;
use serde_json::{Value, json};

const FULL: &str = r#"
name: "@acme/hello"
version: 1.2.0
enabled: false
base: /hello
pluginEntry: ./dist/plugin.js
entrypoint: dist/client/index.html
dependencies:
  - "@acme/database"
  - {name: cache, version: ">=1, <2"}
  - queue: ^3
  - twice
optionalDependencies: [metrics, twice]
publicRoutes:
  GET: ["/api/public/**"]
  ALL: [/webhook]
menus:
  - {title: Hello, icon: "lucide:hand", path: /hello, items: [{title: Deeper}]}
config:
  greeting: {type: string, label: Greeting, description: What to say, default: hi}
  port: {type: number, min: 1, max: 65535, required: true}
  level: {type: enum, options: [low, high], default: low}
  smtp: {type: object, properties: {host: {type: string, default: localhost}, secret: {type: password}}}
  tags: {type: array, max: 2}
  loud: {type: boolean, default: false}
port: 8080
tags: [a]
loud:
anything: {else: [1, 2.5, true, null]}
davit:
  limits: {maxBodySize: 100Mi, requestTimeout: 5m}
"#;

fn parse(yaml: &str) -> Manifest {
    Manifest::parse("manifest.yaml", yaml).unwrap()
}

fn warnings(yaml: &str) -> Vec<String> {
    let shown = |Finding { at, message, .. }: Finding| format!("{}:{}: {message}", at.line, at.column);
    parse(yaml).warnings.into_iter().map(shown).collect()
}

#[test]
fn reads_who_and_where_the_plugin_is() {
    let manifest = parse(FULL);
    assert_eq!(manifest.name.as_str(), "@acme/hello");
    assert_eq!(manifest.version.to_string(), "1.2.0");
    assert!(!manifest.enabled);
    assert_eq!(manifest.base.unwrap().as_str(), "/hello");
    assert_eq!(manifest.plugin_entry.unwrap().as_str(), "dist/plugin.js");
    assert_eq!(manifest.entrypoint.unwrap().as_str(), "dist/client/index.html");
    assert_eq!(manifest.limits.max_body_size, 100 << 20);
    assert_eq!(manifest.limits.request_timeout(), Duration::from_mins(5));
    assert_eq!(manifest.warnings, []);
}

#[test]
fn reads_what_the_plugin_depends_on_and_required_wins() {
    let read: Vec<(String, String, bool)> = parse(FULL)
        .dependencies
        .into_iter()
        .map(|one| (one.name.to_string(), one.version.to_string(), one.optional))
        .collect();
    let expected = [
        ("@acme/database", "*", false),
        ("cache", ">=1, <2", false),
        ("queue", "^3", false),
        ("twice", "*", false),
        ("metrics", "*", true),
    ];
    assert_eq!(read, expected.map(|(name, range, optional)| (name.to_owned(), range.to_owned(), optional)));
}

#[test]
fn reads_public_routes_as_a_map_or_a_list() {
    let mapped = parse(FULL).public_routes;
    assert!(mapped.allow("GET", "/api/public/x") && mapped.allow("PUT", "/webhook"));
    assert!(!mapped.allow("POST", "/api/public/x"));
    let listed = parse("name: a\npublicRoutes: [/x]").public_routes;
    assert!(listed.allow("DELETE", "/x") && !listed.allow("DELETE", "/y"));
}

#[test]
fn reads_menus() {
    let menus = serde_json::to_value(parse(FULL).menus).unwrap();
    let expected =
        json!([{"title": "Hello", "icon": "lucide:hand", "path": "/hello", "items": [{"title": "Deeper"}]}]);
    assert_eq!(menus, expected);
}

#[test]
fn completes_the_configuration_and_keeps_keys_that_no_schema_names() {
    let config = parse(FULL).config;
    let expected = [
        ("greeting", json!("hi")),
        ("port", json!(8080)),
        ("level", json!("low")),
        ("smtp", json!({"host": "localhost"})),
        ("tags", json!(["a"])),
        ("loud", json!(false)),
        ("anything", json!({"else": [1, 2.5, true, null]})),
    ];
    for (key, value) in expected {
        assert_eq!(config.get(key), Some(&value), "{key}");
    }
    for key in [
        "name",
        "version",
        "enabled",
        "entrypoint",
        "dependencies",
        "optionalDependencies",
        "config",
        "davit",
    ] {
        assert_eq!(config.get(key), None, "{key}");
    }
}

#[test]
fn durations_are_seconds_as_a_number_or_have_a_unit_and_sizes_are_bytes_or_have_one() {
    for (timeout, ttl, idle, size) in [
        ("30", "60", "300", "2097152"),
        ("30s", "1m", "5m", "2Mi"),
        ("\"30\"", "\"60s\"", "300s", "\"2048Ki\""),
    ] {
        let more = format!("timeout: {timeout}\nttl: {ttl}\nidleTimeout: {idle}\nmaxBodySize: {size}\n");
        let (workers, limits) = parse(&format!("name: a\n{more}")).workers.unwrap();
        assert_eq!((workers.timeout_ms, workers.ttl_ms, workers.idle_timeout_ms), (30_000, 60_000, 300_000));
        assert_eq!((limits.request_timeout_ms, limits.max_body_size), (30_000, 2 << 20));
        let limits =
            parse(&format!("name: a\ndavit: {{limits: {{requestTimeout: {timeout}, maxBodySize: {size}}}}}"))
                .limits;
        assert_eq!((limits.request_timeout_ms, limits.max_body_size), (30_000, 2 << 20));
    }
}

#[test]
fn the_workers_environment_has_no_variable_of_the_runtimes() {
    let workers = |env: &str| parse(&format!("name: a\nenv: {{{env}}}\n")).workers;
    assert_eq!(workers("A: x").unwrap().0.env.values().collect::<Vec<_>>(), ["x"]);
    for (env, says) in [
        ("DAVIT_DATA_DIR: /", "is the runtime's own"),
        ("1A: x", "is no name of a variable"),
        ("A: 1", "put it in quotes"),
    ] {
        let findings = workers(env).unwrap_err();
        assert!(findings[0].message.contains(says), "{findings:?}");
    }
}

#[test]
fn a_name_is_enough() {
    let manifest = parse("name: a");
    assert_eq!(manifest.version.to_string(), "0.0.0");
    assert!(manifest.enabled && manifest.base.is_none() && manifest.plugin_entry.is_none());
    assert!(manifest.dependencies.is_empty() && manifest.menus.is_empty() && manifest.config.is_empty());
    assert_eq!((manifest.limits.max_body_size, manifest.limits.request_timeout_ms), (10 << 20, 30_000));
}

#[test]
fn words_of_yaml_1_1_are_texts() {
    let config = parse("name: a\nx: [yes, no, on, off, y, n]").config;
    assert_eq!(config["x"], json!(["yes", "no", "on", "off", "y", "n"]));
}

#[test]
fn a_whole_number_is_one_however_it_is_written() {
    assert_eq!(
        parse("name: a\nx: [1.0, 1e3, -0.0, 0x1F, 9007199254740991]").config["x"],
        json!([1, 1000, 0, 31, 9_007_199_254_740_991_i64])
    );
}

#[test]
fn warns_of_what_has_no_effect_or_looks_misspelt() {
    assert_eq!(
        warnings("pluginEnty: x.js\nname: a\ninjectBase: true\nconfig:\n  key: {type: string, env: KEY}"),
        [
            "1:1: `pluginEnty` becomes configuration of the plugin: did you mean `pluginEntry`? If not, name it under `config`",
            "5:3: config.key.env is not read unless KEY is granted: name it under `davit.permissions.env` too",
        ]
    );
}

#[test]
fn never_suspects_a_key_that_the_schema_names_or_that_is_spelled_right_too() {
    assert_eq!(warnings("name: a\nconfig: {menu: {type: string}}\nmenu: x\nbase: /b\nbases: [c]"), [""; 0]);
}

proptest! {
    #[test]
    fn never_panics_on_any_text(text in "\\PC{0,80}", bytes in prop::collection::vec(any::<u8>(), 0..80)) {
        let _ = Manifest::parse("manifest.yaml", &text);
        let _ = Manifest::parse_bytes("manifest.yaml", &bytes);
    }

    #[test]
    fn never_panics_on_yaml_like_text(pieces in prop::collection::vec(prop::sample::select(PIECES.to_vec()), 0..40)) {
        let _ = Manifest::parse("manifest.yaml", &pieces.concat());
    }

    #[test]
    fn every_fault_stands_in_the_file(pieces in prop::collection::vec(prop::sample::select(PIECES.to_vec()), 0..40)) {
        let text = pieces.concat();
        if let Err(error) = Manifest::parse("manifest.yaml", &text) {
            prop_assert!(!error.findings.is_empty());
            let lines = 1 + text.matches('\n').count() as u64;
            for finding in error.findings {
                prop_assert!((1..=lines + 1).contains(&finding.at.line) && finding.at.column >= 1, "{finding:?}");
            }
        }
    }

    #[test]
    fn configuration_is_what_json_would_say(value in "[a-z]{1,8}", number in -1_000_000..1_000_000_i64) {
        let json: Value = json!({"text": format!("t-{value}"), "number": number, "list": [number, {"deep": value.len()}]});
        prop_assert_eq!(&parse(&format!("name: a\noption: {json}")).config["option"], &json);
    }
}

/// What manifests are made of.
const PIECES: [&str; 40] = [
    "name",
    "version",
    "base",
    "dependencies",
    "publicRoutes",
    "menus",
    "config",
    "davit",
    "limits",
    "type",
    "default",
    "properties",
    "object",
    "number",
    "enum",
    "options",
    ": ",
    ":\n",
    "\n",
    "\n  ",
    "\n    ",
    "- ",
    "[",
    "]",
    "{",
    "}",
    ", ",
    "'",
    "\"",
    "&a ",
    "*a",
    "<<: ",
    "a",
    "/a",
    "1",
    "^1",
    "!!str ",
    "|\n",
    "#",
    "---\n",
];
