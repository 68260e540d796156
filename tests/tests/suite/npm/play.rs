//! Plays requests against one side, with the memory of a browser.

use std::collections::BTreeMap;

use davit_tests::PATIENCE;
use davit_tests::client::client;
use reqwest::{Client, Method, RequestBuilder, Response};
use tokio::time::timeout;

use super::answer::Answer;
use super::requests::Step;
use super::sides::Side;

/// The host that both sides are asked for, so that absolute URLs are the same.
const HOST: &str = "plugins.test";

/// One side, what it has set as cookies and what was kept of its answers.
#[derive(Debug)]
pub(crate) struct Player<'a> {
    side: &'a Side,
    client: Client,
    cookies: BTreeMap<String, String>,
    kept: BTreeMap<String, String>,
}

impl<'a> Player<'a> {
    pub(crate) fn new(side: &'a Side) -> Self {
        Self { side, client: client(), cookies: BTreeMap::new(), kept: BTreeMap::new() }
    }

    /// Sends a request and reads the whole answer.
    pub(crate) async fn play(&mut self, step: &Step) -> Answer {
        let told = format!("{} of {:?}", step.ask, self.side);
        let response = timeout(PATIENCE, self.request(step).send()).await;
        let response = response.unwrap_or_else(|_| panic!("no answer in time to {told}"));
        let mut response = response.unwrap_or_else(|error| panic!("no answer to {told}: {error}"));
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = timeout(PATIENCE, self.body(step, &mut response)).await;
        let body = body.unwrap_or_else(|_| panic!("the body does not come to its end: {told}"));
        let answer = Answer::new(status, &headers, body);
        self.remember(step, &answer);
        answer.with_names(&self.kept)
    }

    fn request(&self, step: &Step) -> RequestBuilder {
        let mut request = self.ask(&step.ask);
        if !self.cookies.is_empty() && !step.headers.contains_key("cookie") {
            let pairs: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header("cookie", pairs.join("; "));
        }
        for (name, value) in &step.headers {
            request = request.header(name, self.filled(value));
        }
        match step {
            Step { json: Some(json), .. } => {
                request.header("content-type", "application/json").body(self.filled(&json.to_string()))
            }
            Step { body: Some(body), .. } => request.body(self.filled(body)),
            Step { size: Some(size), .. } => {
                request.body((0..*size).map(|at| at.to_le_bytes()[0]).collect::<Vec<_>>())
            }
            _ => request,
        }
    }

    fn ask(&self, ask: &str) -> RequestBuilder {
        let (method, path) = ask.split_once(' ').expect("method and path");
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        let url = format!("http://{}{}{}", self.side.address, self.side.base, self.filled(path));
        self.client.request(method, url).header("host", HOST)
    }

    /// The text with kept values where their names stand.
    fn filled(&self, text: &str) -> String {
        let fill =
            |text: String, (name, value): (&String, &String)| text.replace(&format!("{{{name}}}"), value);
        self.kept.iter().fold(text.to_owned(), fill)
    }

    /// Reads the body; each part must have come before the gate is opened for more.
    async fn body(&self, step: &Step, response: &mut Response) -> Vec<u8> {
        let mut body = Vec::new();
        for part in &step.parts {
            while !String::from_utf8_lossy(&body).contains(part) {
                let chunk = response.chunk().await.expect("the body comes");
                body.extend(chunk.unwrap_or_else(|| panic!("{} ended before {part:?}", step.ask)));
            }
            let gate = step.gate.as_ref().expect("a stream in parts has a gate");
            let opened = self.ask(gate).send().await.expect("the gate answers");
            assert!(opened.status().is_success(), "{gate}: {}", opened.status());
        }
        while let Some(chunk) = response.chunk().await.expect("the body comes") {
            body.extend(chunk);
        }
        body
    }

    fn remember(&mut self, step: &Step, answer: &Answer) {
        for (name, value, gone) in answer.cookies() {
            if gone {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        for (name, source) in &step.keep {
            self.kept.insert(name.clone(), answer.value(source));
        }
    }
}
