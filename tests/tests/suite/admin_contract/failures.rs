//! How often somebody may guess a key.

use davit_tests::server::{KEY, Start};
use reqwest::Method;

use super::answer::{Answer, told};
use super::credential::Credential;
use super::site::{API, Site, page};

/// So many wrong keys in a row are answered with 401.
const BURST: usize = 10;

/// A call from an address, as a trusted proxy tells it.
async fn from(site: &Site, address: &str, by: &Credential) -> Answer {
    let call = site.server.request(Method::GET, &format!("{API}/plugins"));
    told(by.put(call).header("x-forwarded-for", address)).await
}

fn behind_a_proxy(start: Start) -> Start {
    start.env("DAVIT_TRUSTED_PROXIES", "127.0.0.0/8")
}

fn wrong(number: usize) -> Credential {
    Credential::ApiKey(format!("wrong-{number}"))
}

/// Guesses until it is told to wait, which is not before the burst is used up.
async fn exhaust(mut guess: impl AsyncFnMut(usize) -> Answer) -> Answer {
    for number in 0..3 * BURST {
        let answer = guess(number).await;
        if answer.status == 429 {
            assert!(number >= BURST, "only {number} wrong keys were answered");
            answer.refuses(429, "RATE_LIMITED");
            return answer;
        }
        answer.refuses(401, "INVALID_KEY");
    }
    panic!("{} wrong keys and no limit", 3 * BURST);
}

#[tokio::test]
async fn wrong_keys_are_limited_by_address_and_a_right_one_always_passes() {
    let site = Site::started(|_, _| (), behind_a_proxy).await;
    let limited = exhaust(async |number| from(&site, "192.0.2.1", &wrong(number)).await).await;
    let wait: u64 = limited.header("retry-after").expect("when to come again").parse().expect("seconds");
    assert!((1..=60).contains(&wait), "{wait}");
    from(&site, "192.0.2.1", &Credential::root()).await.succeeds(200);
    from(&site, "192.0.2.1", &wrong(0)).await.refuses(429, "RATE_LIMITED");
    from(&site, "192.0.2.1", &Credential::Nothing).await.refuses(401, "AUTH_REQUIRED");
    from(&site, "192.0.2.2", &wrong(0)).await.refuses(401, "INVALID_KEY");
}

#[tokio::test]
async fn wrong_keys_of_one_ipv6_network_count_together() {
    let site = Site::started(|_, _| (), behind_a_proxy).await;
    exhaust(async |number| from(&site, &format!("2001:db8::{number:x}:1"), &wrong(number)).await).await;
    from(&site, "2001:db8:0:1::1", &wrong(0)).await.refuses(401, "INVALID_KEY");
}

#[tokio::test]
async fn wrong_keys_at_the_login_and_at_a_plugin_count_too() {
    let site = Site::of(|_, own| drop(page(own, "closed", "1.0.0"))).await;
    let limited = exhaust(async |number| match number % 2 {
        0 => site.login(&format!("wrong-{number}")).await,
        _ => told(wrong(number).put(site.server.request(Method::GET, "/closed"))).await,
    })
    .await;
    assert!(limited.header("retry-after").is_some());
    site.login(KEY).await.succeeds(200);
    assert_eq!(site.status("/closed").await, 200);
    site.ask("GET", "/plugins", &wrong(0)).await.refuses(429, "RATE_LIMITED");
}

#[tokio::test]
async fn nobody_outside_chooses_the_address_that_he_is_counted_by() {
    let site = Site::empty().await;
    exhaust(async |number| from(&site, &format!("192.0.2.{number}"), &wrong(number)).await).await;
    let proxied = Site::started(|_, _| (), behind_a_proxy).await;
    // What stands left of the last address that no proxy has is the client's own invention.
    let line = |number: usize| format!("198.51.100.{number}, 192.0.2.7, 127.0.0.9");
    exhaust(async |number| from(&proxied, &line(number), &wrong(number)).await).await;
}
