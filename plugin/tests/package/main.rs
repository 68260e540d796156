//! Packages from end to end: real archives, real folders.

mod arena;
mod bombs;
mod case;
mod hostile;
mod hostile_tar;
mod hostile_zip;
mod layouts;
mod packing;
mod properties;
mod raw_tar;
mod raw_zip;
mod unpacking;
