//! The command as a user meets it.

mod config;
mod damage;
mod directory;
mod disk;
mod durability;
#[cfg(unix)]
mod kill;
mod nonfinite;
mod resume;
mod stored_run;
mod threads;
mod train;
mod usage;
mod verbs;
mod workshop;
