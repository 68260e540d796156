//! Davit's keys: who may do what, and how long.
//!
//! ```text
//! what was sent → (session → its key) | hash → root key, or a key of the ring → principal with permissions
//! ```
//!
//! Keys are kept as hashes: those that were made here in `.davit/keys.json`, which several
//! processes may share, those of a managed runtime in its plan. Sessions name a key and are
//! not kept at all; they are signed with `.davit/session.key`, which follows from no key, or
//! with what all replicas of a managed runtime share.

mod book;
mod entry;
mod error;
mod file;
mod grant;
mod hash;
mod lifetime;
mod limiter;
mod lock;
mod managed;
mod moment;
mod new;
mod permission;
mod principal;
mod ring;
mod role;
mod root;
mod secret;
mod session;
mod sessions;
mod shelf;
mod stamp;
mod text;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use davit_plugin::plan::PlannedKey;

use crate::directories::DavitFolder;
use book::Book;
use hash::Hash;
use limiter::Limiter;
use moment::{Moment, now};
use root::RootKey;
use session::Claim;
use sessions::Sessions;

pub use entry::KeyInfo;
pub use error::KeysError;
pub use grant::InvalidGrant;
pub use lifetime::{InvalidLifetime, Lifetime};
pub use limiter::TooMany;
pub use new::{Created, Description, InvalidText, KeyName, NewKey};
pub use permission::Permission;
pub use principal::Principal;
pub use role::Role;
pub use root::KeyError;
pub use secret::{NoRandomness, PlainKey};
pub use session::{SESSION_SECONDS, SessionToken};
pub(crate) use sessions::read as read_session_key;

/// How often it is looked what other processes wrote.
const LOOK: Duration = Duration::from_secs(1);
/// How often it is written down when keys were used.
const WRITE_USES: Duration = Duration::from_mins(1);
/// The number by which sessions name the root key; no other key has it.
const ROOT: u64 = 0;

/// The keys that count. Only hashes are held.
#[derive(Default)]
pub struct Keys {
    root: Arc<RootKey>,
    book: Arc<Book>,
    sessions: Arc<Sessions>,
    limiter: Limiter,
}

impl Keys {
    /// No key: nobody is let in.
    pub fn none() -> Self {
        Self::default()
    }

    /// One root key.
    pub fn root(key: &str) -> Self {
        Self { root: Arc::new(RootKey::of(key)), ..Self::default() }
    }

    /// Reads `RUNTIME_ROOT_KEY`, or the file that `RUNTIME_ROOT_KEY_FILE` names.
    /// The key is no flag, since process arguments can be read by others.
    pub fn from_environment() -> Result<Self, KeyError> {
        Ok(Self { root: Arc::new(RootKey::from_environment()?), ..Self::none() })
    }

    /// The same, with the keys that were or will be made here, and with sessions that
    /// survive a restart. Blocks on the disk.
    #[must_use]
    pub fn kept_in(self, folder: Option<DavitFolder>) -> Self {
        let sessions = Arc::new(Sessions::in_folder(folder.clone()));
        Self { book: Arc::new(Book::in_folder(folder)), sessions, ..self }
    }

    /// The same of a managed runtime, whose keys come with its plans.
    #[must_use]
    pub fn managed(self) -> Self {
        Self { book: Arc::new(Book::of_operator()), ..self }
    }

    /// Whether there is any key.
    pub fn any(&self) -> bool {
        self.root.current().is_some() || !self.book.ring().entries().is_empty()
    }

    /// Whose key or session this is, if it counts now. Takes the same time for every
    /// wrong key.
    pub fn check(&self, sent: &[u8]) -> Option<Principal> {
        self.check_at(sent, now())
    }

    /// Whether the key of somebody who was let in still counts, and may what it might:
    /// for calls that waited for their body. True for somebody at this machine.
    pub fn still(&self, principal: &Principal) -> bool {
        principal.still(&self.root, &self.book.ring(), now())
    }

    fn check_at(&self, sent: &[u8], now: Moment) -> Option<Principal> {
        let session = Claim::read(sent).and_then(|claim| self.session(&claim, now));
        session.or_else(|| self.key(&Hash::of(sent), now).map(|(_, principal)| principal))
    }

    /// The number and the holder of the key of this hash.
    fn key(&self, sent: &Hash, now: Moment) -> Option<(u64, Principal)> {
        let root = self.root.current().filter(|root| root.hash.is(sent));
        let ring = self.book.ring();
        let found = ring.find(sent, now).inspect(|entry| self.book.note(entry, now));
        let known = found.map(|entry| (entry.id, entry.principal()));
        root.map(|root| (ROOT, Principal::root(root.hash))).or(known)
    }

    /// The holder of the key that a session names.
    fn session(&self, claim: &Claim, now: Moment) -> Option<Principal> {
        let signer = self.sessions.signer()?;
        if claim.key == ROOT {
            let root = self.root.current()?;
            return claim.holds(&signer, &root.hash, now).then(|| Principal::root(root.hash));
        }
        let ring = self.book.ring();
        let entry = ring.get(claim.key).filter(|entry| entry.counts(now))?;
        claim.holds(&signer, &entry.hash, now).then(|| {
            self.book.note(entry, now);
            entry.principal()
        })
    }

    /// Opens a session for the holder of a key; a session opens none. It lasts
    /// [`SESSION_SECONDS`], or as long as the key counts.
    pub async fn open_session(&self, key: &[u8]) -> Option<(Principal, SessionToken)> {
        let (now, hash) = (now(), Hash::of(key));
        let (id, principal) = self.key(&hash, now)?;
        self.sessions.prepare().await;
        Some((principal, self.sessions.signer()?.open(id, &hash, now)))
    }

    /// Signs sessions with what all replicas of a managed runtime share from now on.
    pub fn share_sessions(&self, secret: [u8; 32]) {
        self.sessions.share(secret);
    }

    /// Counts a wrong key that came from an address, or says that there were too many.
    pub fn fail(&self, client: IpAddr) -> Result<(), TooMany> {
        self.limiter.fail(client, Instant::now())
    }

    /// All keys but the root key, by their numbers; those that have expired too.
    pub fn list(&self) -> Vec<KeyInfo> {
        self.book.ring().entries().iter().map(|entry| entry.info()).collect()
    }

    /// Makes a key that may do no more than whoever makes it. It counts, and is on the
    /// disk, when this returns.
    pub async fn create(&self, by: &Principal, new: NewKey) -> Result<Created, KeysError> {
        let (book, by, root) = (self.book.clone(), by.clone(), self.root.clone());
        let made = tokio::task::spawn_blocking(move || book.create(&by, &root, &new)).await;
        made.unwrap_or(Err(KeysError::Unwritable))
    }

    /// Revokes a key that may do no more than whoever revokes it. It counts no more
    /// when this returns, and none of its sessions does.
    pub async fn revoke(&self, by: &Principal, id: u64) -> Result<(), KeysError> {
        let (book, by, root) = (self.book.clone(), by.clone(), self.root.clone());
        let revoked = tokio::task::spawn_blocking(move || book.revoke(&by, &root, id)).await;
        revoked.unwrap_or(Err(KeysError::Unwritable))
    }

    /// Takes the keys of an operator's plan in place of those before.
    pub fn take_managed(&self, keys: &[PlannedKey]) {
        let now = now();
        self.book.replace(|before| managed::ring(keys, before, now));
    }

    /// Follows the root key's file and what other processes write into the folder, and
    /// writes down now and then when keys were used.
    pub async fn follow(&self) {
        tokio::join!(self.root.follow(), self.look(), self.write_uses());
    }

    async fn look(&self) {
        loop {
            tokio::time::sleep(LOOK).await;
            let (book, sessions) = (self.book.clone(), self.sessions.clone());
            let looked = tokio::task::spawn_blocking(move || {
                book.look();
                sessions.look();
            });
            if let Err(error) = looked.await {
                tracing::error!(%error, "cannot look at what other processes wrote of keys");
            }
        }
    }

    async fn write_uses(&self) {
        loop {
            tokio::time::sleep(WRITE_USES).await;
            let book = self.book.clone();
            if let Err(error) = tokio::task::spawn_blocking(move || book.write_uses()).await {
                tracing::error!(%error, "cannot write down when keys were used");
            }
        }
    }
}

#[cfg(test)]
mod tests;
