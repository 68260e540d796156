//! What is known of the objects of each PluginRuntime, so that a pass over one
//! that has not changed asks the API server for nothing.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::Credentials;

/// How long Secrets count as they were read,
const SECRETS: Duration = Duration::from_mins(1);
/// how long if a replica has not answered meanwhile, which may be for their sake,
const DOUBTED: Duration = Duration::from_secs(5);
/// and how long the other objects count as they were applied.
const OBJECTS: Duration = Duration::from_mins(5);

/// What the objects are made of: others are applied where it changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wanted {
    /// Of the PluginRuntime.
    pub(super) generation: Option<i64>,
    /// Of the container.
    pub(super) image: String,
}

/// What is known of one PluginRuntime's objects.
#[derive(Debug, Default, Clone)]
pub(super) struct Known {
    credentials: Option<Arc<Credentials>>,
    /// What the Secrets were looked at for, and when.
    looked: Option<(Wanted, Instant)>,
    /// What the other objects were applied for, and when.
    applied: Option<(Wanted, Instant)>,
    doubted: bool,
}

/// What is known of the objects of all PluginRuntimes, by UID. None of it is
/// needed.
#[derive(Debug, Default)]
pub struct Fleets(Mutex<HashMap<String, Known>>);

impl Known {
    /// The credentials, as long as nothing speaks for another look.
    pub(super) fn credentials(&self, wanted: &Wanted, now: Instant) -> Option<Arc<Credentials>> {
        let limit = if self.doubted { DOUBTED } else { SECRETS };
        let fresh = is_fresh(self.looked.as_ref(), wanted, limit, now);
        self.credentials.clone().filter(|_| fresh)
    }

    /// Whether the other objects are as they must be.
    pub(super) fn stands(&self, wanted: &Wanted, now: Instant) -> bool {
        is_fresh(self.applied.as_ref(), wanted, OBJECTS, now)
    }

    /// Takes what was read. Credentials that are the same as before stay the
    /// same value: the replicas' clients are known by it.
    pub(super) fn learn(&mut self, wanted: &Wanted, read: Credentials, now: Instant) -> Arc<Credentials> {
        let same = self.credentials.take().filter(|before| **before == read);
        let credentials = same.unwrap_or_else(|| Arc::new(read));
        self.credentials = Some(credentials.clone());
        (self.looked, self.doubted) = (Some((wanted.clone(), now)), false);
        credentials
    }

    pub(super) fn applied(&mut self, wanted: &Wanted, now: Instant) {
        self.applied = Some((wanted.clone(), now));
    }
}

fn is_fresh(seen: Option<&(Wanted, Instant)>, wanted: &Wanted, limit: Duration, now: Instant) -> bool {
    seen.is_some_and(|(of, at)| of == wanted && now.duration_since(*at) < limit)
}

impl Fleets {
    /// What is known of the PluginRuntime with this UID.
    pub(super) fn of(&self, uid: &str) -> Known {
        self.all().get(uid).cloned().unwrap_or_default()
    }

    /// Takes what a pass has learnt.
    pub(super) fn keep<T>(&self, uid: &str, change: impl FnOnce(&mut Known) -> T) -> T {
        change(self.all().entry(uid.to_owned()).or_default())
    }

    /// Forgets all but the PluginRuntimes with these UIDs.
    pub fn retain(&self, exists: impl Fn(&str) -> bool) {
        self.all().retain(|uid, _| exists(uid));
    }

    /// One of its objects has changed or is gone: the next pass looks at all.
    pub fn forget(&self, uid: &str) {
        if let Some(known) = self.all().get_mut(uid) {
            (known.looked, known.applied) = (None, None);
        }
    }

    /// A replica does not answer, maybe for its certificates' sake: the Secrets
    /// are looked at soon.
    pub fn doubt(&self, uid: &str) {
        if let Some(known) = self.all().get_mut(uid) {
            known.doubted = true;
        }
    }

    fn all(&self) -> MutexGuard<'_, HashMap<String, Known>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(generation: i64) -> Wanted {
        Wanted { generation: Some(generation), image: "davit:1".into() }
    }

    fn read(key: u8) -> Credentials {
        let text = String::new;
        Credentials { server_name: text(), ca: text(), certificate: text(), key: text(), tag_key: [key; 32] }
    }

    fn fleets(now: Instant) -> (Fleets, Arc<Credentials>) {
        let fleets = Fleets::default();
        let made = fleets.keep("uid", |known| {
            known.applied(&wanted(1), now);
            known.learn(&wanted(1), read(1), now)
        });
        (fleets, made)
    }

    #[test]
    fn nothing_is_asked_for_until_something_speaks_for_it() {
        let start = Instant::now();
        let after = |seconds| start + Duration::from_secs(seconds);
        let (fleets, _) = fleets(start);
        let asks = |wanted: &Wanted, now| {
            let known = fleets.of("uid");
            [known.credentials(wanted, now).is_none(), !known.stands(wanted, now)]
        };
        assert_eq!(asks(&wanted(1), after(59)), [false, false]);
        assert_eq!(asks(&wanted(2), after(1)), [true, true]);
        assert_eq!(asks(&Wanted { image: "davit:2".into(), ..wanted(1) }, after(1)), [true, true]);
        assert_eq!(asks(&wanted(1), after(61)), [true, false]);
        assert_eq!(asks(&wanted(1), after(301)), [true, true]);
        fleets.doubt("uid");
        assert_eq!(asks(&wanted(1), after(4)), [false, false]);
        assert_eq!(asks(&wanted(1), after(6)), [true, false]);
        fleets.forget("uid");
        assert_eq!(asks(&wanted(1), after(1)), [true, true]);
    }

    #[test]
    fn unchanged_credentials_stay_the_same_value() {
        let (fleets, first) = fleets(Instant::now());
        let learn = |key| fleets.keep("uid", |known| known.learn(&wanted(2), read(key), Instant::now()));
        fleets.forget("uid");
        assert!(Arc::ptr_eq(&learn(1), &first));
        assert_eq!(learn(2).tag_key, [2; 32]);
    }
}
