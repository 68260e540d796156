//! What values helm takes.

use davit_tests::cluster::yaml;
use serde_json::Value;

use super::rendered::{helm, named, objects, rendered, rendered_with, value_sets};

#[test]
fn helm_lint_finds_no_fault_in_any_value_set() {
    for set in value_sets() {
        let linted = helm(&["lint", "--strict"], &["--values", set.to_str().unwrap()]);
        linted.unwrap_or_else(|error| panic!("{}: {error}", named(&set)));
    }
}

#[test]
fn the_same_values_render_the_same_twice() {
    for set in value_sets() {
        assert_eq!(rendered_with(&set), rendered_with(&set), "{}", named(&set));
    }
}

#[test]
fn values_that_mean_nothing_are_refused_with_their_name() {
    for (value, says) in [
        ("replica=3", "'replica' not allowed"),
        ("image.name=davit", "'name' not allowed"),
        ("runtime.storage.hostPath.path=/data", "'hostPath' not allowed"),
        ("runtime.podTemplate.hostNetwork=true", "'hostNetwork' not allowed"),
        ("logLevel=loud", "/logLevel"),
        ("image.digest=sha256:1", "/image/digest"),
        ("runtime.replicas=101", "/runtime/replicas"),
        ("runtime.name=Shop", "/runtime/name"),
        ("watchNamespaces={Team}", "/watchNamespaces"),
        ("cacheSize=much", "/cacheSize"),
        ("runtime.apiKeySecrets={Ops}", "/runtime/apiKeySecrets"),
        ("runtime.trustedProxies={10.0.0.1}", "/runtime/trustedProxies"),
        ("ingress.enabled=true", "/ingress/hosts"),
        ("httpRoute.enabled=true", "/httpRoute/parentRefs"),
    ] {
        let Err(error) = rendered(&["--set", value]) else { panic!("{value} was taken") };
        assert!(error.contains(says), "{value} is to be refused with {says:?}, not {error}");
    }
}

#[test]
fn a_default_runtime_that_nobody_would_look_after_is_refused() {
    let error = rendered(&["--set", "watchNamespaces={team-a}"]).unwrap_err();
    assert!(error.contains("davit-system, which is not among watchNamespaces"), "{error}");
    rendered(&["--set", "watchNamespaces={team-a},runtime.create=false"]).unwrap();
}

#[test]
fn an_image_is_named_by_its_digest_before_its_tag() {
    let digest = format!("sha256:{}", "0".repeat(64));
    let image = |values: &str| {
        let all = objects(&["--set", values]);
        let of = |kind: &str| {
            all.iter().find(|it| it["kind"] == kind).unwrap()["spec"]["template"]["spec"].clone()
        };
        let (operator, hook) = (of("Deployment"), of("Job"));
        assert_eq!(operator["containers"][0]["image"], hook["containers"][0]["image"]);
        operator["containers"][0]["image"].as_str().unwrap().to_owned()
    };
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(image("replicas=2"), format!("ghcr.io/davit-dev/davit-operator:{version}"));
    assert_eq!(image("image.tag=1.2.3"), "ghcr.io/davit-dev/davit-operator:1.2.3");
    let both = format!("image.tag=1.2.3,image.digest={digest}");
    assert_eq!(image(&both), format!("ghcr.io/davit-dev/davit-operator@{digest}"));
}

#[test]
fn each_text_of_the_fullest_value_set_is_rendered() {
    let pinned = value_sets().into_iter().find(|set| named(set) == "pinned-values.yaml").unwrap();
    let text = std::fs::read_to_string(&pinned).unwrap();
    let rendered = rendered_with(&pinned);
    let mut leaves = Vec::new();
    yaml::documents(&text).iter().for_each(|values| strings(values, &mut leaves));
    assert!(leaves.len() > 40, "{leaves:?}");
    for leaf in leaves {
        assert!(rendered.contains(&leaf), "{leaf} of {} is not rendered", named(&pinned));
    }
}

/// All strings within a value that say more than yes or no.
fn strings(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) if !text.is_empty() => found.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| strings(item, found)),
        Value::Object(fields) => fields.values().for_each(|field| strings(field, found)),
        _ => {}
    }
}
