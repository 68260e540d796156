//! A runtime to be managed: a directory that ships with it, one of its own, and
//! what is asked of it.

use davit_tests::server::{Start, form};
use davit_tests::{Folder, Plugins, Server};
use reqwest::{Method, RequestBuilder};

use super::answer::{Answer, told};
use super::archives::Package;
use super::credential::Credential;

/// The path of the admin API.
pub(super) const API: &str = "/_/api";

/// The runtime and its directories.
pub(super) struct Site {
    pub(super) server: Server,
    pub(super) built_in: Plugins,
    pub(super) own: Plugins,
}

impl Site {
    /// One with nothing in its directories.
    pub(super) async fn empty() -> Self {
        Self::of(|_, _| ()).await
    }

    /// One with the plugins that `write` writes: what ships with it, and its own.
    pub(super) async fn of(write: impl FnOnce(&Plugins, &Plugins)) -> Self {
        Self::started(write, |start| start).await
    }

    /// The same, with more options.
    pub(super) async fn started(
        write: impl FnOnce(&Plugins, &Plugins),
        with: impl FnOnce(Start) -> Start,
    ) -> Self {
        let (built_in, own) = (Plugins::new(), Plugins::new());
        write(&built_in, &own);
        Self::on(built_in, own, with).await
    }

    /// `davit dev` with the plugins that `write` writes; nothing ships with it.
    pub(super) async fn dev(write: impl FnOnce(&Plugins)) -> Self {
        let (built_in, own) = (Plugins::new(), Plugins::new());
        write(&own);
        Self { server: Start::dev(own.path()).start().await, built_in, own }
    }

    async fn on(built_in: Plugins, own: Plugins, with: impl FnOnce(Start) -> Start) -> Self {
        let server = with(Start::runtime([built_in.path(), own.path()])).start().await;
        Self { server, built_in, own }
    }

    /// Ends it and starts another one with the same directories.
    pub(super) async fn again(self, with: impl FnOnce(Start) -> Start) -> Self {
        let Self { mut server, built_in, own } = self;
        server.terminate();
        assert_eq!(server.exit_code().await, Some(0));
        Self::on(built_in, own, with).await
    }

    /// A call below the admin API's path by somebody, with this server's Origin.
    pub(super) fn call(&self, method: &str, path: &str, by: &Credential) -> RequestBuilder {
        let method: Method = method.parse().expect("a method");
        let call = self.server.request(method, &format!("{API}{path}")).header("origin", self.server.url(""));
        by.put(call)
    }

    /// The answer to such a call without a body.
    pub(super) async fn ask(&self, method: &str, path: &str, by: &Credential) -> Answer {
        told(self.call(method, path, by)).await
    }

    /// The answer to an upload of an archive under a file name.
    pub(super) async fn upload(&self, file: &str, archive: &[u8], by: &Credential) -> Answer {
        let (media_type, body) = form("file", file, archive);
        let call = self.call("POST", "/plugins/upload", by).header("content-type", media_type);
        told(call.body(body)).await
    }

    /// Uploads a package, which must succeed.
    pub(super) async fn install(&self, package: &Package) {
        let answer = self.upload("package.tgz", &package.tgz(""), &Credential::root()).await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }

    /// The names in a list that a call answers.
    pub(super) async fn names(&self, path: &str) -> Vec<String> {
        let listed = self.ask("GET", path, &Credential::root()).await.json();
        let listed = listed.as_array().expect("a bare array").iter();
        listed.map(|one| one["name"].as_str().expect("a name").to_owned()).collect()
    }

    /// The status of a plugin's page, for the holder of the root key.
    pub(super) async fn status(&self, base: &str) -> u16 {
        self.server.get(&format!("{base}/")).send().await.expect("the server answers").status().as_u16()
    }
}

/// A plugin in a folder: a page, which tells the version.
pub(super) fn page(plugins: &Plugins, name: &str, version: &str) -> Folder {
    let folder = plugins.folder(name);
    for (path, text) in Package::page(name, version).files {
        folder.write(&path, &text);
    }
    folder
}
