//! A WebSocket between its client and its plugin: messages both ways, each side
//! as fast as the other takes them. What ends it is told to both.

use std::pin::pin;
use std::time::Duration;

use davit_engine::{CloseFrame, Message, Socket, SocketOptions, SocketReader, SocketWriter};
use futures::stream::{SplitSink, SplitStream};
use futures::{SinkExt, StreamExt};
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use tokio::time::{interval, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message as Wire};

use super::wire::{from_wire, lost, to_wire, why};
use crate::assemble::{Farewell, Lease, told};

/// How long a client may take to answer a close.
const CLOSE: Duration = Duration::from_secs(5);
/// How long an upgrade may take after its handshake.
const UPGRADE: Duration = Duration::from_secs(10);

type Client = WebSocketStream<TokioIo<Upgraded>>;

/// Why no more comes from the client.
enum Silenced {
    /// It has closed.
    Closed(CloseFrame),
    /// It broke a rule: it is told so.
    Broke(CloseFrame),
    /// It is gone, or was silent for too long.
    Lost,
    /// The plugin's worker takes nothing any more.
    PluginGone,
}

/// Carries messages until either side closes, the client is silent for too long,
/// or the plugin is replaced.
pub(super) async fn run(connection: OnUpgrade, socket: Socket, lease: Lease) {
    let Socket { options, mut reader, mut writer, .. } = socket;
    let frame = match timeout(UPGRADE, connection).await {
        Ok(Ok(upgraded)) => {
            let farewell = told(lease.farewell());
            carry(client(upgraded, options).await, options, (&mut *reader, &mut *writer), farewell).await
        }
        _ => lost(),
    };
    // The worker answers with its own close, if it has not closed already.
    writer.send(Message::Close(frame)).await;
}

async fn client(upgraded: Upgraded, options: SocketOptions) -> Client {
    let largest = Some(options.max_payload);
    let config = WebSocketConfig::default().max_message_size(largest).max_frame_size(largest);
    WebSocketStream::from_raw_socket(TokioIo::new(upgraded), Role::Server, Some(config)).await
}

/// How the socket ended, as the plugin is told.
async fn carry(
    client: Client,
    options: SocketOptions,
    (reader, writer): (&mut dyn SocketReader, &mut dyn SocketWriter),
    farewell: impl Future<Output = Farewell>,
) -> CloseFrame {
    let (mut to_client, mut from_client) = client.split();
    let mut inwards = pin!(inwards(&mut from_client, writer, options.idle_timeout));
    let ours = {
        let outwards = pin!(outwards(reader, &mut to_client, options, farewell));
        tokio::select! {
            silenced = &mut inwards => Err(silenced),
            frame = outwards => Ok(frame),
        }
    };
    let (frame, says) = match ours {
        Ok(Some(frame)) => {
            let _answered = timeout(CLOSE, inwards).await;
            (frame, None)
        }
        Ok(None) | Err(Silenced::Lost) => return lost(),
        Err(Silenced::Closed(frame)) => (frame, None),
        Err(Silenced::Broke(frame)) => (frame.clone(), Some(frame)),
        Err(Silenced::PluginGone) => (lost(), Some(restarting())),
    };
    if let Some(says) = says {
        let _gone = timeout(CLOSE, to_client.send(to_wire(Message::Close(says)))).await;
    }
    let _gone = timeout(CLOSE, to_client.close()).await;
    frame
}

/// From the client to the plugin.
async fn inwards(
    from_client: &mut SplitStream<Client>,
    writer: &mut dyn SocketWriter,
    idle: Option<Duration>,
) -> Silenced {
    loop {
        let next = match idle {
            Some(idle) => timeout(idle, from_client.next()).await,
            None => Ok(from_client.next().await),
        };
        let message = match next {
            Ok(Some(Ok(message))) => from_wire(message),
            Ok(Some(Err(Error::ConnectionClosed | Error::AlreadyClosed | Error::Io(_))) | None) | Err(_) => {
                return Silenced::Lost;
            }
            Ok(Some(Err(error))) => return why(&error).map_or(Silenced::Lost, Silenced::Broke),
        };
        let Some(message) = message else { continue };
        if let Message::Close(frame) = message {
            return Silenced::Closed(frame);
        }
        if !writer.send(message).await {
            return Silenced::PluginGone;
        }
    }
}

/// From the plugin to the client, until a close was sent; none if the connection
/// is to be cut.
async fn outwards(
    reader: &mut dyn SocketReader,
    to_client: &mut SplitSink<Client, Wire>,
    options: SocketOptions,
    farewell: impl Future<Output = Farewell>,
) -> Option<CloseFrame> {
    let mut farewell = pin!(farewell);
    let every = options.idle_timeout.filter(|_| options.send_pings).map(|idle| idle / 2);
    let mut pings = interval(every.unwrap_or(Duration::from_hours(1)).max(Duration::from_millis(100)));
    pings.reset();
    loop {
        let message = tokio::select! {
            farewell = &mut farewell => Message::Close(goodbye(farewell)),
            message = reader.next() => message.unwrap_or(Message::Close(restarting())),
            _ = pings.tick() => Message::Ping(bytes::Bytes::new()),
        };
        match message {
            Message::Close(frame) if frame == lost() => return None,
            Message::Close(frame) => {
                to_client.send(to_wire(Message::Close(frame.clone()))).await.ok()?;
                return Some(frame);
            }
            message => to_client.send(to_wire(message)).await.ok()?,
        }
    }
}

/// What clients are told when the plugin goes (RFC 6455 §7.4.1 and the registry
/// of close codes).
fn goodbye(farewell: Farewell) -> CloseFrame {
    match farewell {
        Farewell::Replaced => {
            CloseFrame { code: 1012, reason: "the plugin was replaced: connect again".to_owned() }
        }
        Farewell::Ending => {
            CloseFrame { code: 1001, reason: "the server is leaving: connect again".to_owned() }
        }
    }
}

fn restarting() -> CloseFrame {
    CloseFrame { code: 1012, reason: "the plugin is being restarted: connect again".to_owned() }
}
