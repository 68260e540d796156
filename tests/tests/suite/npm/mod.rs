//! Plugins made of popular npm packages answer through Davit as they do from Bun.
//!
//! ```text
//! tests/npm/plugins/NAME → built → served twice: by Bun alone and by Davit → requests.yaml, played against both → compared
//! ```

mod answer;
pub(crate) mod built;
mod outgoing;
mod play;
mod postgres;
mod requests;
mod sides;
mod websocket;

use requests::Step;
use sides::Side;

/// Plays a plugin's `requests.yaml` against Bun alone and against Davit. Every
/// answer must have the status that stands there and be the same from both.
async fn answers_as_from_bun(plugin: &str) {
    answers_as_from_bun_with(plugin, ["", ""]).await;
}

/// The same with further lines of the manifest, Bun's first.
async fn answers_as_from_bun_with(plugin: &str, more: [&str; 2]) {
    let steps = requests::of(plugin);
    let [bun, davit] = more;
    let (bun, davit) = tokio::join!(Side::bun(plugin, bun), Side::davit(plugin, davit));
    let (bun, davit) = tokio::join!(all(bun, &steps), all(davit, &steps));
    for (step, (bun, davit)) in steps.iter().zip(bun.into_iter().zip(davit)) {
        assert_eq!(bun.status, step.status, "{plugin}: {} from Bun: {bun:#?}", step.ask);
        let (of_bun, of_davit) = (bun.names(), davit.names());
        let (bun, davit) = (bun.beside(&of_davit, &step.differs), davit.beside(&of_bun, &step.differs));
        assert_eq!(davit, bun, "{plugin}: {}: Davit's answer (left) is not Bun's", step.ask);
    }
}

/// The answers of one side, in order.
async fn all(side: Side, steps: &[Step]) -> Vec<answer::Answer> {
    let mut player = play::Player::new(&side);
    let mut answers = Vec::new();
    for step in steps {
        answers.push(player.play(step).await);
    }
    answers
}

/// A test for each plugin that needs nothing but itself.
macro_rules! plugins {
    ($($test:ident plays $plugin:literal,)+) => {
        const ALONE: &[&str] = &[$($plugin),+];
        $(
            #[tokio::test]
            async fn $test() {
                answers_as_from_bun($plugin).await;
            }
        )+
    };
}

plugins! {
    hono_with_its_middlewares plays "hono-middlewares",
    hono_streams_events_and_text plays "hono-streaming",
    hono_sets_several_cookies plays "hono-cookies",
    hono_checks_jwts plays "hono-jwt",
    hono_keeps_sessions plays "hono-session",
    hono_validates_with_zod plays "hono-zod",
    hono_takes_uploaded_files plays "hono-upload",
    hono_tells_of_its_websockets plays "hono-websocket",
    graphql_yoga_answers_and_subscribes plays "graphql-yoga",
    trpc_calls_batches_and_subscribes plays "trpc",
    jose_signs_and_seals plays "jose",
    react_streams_what_is_suspended plays "react-ssr",
    preact_renders plays "preact-ssr",
    elysia plays "elysia",
    h3 plays "h3",
    itty_router plays "itty-router",
    an_mcp_server_over_http plays "mcp",
    bun_sqlite_keeps_its_file plays "bun-sqlite",
    valibot plays "valibot",
    nanoid_and_uuid plays "ids",
}

/// Those with a server of their own to talk to, and the tests that play them.
const WITH_MORE: [&str; 4] = ["axios", "drizzle", "ky", "pg"];

#[tokio::test]
async fn ky_goes_out() {
    outgoing::goes_out("ky").await;
}

#[tokio::test]
async fn axios_goes_out() {
    outgoing::goes_out("axios").await;
}

#[tokio::test]
async fn pg_talks_to_postgresql() {
    postgres::talks("pg").await;
}

#[tokio::test]
async fn drizzle_and_postgres_js_talk_to_postgresql() {
    postgres::talks("drizzle").await;
}

#[test]
fn every_plugin_with_requests_is_played() {
    let mut played = [ALONE, &WITH_MORE].concat();
    played.sort_unstable();
    assert_eq!(requests::plugins(), played);
}
