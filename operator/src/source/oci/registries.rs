//! The registries whose connections are kept: one for each host, scheme and user,
//! so that a changed credential is a new one. Bounded; the oldest use goes first.

use std::sync::{Arc, Mutex, PoisonError};

use super::{Credentials, OciError, OciReference, Registry, limits};

/// The registries whose connections are kept.
#[derive(Default)]
pub struct Registries(Mutex<Vec<Arc<Registry>>>);

impl Registries {
    /// The registry of a reference, as this user.
    pub(super) fn get(
        &self,
        reference: &OciReference,
        insecure: bool,
        credentials: Credentials,
    ) -> Result<Arc<Registry>, OciError> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = all.iter().position(|registry| {
            registry.host() == reference.host()
                && registry.is_insecure() == insecure
                && *registry.credentials() == credentials
        });
        let registry = match known {
            Some(at) => all.remove(at),
            None => Arc::new(Registry::new(reference, insecure, credentials)?),
        };
        if all.len() >= limits::REGISTRIES {
            all.remove(0);
        }
        all.push(registry.clone());
        Ok(registry)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_credential_is_another_registry_and_the_number_is_bounded() {
        drop(rustls::crypto::ring::default_provider().install_default());
        let registries = Registries::default();
        let get = |reference: &str, credentials| {
            registries.get(&reference.parse().unwrap(), true, credentials).unwrap()
        };
        let user = |password: &str| Credentials::Basic { username: "me".into(), password: password.into() };
        let first = get("r.test/a:1", user("old"));
        assert!(Arc::ptr_eq(&first, &get("r.test/b:1", user("old"))));
        assert!(!Arc::ptr_eq(&first, &get("r.test/a:1", user("new"))));
        assert!(!Arc::ptr_eq(&first, &get("r.test/a:1", Credentials::Anonymous)));
        for number in 0..limits::REGISTRIES {
            get(&format!("r{number}.test/a:1"), Credentials::Anonymous);
        }
        assert_eq!(registries.0.lock().unwrap().len(), limits::REGISTRIES);
        assert!(!Arc::ptr_eq(&first, &get("r.test/a:1", user("old"))));
    }
}
