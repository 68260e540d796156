//! What `davit dev` sees of a change, and what it says.

mod builds;
mod says;
mod watches;
