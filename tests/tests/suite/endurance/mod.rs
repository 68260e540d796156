//! Hundreds of changes, one after the other, under all kinds of load.

mod events;
mod follower;
mod footprint;
mod sockets;

use davit_tests::load::Hammer;
use davit_tests::server::{KEY, Start};
use davit_tests::{Plugins, Server, memory, report, until};

use follower::Follower;
use footprint::Footprint;

/// Changes before anything is measured: pools and caches have their size then.
const WARM_UP: u32 = 5;
/// Changes after which memory is measured first.
const FIRST: u32 = 100;

/// Fifty, or a thousand in `make soak`.
fn changes() -> u32 {
    if is_soak() { 1000 } else { 50 }
}

fn is_soak() -> bool {
    std::env::var_os("DAVIT_SOAK").is_some()
}

/// A plugin that tells its version in three ways: `/` in the body of a response, with
/// a pause now and then; `/events` in server-sent events that are numbered from 0;
/// `/socket` in its answer to each message.
fn code(version: u32) -> String {
    format!(
        r#"const VERSION = "{version}";
let count = 0;
const bytes = (text: string) => new TextEncoder().encode(text);

function page() {{
  return new ReadableStream({{
    async start(controller) {{
      controller.enqueue(bytes(VERSION + " "));
      await Bun.sleep(++count % 3 ? 1 : 40);
      controller.enqueue(bytes(VERSION));
      controller.close();
    }},
  }});
}}

function events() {{
  let [number, timer] = [0, undefined as any];
  return new ReadableStream({{
    start(controller) {{
      timer = setInterval(() => controller.enqueue(bytes(`id: ${{number}}\ndata: ${{VERSION}} ${{number++}}\n\n`)), 3);
    }},
    cancel: () => clearInterval(timer),
  }});
}}

export default {{
  server: {{
    fetch(request: Request, server: any) {{
      const wanted = new URL(request.url).pathname === "/live/socket";
      if (wanted && server.upgrade(request)) return undefined;
      return new Response(null, {{ status: 404 }});
    }},
  }},
  websocket: {{
    message: (socket: any, message: string) => void socket.send(VERSION + " " + message),
  }},
  routes: {{
    fetch(request: Request) {{
      return new URL(request.url).pathname === "/events"
        ? new Response(events(), {{ headers: {{ "content-type": "text/event-stream" }} }})
        : new Response(page(), {{ headers: {{ "x-version": VERSION }} }});
    }},
  }},
}};
"#
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_fail_no_request_lose_no_event_and_leave_nothing_behind() {
    let plugins = Plugins::new();
    let folder = plugins.plugin("live", "", &code(1));
    let server = Start::runtime([plugins.path()]).start().await;
    let change = async |version: u32| {
        folder.write("plugin.ts", &code(version));
        server.reload().await;
    };
    for version in 2..=WARM_UP {
        change(version).await;
    }
    let before = settled(&server, None).await;

    let mut hammer = Hammer::start(&[server.address()], 2, KEY, "/live");
    let mut followers: Vec<Follower> = (0..2)
        .flat_map(|_| {
            [events::follow(server.url("/live/events")), sockets::follow(server.address(), "/live/socket")]
        })
        .collect();
    let (last, mut resident) = (WARM_UP + changes(), None);
    for version in WARM_UP + 1..=last {
        change(version).await;
        hammer.all_see(version).await;
        for follower in &mut followers {
            follower.sees(version).await;
        }
        if version == WARM_UP + FIRST {
            resident = Some(memory::resident(server.pid()));
        }
    }
    let after = memory::resident(server.pid());
    let requests: u64 = hammer.stop().await.values().sum();
    let mut told = Vec::new();
    for follower in followers {
        told.push(follower.stop());
    }
    report(format_args!(
        "{} changes: {requests} requests, {told:?} events and messages; {before:?} before and after; runtime {} MiB",
        changes(),
        after >> 20
    ));
    settled(&server, Some(before)).await;
    if let Some(first) = resident {
        assert!(
            after * 10 <= first * 11,
            "{} MiB after {FIRST} changes, {} MiB at the end",
            first >> 20,
            after >> 20
        );
    }
}

/// What the server takes up once nothing of older versions is left; not more than
/// `at_most`, if that is given.
async fn settled(server: &Server, at_most: Option<Footprint>) -> Footprint {
    let mut last = None;
    until(&format!("no more than {at_most:?}"), async || {
        let now = Footprint::of(server.pid());
        let steady = last.replace(now) == Some(now) && now.workers == 1;
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        (steady && at_most.is_none_or(|most| now.fits(most))).then_some(now)
    })
    .await
}
