//! One bad plugin harms itself and nobody else: each fault has its reason, what
//! served before serves on, and a healthy neighbour notices nothing.

mod among_plugins;
mod code;
mod manifest;
mod patient;
mod retries;
mod today;
mod unreadable;
mod worker;

use patient::Fault;
