//! The keys under `davit:` (what Davit adds to Buntime's manifest).

use super::nested::VARIABLE;
use super::shape::Absent::{Nothing, Value};
use super::shape::{Field, Mapping, Shape};
use crate::manifest::MAX_WORKERS;
use crate::manifest::davit::MAX_VARIABLES;

static LIMITS_SHAPE: Shape = Shape::Mapping(&LIMITS);
static PERMISSIONS_SHAPE: Shape = Shape::Mapping(&PERMISSIONS);
static MODES: Shape = Shape::Choice(&["persistent", "serverless"]);
static REPLACEMENTS: Shape = Shape::Choice(&["overlap", "exclusive"]);
static WORKERS: Shape = Shape::Count { least: 1, most: MAX_WORKERS as u64 };

/// What stands under `davit:`.
pub(super) static DAVIT: Mapping = Mapping {
    name: "davit",
    about: "Settings that only Davit knows.",
    fields: &[
        Field {
            key: "mode",
            shape: &MODES,
            absent: Nothing("what the files say"),
            example: "serverless",
            about: "How the code is run. See [modes](modes.md).",
        },
        Field {
            key: "replacement",
            shape: &REPLACEMENTS,
            absent: Value("overlap"),
            example: "exclusive",
            about: "Whether a new version starts beside the old one, or after it has ended. See [lifecycle](lifecycle.md#replacement).",
        },
        Field {
            key: "workers",
            shape: &WORKERS,
            absent: Value("8"),
            example: "2",
            about: "How many Workers of a serverless plugin run at once; more requests wait.",
        },
        Field {
            key: "limits",
            shape: &LIMITS_SHAPE,
            absent: Value("{}"),
            example: "{maxBodySize: 50Mi, requestTimeout: 2m}",
            about: "What one request may cost.",
        },
        Field {
            key: "permissions",
            shape: &PERMISSIONS_SHAPE,
            absent: Value("{}"),
            example: "{env: [LOG_LEVEL]}",
            about: "What the plugin asks for. In plugin directories and under `davit dev` that grants it; in a cluster the Plugin's `spec.permissions` decides.",
        },
    ],
};

static REQUEST_TIMEOUT: Shape = Shape::Duration { least: "1ms", most: "1h" };
static BODY_SIZE: Shape = Shape::Size { most: "100Mi" };
static LIMITS: Mapping = Mapping {
    name: "davit.limits",
    about: "",
    fields: &[
        Field {
            key: "maxBodySize",
            shape: &BODY_SIZE,
            absent: Value("10Mi"),
            example: "50Mi",
            about: "The largest request body. A larger one is answered with 413.",
        },
        Field {
            key: "requestTimeout",
            shape: &REQUEST_TIMEOUT,
            absent: Value("30s"),
            example: "2m",
            about: "How long the head of a response may take; then the caller gets 504. The body may take longer: it streams.",
        },
    ],
};

static VARIABLES: Shape = Shape::List { of: &VARIABLE, most: MAX_VARIABLES };
static HOSTS: Shape = Shape::Anything;
static FLAG: Shape = Shape::Flag;
static PERMISSIONS: Mapping = Mapping {
    name: "davit.permissions",
    about: "",
    fields: &[
        Field {
            key: "env",
            shape: &VARIABLES,
            absent: Value("[]"),
            example: "[LOG_LEVEL, WEATHER_API_KEY]",
            about: "Variables of the runtime's own environment that the plugin may read. Never `RUNTIME_*` or `DAVIT_*`.",
        },
        Field {
            key: "authenticate",
            shape: &FLAG,
            absent: Value("false"),
            example: "true",
            about: "Whether `onRequest` runs before the gate and may vouch for callers. See [hooks](hooks.md#plugins-that-log-people-in).",
        },
        Field {
            key: "net",
            shape: &HOSTS,
            absent: Nothing("every host"),
            example: "[\"api.example.com:443\"]",
            about: "Has no effect yet: plugins reach every host. `davit check` warns of it.",
        },
    ],
};
