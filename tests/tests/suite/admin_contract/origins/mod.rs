//! Every call that changes something, with every kind of Origin and every kind of
//! credential: what is allowed and what is refused. `--nocapture` shows the table.
//!
//! ```text
//! calls × kinds of Origin × callers → one request each → table, compared with the rule
//! ```

mod callers;
mod calls;
mod kinds;
mod rule;
mod table;

use super::site::{Site, page};
use callers::Caller;
use rule::Place;
use table::Table;

#[tokio::test]
async fn changes_are_allowed_and_refused_as_the_contract_says() {
    let site = Site::started(
        |_, own| drop(page(own, "one", "1.0.0")),
        // Wrong keys come from an address each, lest they are limited.
        |start| start.env("DAVIT_TRUSTED_PROXIES", "127.0.0.0/8"),
    )
    .await;
    Table::of(&site, Place::Anywhere, &Caller::all(&site).await).await.holds();
}

#[tokio::test]
async fn changes_at_a_laptop_need_no_key_as_long_as_no_browser_can_send_them() {
    let site = Site::dev(|own| {
        for name in ["one", "sent"] {
            drop(page(own, name, "1.0.0"));
        }
    })
    .await;
    Table::of(&site, Place::Laptop, &Caller::at_a_laptop(&site).await).await.holds();
}
