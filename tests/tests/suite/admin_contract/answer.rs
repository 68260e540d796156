//! An answer of the admin API, and the shape that all its errors have.

use reqwest::RequestBuilder;
use reqwest::header::HeaderMap;
use serde_json::Value;

/// An answer with its whole body.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) text: String,
}

/// Sends a request and reads the answer.
pub(super) async fn told(request: RequestBuilder) -> Answer {
    let response = request.send().await.expect("the server answers");
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Answer { status, headers, text: response.text().await.expect("the body is whole") }
}

impl Answer {
    /// The body, which must be JSON.
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The value of a header.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().expect("headers are ASCII"))
    }

    /// The code of an error, none of what is no error. An error must have the shape
    /// that all errors have.
    pub(super) fn code(&self) -> Option<String> {
        if self.status < 400 {
            return None;
        }
        assert_eq!(self.header("content-type"), Some("application/json"), "{self:?}");
        let error = self.json();
        let text = |key: &str| error[key].as_str().filter(|text| !text.is_empty());
        assert!(text("error").is_some(), "no error in {self:?}");
        assert_eq!(text("requestId"), self.header("x-request-id"), "{self:?}");
        Some(text("code").unwrap_or_else(|| panic!("no code in {self:?}")).to_owned())
    }

    /// Asserts that this is an error with a status and a code, and returns what it
    /// says.
    #[track_caller]
    pub(super) fn refuses(&self, status: u16, code: &str) -> String {
        assert_eq!((self.status, self.code().as_deref()), (status, Some(code)), "{self:?}");
        self.json()["error"].as_str().expect("a text").to_owned()
    }

    /// Asserts that this is a success, and returns its body.
    #[track_caller]
    pub(super) fn succeeds(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{self:?}");
        self.json()
    }

    /// The cookie that this sets, with its attributes: `name=value` comes first.
    pub(super) fn cookie(&self) -> Vec<String> {
        let line = self.header("set-cookie").unwrap_or_else(|| panic!("no cookie in {self:?}"));
        line.split(';').map(|part| part.trim().to_owned()).collect()
    }
}
