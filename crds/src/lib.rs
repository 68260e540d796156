//! The two resources.
