//! WebSocket, server-sent events and the `server` object (contract §3).

use std::time::Duration;

use davit_tests::server::{KEY, Start};
use davit_tests::{PATIENCE, Plugins, Server};
use futures::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

type Client = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Echoes, and does what some texts ask for.
const ECHO: &str = r#"
const log: string[] = [];
const encoder = new TextEncoder();
export default {
  server: {
    fetch(req: Request, server: any) {
      const { pathname, searchParams } = new URL(req.url);
      if (pathname === "/echo/log") return Response.json(log);
      if (pathname === "/echo/ip") return Response.json(server.requestIP(req));
      if (pathname === "/echo/publish") return new Response(String(server.publish("room", "all")));
      if (pathname === "/echo/server") return Response.json({ port: server.port, pending: server.pendingWebSockets });
      if (pathname === "/echo/events") return events(req);
      const data = { name: searchParams.get("name") };
      if (pathname === "/echo/ws" && server.upgrade(req, { data, headers: { "x-up": "1" } })) return;
      return new Response("no upgrade", { status: 426 });
    },
  },
  websocket: {
    open(ws: any) { ws.subscribe("room"); ws.send("hello " + ws.data.name); },
    message(ws: any, message: string | Buffer) {
      if (message === "close") return ws.close(4001, "asked for");
      if (message === "cut") return ws.terminate();
      if (message === "ping") return ws.ping("p");
      if (message === "burst") {
        const results = new Set<number>();
        for (let i = 0; i < 64; i += 1) results.add(Math.sign(ws.send(new Uint8Array(100_000).fill(i))));
        log.push("burst " + [...results].sort().join());
        return;
      }
      ws.send(message);
    },
    drain() { log.push("drain"); },
    close(ws: any, code: number, reason: string) { log.push(`close ${ws.data.name} ${code} ${reason}`); },
  },
  onServerStart(server: any) { log.push("started " + server.port); },
};
function events(req: Request) {
  let number = 0;
  return new Response(new ReadableStream({
    async pull(c) { c.enqueue(encoder.encode(`data: ${number++}\n\n`)); await Bun.sleep(1); },
    cancel() { log.push("events cancelled"); },
  }), { headers: { "content-type": "text/event-stream" } });
}
"#;

async fn echo() -> (Server, Plugins) {
    let plugins = Plugins::new();
    drop(plugins.plugin("echo", "", ECHO));
    (Start::runtime([plugins.path()]).start().await, plugins)
}

async fn connect(server: &Server, name: &str) -> Client {
    let (mut client, response) = open(server, &format!("/echo/ws?name={name}")).await.unwrap();
    assert_eq!(response.headers()["x-up"], "1");
    assert_eq!(next(&mut client).await, Message::text(format!("hello {name}")));
    client
}

async fn open(
    server: &Server,
    path: &str,
) -> Result<(Client, tungstenite::handshake::client::Response), tungstenite::Error> {
    let url = format!("ws://{}{path}", server.address());
    let mut request = url.into_client_request().unwrap();
    request.headers_mut().insert("x-api-key", KEY.parse().unwrap());
    connect_async(request).await
}

async fn next(client: &mut Client) -> Message {
    timeout(PATIENCE, client.next()).await.unwrap().unwrap().unwrap()
}

/// Waits until the plugin's log has a line.
async fn logged(server: &Server, line: &str) {
    davit_tests::until(line, async || server.text("/echo/log").await.contains(line).then_some(())).await;
}

#[tokio::test]
async fn module_websocket_carries_text_and_binary_of_any_size_and_pings() {
    let (server, _plugins) = echo().await;
    let mut client = connect(&server, "ada").await;
    let large = Message::binary(vec![7_u8; 3 << 20]);
    for message in [Message::text("ä"), Message::text(""), Message::binary(vec![0, 255]), large] {
        client.send(message.clone()).await.unwrap();
        assert_eq!(next(&mut client).await, message);
    }
    client.send(Message::text("ping")).await.unwrap();
    assert_eq!(next(&mut client).await, Message::Ping("p".into()));
    client.send(Message::Ping("q".into())).await.unwrap();
    assert_eq!(next(&mut client).await, Message::Pong("q".into()));
}

#[tokio::test]
async fn module_websocket_tells_both_sides_how_it_ended() {
    let (server, _plugins) = echo().await;
    let mut client = connect(&server, "by-client").await;
    client.close(Some(close(4000, "bye"))).await.unwrap();
    logged(&server, "close by-client 4000 bye").await;
    let mut client = connect(&server, "by-plugin").await;
    client.send(Message::text("close")).await.unwrap();
    assert_eq!(next(&mut client).await, Message::Close(Some(close(4001, "asked for"))));
    logged(&server, "close by-plugin 4001").await;
    drop(connect(&server, "gone").await);
    logged(&server, "close gone 1006").await;
    let mut client = connect(&server, "cut").await;
    client.send(Message::text("cut")).await.unwrap();
    assert!(!matches!(timeout(PATIENCE, client.next()).await.unwrap(), Some(Ok(_))));
    logged(&server, "close cut 1006").await;
}

fn close(code: u16, reason: &str) -> tungstenite::protocol::CloseFrame {
    tungstenite::protocol::CloseFrame { code: code.into(), reason: reason.to_owned().into() }
}

#[tokio::test]
async fn module_websocket_holds_back_what_the_client_does_not_take_and_tells_when_it_has() {
    let (server, _plugins) = echo().await;
    let mut client = connect(&server, "slow").await;
    client.send(Message::text("burst")).await.unwrap();
    logged(&server, "burst").await;
    for number in 0..64_u8 {
        assert_eq!(next(&mut client).await, Message::binary(vec![number; 100_000]));
    }
    logged(&server, "drain").await;
    assert!(server.text("/echo/log").await.contains("burst -1"), "send tells of the backpressure");
}

#[tokio::test]
async fn module_server_publishes_knows_addresses_and_its_port() {
    let (server, _plugins) = echo().await;
    let (mut one, mut two) = (connect(&server, "one").await, connect(&server, "two").await);
    assert_ne!(server.text("/echo/publish").await, "0");
    assert_eq!((next(&mut one).await, next(&mut two).await), (Message::text("all"), Message::text("all")));
    let ip = server.json("/echo/ip").await;
    assert!(ip["address"] == "127.0.0.1" && ip["family"] == "IPv4" && ip["port"].as_u64() > Some(0), "{ip}");
    let told = server.json("/echo/server").await;
    assert_eq!((&told["port"], &told["pending"]), (&server.address().port().into(), &2.into()));
    logged(&server, &format!("started {}", server.address().port())).await;
}

#[tokio::test]
async fn a_handshake_passes_the_gate_and_only_a_handshake_upgrades() {
    let (server, _plugins) = echo().await;
    let url = format!("ws://{}/echo/ws", server.address());
    let Err(tungstenite::Error::Http(refused)) = connect_async(url).await else { panic!("it is open") };
    assert_eq!(refused.status(), 401);
    assert_eq!(server.get("/echo/ws").send().await.unwrap().status(), 426);
    let Err(tungstenite::Error::Http(refused)) = open(&server, "/echo/other").await else {
        panic!("it is open")
    };
    assert_eq!(refused.status(), 426);
}

#[tokio::test]
async fn a_replaced_plugin_closes_its_sockets_and_events_with_word_to_come_again() {
    let (server, _plugins) = echo().await;
    let mut client = connect(&server, "old").await;
    let mut events = server.get("/echo/events").send().await.unwrap().bytes_stream();
    let first = events.next().await.unwrap().unwrap();
    assert!(first.starts_with(b"data: 0\n\n"));
    server.reload().await;
    let Message::Close(Some(frame)) = next(&mut client).await else { panic!("no close") };
    assert_eq!(u16::from(frame.code), 1012);
    let mut rest = first.to_vec();
    while let Some(chunk) = timeout(PATIENCE, events.next()).await.unwrap() {
        rest.extend_from_slice(&chunk.expect("the stream ends whole"));
    }
    let text = String::from_utf8(rest).unwrap();
    let (events, last) = text.trim_end().rsplit_once("\n\n").unwrap();
    assert!(last.starts_with("retry: "), "{last}");
    for (number, event) in events.split("\n\n").enumerate() {
        assert_eq!(event, format!("data: {number}"));
    }
    drop(connect(&server, "new").await);
}

#[tokio::test]
async fn sockets_of_a_process_that_ends_are_told_to_go_elsewhere() {
    let (mut server, _plugins) = echo().await;
    let mut client = connect(&server, "last").await;
    server.terminate();
    let Message::Close(Some(frame)) = next(&mut client).await else { panic!("no close") };
    assert_eq!(u16::from(frame.code), 1001);
    drop(client);
    assert_eq!(timeout(Duration::from_mins(1), server.exit_code()).await.unwrap(), Some(0));
}
