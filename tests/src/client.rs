//! HTTP clients of the suite.

use std::sync::Once;

use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder};

/// Makes ring the TLS implementation of this process; reqwest and kube bring none.
pub fn tls() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let provider = rustls::crypto::ring::default_provider();
        provider.install_default().expect("nothing else installs one");
    });
}

/// A client about to be built; it follows no redirects.
pub fn builder() -> ClientBuilder {
    tls();
    Client::builder().redirect(Policy::none())
}

/// A client that follows no redirects.
pub fn client() -> Client {
    builder().build().expect("an HTTP client")
}
