//! Calls with what each of them needs, as routes and as their description.

use axum::Router;
use axum::middleware::from_fn_with_state;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};

use super::call::{self, Call};
use super::{Admin, described};

/// A list of calls. There is no way to add one without saying what it needs.
#[derive(Default)]
pub(super) struct Calls(Vec<(Call, UtoipaMethodRouter<Admin>)>);

impl Calls {
    /// Adds the handlers of one path that need the same.
    pub(super) fn add(mut self, call: Call, handlers: UtoipaMethodRouter<Admin>) -> Self {
        self.0.push((call, handlers));
        self
    }

    /// The routes, each behind what it needs.
    pub(super) fn into_router(self, admin: &Admin) -> Router<Admin> {
        let mut router = OpenApiRouter::new();
        for (call, (schemas, paths, methods)) in self.0 {
            let check = from_fn_with_state((admin.clone(), call), call::check);
            let methods = methods.route_layer(call.limit()).route_layer(check);
            router = router.routes((schemas, paths, methods));
        }
        router.into()
    }

    /// The description, with what follows from what each call needs.
    pub(super) fn into_openapi(self, prefix: &str) -> OpenApi {
        let mut router = OpenApiRouter::<Admin>::new();
        for (call, (schemas, mut paths, methods)) in self.0 {
            paths.paths.values_mut().for_each(|item| described::complete(call, item));
            router = router.routes((schemas, paths, methods));
        }
        match prefix {
            "" => router.into_openapi(),
            prefix => OpenApiRouter::<Admin>::new().nest(prefix, router).into_openapi(),
        }
    }
}
