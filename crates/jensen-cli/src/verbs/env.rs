//! `jensen env`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use jensen_control::Limits;
use jensen_control::environment::{Environment, Policy, Sampling, Simulation, Spec, Uniform, by_name, names};
use jensen_random::Rng;
use serde::Serialize;

use super::options::check_ending;
use crate::error::CliError;
use crate::output;
use crate::picture::{EventShape, Events, Intensity, Scene, grid};
use crate::view::write_scene;

/// Pictures of an episode after its start.
const SHOWN: usize = 6;

/// List the environments, or show what one looks like
#[derive(Debug, Args)]
pub struct Env {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// List the environments: their states, actions and pictures
    #[command(
        after_help = "Limits are those of the actions that planners use; dt is the seconds of a step, steps those of an \
                      episode; pictures are their number in an observation, rows and columns.\n\nExamples:\n  jensen env \
                      list\n  jensen env show cartpole -o cartpole.png\n  jensen collect --env cartpole -n 3000 -o \
                      cartpole.npz\n  jensen train --data 'env:planar?samples=5000&seed=1'"
    )]
    List {
        /// Prints one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Draw the goal, the start, and an episode of random actions
    #[command(after_help = "Example:\n  jensen env show cartpole --seed 3 --antialias -o cartpole.png")]
    Show {
        /// A name that `jensen env list` shows
        #[arg(value_name = "NAME")]
        name: String,
        /// What the start and the actions follow from
        #[arg(long, value_name = "S", default_value_t = 0)]
        seed: u64,
        /// Draws smooth edges; without it a pixel is black or white
        #[arg(long)]
        antialias: bool,
        /// The picture: .png or .svg
        #[arg(short, long, value_name = "FILE", default_value = "frame.png")]
        output: PathBuf,
    },
}

impl Env {
    /// Prints the list, or writes the picture and prints its name.
    ///
    /// # Errors
    /// If there is no such environment, or the picture cannot be written.
    pub fn run(&self) -> Result<(), CliError> {
        match &self.what {
            What::List { json } => list(*json),
            What::Show { name, seed, antialias, output } => {
                check_ending(output, &["png", "svg"])?;
                let sampling = if *antialias { Sampling::AntiAliased } else { Sampling::Centre };
                write_scene(output, &picture(name, *seed, sampling)?)?;
                output::line(output.display())
            }
        }
    }
}

/// The object that `env list --json` prints.
#[derive(Serialize)]
struct List<'a> {
    environments: Vec<Listed<'a>>,
}

/// What it says of an environment.
#[derive(Serialize)]
struct Listed<'a> {
    name: &'a str,
    description: &'a str,
    state: &'a [String],
    action_dim: usize,
    /// What a planner may use.
    action_low: &'a [f64],
    action_high: &'a [f64],
    seconds_per_step: f64,
    steps: usize,
    /// Frames, rows and columns.
    observation: [usize; 3],
}

impl<'a> Listed<'a> {
    fn of(spec: &'a Spec) -> Self {
        let Spec { name, description, state_names, control, dt, horizon, frames, height, width, .. } = spec;
        Self {
            name,
            description,
            state: state_names,
            action_dim: spec.action_dim(),
            action_low: control.low(),
            action_high: control.high(),
            seconds_per_step: *dt,
            steps: *horizon,
            observation: [*frames, *height, *width],
        }
    }
}

fn list(json: bool) -> Result<(), CliError> {
    let specs = names().map(|name| by_name(name).map(|task| task.spec().clone()));
    let specs: Vec<Spec> = specs.into_iter().collect::<Result<_, _>>()?;
    if json {
        return output::json(&List { environments: specs.iter().map(Listed::of).collect() });
    }
    let header = ["name", "state", "action", "limits", "dt", "steps", "pictures", ""].map(str::to_owned);
    let row = |spec: &Spec| {
        [
            spec.name.clone(),
            spec.state_dim().to_string(),
            spec.action_dim().to_string(),
            limits(&spec.control),
            spec.dt.to_string(),
            spec.horizon.to_string(),
            format!("{} × {} × {}", spec.frames, spec.height, spec.width),
            spec.description.clone(),
        ]
    };
    let rows: Vec<_> = std::iter::once(header).chain(specs.iter().map(row)).collect();
    output::line(output::columns(&rows))
}

/// `±3` where every number has these limits.
fn limits(limits: &Limits) -> String {
    let one = |(low, high): (&f64, &f64)| {
        if -low == *high { format!("±{high}") } else { format!("{low} to {high}") }
    };
    let mut each: Vec<String> = limits.low().iter().zip(limits.high()).map(one).collect();
    each.dedup();
    each.join(", ")
}

/// The goal, the start and moments of an episode of random actions.
fn picture(name: &str, seed: u64, sampling: Sampling) -> Result<Scene, CliError> {
    let mut simulation = Simulation::new(by_name(name)?).with_sampling(sampling);
    let spec = simulation.spec().clone();
    let rng = Rng::seed(seed).fork("show");
    let mut observation = vec![0; spec.observation_len()];

    let goal = simulation.task().objective().goal.clone();
    simulation.task().observe(&goal, &goal, sampling, &mut observation);
    let mut captions = vec!["goal".to_owned(), "start".to_owned()];
    let mut shown = vec![observation.clone()];
    simulation.reset(rng)?;
    simulation.observe(&mut observation)?;
    shown.push(observation.clone());
    let moments: Vec<usize> = (1..=SHOWN).map(|k| k * spec.horizon / SHOWN).collect();
    let (mut cost, mut in_goal) = (0.0, Vec::new());
    for t in 0..spec.horizon {
        let action = Uniform.act(&spec, simulation.state()?, rng.fork("policy").at(t as u64))?;
        let step = simulation.step(&action)?;
        cost += step.cost;
        in_goal.push(step.in_goal);
        if moments.contains(&(t + 1)) {
            simulation.observe(&mut observation)?;
            shown.push(observation.clone());
            captions.push(format!("step {}", t + 1));
        }
    }
    let ended = if simulation.spec().success.met(&in_goal) { "a success" } else { "no success" };
    let note = format!(
        "{} steps of random actions, seed {seed}: cost {}, {ended}",
        spec.horizon,
        output::number(cost)
    );

    // A row for each picture of an observation.
    let size = spec.height * spec.width;
    let rows: &[&str] = if spec.frames == 1 { &[] } else { &["before", "now"] };
    let frames = (0..spec.frames).flat_map(|frame| shown.iter().map(move |one| &one[frame * size..][..size]));
    let pixels: Vec<f32> = frames.flatten().map(|&pixel| f32::from(pixel)).collect();
    let shape = EventShape::Grey { height: spec.height, width: spec.width };
    let title = format!("{name}: {}", spec.description);
    let intensity = Intensity::Fixed { low: 0.0, high: 255.0 };
    Ok(grid::captioned([&title, &note], rows, &captions, &Events::new(&pixels, shape)?, intensity))
}
