//! Responses that are open while their plugin is replaced.

use davit_tests::server::Start;
use davit_tests::{Folder, Plugins, Server, until};
use futures::StreamExt;

/// `/stream` counts its version up to the moment a file appears; `/` tells the
/// version.
fn streaming(version: u32, end: &str) -> String {
    format!(
        r#"const VERSION = "{version}";
async function* events() {{
  while (!(await Bun.file("{end}").exists())) {{
    yield `data: ${{VERSION}}\n\n`;
    await Bun.sleep(5);
  }}
  yield "data: the end\n\n";
}}
export default {{
  routes: {{
    fetch: (request: Request) =>
      new URL(request.url).pathname === "/stream" ? new Response(events()) : new Response(VERSION),
  }},
}};
"#
    )
}

struct Scene {
    server: Server,
    folder: Folder,
    end: std::path::PathBuf,
    _plugins: Plugins,
    _ends: tempfile::TempDir,
}

impl Scene {
    async fn start(drain: &str) -> Self {
        let (plugins, ends) = (Plugins::new(), tempfile::tempdir().unwrap());
        let end = ends.path().join("end");
        let folder = plugins.plugin("streaming", "", &streaming(1, end.to_str().unwrap()));
        let server = Start::dev(plugins.path()).env("DAVIT_DRAIN_TIMEOUT", drain).start().await;
        Self { server, folder, end, _plugins: plugins, _ends: ends }
    }

    async fn swap(&self) {
        self.folder.write("plugin.ts", &streaming(2, self.end.to_str().unwrap()));
        let live = async || (self.server.text("/streaming").await == "2").then_some(());
        until("the new version", live).await;
    }
}

#[tokio::test]
async fn an_open_stream_finishes_on_the_version_it_began_with() {
    let scene = Scene::start("30s").await;
    let mut stream = scene.server.get("/streaming/stream").send().await.unwrap().bytes_stream();
    let mut text = String::from_utf8(stream.next().await.unwrap().unwrap().to_vec()).unwrap();
    scene.swap().await;
    std::fs::write(&scene.end, "").unwrap();
    while let Some(chunk) = stream.next().await {
        text.push_str(std::str::from_utf8(&chunk.unwrap()).unwrap());
    }
    let events: Vec<&str> = text.split_terminator("\n\n").collect();
    let (end, before) = events.split_last().unwrap();
    assert_eq!(*end, "data: the end");
    assert!(before.iter().all(|event| *event == "data: 1"), "another version is in {text}");
}

#[tokio::test]
async fn a_stream_that_outlives_the_drain_time_is_cut_off_and_not_ended_as_if_whole() {
    let scene = Scene::start("500ms").await;
    let mut stream = scene.server.get("/streaming/stream").send().await.unwrap().bytes_stream();
    stream.next().await.unwrap().unwrap();
    scene.swap().await;
    let end = async {
        loop {
            match stream.next().await {
                Some(Ok(_)) => {}
                other => return other,
            }
        }
    };
    let end = tokio::time::timeout(davit_tests::PATIENCE, end).await.expect("the stream is cut off");
    assert!(matches!(end, Some(Err(_))), "the client cannot tell that something is missing: {end:?}");
    scene.server.logs().line("requests were still open when the drain time was over").await;
}
