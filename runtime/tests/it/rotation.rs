//! Certificates and keys that change under a running process.

use std::os::unix::fs::symlink;
use std::path::Path;

use davit_plugin::Digest;
use davit_tests::until;
use reqwest::Method;

use crate::harness::{Authority, NAME, Replica};

/// Swaps a Secret's mount as a kubelet does: the files are links through `..data`.
fn mount(folder: &Path, version: &str, write: impl FnOnce(&Path)) {
    let data = folder.join(version);
    std::fs::create_dir_all(&data).unwrap();
    write(&data);
    for name in ["tls.crt", "tls.key", "ca.crt"] {
        let _none_there = std::fs::remove_file(folder.join(name));
        symlink(Path::new("..data").join(name), folder.join(name)).unwrap();
    }
    let next = folder.join("..data_tmp");
    symlink(version, &next).unwrap();
    std::fs::rename(next, folder.join("..data")).unwrap();
}

#[tokio::test]
async fn new_certificates_count_from_the_next_connection_and_broken_ones_never() {
    let mut replica = Replica::prepare(&[]);
    let folder = replica.control_folder();
    let first = replica.authority.pem();
    mount(&folder, "..1", |data| replica.authority.write(data, &[NAME]));
    replica.run().await;
    let old = replica.operator();
    assert_eq!(old.state().await.ca, Digest::of(replica.authority.der()));

    mount(&folder, "..2", |data| {
        Authority::new().write(data, &[NAME]);
        std::fs::write(data.join("tls.crt"), "broken").unwrap();
    });
    replica.process().logs().line("goes on with the certificates it has").await;
    assert_eq!(replica.operator().state().await.ca, Digest::of(replica.authority.der()));

    let former = std::mem::replace(&mut replica.authority, Authority::new());
    mount(&folder, "..3", |data| replica.authority.write(data, &[NAME]));
    let new = replica.operator();
    until("the new authority", async || {
        let answer = new.0.request(Method::GET, "/state").send().await;
        answer.is_ok().then_some(())
    })
    .await;
    assert_eq!(new.state().await.ca, Digest::of(replica.authority.der()));
    let stranger = replica.dial(&replica.authority.pem(), Some(&former.client()));
    assert!(stranger.request(Method::GET, "/state").send().await.is_err());
    let late = replica.dial(&first, Some(&former.client()));
    assert!(late.request(Method::GET, "/state").send().await.is_err());
    let former_connection = old.0.request(Method::GET, "/state").send().await;
    assert!(former_connection.is_err(), "a connection of the former authority has ended");
}
