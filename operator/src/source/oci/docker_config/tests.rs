use proptest::prelude::*;
use serde_json::json;

use super::*;

fn basic(username: &str) -> Credentials {
    Credentials::Basic { username: username.to_owned(), password: "p:w".to_owned() }
}

/// A configuration whose entries' users are their keys.
fn config(keys: &[&str]) -> DockerConfig {
    let entry = |key: &&str| {
        ((*key).to_owned(), json!({ "auth": STANDARD.encode(format!("{}:p:w", key.replace(':', "_"))) }))
    };
    let auths: serde_json::Map<_, _> = keys.iter().map(entry).collect();
    DockerConfig::parse(json!({ "auths": auths }).to_string().as_bytes()).unwrap()
}

fn found(keys: &[&str], reference: &str) -> Vec<String> {
    let credentials = config(keys).credentials(&reference.parse().unwrap()).unwrap();
    let user = |credentials| match credentials {
        Credentials::Basic { username, .. } => username,
        other => panic!("{other:?}"),
    };
    credentials.into_iter().map(user).collect()
}

#[test]
fn the_closest_entry_comes_first() {
    let keys =
        ["ghcr.io", "ghcr.io/acme", "ghcr.io/acme/hello", "*.io", "ghcr.io/other", "quay.io", "ghcr.io:443"];
    let expected = ["ghcr.io/acme/hello", "ghcr.io/acme", "ghcr.io", "*.io"];
    assert_eq!(found(&keys, "ghcr.io/acme/hello:1"), expected);
}

#[test]
fn hosts_ports_and_paths_match_as_the_kubelet_has_it() {
    let table = [
        ("https://ghcr.io", "ghcr.io/a/b:1", true),
        ("http://ghcr.io/v2/", "ghcr.io/a/b:1", true),
        ("ghcr.io/v1/a", "ghcr.io/a/b:1", true),
        ("https://index.docker.io/v1/", "hello", true),
        ("docker.io", "hello", true),
        ("docker.io/acme", "acme/hello", true),
        ("localhost:5000", "localhost:5000/a:1", true),
        ("localhost", "localhost:5000/a:1", false),
        ("*.registry.io", "one.registry.io/a:1", true),
        ("*.registry.io", "two.one.registry.io/a:1", false),
        ("*.registry.io", "registry.io/a:1", false),
        ("re*ry.i*", "registry.io/a:1", true),
        ("GHCR.io", "ghcr.io/a:1", true),
        ("ghcr.io/b", "ghcr.io/a/b:1", false),
        ("evil.io", "ghcr.io/a:1", false),
    ];
    for (key, reference, matches) in table {
        assert_eq!(!found(&[key], reference).is_empty(), matches, "{key} {reference}");
    }
}

#[test]
fn reads_all_forms_of_an_entry() {
    let reference: OciReference = "ghcr.io/a:1".parse().unwrap();
    let one = |entry: serde_json::Value| {
        let config = json!({ "auths": { "ghcr.io": entry }, "credsStore": "desktop" }).to_string();
        DockerConfig::parse(config.as_bytes()).unwrap().credentials(&reference)
    };
    let auth = STANDARD.encode("me:p:w\0\0");
    assert_eq!(one(json!({ "auth": auth })), Ok(vec![basic("me")]));
    assert_eq!(one(json!({ "username": "me", "password": "p:w" })), Ok(vec![basic("me")]));
    assert_eq!(
        one(json!({ "identitytoken": "t", "auth": auth })),
        Ok(vec![Credentials::IdentityToken("t".into())])
    );
    assert_eq!(one(json!({ "registrytoken": "t" })), Ok(vec![Credentials::RegistryToken("t".into())]));
    assert_eq!(one(json!({})), Ok(vec![]));
    assert_eq!(one(json!({ "auth": "bWU=" })), Err(InvalidConfig::Auth("ghcr.io".into())));
    let legacy = json!({ "ghcr.io": { "username": "me", "password": "p:w" } }).to_string();
    let legacy = DockerConfig::parse_legacy(legacy.as_bytes()).unwrap();
    assert_eq!(legacy.credentials(&reference), Ok(vec![basic("me")]));
}

#[test]
fn never_shows_a_credential() {
    let error = DockerConfig::parse(br#"{"auths": {"ghcr.io": "hunter2"}}"#).err().unwrap();
    assert!(!error.to_string().contains("hunter2"), "{error}");
    assert!(!format!("{:?}", basic("hunter2")).contains("hunter2"));
}

proptest! {
    #[test]
    fn a_credential_never_goes_to_a_registry_of_another_name(
        key in "[a-c]{1,3}(\\.[a-c]{1,3}){1,2}(:[0-9]{2})?(/[a-c]{1,2}){0,2}",
        host in "[a-c]{1,3}(\\.[a-c]{1,3}){1,2}(:[0-9]{2})?",
        repository in "[a-c]{1,2}(/[a-c]{1,2}){0,2}",
    ) {
        let reference = format!("{host}/{repository}:1");
        let matched = !found(&[&key], &reference).is_empty();
        let (named, path) = key.split_once('/').unwrap_or((&key, ""));
        prop_assert_eq!(matched, named == host && repository.starts_with(path));
    }

    #[test]
    fn a_star_never_reaches_over_a_dot(pattern in "[a*]{1,4}", part in "[ab]{0,5}", tail in "[ab.]{1,4}") {
        let host = format!("{part}.{tail}");
        prop_assert!(!hosts_match(&pattern, &host));
        let regex = regex::Regex::new(&format!("^{}$", pattern.replace('*', ".*"))).unwrap();
        prop_assert_eq!(part_matches(&pattern, &part), regex.is_match(&part));
    }
}
