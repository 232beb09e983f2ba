//! What is collected in an environment, as fields of a data set.

use jensen_control::environment::process::{Deadlines, Process};
use jensen_control::environment::{
    Environment, Episodes, Sampling, Simulation, Spec, Task, Triples, Uniform, by_name, sample_triples_at,
};
use jensen_data::{Array, DataError, Field, Role};
use jensen_random::Rng;

use crate::error::CliError;

/// Triples that are collected at once, at most, and the bytes that they may take.
const PART: usize = 256;
const PART_BYTES: u64 = 8 << 20;

/// Who acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum PolicyKind {
    /// Independent states and actions, drawn as the task's papers draw what they learn from
    Task,
    /// Random actions within the limits, step after step, in episodes from start to end
    Random,
}

impl PolicyKind {
    /// The name by which it is asked for.
    pub fn name(self) -> &'static str {
        match self {
            Self::Task => "task",
            Self::Random => "random",
        }
    }
}

/// An environment, who acts in it, and with which draws: the same collection of a task is the same bits.
pub struct Collection {
    system: System,
    rng: Rng<'static>,
}

enum System {
    Sampled { task: Box<dyn Task>, noise: f64 },
    Simulated(Simulation),
    Process(Box<Process>),
}

impl Collection {
    /// Of a task, with noise of a standard deviation at every step.
    ///
    /// # Errors
    /// If no task has this name, or the noise is negative or not finite.
    pub fn of_task(name: &str, policy: PolicyKind, noise: f64, seed: u64) -> Result<Self, CliError> {
        let task = by_name(name)?;
        // Checks the noise, whoever acts.
        let simulation = Simulation::new(by_name(name)?).with_noise(noise)?;
        let system = match policy {
            PolicyKind::Task => System::Sampled { task, noise },
            PolicyKind::Random => System::Simulated(simulation),
        };
        Ok(Self { system, rng: Rng::seed(seed).fork("collect") })
    }

    /// Of another process, by its command line, with random actions.
    ///
    /// # Errors
    /// If the command line is none, or the process does not start as an environment.
    pub fn of_process(command: &str, deadlines: Deadlines, seed: u64) -> Result<Self, CliError> {
        let words = shlex::split(command).unwrap_or_default();
        let Some((program, arguments)) = words.split_first() else {
            return Err(CliError::usage(
                format!("`{command}` is no command line: it is empty, or a quote in it does not end"),
                "give a program and its arguments: --env 'process: python3 bridge.py Pendulum-v1'",
            ));
        };
        let process = Process::start(program, arguments, deadlines)?;
        Ok(Self { system: System::Process(Box::new(process)), rng: Rng::seed(seed).fork("collect") })
    }

    fn spec(&self) -> &Spec {
        match &self.system {
            System::Sampled { task, .. } => task.spec(),
            System::Simulated(simulation) => simulation.spec(),
            System::Process(process) => process.spec(),
        }
    }

    /// The bytes of so many triples, if they can be counted.
    pub fn bytes(&self, count: usize) -> Option<u64> {
        self.row_bytes().checked_mul(count as u64)
    }

    fn row_bytes(&self) -> u64 {
        let spec = self.spec();
        let numbers = 2 * spec.state_dim() + spec.action_dim();
        let observed = if spec.frames == 0 { 2 * spec.state_dim() } else { 0 };
        (2 * spec.observation_len() + size_of::<f64>() * (numbers + observed)) as u64
    }

    /// Collects triples and hands them over, some at a time, in bounded memory.
    ///
    /// # Errors
    /// If the environment cannot go on, or `visit` fails.
    pub fn for_each_part(
        self,
        count: usize,
        visit: impl FnMut(Vec<Field>) -> Result<(), CliError>,
    ) -> Result<(), CliError> {
        let part = (PART_BYTES / self.row_bytes()).clamp(1, PART as u64) as usize;
        self.collect(count, part, visit)
    }

    /// Collects triples into memory.
    ///
    /// # Errors
    /// If the environment cannot go on.
    pub fn whole(self, count: usize) -> Result<Vec<Field>, CliError> {
        let mut whole = Vec::new();
        self.collect(count, count, |fields| {
            whole = fields;
            Ok(())
        })?;
        Ok(whole)
    }

    fn collect(
        self,
        count: usize,
        part: usize,
        mut visit: impl FnMut(Vec<Field>) -> Result<(), CliError>,
    ) -> Result<(), CliError> {
        let parts = (0..count).step_by(part).map(|first| first..count.min(first + part));
        let spec = self.spec().clone();
        let mut visit = |triples| visit(fields(&spec, triples)?);
        let mut environment: Box<dyn Environment> = match self.system {
            System::Sampled { task, noise } => {
                for rows in parts {
                    visit(sample_triples_at(&*task, rows, noise, Sampling::Centre, self.rng)?)?;
                }
                return Ok(());
            }
            System::Simulated(simulation) => Box::new(simulation),
            System::Process(process) => process,
        };
        let mut policy = Uniform;
        let mut episodes = Episodes::new(&mut *environment, &mut policy, self.rng);
        for rows in parts {
            visit(episodes.triples(rows.len())?)?;
        }
        Ok(())
    }
}

/// `x`, `action`, `next_observation`, `state` and `next_state`: where there are no pictures, states are observed.
fn fields(spec: &Spec, triples: Triples) -> Result<Vec<Field>, DataError> {
    let Triples { images, actions, next_images, states, next_states, .. } = triples;
    let n = vec![spec.state_dim()];
    let observed = |images: Vec<u8>, states: &Vec<f64>| match spec.frames {
        0 => (n.clone(), Array::F64(states.clone())),
        frames => (vec![frames, spec.height, spec.width], Array::U8(images)),
    };
    let (shape, x) = observed(images, &states);
    let (next_shape, next) = observed(next_images, &next_states);
    // A state has no role of its own; files hold none.
    Ok(vec![
        Field::new("x", Role::Observation, shape, x)?,
        Field::new("action", Role::Action, vec![spec.action_dim()], Array::F64(actions))?,
        Field::new("next_observation", Role::NextObservation, next_shape, next)?,
        Field::new("state", Role::Condition, n.clone(), Array::F64(states))?,
        Field::new("next_state", Role::Condition, n, Array::F64(next_states))?,
    ])
}
