//! WebSockets on a stream.

use davit_engine::{CloseFrame, Message, Socket, Upgradable};

use super::*;

const ACCEPT: &[u8] = br#"{"headers":["a","1"],"maxPayload":1024,"idleTimeout":0,"sendPings":true}"#;

async fn socket(link: &Arc<Link>, worker: &mut Worker) -> Box<Socket> {
    let serving = tokio::spawn({
        let link = link.clone();
        let request = Request::get("http://h/x").extension(Upgradable).body(empty()).unwrap();
        async move { link.serve(0, request).await }
    });
    worker.next().await;
    worker.send(Kind::WsAccept, 1, ACCEPT).await;
    match serving.await.unwrap() {
        Ok(Served::Socket(socket)) => socket,
        _ => panic!("no socket"),
    }
}

fn close(code: u16) -> Message {
    Message::Close(CloseFrame { code, reason: "r".to_owned() })
}

#[tokio::test]
async fn messages_of_any_size_cross_whole_in_both_directions() {
    let (link, _controls, mut worker) = open();
    let mut socket = socket(&link, &mut worker).await;
    assert_eq!((socket.options.max_payload, socket.options.idle_timeout), (1024, None));
    for (kind, payload) in [
        (Kind::WsText, &b"\x00a"[..]),
        (Kind::WsText, b"\x01b"),
        (Kind::WsBinary, b"\x01"),
        (Kind::WsPing, b"\x01p"),
    ] {
        worker.send(kind, 1, payload).await;
    }
    for expected in [Message::Text("ab".into()), Message::Binary(Bytes::new()), Message::Ping("p".into())] {
        assert_eq!(socket.reader.next().await, Some(expected));
    }
    assert!(socket.writer.send(Message::Binary(vec![7; (64 << 10) + 1].into())).await);
    let (first, second) = (worker.next().await, worker.next().await);
    assert_eq!(
        (first.payload[0], first.payload.len(), &second.payload[..]),
        (0, 1 + (64 << 10), &[1, 7][..])
    );
}

#[tokio::test]
async fn a_socket_is_over_once_both_sides_have_closed() {
    for plugin_first in [true, false] {
        let (link, _controls, mut worker) = open();
        let mut socket = socket(&link, &mut worker).await;
        let payload = br#"{"code":4000,"reason":"r"}"#;
        if plugin_first {
            worker.send(Kind::WsClose, 1, payload).await;
            assert_eq!(socket.reader.next().await, Some(close(4000)));
            assert!(socket.writer.send(close(4000)).await);
            assert_eq!(worker.next().await.kind, Kind::WsClose);
        } else {
            assert!(socket.writer.send(close(1000)).await);
            assert_eq!(worker.next().await.kind, Kind::WsClose);
            worker.send(Kind::WsClose, 1, payload).await;
            assert_eq!(socket.reader.next().await, Some(close(4000)));
        }
        assert_eq!(link.in_flight(), 0);
        assert!(!socket.writer.send(close(1000)).await);
        drop(socket);
        link.ping();
        assert_eq!(worker.next().await.kind, Kind::Ping);
    }
}

#[tokio::test]
async fn a_socket_that_nobody_holds_any_more_is_aborted_in_the_worker() {
    let (link, _controls, mut worker) = open();
    drop(socket(&link, &mut worker).await);
    assert_eq!(worker.next().await.kind, Kind::Abort);
    assert_eq!(link.in_flight(), 0);
}

#[tokio::test]
async fn a_plugin_that_sends_more_than_is_written_to_its_client_is_cut_off() {
    let (link, mut controls, mut worker) = open();
    let _socket = socket(&link, &mut worker).await;
    for _ in 0..5 {
        worker.send(Kind::WsBinary, 1, &vec![1; 1 + (64 << 10)]).await;
    }
    assert_eq!(lost(&mut controls).await, Lost::Protocol(crate::frame::ProtocolError::BeyondCredit(1)));
}

#[tokio::test]
async fn a_request_that_is_no_handshake_cannot_be_taken() {
    let (link, mut controls, mut worker) = open();
    let answer = request(&link, empty());
    worker.next().await;
    worker.send(Kind::WsAccept, 1, ACCEPT).await;
    let breach = crate::frame::ProtocolError::Unexpected(Kind::WsAccept);
    assert_eq!(lost(&mut controls).await, Lost::Protocol(breach));
    assert_eq!(answer.await.unwrap().unwrap_err(), ServeError::Crashed);
}

#[tokio::test]
async fn a_writer_that_waits_for_credit_ends_with_the_worker() {
    let (link, _controls, mut worker) = open();
    let mut socket = socket(&link, &mut worker).await;
    let sending =
        tokio::spawn(async move { socket.writer.send(Message::Binary(vec![7; WINDOW + 1].into())).await });
    let mut received = 0;
    while received < WINDOW - (64 << 10) {
        received += worker.next().await.payload.len();
    }
    drop(worker);
    assert!(!timeout(SOON, sending).await.unwrap().unwrap());
}
