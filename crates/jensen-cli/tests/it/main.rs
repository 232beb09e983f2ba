//! The command as a user meets it.

mod config;
mod directory;
mod resume;
mod train;
mod usage;
mod verbs;
mod workshop;
