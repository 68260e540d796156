//! CPU and memory of a server's processes, the runtime and its workers apart.

use std::time::Duration;

use crate::error::BenchError;
use crate::proc::{Memory, cpu_time};
use crate::process::Process;

/// A server that serves by itself, and the workers that it has started, if any.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Parts<T> {
    /// The process that has the port.
    pub(crate) server: T,
    /// The sum of its workers; none without workers.
    pub(crate) workers: Option<T>,
}

impl<T> Parts<T> {
    /// Both halves by the same function.
    pub(crate) fn map<U>(self, mut change: impl FnMut(T) -> U) -> Parts<U> {
        Parts { server: change(self.server), workers: self.workers.map(change) }
    }
}

impl Parts<Duration> {
    /// CPU time so far.
    pub(crate) fn cpu(process: &Process) -> Result<Self, BenchError> {
        let workers = process.workers()?;
        let times: Vec<Duration> = workers.iter().map(|&pid| cpu_time(pid)).collect::<Result<_, _>>()?;
        Ok(Self {
            server: cpu_time(process.pid())?,
            workers: (!times.is_empty()).then(|| times.iter().sum()),
        })
    }

    /// What was used since `before`, which has the same processes.
    pub(crate) fn since(self, before: Self) -> Self {
        let workers = self.workers.zip(before.workers).map(|(now, then)| now.saturating_sub(then));
        Self { server: self.server.saturating_sub(before.server), workers }
    }
}

impl Parts<Memory> {
    /// Memory now.
    pub(crate) fn memory(process: &Process) -> Result<Self, BenchError> {
        let workers = process.workers()?;
        let sum = Memory::of_all(&workers)?;
        Ok(Self { server: Memory::of(process.pid())?, workers: (!workers.is_empty()).then_some(sum) })
    }
}
