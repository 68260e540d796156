//! The runtime's side of the protocol against workers that do not keep it: the
//! tests play the worker on the other end of a socket pair.

mod bounds;
mod breaches;
mod hooks;
mod sockets;

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use davit_engine::{Body, ServeError, Served, empty, full};
use http::{Request, Response};
use http_body_util::BodyExt;
use proptest::prelude::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::*;
use crate::frame::{self, Frame, WINDOW};

const SOON: Duration = Duration::from_secs(10);

/// A worker that the test plays.
struct Worker {
    socket: UnixStream,
    buffer: BytesMut,
}

impl Worker {
    async fn send(&mut self, kind: Kind, stream: u32, payload: &[u8]) {
        let mut bytes = BytesMut::new();
        frame::encode(&mut bytes, kind, stream, payload);
        self.socket.write_all(&bytes).await.unwrap();
    }

    async fn next(&mut self) -> Frame {
        loop {
            if let Some(frame) = frame::decode(&mut self.buffer).unwrap() {
                return frame;
            }
            let read = timeout(SOON, self.socket.read_buf(&mut self.buffer)).await.unwrap().unwrap();
            assert_ne!(read, 0, "the runtime closed the connection");
        }
    }
}

fn open() -> (Arc<Link>, mpsc::Receiver<Control>, Worker) {
    let (ours, theirs) = UnixStream::pair().unwrap();
    let (link, controls) = Link::open(ours, Printer::unheard(), Arc::default());
    (link, controls, Worker { socket: theirs, buffer: BytesMut::new() })
}

fn request(link: &Arc<Link>, body: Body) -> JoinHandle<Result<Response<Body>, ServeError>> {
    let link = link.clone();
    let request = Request::post("http://h/x").body(body).unwrap();
    tokio::spawn(async move { response(link.serve(0, request).await) })
}

/// What was served, if it is a response.
fn response(served: Result<Served, ServeError>) -> Result<Response<Body>, ServeError> {
    match served? {
        Served::Response(response) => Ok(response),
        Served::Socket(_) => panic!("the plugin took the connection"),
    }
}

async fn lost(controls: &mut mpsc::Receiver<Control>) -> Lost {
    while let Some(control) = timeout(SOON, controls.recv()).await.unwrap() {
        if let Control::Lost(lost) = control {
            return lost;
        }
    }
    panic!("the channel ended without the reason")
}

const HEAD: &[u8] = br#"{"status":200,"headers":["a","1","a","2"],"body":true}"#;

#[tokio::test]
async fn a_response_keeps_repeated_headers_and_streams_to_its_end() {
    let (link, _controls, mut worker) = open();
    let answer = request(&link, empty());
    let asked = worker.next().await;
    assert_eq!((asked.kind, asked.stream), (Kind::Request, 1));
    worker.send(Kind::Response, 1, HEAD).await;
    worker.send(Kind::Data, 1, b"one").await;
    worker.send(Kind::Data, 1, b"two").await;
    worker.send(Kind::End, 1, b"").await;
    let response = answer.await.unwrap().unwrap();
    assert_eq!(response.headers().get_all("a").iter().collect::<Vec<_>>(), ["1", "2"]);
    assert_eq!(response.into_body().collect().await.unwrap().to_bytes(), "onetwo");
    assert_eq!(link.in_flight(), 0);
}

#[tokio::test]
async fn a_body_that_nobody_reads_any_more_is_aborted_in_the_worker() {
    let (link, _controls, mut worker) = open();
    let answer = request(&link, empty());
    worker.next().await;
    worker.send(Kind::Response, 1, HEAD).await;
    drop(answer.await.unwrap().unwrap());
    assert_eq!(worker.next().await.kind, Kind::Abort);
}

#[tokio::test]
async fn a_worker_that_dies_fails_what_is_in_flight_before_and_behind_the_head() {
    let (link, mut controls, mut worker) = open();
    let (early, late) = (request(&link, empty()), request(&link, empty()));
    worker.next().await;
    worker.next().await;
    worker.send(Kind::Response, 2, HEAD).await;
    drop(worker);
    let (early, late) = (early.await.unwrap(), late.await.unwrap());
    let (failed, cut) = if early.is_err() { (early, late) } else { (late, early) };
    assert_eq!(failed.unwrap_err(), ServeError::Crashed);
    assert!(cut.unwrap().into_body().collect().await.is_err());
    assert_eq!(lost(&mut controls).await, Lost::Closed);
    let refused = response(link.serve(0, Request::new(empty())).await);
    assert_eq!(refused.unwrap_err(), ServeError::Unavailable);
}

#[tokio::test]
async fn an_upload_waits_for_credit_at_the_window() {
    let (link, _controls, mut worker) = open();
    let _answer = request(&link, full(Bytes::from(vec![7; WINDOW + 1])));
    worker.next().await;
    let mut received = 0;
    while received < WINDOW {
        received += worker.next().await.payload.len();
    }
    assert_eq!(received, WINDOW);
    worker.send(Kind::Credit, 1, &65_536_u32.to_be_bytes()).await;
    assert_eq!((worker.next().await.payload.len(), worker.next().await.kind), (1, Kind::End));
}

#[tokio::test]
async fn frames_for_a_stream_that_is_over_are_ignored() {
    let (link, _controls, mut worker) = open();
    for kind in [Kind::Data, Kind::End, Kind::Abort, Kind::Credit] {
        let payload: &[u8] = match kind {
            Kind::Abort => br#"{"code":"X"}"#,
            Kind::Credit => &[0, 0, 0, 1],
            Kind::Data => b"x",
            _ => b"",
        };
        worker.send(kind, 99, payload).await;
    }
    link.ping();
    assert_eq!(worker.next().await.kind, Kind::Ping);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_bytes_from_a_worker_panic_or_leave_a_request_waiting(
        bytes in proptest::collection::vec(any::<u8>(), 0..400),
        kind in 0_u8..0x38,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (link, mut controls, mut worker) = open();
            let answer = request(&link, empty());
            worker.next().await;
            // One frame that is well formed outside, then whatever comes.
            let mut wire = u32::try_from(bytes.len() + 5).unwrap().to_be_bytes().to_vec();
            wire.extend([kind, 0, 0, 0, 1]);
            wire.extend(&bytes);
            wire.extend(&bytes);
            let _cut_off = worker.socket.write_all(&wire).await;
            drop(worker);
            lost(&mut controls).await;
            if let Ok(response) = timeout(SOON, answer).await.unwrap().unwrap() {
                let _whole_or_broken = timeout(SOON, response.into_body().collect()).await.unwrap();
            }
            assert_eq!(link.in_flight(), 0);
        });
    }
}
