//! WebSockets of a Hono app: the same conversation with Bun alone and through Davit.

use davit_tests::process::Program;
use davit_tests::programs::{bun, repository};

use super::sides::Side;

#[tokio::test]
async fn a_websocket_of_hono_speaks_as_from_bun() {
    let plugin = "hono-websocket";
    let (of_bun, of_davit) = tokio::join!(Side::bun(plugin, ""), Side::davit(plugin, ""));
    let (bun, davit) = tokio::join!(dialogue(&of_bun), dialogue(&of_davit));
    let heard = bun.iter().map(String::as_str);
    let said =
        [r#"{"got":"hello ada l"}"#, r#"{"closed":4001,"reason":"as asked","wasClean":true}"#, r#""end""#];
    assert!(said.iter().all(|line| heard.clone().any(|heard| heard == *line)), "{bun:#?}");
    assert_eq!(davit, bun, "Davit's (left) is not Bun's");
}

/// What tests/npm/websocket/dialogue.ts hears.
async fn dialogue(side: &Side) -> Vec<String> {
    let mut program = Program::new(&bun());
    program.command().arg(repository().join("tests/npm/websocket/dialogue.ts"));
    program.command().arg(format!("http://{}{}", side.address, side.base));
    let mut process = program.start();
    let status = process.ended().await;
    assert!(status.success(), "{}", process.logs().text());
    process.logs().lines()
}
