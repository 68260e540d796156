//! The suite: what Davit promises, held against real processes.

mod access;
mod admin;
mod admin_contract;
mod assets;
mod browser;
mod chart;
mod cluster;
mod contract;
mod data;
mod dev;
mod directories;
mod endurance;
mod environment;
mod exclusive;
mod faults;
mod gitops;
mod guide;
mod images;
mod life;
mod lifecycle;
mod npm;
mod observe;
mod rows;
mod serving;
mod streaming;
mod swap;
