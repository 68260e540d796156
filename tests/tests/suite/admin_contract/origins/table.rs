//! The table: every request that it has is sent.

use std::fmt::Write as _;
use std::net::Ipv4Addr;

use davit_tests::report;
use reqwest::RequestBuilder;

use super::callers::Caller;
use super::calls::{CALLS, Call};
use super::kinds::{Kind, kinds};
use super::rule::{Place, verdict};
use crate::admin_contract::answer::told;
use crate::admin_contract::credential::Credential;
use crate::admin_contract::site::{API, Site};

/// What was answered, row by row, and where that is not what the contract says.
pub(super) struct Table {
    text: String,
    faults: Vec<String>,
    count: usize,
}

impl Table {
    /// Sends every request.
    pub(super) async fn of(site: &Site, place: Place, callers: &[Caller]) -> Self {
        let names: Vec<_> = callers.iter().map(|caller| caller.name).collect();
        let mut table = Self {
            text: format!("| call | Origin | {} |\n", names.join(" | ")),
            faults: Vec::new(),
            count: 0,
        };
        for call in &CALLS {
            for kind in kinds(site.server.address().port()) {
                write!(table.text, "| {} {} | {} |", call.method, call.path, kind.name).expect("memory");
                for caller in callers {
                    table.cell(site, place, call, &kind, caller).await;
                }
                table.text.push('\n');
            }
        }
        table
    }

    async fn cell(&mut self, site: &Site, place: Place, call: &Call, kind: &Kind, caller: &Caller) {
        let path = call.prepare(site).await;
        let request = site.server.request(call.method.parse().expect("a method"), &format!("{API}{path}"));
        let request = kind.lines.iter().fold(request, |request, line| request.header("origin", line));
        let request = self.counted(place, caller.shows.put(call.fill(request)));
        let before = state(site).await;
        let answer = told(request).await;
        let (code, expected) = (answer.code(), verdict(place, call, kind, caller));
        let shown = code.as_deref().map_or("done", |code| code);
        write!(self.text, " {} {shown} |", answer.status).expect("memory");
        let what = || format!("{} {path}, Origin {}, {}", call.method, kind.name, caller.name);
        if (answer.status, code.as_deref()) != expected {
            self.faults.push(format!("{}: {} {shown}, not {expected:?}", what(), answer.status));
        } else if expected.1.is_some() && state(site).await != before {
            self.faults.push(format!("{}: refused, and yet something changed", what()));
        }
    }

    /// A request that comes from an address of its own, where that can be.
    fn counted(&mut self, place: Place, request: RequestBuilder) -> RequestBuilder {
        self.count += 1;
        let number = u32::try_from(self.count).expect("not so many");
        let address = Ipv4Addr::from(u32::from(Ipv4Addr::new(198, 18, 0, 0)) + number);
        match place {
            Place::Anywhere => request.header("x-forwarded-for", address.to_string()),
            Place::Laptop => request,
        }
    }

    /// Shows the table, and fails if a cell is not as the contract says.
    pub(super) fn holds(self) {
        report(format!("{} requests\n{}", self.count, self.text));
        assert!(
            self.faults.is_empty(),
            "{} of {}:\n{}",
            self.faults.len(),
            self.count,
            self.faults.join("\n")
        );
    }
}

/// What the calls can change.
async fn state(site: &Site) -> (String, Vec<u64>) {
    let plugins = site.ask("GET", "/plugins", &Credential::root()).await.text;
    let keys = site.ask("GET", "/keys", &Credential::root()).await.json();
    let keys = keys["keys"].as_array().expect("a list");
    (plugins, keys.iter().map(|key| key["id"].as_u64().expect("an id")).collect())
}
