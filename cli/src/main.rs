//! The program `davit`.

use std::process::ExitCode;

fn main() -> ExitCode {
    davit::run()
}
