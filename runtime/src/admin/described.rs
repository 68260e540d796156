//! Completes the description of a call by what follows from what it needs: who may
//! make it, and the errors that come before its own code sees the request.

use utoipa::PartialSchema;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{Content, HeaderBuilder, ObjectBuilder, Ref, RefOr, Type};

use super::call::{Accepts, Call};

/// The ways to show a key, in order of precedence.
pub(super) const SCHEMES: [&str; 3] = ["apiKey", "bearer", "session"];

/// Completes all operations of one path.
pub(super) fn complete(call: Call, item: &mut PathItem) {
    let reads = item.get.iter_mut().map(|operation| (operation, false));
    let changes = item.post.iter_mut().chain(item.delete.iter_mut()).map(|operation| (operation, true));
    reads.chain(changes).for_each(|(operation, changes)| complete_one(call, operation, changes));
}

fn complete_one(call: Call, operation: &mut Operation, changes: bool) {
    if let Some(permission) = call.permission {
        let needs = SCHEMES.map(|scheme| SecurityRequirement::new(scheme, [] as [&str; 0]));
        operation.security = Some(needs.into());
        let text = operation.description.take().map_or_else(String::new, |text| format!("{text}\n\n"));
        operation.description = Some(format!("{text}Needs the permission `{permission}`."));
    }
    if changes {
        operation.parameters.get_or_insert_default().push(RefOr::T(origin()));
    }
    for (status, code) in errors(call, changes) {
        add(operation, status, code);
    }
    operation.responses.responses.iter_mut().for_each(|(status, response)| shape(status, response));
}

/// The statuses and codes that come before the call's own code.
fn errors(call: Call, changes: bool) -> Vec<(&'static str, &'static str)> {
    const KEY: [(&str, &str); 3] = [
        ("401", "`AUTH_REQUIRED`, `INVALID_KEY`: no live key came with it"),
        ("403", "`PERMISSION_DENIED`: the key may not do this"),
        ("429", "`RATE_LIMITED`: too many wrong keys came from this address"),
    ];
    const CHANGES: [(&str, &str); 2] = [
        ("403", "`ORIGIN_MISMATCH`: the Origin is not this host's"),
        ("413", "`BODY_TOO_LARGE`: the body is larger than the call takes"),
    ];
    const MANAGED: [(&str, &str); 1] =
        [("409", "`MANAGED_BY_OPERATOR`: an operator does this; the message says how to ask it")];
    const JSON: [(&str, &str); 3] = [
        (
            "400",
            "`INVALID_JSON`, `INVALID_REQUEST`, `BODY_UNREADABLE`: the body is not JSON, not what the call takes, or ended early",
        ),
        ("408", "`BODY_TOO_SLOW`: the body did not come in time"),
        ("415", "`UNSUPPORTED_MEDIA_TYPE`: the body is not announced as JSON"),
    ];
    let all: [(&[_], bool); 4] = [
        (&KEY, call.permission.is_some()),
        (&CHANGES, changes),
        (&MANAGED, call.change.is_some()),
        (&JSON, matches!(call.accepts, Accepts::Json | Accepts::Login)),
    ];
    all.into_iter().filter(|(_, come)| *come).flat_map(|(errors, _)| errors.iter().copied()).collect()
}

fn add(operation: &mut Operation, status: &str, text: &str) {
    let responses = &mut operation.responses.responses;
    match responses.get_mut(status) {
        Some(RefOr::T(response)) => response.description = format!("{}; {text}", response.description),
        _ => {
            responses.insert(status.to_owned(), RefOr::T(Response::new(text)));
        }
    }
}

/// Every error has the one shape and its own headers, unless it says another.
fn shape(status: &str, response: &mut RefOr<Response>) {
    let RefOr::T(response) = response else { return };
    if !status.starts_with(['4', '5']) || !response.content.is_empty() {
        return;
    }
    let body = Content::new(Some(Ref::from_schema_name("Error")));
    let built = ResponseBuilder::from(std::mem::take(response)).content("application/json", body);
    let built = match status {
        "401" => built.header("WWW-Authenticate", text("`Bearer`")),
        "429" | "503" => built.header("Retry-After", seconds()),
        _ => built,
    };
    *response = built.build();
}

fn text(description: &str) -> utoipa::openapi::Header {
    HeaderBuilder::new().schema(Some(String::schema())).description(Some(description)).build()
}

fn seconds() -> utoipa::openapi::Header {
    let schema = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1));
    HeaderBuilder::new().schema(Some(schema)).description(Some("After how many seconds to try again")).build()
}

/// Browsers send it by themselves and let no page set it, so that it is not required
/// here, although it is.
fn origin() -> Parameter {
    let schema = ObjectBuilder::new().schema_type(Type::String).examples(["http://localhost:8000"]);
    ParameterBuilder::new()
        .name("Origin")
        .parameter_in(ParameterIn::Header)
        .description(Some("Has this host and port, or the call is refused; browsers send it by themselves"))
        .schema(Some(schema))
        .build()
}
