//! One child process of the suite.

mod guard;

use std::io::BufReader;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::thread::JoinHandle;

use rustix::process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open, pidfd_send_signal};

use crate::logs::Logs;
use crate::wait::{POLL, until};

pub use guard::remove_at_the_end;

/// A program about to be started. It ends with the suite at the latest, however
/// the suite ends.
#[derive(Debug)]
pub struct Program {
    command: Command,
    quiet: bool,
}

impl Program {
    /// The program at this path.
    pub fn new(path: &Path) -> Self {
        Self { command: guard::command(path), quiet: false }
    }

    /// Its arguments, environment and working folder.
    pub fn command(&mut self) -> &mut Command {
        &mut self.command
    }

    /// Does not show what it printed when a test fails: somebody else does.
    #[must_use]
    pub fn quiet(mut self) -> Self {
        self.quiet = true;
        self
    }

    /// Starts it and follows what it prints.
    pub fn start(self) -> Process {
        let Self { mut command, quiet } = self;
        let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut guard = piped.spawn().unwrap_or_else(|error| panic!("cannot start {command:?}: {error}"));
        let logs = Logs::default();
        let mut stdout = BufReader::new(guard.stdout.take().expect("stdout is piped"));
        let target = Target::new(guard::told_pid(&mut stdout));
        let stdout = logs.follow(stdout);
        let stderr = logs.follow(guard.stderr.take().expect("stderr is piped"));
        Process { guard, target, logs, followers: [stdout, stderr], quiet }
    }
}

/// A running program. Dropping it ends this very process at once; what it
/// printed is shown if the test has failed.
#[derive(Debug)]
pub struct Process {
    guard: Child,
    target: Target,
    logs: Logs,
    followers: [JoinHandle<()>; 2],
    quiet: bool,
}

/// What signals are sent to: this very process, never another one that has got
/// its id later.
#[derive(Debug, Clone)]
pub struct Target {
    pid: u32,
    /// None if the process had ended before it could be named.
    handle: Option<Arc<OwnedFd>>,
}

impl Target {
    fn new(pid: u32) -> Self {
        Self { pid, handle: pidfd_open(to_pid(pid), PidfdFlags::empty()).ok().map(Arc::new) }
    }

    /// The process id.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// Sends a signal, unless the process has ended.
    pub fn signal(&self, signal: Signal) {
        if let Some(handle) = &self.handle {
            let _already_gone = pidfd_send_signal(handle, signal);
        }
    }
}

impl Process {
    /// The process id.
    pub fn pid(&self) -> u32 {
        self.target.pid
    }

    /// What signals are sent to.
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// What it has printed.
    pub fn logs(&self) -> &Logs {
        &self.logs
    }

    /// Sends a signal.
    pub fn signal(&self, signal: Signal) {
        self.target.signal(signal);
    }

    /// How it ended, if it has. A process that a signal ended has 128 and the
    /// signal's number as its exit code.
    pub fn exited(&mut self) -> Option<ExitStatus> {
        self.guard.try_wait().expect("it is a child of ours")
    }

    /// Waits for the process's end, however long it takes. May be given up and
    /// called again.
    pub async fn ended_by_itself(&mut self) -> ExitStatus {
        loop {
            if let Some(status) = self.exited() {
                return status;
            }
            tokio::time::sleep(POLL).await;
        }
    }

    /// Waits for the process's end, and for the last of what it printed.
    pub async fn ended(&mut self) -> ExitStatus {
        let status = until("the end of the process", async || self.exited()).await;
        let read = async || self.followers.iter().all(JoinHandle::is_finished).then_some(());
        until("the end of what the process printed", read).await;
        status
    }
}

impl Drop for Process {
    #[allow(clippy::print_stderr, reason = "cargo shows it with the test that failed")]
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        let _reaped = self.guard.wait();
        if std::thread::panicking() && !self.quiet {
            eprintln!("---- what process {} printed ----\n{}\n----", self.pid(), self.logs.text());
        }
    }
}

/// Sends a signal to a process that a server reports as its own worker.
pub fn signal_worker(pid: u32, signal: Signal) {
    kill_process(to_pid(pid), signal).unwrap_or_else(|error| panic!("cannot signal {pid}: {error}"));
}

/// Whether a process of this id is there and is not merely waiting to be reaped.
pub fn is_alive(pid: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // Behind the name in parentheses stands the state (proc(5)).
    stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with(['Z', 'X']))
}

fn to_pid(pid: u32) -> Pid {
    i32::try_from(pid).ok().and_then(Pid::from_raw).expect("a process id is positive")
}
