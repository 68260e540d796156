//! Workers that break a rule are cut off, and what they had begun fails.

use super::*;
use crate::frame::ProtocolError;

#[tokio::test]
async fn a_worker_beyond_its_credit_is_cut_off() {
    let (link, mut controls, mut worker) = open();
    let answer = request(&link, empty());
    worker.next().await;
    worker.send(Kind::Response, 1, HEAD).await;
    let _unread = answer.await.unwrap().unwrap();
    for _ in 0..=WINDOW / (64 << 10) {
        worker.send(Kind::Data, 1, &vec![0; 64 << 10]).await;
    }
    assert_eq!(lost(&mut controls).await, Lost::Protocol(ProtocolError::BeyondCredit(1)));
}

#[tokio::test]
async fn credit_that_was_never_spent_is_a_breach() {
    let (link, mut controls, mut worker) = open();
    let answer = request(&link, empty());
    worker.next().await;
    worker.send(Kind::Credit, 1, &1_u32.to_be_bytes()).await;
    assert_eq!(lost(&mut controls).await, Lost::Protocol(ProtocolError::BeyondCredit(1)));
    assert_eq!(answer.await.unwrap().unwrap_err(), ServeError::Crashed);
}

#[tokio::test]
async fn a_second_head_breaks_the_body_that_runs_instead_of_completing_it() {
    let (link, mut controls, mut worker) = open();
    let answer = request(&link, empty());
    worker.next().await;
    worker.send(Kind::Response, 1, HEAD).await;
    worker.send(Kind::Data, 1, b"half").await;
    let response = answer.await.unwrap().unwrap();
    worker.send(Kind::Response, 1, HEAD).await;
    assert!(timeout(SOON, response.into_body().collect()).await.unwrap().is_err());
    let breach = ProtocolError::Unexpected(Kind::Response);
    assert_eq!(lost(&mut controls).await, Lost::Protocol(breach));
}

#[tokio::test]
async fn a_body_without_its_end_is_not_taken_for_whole() {
    let (link, _controls, mut worker) = open();
    let answer = request(&link, empty());
    worker.next().await;
    worker.send(Kind::Response, 1, HEAD).await;
    let response = answer.await.unwrap().unwrap();
    link.streams.forget(1);
    assert!(timeout(SOON, response.into_body().collect()).await.unwrap().is_err());
}

#[tokio::test]
async fn a_sign_of_life_of_another_size_is_a_breach() {
    let (_link, mut controls, mut worker) = open();
    // The length counts type and stream, so this is a payload of one byte.
    worker.socket.write_all(&[0, 0, 0, 6, Kind::Pong as u8, 0, 0, 0, 0, 1]).await.unwrap();
    let breach = ProtocolError::TooSmall { kind: Kind::Pong, length: 1, min: 8 };
    assert_eq!(lost(&mut controls).await, Lost::Protocol(breach));
}
