//! What `davit dev` sees of a change, and what it says.

mod builds;
mod resources;
mod says;
mod watches;
