//! That the table of fields, the schema made from it and the parser say the same.

use std::fs;
use std::path::Path;

use davit_plugin::Manifest;
use davit_plugin::manifest::Mode;
use davit_plugin::manifest::reference::{Absent, Field, Mapping, Shape, fields, files, schema, serverless};
use serde_json::Value;

/// Manifests that run.
const GOOD: &[&str] = &[
    "name: a",
    "name: '@acme/hello'\nversion: 1.2.0-rc.1+7\nenabled: false\nbase: /hello_World-1",
    "name: a\nbase: /apis",
    "name: a\npluginEntry: ./dist/plugin.js\nentrypoint: dist/client/.well/index.html\ninjectBase: true",
    "name: a\nversion:\nenabled:\nbase:\npluginEntry:\nentrypoint:\ndependencies:\npublicRoutes:\nmenus:\nconfig:\ndavit:",
    "name: a\nhooks:\nui:",
    "name: a\ndependencies: [b, '@c/d', {name: e, version: ^1}, {f: '>=1, <2'}, {name: g}]\noptionalDependencies: []",
    "name: a\npublicRoutes: ['/**', '/a.b/*', '/..c/?']",
    "name: a\npublicRoutes: {GET: [/a], ALL: [], OPTIONS: [/b]}",
    "name: a\nmenus: [{title: x, icon: y, path: /z, items: [{title: t, items:}]}]",
    "name: a\nconfig: {x: {type: enum, options: [1, two], default: 1, label: l, description: d, required: false}}\nx: two",
    "name: a\nconfig: {x: {type: number, min: 1, max: 2.5}, y: {type: password, env: A_B}}\nx: 2",
    "name: a\nconfig: {x: {type: object, properties: {y: {type: array, min: 1}}}}\nx: {y: [1], z: more}",
    "name: a\nanything: {else: [1, 2.5, true, null]}\ndescription: 5",
    "name: a\ndavit: {limits: {maxBodySize: 100Mi, requestTimeout: 5m}, workers: 64, replacement: exclusive}",
    "name: a\ndavit: {limits: {maxBodySize: 1024, requestTimeout: 30}, mode: persistent}\ntimeout: whenever",
    "name: a\ndavit: {permissions: {env: [LOG_LEVEL], authenticate: true}, limits:, mode:}",
    "name: a\ndavit: {mode: serverless}\ntimeout: 10\nttl: 0\nidleTimeout: 30s\nmaxRequests: 5\nmaxBodySize: 1MB\nenv: {A: b}",
    "name: a\ndavit: {mode: serverless}\nttl: 24h\nvisibility: public\nenv:",
];

/// Manifests that neither the parser nor the schema takes.
const BAD: &[&str] = &[
    "base: /x",
    "name:",
    "name: 5",
    "name: [a]",
    "name: ../x",
    "name: .a",
    "name: a b",
    "name: '@a/b/c'",
    "name: '@a'",
    "name: -rf",
    "name: a\nversion: 1.10",
    "name: a\nversion: v1.2.0",
    "name: a\nversion: '1.2'",
    "name: a\nversion: 01.2.0",
    "name: a\nenabled: yes",
    "name: a\nbase: hello",
    "name: a\nbase: /a/b",
    "name: a\nbase: /",
    "name: a\nbase: /API",
    "name: a\nbase: /health",
    "name: a\nbase: /.well-known",
    "name: a\nbase: /_",
    "name: a\npluginEntry: ../x.js",
    "name: a\npluginEntry: /x.js",
    "name: a\npluginEntry: a//b.js",
    "name: a\npluginEntry: ./",
    "name: a\nentrypoint: 'a\\b.html'",
    "name: a\nentrypoint: a/./b.html",
    "name: a\ninjectBase: 1",
    "name: a\nhooks: {}",
    "name: a\nhealthChecks: []",
    "name: a\nserver: {deploymentUrl: x}",
    "name: a\nui: true",
    "name: a\ndependencies: b",
    "name: a\ndependencies: [x y]",
    "name: a\ndependencies: [null]",
    "name: a\ndependencies: [{version: ^1}]",
    "name: a\ndependencies: [{b: 1}]",
    "name: a\noptionalDependencies: [{name: b, wersion: ^1}]",
    "name: a\npublicRoutes: /x",
    "name: a\npublicRoutes: [api]",
    "name: a\npublicRoutes: [/a/../b]",
    "name: a\npublicRoutes: ['/a#b']",
    "name: a\npublicRoutes: ['/a b']",
    "name: a\npublicRoutes: {get: [/api]}",
    "name: a\npublicRoutes: {GET: }",
    "name: a\npublicRoutes: {GET: [5]}",
    "name: a\nmenus: {}",
    "name: a\nmenus: [x]",
    "name: a\nmenus: [{icon: x}]",
    "name: a\nmenus: [{title: x, url: /y}]",
    "name: a\nconfig: []",
    "name: a\nconfig: {x: string}",
    "name: a\nconfig: {x: {}}",
    "name: a\nconfig: {x: {type: text}}",
    "name: a\nconfig: {x: {type: string, min: '1'}}",
    "name: a\nconfig: {x: {type: string, requird: true}}",
    "name: a\nconfig: {x: {type: object, properties: {y: {}}}}",
    "name: a\ndavit: 5",
    "name: a\ndavit: {limit: {}}",
    "name: a\ndavit: {limits: {maxBodySize: lots}}",
    "name: a\ndavit: {limits: {requestTimeout: 1d}}",
    "name: a\ndavit: {limits: {requestTimeout: -1}}",
    "name: a\ndavit: {limits: {bodySize: 1}}",
    "name: a\ndavit: {mode: auto}",
    "name: a\ndavit: {replacement: none}",
    "name: a\ndavit: {workers: 0}",
    "name: a\ndavit: {workers: 65}",
    "name: a\ndavit: {workers: '8'}",
    "name: a\ndavit: {permissions: {env: A}}",
    "name: a\ndavit: {permissions: {env: [RUNTIME_ROOT_KEY]}}",
    "name: a\ndavit: {permissions: {env: ['1A']}}",
    "name: a\nconfig: {x: {type: string, env: DAVIT_VOLUME}}",
    "name: a\ndavit: {mode: serverless}\nenv: {DAVIT_X: b}",
    "name: a\ndavit: {permissions: {authenticate: maybe}}",
    "name: a\ndavit: {permissions: {files: all}}",
    "name: a\ndavit: {mode: serverless}\ntimeout: whenever",
    "name: a\ndavit: {mode: serverless}\nmaxRequests: 0",
    "name: a\ndavit: {mode: serverless}\nmaxBodySize: big",
    "name: a\ndavit: {mode: serverless}\nenv: {A: 1}",
    "name: a\ndavit: {mode: serverless}\nenv: [A]",
];

/// Manifests with faults that only the parser sees: a schema has no words for
/// them.
const BEYOND: &[&str] = &[
    "name: a\ndependencies: [{b: nope}]",
    "name: a\ndependencies: [{b: ^1}, {b: ^2}]",
    "name: a\nmenus: [{title: a, items: [{title: b, items: [{title: c, items: [{title: d, items: [{title: e}]}]}]}]}]",
    "name: a\nconfig: {x: {type: number}}\nx: text",
    "name: a\nconfig: {x: {type: enum}}",
    "name: a\ndavit: {limits: {maxBodySize: 1Gi}}",
    "name: a\ndavit: {limits: {requestTimeout: 2h}}",
    "name: a\nx: 9007199254740993",
];

/// Whether the parser takes it, for the mode that it names.
fn parses(yaml: &str) -> Result<Manifest, String> {
    let manifest = Manifest::parse("manifest.yaml", yaml).map_err(|error| error.to_string())?;
    match &manifest.workers {
        Err(findings) if manifest.mode == Some(Mode::Serverless) => Err(format!("{findings:?}")),
        _ => Ok(manifest),
    }
}

fn instance(yaml: &str) -> Value {
    // As in YAML 1.2, and as the language servers of editors read it.
    let options = serde_saphyr::options! { strict_booleans: true };
    serde_saphyr::from_str_with_options(yaml, options).unwrap_or_else(|error| panic!("{yaml}: {error}"))
}

#[test]
fn the_schema_is_one_of_2020_12() {
    jsonschema::draft202012::meta::validate(&schema()).unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn schema_and_parser_agree() {
    let validator = jsonschema::draft202012::new(&schema()).unwrap();
    for yaml in GOOD {
        parses(yaml).unwrap_or_else(|error| panic!("{yaml}\n{error}"));
        validator.validate(&instance(yaml)).unwrap_or_else(|error| panic!("{yaml}\n{error}"));
    }
    for yaml in BAD {
        assert!(parses(yaml).is_err(), "the parser takes\n{yaml}");
        assert!(!validator.is_valid(&instance(yaml)), "the schema takes\n{yaml}");
    }
    for yaml in BEYOND {
        assert!(parses(yaml).is_err(), "the parser takes\n{yaml}");
        assert!(validator.is_valid(&instance(yaml)), "the schema refuses, so move it to BAD:\n{yaml}");
    }
}

/// A manifest around one mapping: `%` is where its entries stand, which are
/// these at least.
struct Frame {
    mapping: &'static Mapping,
    around: &'static str,
    siblings: &'static [(&'static str, &'static str)],
}

impl Frame {
    /// A manifest with this entry in the mapping.
    fn with(&self, key: &str, value: &str) -> String {
        let others = self.siblings.iter().filter(|(sibling, _)| *sibling != key);
        let entries = others.copied().chain([(key, value)]);
        let entries: Vec<String> = entries.map(|(key, value)| format!("{key}: {value}")).collect();
        self.around.replace('%', &entries.join(", "))
    }

    fn of(mapping: &'static Mapping) -> Self {
        let (around, siblings): (_, &[_]) = match mapping.name {
            "The manifest" => ("{%}", &[("name", "a")]),
            "Serverless plugins" => ("{%}", &[("name", "a"), ("davit", "{mode: serverless}")]),
            "A dependency" => ("{name: a, dependencies: [{%}]}", &[("name", "b")]),
            "A menu entry" => ("{name: a, menus: [{%}]}", &[("title", "t")]),
            "An option of config" => (
                "{name: a, config: {x: {%}}}",
                &[("type", "enum"), ("options", "[Hello]"), ("default", "Hello")],
            ),
            "davit" => ("{name: a, davit: {%}}", &[]),
            "davit.limits" => ("{name: a, davit: {limits: {%}}}", &[]),
            "davit.permissions" => ("{name: a, davit: {permissions: {%}}}", &[]),
            name => panic!("where does {name} stand in a manifest?"),
        };
        Self { mapping, around, siblings }
    }
}

/// Every mapping of the table in its frame.
fn frames() -> Vec<Frame> {
    [fields(), serverless()].into_iter().chain(nested()).map(Frame::of).collect()
}

/// Every field with its frame.
fn every_field() -> Vec<(Frame, &'static Field)> {
    let of = |frame: Frame| frame.mapping.fields.iter().map(move |field| (Frame::of(frame.mapping), field));
    frames().into_iter().flat_map(of).collect()
}

fn nested() -> Vec<&'static Mapping> {
    let mut seen = Vec::new();
    fields().fields.iter().for_each(|field| field.shape.mappings(&mut seen));
    seen
}

#[test]
fn every_example_is_taken_by_both() {
    let validator = jsonschema::draft202012::new(&schema()).unwrap();
    for (frame, field) in every_field() {
        let yaml = frame.with(field.key, field.example);
        parses(&yaml).unwrap_or_else(|error| panic!("{yaml}\n{error}"));
        validator.validate(&instance(&yaml)).unwrap_or_else(|error| panic!("{yaml}\n{error}"));
    }
}

#[test]
fn every_field_is_known_to_the_parser() {
    for (frame, field) in every_field() {
        // A list is what no field but a few takes, and a mapping what the others do not.
        let anything = matches!(field.shape, Shape::Anything);
        let wrong = if matches!(field.shape, Shape::List { .. }) { "{wrong: 1}" } else { "[[wrong]]" };
        let yaml = frame.with(field.key, wrong);
        assert!(anything || parses(&yaml).is_err(), "the parser does not look at\n{yaml}");
    }
}

#[test]
fn every_default_is_the_parsers() {
    // `config` has a copy of some keys.
    let read = |yaml: &str| {
        let manifest = parses(yaml).unwrap_or_else(|error| panic!("{yaml}\n{error}"));
        Manifest { config: serde_json::Map::new(), warnings: Vec::new(), ..manifest }
    };
    for (frame, field) in every_field() {
        if let Absent::Value(default) = field.absent {
            let [said, unsaid] = [default, ""].map(|value| read(&frame.with(field.key, value)));
            assert_eq!(said, unsaid, "{}", field.key);
        }
    }
}

#[test]
fn every_key_that_the_parser_takes_is_in_the_table() {
    // What stands at the top is not strict: the parser itself reads those keys off the table.
    for frame in frames().into_iter().skip(2) {
        let mapping = frame.mapping;
        let yaml = frame.with("nonsense", "1");
        let fault = parses(&yaml).unwrap_err();
        let known = fault.split("it takes ").nth(1).unwrap_or_else(|| panic!("{yaml}\n{fault}"));
        let mut known: Vec<&str> =
            known.split([',', ' ']).filter(|word| !matches!(*word, "" | "and")).collect();
        let mut table: Vec<&str> = mapping.fields.iter().map(|field| field.key).collect();
        known.sort_unstable();
        table.sort_unstable();
        assert_eq!(table, known, "{}", mapping.name);
    }
}

#[test]
fn the_committed_files_are_those_of_today() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/plugins");
    for file in files() {
        let committed = fs::read_to_string(folder.join(file.name)).unwrap_or_default();
        assert_eq!(committed, file.text, "{}: run `make generate`", file.name);
    }
}
