//! What ends a process of the suite when the suite itself ends, be it killed.

use std::io::BufRead;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A shell that starts the command, tells its process id in the first line of
/// stdout, and leaves with its exit code. It kills the command, and nothing
/// else, once its own stdin closes: the suite holds the other end.
const SCRIPT: &str = r#"
exec 3<&0
sh -c 'echo $$; exec "$@"' start "$@" </dev/null 3<&- &
child=$!
{ read -r _; kill -KILL "$child"; } <&3 3<&- >/dev/null 2>&1 &
watch=$!
exec 3<&- >/dev/null 2>&1
wait "$child"
status=$?
kill -KILL "$watch"
exit "$status"
"#;

/// Removes a folder once its own stdin closes. What has just been killed may
/// still be writing, hence more than one try.
const SWEEP: &str = r#"read -r _; for _ in 1 2 3 4 5; do rm -rf -- "$1" && exit; done"#;

/// A command that runs `program` under guard. Arguments that are added are the
/// program's.
pub(super) fn command(program: &Path) -> Command {
    let mut command = Command::new("/bin/sh");
    command.args(["-c", SCRIPT, "guard"]).arg(program);
    command
}

/// Reads the process id that a guard tells.
pub(super) fn told_pid(stdout: &mut impl BufRead) -> u32 {
    let mut line = String::new();
    let _unreadable_is_empty = stdout.read_line(&mut line);
    line.trim_end().parse().unwrap_or_else(|_| panic!("the guard told no process id but {line:?}"))
}

/// Has a folder removed when the returned child is dropped with its stdin, or
/// the suite ends.
pub fn remove_at_the_end(folder: &Path) -> Child {
    let mut sweeper = Command::new("/bin/sh");
    sweeper.args(["-c", SWEEP, "sweep"]).arg(folder).stdin(Stdio::piped());
    sweeper.spawn().expect("a shell can be started")
}
