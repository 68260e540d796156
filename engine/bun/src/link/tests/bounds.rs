//! What clients can make the runtime hold for a worker that reads nothing.

use super::*;
use crate::link::outbox::MAX_QUEUED;
use crate::link::stream::Purpose;
use crate::link::streams::MAX_OPEN;

/// What may stand beyond the bound: aborts, and the small frames of the connection.
const SMALL_CHANGE: usize = 1 << 20;

/// Lets every task of this thread come as far as it can.
async fn settle() {
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
}

fn large_request(link: &Arc<Link>) -> JoinHandle<Result<Response<Body>, ServeError>> {
    let link = link.clone();
    let request = Request::post("http://h/x").header("x", "y".repeat(100 << 10));
    let request = request.body(full(Bytes::from(vec![7; WINDOW]))).unwrap();
    tokio::spawn(async move { response(link.serve(0, request).await) })
}

#[tokio::test]
async fn requests_whose_clients_are_gone_do_not_pile_up_behind_a_worker_that_reads_nothing() {
    let (link, _controls, mut worker) = open();
    let mut refused = 0;
    for _ in 0..400 {
        let answer = large_request(&link);
        settle().await;
        assert!(link.outbox.queued() <= MAX_QUEUED + SMALL_CHANGE, "{} bytes", link.outbox.queued());
        answer.abort();
        refused += usize::from(matches!(answer.await, Ok(Err(ServeError::Unavailable))));
    }
    assert!(refused > 200, "{refused} of 400 were refused");
    assert_eq!(link.in_flight(), 0);

    // The worker wakes up and reads: requests are taken again.
    let reader = tokio::spawn(async move {
        loop {
            let frame = worker.next().await;
            if frame.kind == Kind::Ping {
                return worker;
            }
        }
    });
    link.ping();
    let mut worker = timeout(SOON, reader).await.unwrap().unwrap();
    let answer = request(&link, empty());
    let asked = worker.next().await;
    worker.send(Kind::Response, asked.stream, HEAD).await;
    answer.await.unwrap().unwrap();
}

#[tokio::test]
async fn uploads_wait_for_room_keep_no_request_out_and_arrive_whole() {
    const UPLOADS: usize = 100;
    let (link, _controls, mut worker) = open();
    let body = || full(Bytes::from(vec![7; WINDOW]));
    let answers: Vec<_> = (0..UPLOADS).map(|_| request(&link, body())).collect();
    settle().await;
    assert!(link.outbox.queued() < MAX_QUEUED / 2 + SMALL_CHANGE, "{} bytes", link.outbox.queued());
    let late = request(&link, empty());
    settle().await;
    assert!(!late.is_finished(), "uploads kept a request out");

    let (mut received, mut ends) = (0, 0);
    while ends < UPLOADS {
        let frame = worker.next().await;
        match frame.kind {
            Kind::Data => received += frame.payload.len(),
            Kind::End => ends += 1,
            _ => {}
        }
    }
    assert_eq!(received, UPLOADS * WINDOW);
    assert!(answers.iter().all(|answer| !answer.is_finished()));
}

fn serve() -> Purpose {
    Purpose::Serve { upgradable: false, patience: None }
}

#[tokio::test]
async fn a_worker_has_only_so_many_requests_at_once() {
    let (link, _controls, _worker) = open();
    let opened: Vec<_> = (0..MAX_OPEN).map(|_| link.streams.open(serve()).unwrap()).collect();
    let refused = response(link.serve(0, Request::new(empty())).await);
    assert_eq!(refused.unwrap_err(), ServeError::Unavailable);
    link.streams.forget(opened[0].id);
    assert!(link.streams.open(serve()).is_ok());
}
