//! What Argo CD and Flux make of Davit's resources.

mod samples;
mod states;
mod tools;
mod verdicts;
