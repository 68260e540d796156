//! The keys that have a meaning for serverless plugins only (Buntime contract §3).

use super::nested::VARIABLE;
use super::shape::Absent::Value;
use super::shape::{Field, Mapping, Shape, TEXT};
use crate::manifest::davit::MAX_VARIABLES;

static TIMEOUT: Shape = Shape::Duration { least: "1ms", most: "1h" };
static TTL: Shape = Shape::Duration { least: "0", most: "24h" };
static IDLE: Shape = Shape::Duration { least: "1ms", most: "24h" };
static REQUESTS: Shape = Shape::Count { least: 1, most: 1_000_000 };
static BODY_SIZE: Shape = Shape::Size { most: "100Mi" };
static ENV: Shape = Shape::Map { keys: &VARIABLE, of: &TEXT, least: 0, most: MAX_VARIABLES };

/// Beside the others, at the top of the manifest.
pub(super) static SERVERLESS: Mapping = Mapping {
    name: "Serverless plugins",
    about: "These stand at the top of the manifest too. They have a meaning if the plugin is [serverless](modes.md#serverless); to a persistent plugin they are configuration like any other key.",
    fields: &[
        Field {
            key: "timeout",
            shape: &TIMEOUT,
            absent: Value("30s"),
            example: "10s",
            about: "How long the head of a response may take. Then the caller gets 504 and the Worker is ended. It is the plugin's `davit.limits.requestTimeout` too, unless that is set.",
        },
        Field {
            key: "ttl",
            shape: &TTL,
            absent: Value("0"),
            example: "5m",
            about: "How old a Worker may become. 0 makes a fresh one for each request.",
        },
        Field {
            key: "idleTimeout",
            shape: &IDLE,
            absent: Value("60s"),
            example: "30s",
            about: "How long a Worker without a request is kept. Only with a `ttl`.",
        },
        Field {
            key: "maxRequests",
            shape: &REQUESTS,
            absent: Value("1000"),
            example: "100",
            about: "How many requests one Worker answers. Only with a `ttl`.",
        },
        Field {
            key: "maxBodySize",
            shape: &BODY_SIZE,
            absent: Value("10Mi"),
            example: "1MB",
            about: "The largest request body. It is `davit.limits.maxBodySize` too, unless that is set.",
        },
        Field {
            key: "env",
            shape: &ENV,
            absent: Value("{}"),
            example: "{LOG_LEVEL: debug}",
            about: "Variables that the Workers see beside those granted to the plugin's group. Values are texts, so quote numbers.",
        },
    ],
};
