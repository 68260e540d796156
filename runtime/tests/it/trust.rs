//! Who is let in at the control port.

use davit_tests::cluster::control::{Control, Identity};
use davit_tests::{client, until};
use rcgen::ExtendedKeyUsagePurpose;
use reqwest::{Certificate, Method, tls};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;

use crate::harness::{Authority, NAME, Replica};

async fn is_let_in(control: &Control) -> bool {
    control.request(Method::GET, "/state").send().await.is_ok()
}

#[tokio::test]
async fn nobody_without_the_operators_certificate_is_let_in() {
    let replica = Replica::start().await;
    let (own, other) = (&replica.authority, Authority::new());
    assert!(is_let_in(&replica.dial(&own.pem(), Some(&own.client()))).await);
    let server = own.sign(&[NAME], ExtendedKeyUsagePurpose::ServerAuth);
    let strangers: [Option<&Identity>; 4] =
        [None, Some(&Identity::stranger()), Some(&other.client()), Some(&server)];
    for (i, stranger) in strangers.into_iter().enumerate() {
        assert!(!is_let_in(&replica.dial(&own.pem(), stranger)).await, "stranger {i}");
    }
}

/// The certificate is good for both names, so only the replica can refuse.
#[tokio::test]
async fn a_caller_that_means_another_runtime_is_refused() {
    let mut replica = Replica::prepare(&[]);
    let other = "other.apps.control.davit";
    replica.authority.write(&replica.control_folder(), &[NAME, other]);
    replica.run().await;
    let (authority, identity) = (replica.authority.pem(), replica.authority.client());
    let dial = |name| Control::dial(replica.control(), name, authority.as_bytes(), Some(&identity));
    assert!(is_let_in(&dial(NAME)).await);
    assert!(!is_let_in(&dial(other)).await);
}

#[tokio::test]
async fn a_caller_without_tls_1_3_is_refused() {
    let replica = Replica::start().await;
    let Identity { certificate, key } = replica.authority.client();
    let identity = reqwest::Identity::from_pem(&[certificate, key].concat()).unwrap();
    let authority = Certificate::from_pem(replica.authority.pem().as_bytes()).unwrap();
    let builder = || {
        let builder = client::builder().tls_certs_only([authority.clone()]).identity(identity.clone());
        builder.resolve(NAME, replica.control()).no_proxy()
    };
    let url = format!("https://{NAME}:{}/control/v1/state", replica.control().port());
    let newest = builder().build().unwrap();
    assert!(newest.get(&url).send().await.is_ok());
    let older = builder().tls_version_max(tls::Version::TLS_1_2).build().unwrap();
    assert!(older.get(&url).send().await.is_err());
}

#[tokio::test]
async fn a_caller_that_never_shakes_hands_is_given_up() {
    let replica = Replica::start().await;
    let mut silent = TcpStream::connect(replica.control()).await.unwrap();
    let closed = until("the connection's end", async || Some(silent.read(&mut [0; 8]).await));
    assert!(matches!(closed.await, Ok(0) | Err(_)));
}

#[tokio::test]
async fn certificates_for_another_name_are_refused_at_the_start() {
    let replica = Replica::prepare(&[]);
    replica.authority.write(&replica.control_folder(), &["other.apps.control.davit"]);
    let mut process = replica.program(std::path::Path::new(crate::harness::RUNTIME)).start();
    assert_eq!(process.ended().await.code(), Some(1));
    assert!(process.logs().text().contains("cannot be used as default.apps.control.davit"));
}
