//! Requests and responses that pass a hook: bodies cross only if they are asked
//! for, and nobody loses what a hook has read.

use davit_engine::{HookCall, Hooked, Released};

use super::*;

const CALL: HookCall<'static> = HookCall { index: 0, app: None, limit: SOON };

fn asked(link: &Arc<Link>, body: &'static str) -> JoinHandle<Hooked> {
    let link = link.clone();
    let request = Request::post("http://h/x").header("a", "1").body(full(body)).unwrap();
    tokio::spawn(async move { link.on_request(CALL, request).await })
}

fn passed(hooked: Hooked) -> Request<Body> {
    match hooked {
        Hooked::On(request) => request,
        Hooked::Answered(_) => panic!("the hook answered"),
        Hooked::Failed(error, _) => panic!("the hook failed: {error}"),
    }
}

async fn text(body: Body) -> String {
    let bytes = timeout(SOON, body.collect()).await.unwrap().unwrap().to_bytes();
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[tokio::test]
async fn a_body_that_no_hook_asks_for_does_not_cross() {
    let (link, _controls, mut worker) = open();
    let hooked = asked(&link, "body");
    let head = worker.next().await;
    assert_eq!(head.kind, Kind::OnRequest);
    worker.send(Kind::OnRequestResult, 1, br#"{"kind":"continue"}"#).await;
    let request = passed(hooked.await.unwrap());
    link.ping();
    assert_eq!(worker.next().await.kind, Kind::Ping);
    assert_eq!(text(request.into_body()).await, "body");
}

#[tokio::test]
async fn what_a_hook_has_read_goes_on_all_the_same() {
    let (link, _controls, mut worker) = open();
    let hooked = asked(&link, "body");
    worker.next().await;
    worker.send(Kind::BodyWanted, 1, b"").await;
    assert_eq!(worker.next().await.payload, "body");
    assert_eq!(worker.next().await.kind, Kind::End);
    let result = br#"{"kind":"request","method":"PUT","url":"http://h/y","headers":["b","2"],"body":"same"}"#;
    worker.send(Kind::OnRequestResult, 1, result).await;
    let request = passed(hooked.await.unwrap());
    assert_eq!((request.method().as_str(), request.uri().path()), ("PUT", "/y"));
    assert_eq!((request.headers().get("a"), &request.headers()["b"]), (None, &"2".parse().unwrap()));
    assert_eq!(text(request.into_body()).await, "body");
}

#[tokio::test]
async fn a_hook_may_send_a_body_of_its_own_made_from_the_one_that_it_still_reads() {
    let (link, _controls, mut worker) = open();
    let hooked = asked(&link, "body");
    worker.next().await;
    let result = br#"{"kind":"request","method":"POST","url":"http://h/x","headers":[],"body":"own"}"#;
    worker.send(Kind::OnRequestResult, 1, result).await;
    let request = passed(hooked.await.unwrap());
    worker.send(Kind::BodyWanted, 1, b"").await;
    assert_eq!(worker.next().await.payload, "body");
    worker.send(Kind::Data, 1, b"BODY").await;
    worker.send(Kind::End, 1, b"").await;
    assert_eq!(text(request.into_body()).await, "BODY");
}

#[tokio::test]
async fn a_hook_that_fails_or_takes_too_long_gives_the_request_back() {
    let (link, _controls, mut worker) = open();
    let hooked = asked(&link, "body");
    worker.next().await;
    worker.send(Kind::Abort, 1, br#"{"code":"PLUGIN_ERROR"}"#).await;
    let Hooked::Failed(ServeError::Plugin, request) = hooked.await.unwrap() else { panic!("it went on") };
    assert_eq!(text(request.into_body()).await, "body");
    let slow = HookCall { limit: Duration::from_millis(1), ..CALL };
    let request = Request::post("http://h/x").body(full("body")).unwrap();
    let Hooked::Failed(ServeError::HookTimeout, request) = link.on_request(slow, request).await else {
        panic!("it went on")
    };
    assert_eq!(text(request.into_body()).await, "body");
    assert_eq!(worker.next().await.kind, Kind::OnRequest);
    assert_eq!(worker.next().await.kind, Kind::Abort);
}

#[tokio::test]
async fn a_hook_holds_no_more_of_a_body_than_its_bound() {
    let (link, _controls, mut worker) = open();
    let large = full(Bytes::from(vec![7; (10 << 20) + 1]));
    let call = tokio::spawn({
        let link = link.clone();
        async move { link.on_request(CALL, Request::post("http://h/x").body(large).unwrap()).await }
    });
    worker.next().await;
    worker.send(Kind::BodyWanted, 1, b"").await;
    let Hooked::Failed(ServeError::HookBodyTooLarge, _) = timeout(SOON, call).await.unwrap().unwrap() else {
        panic!("it went on")
    };
}

#[tokio::test]
async fn a_response_keeps_its_body_under_the_head_that_a_hook_gives_it() {
    let (link, _controls, mut worker) = open();
    let call = tokio::spawn({
        let link = link.clone();
        async move {
            let (request, ()) = Request::get("http://h/x").body(()).unwrap().into_parts();
            link.on_response(CALL, &request, Response::new(full("body"))).await
        }
    });
    worker.next().await;
    let result = br#"{"kind":"response","status":201,"headers":["x","1"],"body":"same"}"#;
    worker.send(Kind::OnResponseResult, 1, result).await;
    let Released::Same(response) = call.await.unwrap() else { panic!("not the same body") };
    assert_eq!((response.status().as_u16(), &response.headers()["x"]), (201, &"1".parse().unwrap()));
    assert_eq!(text(response.into_body()).await, "body");
}

#[tokio::test]
async fn an_answer_that_a_hook_may_not_give_is_a_breach() {
    let (link, mut controls, mut worker) = open();
    let hooked = asked(&link, "body");
    worker.next().await;
    worker.send(Kind::OnResponseResult, 1, br#"{"kind":"continue"}"#).await;
    let breach = crate::frame::ProtocolError::Unexpected(Kind::OnResponseResult);
    assert_eq!(lost(&mut controls).await, Lost::Protocol(breach));
    assert!(matches!(hooked.await.unwrap(), Hooked::Failed(ServeError::Crashed, _)));
}
