//! Where and with what the result came about.

use std::path::Path;
use std::process::Command;

use crate::error::BenchError;
use crate::place::Place;
use crate::proc::running;

/// Names with their values, in the order in which they are printed.
pub(crate) type Facts = Vec<(&'static str, String)>;

/// Asks the machine and the programs.
pub(crate) fn facts(place: &Place) -> Result<Facts, BenchError> {
    let bun = place.bun()?;
    let davit = place.program("davit-runtime")?;
    let root = place.root.display().to_string();
    let commit = first_line("git", &["-C", &root, "describe", "--always", "--dirty"]);
    let build =
        if cfg!(debug_assertions) { "debug build: the numbers mean nothing" } else { "release build" };
    Ok(vec![
        ("Date", first_line("date", &["-u", "+%Y-%m-%d %H:%M UTC"])),
        ("CPU", cpu()?),
        ("Memory", field("/proc/meminfo", "MemTotal:")?),
        ("Kernel", first_line("uname", &["-srm"])),
        (
            "Davit",
            format!("{} ({commit}), {build}", first_line(&davit.display().to_string(), &["--version"])),
        ),
        ("Bun", first_line(&bun.display().to_string(), &["--version"])),
        ("Other Bun processes", format!("{} (each lowers the PSS of Davit's workers)", running(&bun)?)),
        ("Hono", hono(place)?),
        ("Rust", first_line("rustc", &["--version"])),
        ("wrk", first_line("wrk", &["--version"])),
    ])
}

/// The first line that a program prints; "unknown" if it cannot be started.
fn first_line(program: &str, args: &[&str]) -> String {
    let printed = Command::new(program).args(args).output().map(|done| [done.stdout, done.stderr].concat());
    let text = printed.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    text.lines().next().map_or_else(|| "unknown".to_owned(), |line| line.trim().to_owned())
}

fn cpu() -> Result<String, BenchError> {
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    Ok(format!("{}, {cores} cores", field("/proc/cpuinfo", "model name")?))
}

fn field(file: &str, name: &str) -> Result<String, BenchError> {
    let text = std::fs::read_to_string(file).map_err(BenchError::io(format!("read {file}")))?;
    let value = text.lines().find_map(|line| line.strip_prefix(name));
    Ok(value.map_or_else(|| "unknown".to_owned(), |value| value.trim_matches([' ', '\t', ':']).to_owned()))
}

fn hono(place: &Place) -> Result<String, BenchError> {
    let path = place.root.join(Path::new("node_modules/hono/package.json"));
    let text = std::fs::read(&path).map_err(BenchError::io(format!("read {}", path.display())))?;
    let package: serde_json::Value = serde_json::from_slice(&text).unwrap_or_default();
    Ok(package["version"].as_str().unwrap_or("unknown").to_owned())
}
