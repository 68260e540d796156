//! The description of the admin API as an OpenAPI document, made from its calls.

use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{ComponentsBuilder, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, Server};

use super::described::SCHEMES;
use super::{API, routes};
use crate::dispatch::ErrorBody;

const ABOUT: &str = "What a person or a client does to a running Davit runtime. All of it is at `/api` too.\n\n\
    Every call needs a key, except health, discovery, the session and this description: without one even \
    calls that do not exist answer 401. A call that changes something also needs an `Origin` header with this \
    host and port, whatever the credential. A method that a path does not have answers 405 with `Allow`. \
    Every error of Davit's own has the same shape. \
    Every answer has an `X-Request-Id`: the one that was sent, or a new one.";

const TAGS: [(&str, &str); 6] = [
    ("discovery", "Where the API is"),
    ("health", "How the runtime and its plugins fare"),
    ("plugins", "What is there and what serves"),
    ("session", "A cookie for browsers instead of a key"),
    ("keys", "Who may do what"),
    ("reference", "This description"),
];

/// The OpenAPI 3.1 document of the admin API as indented JSON; the same for every
/// installation of this version.
pub fn openapi() -> String {
    let mut document = frame();
    document.merge(routes::discovery().into_openapi(""));
    document.merge(routes::open().into_openapi(API));
    document.merge(routes::guarded().into_openapi(API));
    let mut text = document.to_pretty_json().unwrap_or_default();
    text.push('\n');
    text
}

fn frame() -> OpenApi {
    let license = LicenseBuilder::new().name("Apache-2.0").identifier(Some("Apache-2.0")).build();
    let info = InfoBuilder::new()
        .title("Davit's admin API")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(ABOUT))
        .license(Some(license));
    let [api_key, bearer, session] = SCHEMES;
    let components = ComponentsBuilder::new()
        .schema_from::<ErrorBody>()
        .security_scheme(api_key, SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::new("X-API-Key"))))
        .security_scheme(
            bearer,
            SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build()),
        )
        .security_scheme(
            session,
            SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new("buntime_api_key"))),
        );
    let tags = TAGS.map(|(name, text)| TagBuilder::new().name(name).description(Some(text)).build());
    OpenApiBuilder::new()
        .info(info.build())
        .servers(Some([Server::new("/")]))
        .components(Some(components.build()))
        .tags(Some(tags))
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    #[test]
    fn the_committed_reference_is_that_of_the_calls() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/reference/openapi.json");
        let committed = std::fs::read_to_string(path).unwrap_or_default();
        assert!(committed == openapi(), "{path} is not what openapigen writes: run `make generate`");
    }

    /// Each operation with its method and path.
    fn operations() -> Vec<(String, Value)> {
        let document: Value = serde_json::from_str(&openapi()).unwrap();
        let paths = document["paths"].as_object().unwrap().clone();
        let each = paths.iter().flat_map(|(path, item)| {
            let operations = item.as_object().unwrap().iter();
            operations.map(move |(method, operation)| (format!("{method} {path}"), operation.clone()))
        });
        each.collect()
    }

    #[test]
    fn every_call_is_named_described_and_sorted() {
        let mut ids = std::collections::BTreeSet::new();
        for (call, operation) in operations() {
            let id = operation["operationId"].as_str().unwrap_or_else(|| panic!("{call} has no id"));
            assert!(ids.insert(id.to_owned()), "{call}: {id} is there twice");
            assert!(operation["summary"].as_str().is_some_and(|text| text.ends_with('.')), "{call}");
            let tag = operation["tags"][0].as_str().unwrap_or_default();
            assert!(TAGS.iter().any(|(name, _)| *name == tag), "{call}: {tag}");
        }
    }

    #[test]
    fn only_these_calls_are_open() {
        let open = operations().into_iter().filter(|(_, operation)| operation.get("security").is_none());
        let open: Vec<String> = open.map(|(call, _)| call).collect();
        let expected = [
            "get /.well-known/buntime",
            "get /.well-known/davit",
            "delete /_/api/admin/session",
            "get /_/api/admin/session",
            "post /_/api/admin/session",
            "get /_/api/health",
            "get /_/api/health/live",
            "get /_/api/health/ready",
            "get /_/api/openapi.json",
        ];
        assert_eq!(open, expected);
    }

    #[test]
    fn every_error_has_the_one_shape() {
        for (call, operation) in operations() {
            for (status, response) in operation["responses"].as_object().unwrap() {
                let schema = &response["content"]["application/json"]["schema"]["$ref"];
                let is_error = status.starts_with(['4', '5']) && !call.ends_with("/health/ready");
                assert!(!is_error || schema == "#/components/schemas/Error", "{call} {status}: {response}");
            }
            for status in ["401", "403", "429"].into_iter().filter(|_| operation.get("security").is_some()) {
                assert!(operation["responses"].get(status).is_some(), "{call} {status}");
            }
        }
    }
}
