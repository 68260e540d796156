//! An authenticating plugin in front of a closed page and a closed API: seen with
//! a real browser, and by those who are none.
//!
//! ```text
//! tests/npm/plugins/{login,desk,desk-api} → davit-runtime → Chromium, driven by tests/npm/browser/login.ts
//! ```

mod api_page;
mod chromium;
mod outside;

use davit_tests::server::Start;
use davit_tests::{Plugins, Server};

use crate::npm::built;

/// What sessions are signed with.
const SECRET: &str = "0123456789abcdef0123456789abcdef";

/// Of `correct horse`, made by `Bun.password.hash`.
const HASH: &str = "$argon2id$v=19$m=8192,t=1,p=1$0QDsq7P1zn9lnIcg+CSGPlEYeCHwvMnYtcyDhP/E7ck$nxHHazepTf/S/BQsLY4Zjbre0frEJkMxm/SzemOAWGs";

/// A server with the three plugins; `ada` has an account.
async fn desk() -> (Server, Plugins) {
    let plugins = Plugins::new();
    let account = format!("secret: {SECRET}\nuser: ada\npasswordHash: {HASH}\nprotects: [desk, desk-api]\n");
    built::put(&plugins, "login", &account);
    built::put(&plugins, "desk", "");
    built::put(&plugins, "desk-api", "");
    let server = Start::runtime([plugins.path()]).start().await;
    for name in ["login", "desk", "desk-api"] {
        server.plugin_when(name, |plugin| plugin["state"] == "ready").await;
    }
    (server, plugins)
}
