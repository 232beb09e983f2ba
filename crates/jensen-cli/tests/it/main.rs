//! The command as a user meets it.

mod config;
mod damage;
mod directory;
mod disk;
mod durability;
mod environments;
mod estimators;
mod formats;
#[cfg(unix)]
mod hmm;
mod kill;
mod mdn;
mod mixture;
mod mixture_messages;
mod nonfinite;
mod pairs;
mod plan;
mod resources;
mod resume;
mod signals;
mod stored_run;
mod surroundings;
mod tables;
mod threads;
mod train;
mod usage;
mod verbs;
mod weights;
mod workshop;
