//! Each fault of a schema, a value or a limit, with its place and what to write.

use crate::common::assert_faults;

#[test]
fn points_at_a_schema_that_cannot_be() {
    assert_faults(&[
        ("name: a\nconfig: [x]", "m.yaml:2:9: config is a list: write a mapping of `key: value` lines"),
        ("name: a\nconfig:\n  k: text", "m.yaml:3:6: config.k is `\"text\"`: write `k: {type: string}`"),
        (
            "name: a\nconfig:\n  k: {}",
            "m.yaml:3:3: config.k has no type: write `type:` with one of string, number, boolean, enum, array, password or object",
        ),
        (
            "name: a\nconfig:\n  k: {type: text}",
            "m.yaml:3:13: `\"text\"` is no type of an option: write one of string, number, boolean, enum, array, password or object",
        ),
        (
            "name: a\nconfig:\n  k: {type: enum}",
            "m.yaml:3:3: config.k is an enum without choices: write `options: [a, b]`",
        ),
        ("name: a\nconfig:\n  k: {type: number, min: low}", "m.yaml:3:26: min is `\"low\"`: write a number"),
        (
            "name: a\nconfig:\n  k: {type: number, default: low}",
            "m.yaml:3:30: config.k.default is a text: it must be a number",
        ),
        (
            "name: a\nconfig:\n  k: {type: string, requird: true}",
            "m.yaml:3:21: config.k has no key `requird`: it takes type, label, description, env, required, default, min, max, options and properties",
        ),
        ("name: a\nconfig:\n  k: {type: string, label: 5}", "m.yaml:3:28: label is `5`: put it in quotes"),
    ]);
}

#[test]
fn points_at_a_value_that_does_not_fit_or_at_the_option_that_lacks_one() {
    let nested = "name: a\nconfig:\n  k: {type: object, properties: {l: {type: string, required: true}}}\n";
    assert_faults(&[
        (
            "name: a\nconfig:\n  k: {type: string, required: true}",
            "m.yaml:3:3: config `k` is required: give it a value",
        ),
        (
            "name: a\nconfig:\n  k: {type: number, max: 9}\nk: 10",
            "m.yaml:4:4: config `k` is too large: at most 9",
        ),
        (
            "name: a\nconfig:\n  k: {type: enum, options: [a, b]}\nk: c",
            "m.yaml:4:4: config `k` is a text: it must be one of \"a\", \"b\"",
        ),
        (
            "name: a\nconfig:\n  k: {type: array, min: 2}\nk: [1]",
            "m.yaml:4:4: config `k` is too small: at least 2 entries",
        ),
        (
            "name: a\nconfig:\n  k: {type: password, min: 8}\nk: short",
            "m.yaml:4:4: config `k` is too small: at least 8 characters",
        ),
        (nested, "m.yaml:3:34: config `k.l` is required: give it a value"),
        (&format!("{nested}k: {{m: 1}}"), "m.yaml:4:4: config `k.l` is required: give it a value"),
        (&format!("{nested}k:\n  l: 1"), "m.yaml:5:6: config `k.l` is a number: it must be a text"),
        (
            "name: a\nk: [1, {l: 9007199254740993}]",
            "m.yaml:2:12: JavaScript would round `9007199254740993`: put it in quotes",
        ),
    ]);
}

#[test]
fn points_at_a_limit_that_cannot_be() {
    assert_faults(&[
        ("name: a\ndavit: 5", "m.yaml:2:8: davit is `5`: write a mapping of `key: value` lines"),
        (
            "name: a\ndavit:\n  hooks: {}",
            "m.yaml:3:3: davit has no key `hooks`: it takes limits, permissions, mode, replacement and workers",
        ),
        (
            "name: a\ndavit:\n  limits: {memory: 64Mi}",
            "m.yaml:3:12: davit.limits has no key `memory`: it takes maxBodySize and requestTimeout",
        ),
        (
            "name: a\ndavit:\n  limits: {maxBodySize: 101Mi}",
            "m.yaml:3:25: maxBodySize 101Mi is too large: at most 100Mi is allowed",
        ),
        (
            "name: a\ndavit:\n  limits: {maxBodySize: lots}",
            "m.yaml:3:25: maxBodySize: `lots` is not a size: write a number and a unit, e.g. `512Ki`, `10Mi` or `10MB`",
        ),
        (
            "name: a\ndavit:\n  limits: {requestTimeout: 2h}",
            "m.yaml:3:28: requestTimeout must lie between 1ms and 1h",
        ),
        (
            "name: a\ndavit:\n  limits: {requestTimeout: soon}",
            "m.yaml:3:28: requestTimeout: `soon` is not a duration: write a number and a unit, e.g. `500ms`, `30s`, `5m` or `1h`",
        ),
    ]);
}
