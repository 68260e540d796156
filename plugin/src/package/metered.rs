//! A reader that stops at a bound and remembers why it stopped: behind a decoder every
//! error looks like damage.

use std::cell::{Cell, RefCell};
use std::io::{self, Read, Seek, SeekFrom};
use std::rc::Rc;

/// The controls of a [`Metered`] reader.
#[derive(Debug, Clone, Default)]
pub(super) struct Meter(Rc<State>);

#[derive(Debug, Default)]
struct State {
    left: Cell<u64>,
    exceeded: Cell<bool>,
    failure: RefCell<Option<io::Error>>,
}

impl Meter {
    /// Lets `bytes` more through, instead of what was left.
    pub(super) fn allow(&self, bytes: u64) {
        self.0.left.set(bytes);
    }

    /// Whether more was asked for than allowed.
    pub(super) fn exceeded(&self) -> bool {
        self.0.exceeded.get()
    }

    /// What the source itself failed with, if it did.
    pub(super) fn failure(&self) -> Option<io::Error> {
        self.0.failure.take()
    }
}

/// `inner`, within what its [`Meter`] allows.
#[derive(Debug)]
pub(super) struct Metered<R> {
    inner: R,
    meter: Meter,
}

impl<R> Metered<R> {
    /// `inner`, of which `bytes` may be read.
    pub(super) fn new(inner: R, bytes: u64) -> (Self, Meter) {
        let meter = Meter::default();
        meter.allow(bytes);
        (Self { inner, meter: meter.clone() }, meter)
    }

    fn noted<T>(&self, result: io::Result<T>) -> io::Result<T> {
        result.inspect_err(|error| {
            if error.kind() != io::ErrorKind::Interrupted {
                self.meter.0.failure.replace(Some(io::Error::new(error.kind(), error.to_string())));
            }
        })
    }
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let left = self.meter.0.left.get();
        // One byte more than allowed tells the end of the source from the bound.
        let most = usize::try_from(left.saturating_add(1)).map_or(into.len(), |most| most.min(into.len()));
        let result = self.inner.read(&mut into[..most]);
        let read = self.noted(result)?;
        let Some(left) = left.checked_sub(read as u64) else {
            self.meter.0.exceeded.set(true);
            return Err(io::Error::other("more bytes than allowed"));
        };
        self.meter.0.left.set(left);
        Ok(read)
    }
}

impl<R: Seek> Seek for Metered<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.inner.seek(to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lets_through_what_is_allowed_and_no_more() {
        let (mut exact, meter) = Metered::new(&b"1234"[..], 4);
        assert_eq!(io::read_to_string(&mut exact).unwrap(), "1234");
        assert!(!meter.exceeded());
        let (mut over, meter) = Metered::new(&b"12345"[..], 4);
        assert!(io::read_to_string(&mut over).is_err() && meter.exceeded());
    }
}
