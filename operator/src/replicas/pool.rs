//! The clients of all replicas, each made once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use k8s_openapi::api::core::v1::Pod;

use super::Replica;
use super::address::Address;
use crate::fleet::Credentials;

/// After what time without a call a replica is taken for gone.
const UNUSED: Duration = Duration::from_mins(5);
/// The most replicas with open connections. One more, and the one that was not
/// called for the longest time is dropped.
const MOST: usize = 4_096;

/// The clients of all replicas, by pod UID. A client is used as long as the pod
/// has its address and the credentials are the same ones, so that a call costs
/// no handshake.
#[derive(Debug, Default)]
pub struct Replicas(Mutex<HashMap<String, Pooled>>);

#[derive(Debug)]
struct Pooled {
    credentials: Arc<Credentials>,
    address: Address,
    replica: Replica,
    used: Instant,
}

impl Replicas {
    /// The control port of `pod`; none while it does not run, once it ends, or
    /// if the credentials are unusable, which the log then says. Connects to
    /// nothing.
    pub fn dial(&self, credentials: &Arc<Credentials>, pod: &Pod) -> Option<Replica> {
        let mut pool = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        pool.retain(|_, pooled| now.duration_since(pooled.used) < UNUSED);
        let Some(address) = Address::of(pod) else {
            pool.remove(pod.metadata.uid.as_ref()?);
            return None;
        };
        if let Some(pooled) = pool.get_mut(&address.uid)
            && pooled.fits(credentials, &address)
        {
            pooled.used = now;
            return Some(pooled.replica.clone());
        }
        let replica = match Replica::new(credentials, &address) {
            Ok(replica) => replica,
            Err(error) => {
                tracing::error!(pod = address.name, %error, "the operator's credentials for a pod are unusable");
                return None;
            }
        };
        make_room(&mut pool);
        let uid = address.uid.clone();
        pool.insert(
            uid,
            Pooled { credentials: credentials.clone(), address, replica: replica.clone(), used: now },
        );
        Some(replica)
    }
}

impl Pooled {
    fn fits(&self, credentials: &Arc<Credentials>, address: &Address) -> bool {
        let same = Arc::ptr_eq(&self.credentials, credentials) || self.credentials == *credentials;
        same && self.address == *address
    }
}

fn make_room(pool: &mut HashMap<String, Pooled>) {
    if pool.len() < MOST {
        return;
    }
    let oldest = pool.iter().min_by_key(|(_, pooled)| pooled.used).map(|(uid, _)| uid.clone());
    if let Some(uid) = oldest {
        pool.remove(&uid);
    }
}
