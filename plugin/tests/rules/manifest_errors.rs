//! Each fault of a manifest, with its place and what to write instead.

use crate::common::assert_faults;

#[test]
fn points_at_what_is_no_yaml() {
    assert_faults(&[
        ("a: b: c", "m.yaml:1:5: not a usable YAML file: mapping values are not allowed in this context"),
        (
            "name: a\nname: b",
            "m.yaml:2:1: not a usable YAML file: duplicate mapping key: name not allowed here",
        ),
        (
            "name: a\nx: {a: 1, a: 2}",
            "m.yaml:2:11: not a usable YAML file: duplicate mapping key: a not allowed here",
        ),
        ("name: a\nx: [1, 2", "m.yaml:2:4: not a usable YAML file: unclosed bracket '['"),
        ("name: a\nx: *nope", "m.yaml:2:4: not a usable YAML file: reference to unknown value"),
        ("name: a\nx: &a [*a]", "m.yaml:2:8: not a usable YAML file: Recursive reference not allowed here"),
        ("name: a\nx: !foo bar", "m.yaml:2:9: not a usable YAML file: unsupported tag `!foo`"),
        ("name: a\nx: .nan", "m.yaml:2:4: not a usable YAML file: value `.nan` is not a finite number"),
        ("name: a\n? [a]: b", "m.yaml:2:3: not a usable YAML file: expected string scalar"),
        ("name: a\nnull: b", "m.yaml:2:1: not a usable YAML file: null is not allowed here"),
        (
            "name: a\n---\nname: b",
            "m.yaml:3:1: not a usable YAML file: only single YAML document expected but multiple found",
        ),
        (
            "name: a\n\tbase: /x",
            "m.yaml:1:7: not a usable YAML file: while scanning a plain scalar, found a tab",
        ),
    ]);
}

#[test]
fn bounds_what_the_parser_follows() {
    let deep = format!("name: a\nx: {}{}", "[".repeat(40), "]".repeat(40));
    let levels: Vec<String> = (0..40).map(|level| format!("{}k:", " ".repeat(level))).collect();
    let aliases = format!("name: a\nx: &a 1\ny: [{}]", vec!["*a"; 300].join(", "));
    let values = format!("name: a\nx: [{}]", vec!["1"; 60_000].join(","));
    let bomb = (1..6).fold("name: a\na0: &a0 [1]\n".to_owned(), |yaml, level| {
        let inner = vec![format!("*a{}", level - 1); 10].join(", ");
        format!("{yaml}a{level}: &a{level} [{inner}]\n")
    });
    let too_much = "not a usable YAML file: too many values, aliases or levels: write less of them";
    assert_faults(&[
        (&deep, "m.yaml:2:36: not a usable YAML file: recursion limit exceeded"),
        (&levels.join("\n"), &format!("m.yaml:33:33: {too_much}")),
        (&aliases, &format!("m.yaml:3:1029: {too_much}")),
        (&values, &format!("m.yaml:2:99995: {too_much}")),
        (&bomb, &format!("m.yaml:7:10: {too_much}")),
        (
            &" ".repeat(davit_plugin::manifest::MAX_SIZE + 1),
            "m.yaml:1:1: the manifest is larger than 1 MiB: shorten it",
        ),
    ]);
}

#[test]
fn points_at_a_name_or_base_that_cannot_be() {
    assert_faults(&[
        ("", "m.yaml:1:1: the manifest has no name: write `name: my-plugin`"),
        ("- a", "m.yaml:1:1: the manifest is a list: write a mapping of `key: value` lines"),
        ("base: /x", "m.yaml:1:1: the manifest has no name: write `name: my-plugin`"),
        ("name:", "m.yaml:1:1: the manifest has no name: write `name: my-plugin`"),
        ("name: [a]", "m.yaml:1:7: name is a list: write a text"),
        ("name: 5", "m.yaml:1:7: name is `5`: put it in quotes"),
        (
            "name:   'a b'",
            "m.yaml:1:9: `a b` is not a plugin name: only letters, digits, `-`, `_`, `.` and `~` are allowed; write `my-plugin` or `@scope/my-plugin`",
        ),
        (
            "name: \"\\u0000\"",
            "m.yaml:1:7: `\\u{0}` is not a plugin name: only letters, digits, `-`, `_`, `.` and `~` are allowed; write `my-plugin` or `@scope/my-plugin`",
        ),
        (
            "name: ../x",
            "m.yaml:1:7: `../x` is not a plugin name: a part of it begins with `.` or `-`; write `my-plugin` or `@scope/my-plugin`",
        ),
        (
            "name: a\nbase: api",
            "m.yaml:2:7: `api` is not a base: write `/` and then letters, digits, `-` or `_`, e.g. `/hello`",
        ),
        (
            "{name: a, x: é, base: b}",
            "m.yaml:1:23: `b` is not a base: write `/` and then letters, digits, `-` or `_`, e.g. `/hello`",
        ),
        (
            "name: &x a\r\nbase: *x",
            "m.yaml:2:7: `a` is not a base: write `/` and then letters, digits, `-` or `_`, e.g. `/hello`",
        ),
        (
            "name: a\nbase: /API",
            "m.yaml:2:7: the base `/API` is reserved: choose one other than /api, /health, /.well-known and /_",
        ),
        ("name: a\nversion: 1.10", "m.yaml:2:10: version is `1.1`: put it in quotes"),
        (
            "name: a\nversion: v1.2.0",
            "m.yaml:2:10: `v1.2.0` is not a version: write MAJOR.MINOR.PATCH, e.g. `1.2.0`",
        ),
        ("name: a\nenabled: yes", "m.yaml:2:10: enabled is `\"yes\"`: write `true` or `false`"),
        (
            "name: a\npluginEntry: ../x.js",
            "m.yaml:2:14: `../x.js` is not a path in the package: write one relative to the manifest, e.g. `dist/plugin.js`",
        ),
        (
            "name: a\nentrypoint: /x.html",
            "m.yaml:2:13: `/x.html` is not a path in the package: write one relative to the manifest, e.g. `dist/plugin.js`",
        ),
        ("name: a\nhooks: {}", "m.yaml:2:8: `hooks` is reserved for a later version: remove it or rename it"),
    ]);
}

#[test]
fn points_at_a_dependency_that_cannot_be() {
    let many: Vec<String> = (0..65).map(|i| format!("p{i}")).collect();
    let many = format!("name: a\ndependencies: [{}]", many.join(", "));
    assert_faults(&[
        (&many, "m.yaml:2:15: dependencies has 65 entries: at most 64 are allowed"),
        ("name: a\ndependencies: b", "m.yaml:2:15: dependencies is `\"b\"`: write a list"),
        (
            "name: a\ndependencies: [x y]",
            "m.yaml:2:16: `x y` is not a plugin name: only letters, digits, `-`, `_`, `.` and `~` are allowed; write `my-plugin` or `@scope/my-plugin`",
        ),
        (
            "name: a\ndependencies:\n  - b: nope",
            "m.yaml:3:8: `nope` is not a version range: write one as npm does, e.g. `^1.2`, `~2.0` or `>=1 <2`",
        ),
        (
            "name: a\ndependencies:\n  - {name: b, version: 1}",
            "m.yaml:3:24: version is `1`: put it in quotes",
        ),
        (
            "name: a\ndependencies:\n  - {version: ^1}",
            "m.yaml:3:5: dependencies has an entry without a name: write `name: …`",
        ),
        (
            "name: a\ndependencies:\n  - [b]",
            "m.yaml:3:5: dependencies holds a list: write the name of a plugin",
        ),
        (
            "name: a\ndependencies: [{b: ^1}, {b: ^2}]",
            "m.yaml:2:25: dependencies: b is named above in ^1: name it once",
        ),
        (
            "name: a\noptionalDependencies:\n  - {name: b, wersion: ^1}",
            "m.yaml:3:15: optionalDependencies has no key `wersion`: it takes name and version",
        ),
    ]);
}

#[test]
fn points_at_a_route_or_menu_that_cannot_be() {
    let deep = "name: a\nmenus: [{title: a, items: [{title: b, items: [{title: c, items: [{title: d, items: [{title: e}]}]}]}]}]";
    assert_faults(&[
        ("name: a\npublicRoutes: /x", "m.yaml:2:15: publicRoutes is `\"/x\"`: write a list"),
        (
            "name: a\npublicRoutes:\n  GET: [api]",
            "m.yaml:3:9: `api` is not a route pattern: it is relative to the plugin's base and begins with `/`, e.g. `/api/public/**`",
        ),
        (
            "name: a\npublicRoutes:\n  get: [/api]",
            "m.yaml:3:3: `get` is not a method: write GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS or ALL",
        ),
        ("name: a\npublicRoutes:\n  GET: [5]", "m.yaml:3:9: a public route is `5`: put it in quotes"),
        (
            "name: a\npublicRoutes: [/a/../b]",
            "m.yaml:2:16: `/a/../b` is not a route pattern: a normalised path has no `.` or `..` segment",
        ),
        ("name: a\nmenus: {}", "m.yaml:2:8: menus is a mapping: write a list"),
        ("name: a\nmenus: [x]", "m.yaml:2:9: a menu entry is `\"x\"`: write a mapping of `key: value` lines"),
        ("name: a\nmenus: [{icon: x}]", "m.yaml:2:9: a menu entry has no title: write `title: …`"),
        ("name: a\nmenus: [{title: 3}]", "m.yaml:2:17: title is `3`: put it in quotes"),
        (
            "name: a\nmenus: [{title: x, url: /y}]",
            "m.yaml:2:20: a menu entry has no key `url`: it takes title, icon, path and items",
        ),
        (deep, "m.yaml:2:84: menus are nested deeper than 4 levels: flatten them"),
    ]);
}

#[test]
fn tells_all_faults_in_the_order_of_the_file() {
    assert_faults(&[(
        "version: 5\nbase: x\ndependencies: 3",
        "m.yaml:1:1: the manifest has no name: write `name: my-plugin`; m.yaml:1:10: version is `5`: put it in quotes; \
         m.yaml:2:7: `x` is not a base: write `/` and then letters, digits, `-` or `_`, e.g. `/hello`; \
         m.yaml:3:15: dependencies is `3`: write a list",
    )]);
}
