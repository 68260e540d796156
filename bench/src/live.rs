//! From a save to the first answer of the new version, under `davit dev`.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::error::BenchError;
use crate::options::Options;
use crate::place::Place;
use crate::plugins::{ROUTE, manifest, write};
use crate::process::client;
use crate::say;
use crate::servers::{Server, davit_dev};

/// A save that is not live by then never will be.
const LIMIT: Duration = Duration::from_secs(30);
/// Pause between two looks at the answer: the resolution of the result.
const LOOK: Duration = Duration::from_millis(1);

/// The saves of one plugin.
#[derive(Debug)]
pub(crate) struct Saves {
    /// What kind of plugin it was.
    pub(crate) label: &'static str,
    /// From each write until the answer had come, ms.
    pub(crate) times: Vec<f64>,
    /// Answers other than 200, and none at all, in all the looks between.
    pub(crate) failed: u64,
}

/// A plugin that is saved again and again.
struct Author {
    label: &'static str,
    folder: PathBuf,
    /// The file that is saved.
    file: PathBuf,
    /// Its text with a placeholder where the number stands.
    text: String,
    path: String,
}

const PLACEHOLDER: &str = "__VERSION__";

/// A plugin with a build script, then one without.
pub(crate) async fn measure(place: &Place, options: &Options) -> Result<Vec<Saves>, BenchError> {
    let mut all = Vec::new();
    for author in [Author::with_build(place)?, Author::plain(place)?] {
        all.push(author.work(place, options).await?);
    }
    Ok(all)
}

impl Author {
    /// The app of this bench, in TypeScript with Hono, bundled by `bun build`.
    fn with_build(place: &Place) -> Result<Self, BenchError> {
        let folder = place.folder("built")?;
        for file in ["package.json", "plugin.ts"] {
            write(&folder.join(file), &read(&place.file(&format!("app/{file}")))?)?;
        }
        manifest(&folder, "built", "pluginEntry: dist/plugin.js\n")?;
        Ok(Self {
            label: "TypeScript and Hono, built by `bun build`",
            file: folder.join("app.ts"),
            text: read(&place.file("app/app.ts"))?
                .replace("VERSION = 0", &format!("VERSION = {PLACEHOLDER}")),
            path: format!("/built{ROUTE}"),
            folder,
        })
    }

    /// One file of JavaScript, as it is.
    fn plain(place: &Place) -> Result<Self, BenchError> {
        let folder = place.folder("plain")?;
        manifest(&folder, "plain", "")?;
        Ok(Self {
            label: "plugin.js without a build script",
            file: folder.join("plugin.js"),
            text: format!(
                "export default {{ server: {{ fetch: () => Response.json({{ version: {PLACEHOLDER} }}) }} }};\n"
            ),
            path: "/plain/".to_owned(),
            folder,
        })
    }

    async fn work(&self, place: &Place, options: &Options) -> Result<Saves, BenchError> {
        self.save(0)?;
        let server = davit_dev(place, &self.folder)?;
        let mut watcher = Watcher { client: client()?, url: server.url(&self.path), failed: 0 };
        server.process.answers(&watcher.client, &watcher.url).await?;
        let mut times = Vec::new();
        for number in 1..=options.saves {
            // The old worker is gone, so one save does not slow down the next.
            server.process.has_workers(1).await?;
            let start = Instant::now();
            self.save(number)?;
            watcher.sees(number, &server).await?;
            times.push(start.elapsed().as_secs_f64() * 1e3);
            say::progress(format_args!("save {number}, {}: {:.1} ms", self.label, times[number - 1]));
        }
        server.process.end().await?;
        Ok(Saves { label: self.label, times, failed: watcher.failed })
    }

    fn save(&self, number: usize) -> Result<(), BenchError> {
        write(&self.file, &self.text.replace(PLACEHOLDER, &number.to_string()))
    }
}

struct Watcher {
    client: reqwest::Client,
    url: String,
    failed: u64,
}

impl Watcher {
    async fn sees(&mut self, number: usize, server: &Server) -> Result<(), BenchError> {
        let start = Instant::now();
        while start.elapsed() < LIMIT {
            match self.version().await {
                Some(version) if version == number => return Ok(()),
                Some(_) => {}
                None => self.failed += 1,
            }
            tokio::time::sleep(LOOK).await;
        }
        Err(server.process.no_answer(&self.url))
    }

    /// The version that answers now; none if nothing answers as it should.
    async fn version(&self) -> Option<usize> {
        let response = self.client.get(&self.url).send().await.ok()?.error_for_status().ok()?;
        let answer: serde_json::Value = response.json().await.ok()?;
        usize::try_from(answer.get("version")?.as_u64()?).ok()
    }
}

fn read(path: &Path) -> Result<String, BenchError> {
    std::fs::read_to_string(path).map_err(BenchError::io(format!("read {}", path.display())))
}
