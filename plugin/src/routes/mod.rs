//! Which requests belong to a plugin and which of them are public.

pub mod path;
mod pattern;
mod public;

pub use path::NormalPath;
pub use pattern::{InvalidPattern, check as check_pattern};
pub use public::{InvalidMethod, MAX_PATTERNS, Methods, PublicRoutes};
