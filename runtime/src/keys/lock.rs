//! One at a time changes what several processes keep in the same folder: replicas on one
//! volume, or an old and a new process while one takes over from the other.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::thread;
use std::time::{Duration, Instant};

use crate::directories::DavitFolder;

const NAME: &str = "keys.lock";
/// How long it is waited for: a change takes milliseconds.
const LONGEST: Duration = Duration::from_secs(5);
/// How often it is tried.
const AGAIN: Duration = Duration::from_millis(10);

/// Held until it is dropped, or the process ends in whatever way.
#[derive(Debug)]
pub(super) struct Lock(#[expect(dead_code, reason = "closing it unlocks it")] File);

/// Waits until nobody else holds it. Blocks.
pub(super) fn take(folder: &DavitFolder) -> io::Result<Lock> {
    let path = folder.make()?.join(NAME);
    let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path)?;
    let end = Instant::now() + LONGEST;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(Lock(file)),
            Err(TryLockError::WouldBlock) if Instant::now() < end => thread::sleep(AGAIN),
            Err(TryLockError::WouldBlock) => {
                let message = format!("another process has held {NAME} for {} s", LONGEST.as_secs());
                return Err(io::Error::new(io::ErrorKind::TimedOut, message));
            }
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
}
