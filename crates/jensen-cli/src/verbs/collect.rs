//! `jensen collect`.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use jensen_control::environment::process::Deadlines;
use jensen_data::Writer;

use super::options::{at_least_one, check_ending};
use crate::environment::{Collection, PolicyKind};
use crate::error::CliError;
use crate::output;
use crate::progress::counter_of;
use crate::session::Session;

/// What an environment that is another process begins with.
const PROCESS: &str = "process:";

/// The longest deadline in seconds: a day.
const LONGEST: f64 = 86_400.0;

/// Collect triples of an observation, an action and the observation after it in an environment
#[derive(Debug, Args)]
#[command(
    after_help = "The file holds the arrays x and next_observation [n, frames, height, width] of bytes, action [n, m], \
                  state and next_state [n, k]: action i moved state i to next_state i, and x i to next_observation i. \
                  Models read x, action and next_observation. Of a process without pictures the states are \
                  observed.\n\nWithout a file: `--data 'env:NAME?samples=N&seed=S&noise=Σ&policy=P'` of other verbs is \
                  the same data.\n\nExamples:\n  jensen collect --env planar -n 5000 --seed 1 -o planar.npz\n  jensen \
                  collect --env cartpole -n 3000 --policy random --noise 0.01 -o cartpole.npz\n  jensen collect --env \
                  'process: python3 gymnasium_bridge.py Pendulum-v1 --picture 48 48' -n 1000 -o gym.npz"
)]
pub struct Collect {
    /// A name that `jensen env list` shows, or `process: COMMAND` for a program that speaks the protocol
    #[arg(long, value_name = "NAME")]
    env: String,
    /// How many triples
    #[arg(short, value_name = "N", value_parser = at_least_one, allow_negative_numbers = true)]
    n: NonZeroUsize,
    /// Who acts [default: task; in a process: random]
    #[arg(long, value_enum, value_name = "task|random")]
    policy: Option<PolicyKind>,
    /// The standard deviation of normal noise on every number of the state after every step [default: 0]
    #[arg(long, value_name = "Σ", allow_negative_numbers = true)]
    noise: Option<f64>,
    /// Seconds that a process may take to start, and for each answer [default: 60, and 10]
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true)]
    deadline: Option<f64>,
    /// What every draw follows from
    #[arg(long, value_name = "S", default_value_t = 0)]
    seed: u64,
    /// The file: .npz
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
}

impl Collect {
    /// Writes the file and prints its name.
    ///
    /// # Errors
    /// If there is no such environment, it cannot go on, or the file cannot be written.
    pub fn run(&self, session: &Session) -> Result<(), CliError> {
        check_ending(&self.output, &["npz"])?;
        let collection = self.collection()?;
        let n = self.n.get();
        if collection.bytes(n).is_none() {
            return Err(CliError::TooLarge {
                message: format!("{n} triples take more bytes than can be counted"),
                help: "give a smaller `-n`".to_owned(),
            });
        }
        let bar = counter_of(session, n, "triples");
        let mut begun: Option<Writer> = None;
        collection.for_each_part(n, |fields| {
            let writer = match &mut begun {
                Some(writer) => writer,
                None => {
                    let specs: Vec<_> = fields.iter().map(|field| field.spec().clone()).collect();
                    begun.insert(Writer::create(&self.output, &specs, n)?)
                }
            };
            writer.append(&fields)?;
            bar.inc(fields.first().map_or(0, jensen_data::Field::rows) as u64);
            Ok(())
        })?;
        bar.finish_and_clear();
        if let Some(writer) = begun {
            writer.finish()?;
        }
        output::line(self.output.display())
    }

    fn collection(&self) -> Result<Collection, CliError> {
        let refused = |option, why: &str| {
            Err(CliError::usage(format!("`{option}` is no option of `--env {}`", self.env), why))
        };
        let Some(command) = self.env.strip_prefix(PROCESS) else {
            if self.deadline.is_some() {
                return refused("--deadline", "leave it out: what is simulated here is never late");
            }
            let policy = self.policy.unwrap_or(PolicyKind::Task);
            return Collection::of_task(&self.env, policy, self.noise.unwrap_or(0.0), self.seed);
        };
        if self.policy == Some(PolicyKind::Task) {
            return refused("--policy task", "leave it out: only the tasks that are built in have such data");
        }
        if self.noise.is_some() {
            return refused("--noise", "leave it out: a process makes its own noise");
        }
        Collection::of_process(command, self.deadlines()?, self.seed)
    }

    fn deadlines(&self) -> Result<Deadlines, CliError> {
        match self.deadline {
            None => Ok(Deadlines::default()),
            Some(seconds) if seconds > 0.0 && seconds <= LONGEST => {
                let deadline = Duration::from_secs_f64(seconds);
                Ok(Deadlines { start: deadline, answer: deadline })
            }
            Some(seconds) => Err(CliError::usage(
                format!("`--deadline` is {seconds}, but must be a number above 0, up to {LONGEST}"),
                "10 seconds are enough for most",
            )),
        }
    }
}
