//! One child process of the suite.

use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::JoinHandle;

use rustix::process::{Pid, Signal, kill_process};

use crate::logs::Logs;
use crate::wait::until;

/// A running program. Dropping it ends this very process at once; what it
/// printed is shown if the test has failed.
#[derive(Debug)]
pub struct Process {
    child: Child,
    logs: Logs,
    followers: [JoinHandle<()>; 2],
}

impl Process {
    /// Starts the command and follows what it prints.
    pub fn start(mut command: Command) -> Self {
        let command = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|error| panic!("cannot start {command:?}: {error}"));
        let logs = Logs::default();
        let stdout = logs.follow(child.stdout.take().expect("stdout is piped"));
        let stderr = logs.follow(child.stderr.take().expect("stderr is piped"));
        Self { child, logs, followers: [stdout, stderr] }
    }

    /// The process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What it has printed.
    pub fn logs(&self) -> &Logs {
        &self.logs
    }

    /// Sends a signal. The process is a child that nobody has waited for yet, so
    /// its id is its own.
    pub fn signal(&self, signal: Signal) {
        let _already_gone = kill_process(to_pid(self.pid()), signal);
    }

    /// How it ended, if it has.
    pub fn exited(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("it is a child of ours")
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
        let _already_gone = self.child.kill();
        let _reaped = self.child.wait();
        if std::thread::panicking() {
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
