//! The plugin that a call is about. Its name stands in the path with its slash
//! encoded (`%40acme%2Fhello`, `@acme%2Fhello`) or as it is (`@acme/hello`).

use axum::extract::{FromRequestParts, Request};
use davit_plugin::PluginName;
use davit_plugin::name::{InvalidName, MAX_LENGTH};
use http::uri::PathAndQuery;
use http::{StatusCode, Uri, request};
use percent_encoding::percent_decode_str;
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::{ObjectBuilder, Required, Type};

use crate::dispatch::Refusal;

/// What stands before a name.
const BEFORE: &str = "/plugins/";

/// The name in the path of a call.
pub(super) struct Named(pub(super) PluginName);

impl<S: Send + Sync> FromRequestParts<S> for Named {
    type Rejection = Refusal;

    async fn from_request_parts(head: &mut request::Parts, _: &S) -> Result<Self, Refusal> {
        let (_, rest) = head.uri.path().split_once(BEFORE).unwrap_or_default();
        let segment = rest.split('/').next().unwrap_or_default();
        let name = percent_decode_str(segment).decode_utf8_lossy().into_owned();
        let invalid = |error: InvalidName| {
            Refusal::new(StatusCode::BAD_REQUEST, "INVALID_PLUGIN_NAME", error.to_string())
        };
        name.parse().map(Self).map_err(invalid)
    }
}

/// Encodes the slash of a scoped name, so that each name is one segment for all that
/// comes behind. A request for anything else stays as it is.
pub(super) fn fold(mut request: Request) -> Request {
    if let Some(folded) = folded(request.uri()) {
        *request.uri_mut() = folded;
    }
    request
}

fn folded(uri: &Uri) -> Option<Uri> {
    let (before, rest) = uri.path().split_once(BEFORE)?;
    let (scope, rest) = rest.split_once('/')?;
    let decoded = percent_decode_str(scope).decode_utf8().ok()?;
    if !decoded.starts_with('@') || decoded.contains('/') || rest.is_empty() {
        return None;
    }
    let query = uri.query().map_or_else(String::new, |query| format!("?{query}"));
    let target = PathAndQuery::try_from(format!("{before}{BEFORE}{scope}%2F{rest}{query}")).ok()?;
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(target);
    Uri::from_parts(parts).ok()
}

impl IntoParams for Named {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let segment = "[A-Za-z0-9_~][A-Za-z0-9_.~-]*";
        let schema = ObjectBuilder::new()
            .schema_type(Type::String)
            .min_length(Some(1))
            .max_length(Some(MAX_LENGTH))
            .pattern(Some(format!("^(@{segment}/)?{segment}$")))
            .examples(["@acme/hello"]);
        let name = ParameterBuilder::new()
            .name("name")
            .parameter_in(ParameterIn::Path)
            .required(Required::True)
            .description(Some("The plugin's name; the slash of a scoped one as it is or as `%2F`"))
            .schema(Some(schema));
        vec![name.build()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn name(path: &'static str) -> Result<String, &'static str> {
        let request = fold(Request::builder().uri(path).body(axum::body::Body::empty()).unwrap());
        let mut head = request.into_parts().0;
        let named = Named::from_request_parts(&mut head, &()).await;
        named.map(|named| named.0.to_string()).map_err(|refusal| refusal.code())
    }

    #[tokio::test]
    async fn a_name_is_read_in_every_spelling() {
        let table = [
            ("/_/api/plugins/hello", "hello"),
            ("/api/plugins/%68ello/enable", "hello"),
            ("/api/plugins/%40acme%2Fhello", "@acme/hello"),
            ("/api/plugins/@acme%2fhello/logs?tail=1", "@acme/hello"),
            ("/api/plugins/@acme/hello", "@acme/hello"),
            ("/api/plugins/%40acme/hello/enable", "@acme/hello"),
            ("http://davit.test/api/plugins/@acme/hello/disable", "@acme/hello"),
        ];
        for (path, expected) in table {
            assert_eq!(name(path).await.as_deref(), Ok(expected), "{path}");
        }
    }

    #[tokio::test]
    async fn what_is_no_name_is_refused() {
        for path in [
            "/api/plugins/",
            "/api/plugins/@acme",
            "/api/plugins/@acme/",
            "/api/plugins/@acme%2F..",
            "/api/plugins/..%2Fhello",
            "/api/plugins/a%2Fb",
            "/api/plugins/%00",
            "/api/plugins/%ff",
        ] {
            assert_eq!(name(path).await, Err("INVALID_PLUGIN_NAME"), "{path}");
        }
    }

    #[test]
    fn only_the_slash_of_a_scope_is_folded() {
        let table = [
            ("/api/plugins/@acme/hello/enable?x=1", Some("/api/plugins/@acme%2Fhello/enable?x=1")),
            ("/api/plugins/hello/enable", None),
            ("/api/plugins/@acme%2Fhello/enable", None),
            ("/api/plugins/@acme/", None),
            ("/api/keys/@acme/hello", None),
        ];
        for (path, expected) in table {
            let folded = folded(&path.parse().unwrap()).map(|uri| uri.to_string());
            assert_eq!(folded.as_deref(), expected, "{path}");
        }
    }
}
