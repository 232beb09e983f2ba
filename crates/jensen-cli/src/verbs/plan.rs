//! `jensen plan`.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, ValueEnum};
use jensen_control::environment::{Sampling, Task, by_name};
use jensen_control::{ClosedLoop, Episode, Method, Replanning, Summary};
use jensen_random::Rng;
use serde::Serialize;

use super::options::{at_least_one, check_ending};
use crate::error::CliError;
use crate::output;
use crate::picture::animation::Animation;
use crate::picture::plot;
use crate::progress::counter_of;
use crate::session::Session;
use crate::view::write_scene;

/// Rows that a picture of the animation has at least.
const LEAST_HEIGHT: usize = 240;
/// The shortest and the longest time of a picture, in hundredths of a second.
const DELAYS: [f64; 2] = [2.0, 10.0];
/// Steps of the longest plan: a thousand times those of an episode.
const MOST_STEPS: usize = 100_000;
/// Starts that are searched from at most.
const MOST_RESTARTS: usize = 10_000;
/// Episodes whose first search is drawn.
const DRAWN: usize = 20;

/// Plan in an environment, and say how it goes on the true dynamics
#[derive(Debug, Args)]
#[command(
    after_help = "A plan is followed with its feedback until it is used up; with --mpc a new one is made in every state, from \
                  what the last one has left. Costs are the true ones of docs/environments.md; what plans are made for may \
                  differ from them: docs/control.md.\n\nExamples:\n  jensen plan --env cartpole-swingup --episodes 20 \
                  --json\n  jensen plan --env pendulum-swingup --gif pendulum.gif --plot convergence.svg\n  jensen plan \
                  --env planar --planner ilqg --mpc --horizon 15 --noise 0.5 --episodes 20"
)]
pub struct Plan {
    /// A name that `jensen env list` shows
    #[arg(long, value_name = "NAME")]
    env: String,
    /// Who plans
    #[arg(long, value_enum, value_name = "lqr|ilqr|ilqg|cem|mppi", default_value = "ilqr")]
    planner: PlannerKind,
    /// Steps of a plan [default: those of an episode]
    #[arg(long, value_name = "N", value_parser = at_least_one, allow_negative_numbers = true)]
    horizon: Option<NonZeroUsize>,
    /// Random actions from which the first plan is searched too; the best wins [default: 0]
    #[arg(long, value_name = "N")]
    restarts: Option<usize>,
    /// Plans anew in every state
    #[arg(long)]
    mpc: bool,
    /// The standard deviation of normal noise on every number of the state after every step
    #[arg(long, value_name = "Σ", default_value_t = 0.0, allow_negative_numbers = true)]
    noise: f64,
    /// How many episodes, each from a start of its own
    #[arg(long, value_name = "N", default_value = "1", value_parser = at_least_one, allow_negative_numbers = true)]
    episodes: NonZeroUsize,
    /// What starts, noise and draws follow from
    #[arg(long, value_name = "S", default_value_t = 0)]
    seed: u64,
    /// Prints one JSON object
    #[arg(long)]
    json: bool,
    /// Writes the first episode as an animation: .gif
    #[arg(long, value_name = "FILE")]
    gif: Option<PathBuf>,
    /// Draws how the first search of each episode converged: .png or .svg
    #[arg(long, value_name = "FILE")]
    plot: Option<PathBuf>,
}

/// Who plans.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum PlannerKind {
    /// The regulator of the system as it is near the goal
    Lqr,
    /// Iterated regulators along a trajectory, within limits
    Ilqr,
    /// As ilqr, and aware of the noise
    Ilqg,
    /// The cross-entropy method
    Cem,
    /// Path integrals
    Mppi,
}

impl PlannerKind {
    fn method(self, task: &dyn Task, restarts: Option<usize>) -> Result<Method, CliError> {
        let limits = &task.spec().control;
        match (self, restarts) {
            (Self::Ilqr, _) => Ok(Method::ilqr(restarts.unwrap_or(0))),
            (Self::Ilqg, _) => Ok(Method::ilqg(restarts.unwrap_or(0))),
            (_, Some(_)) => Err(CliError::usage(
                format!("`--restarts` is no option of `--planner {}`", self.name()),
                "leave it out: only ilqr and ilqg start anew",
            )),
            (Self::Lqr, _) => Ok(Method::Lqr),
            (Self::Cem, _) => Ok(Method::cem(limits)),
            (Self::Mppi, _) => Ok(Method::mppi(limits)),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Lqr => "lqr",
            Self::Ilqr => "ilqr",
            Self::Ilqg => "ilqg",
            Self::Cem => "cem",
            Self::Mppi => "mppi",
        }
    }
}

/// The object that `--json` prints.
#[derive(Serialize)]
struct Outcome<'a> {
    environment: &'a str,
    planner: &'static str,
    mpc: bool,
    horizon: usize,
    noise: f64,
    seed: u64,
    episodes: usize,
    success_rate: f64,
    success_stderr: f64,
    share_in_goal: f64,
    cost_mean: f64,
    /// None of a single episode.
    cost_std: Option<f64>,
    cost_stderr: Option<f64>,
    plan_ms: f64,
    plan_ms_per_step: f64,
    /// Of a plan.
    iterations: f64,
}

impl Plan {
    /// Writes the pictures that are asked for, and prints what the episodes show together.
    ///
    /// # Errors
    /// If there is no such environment, an option is none, there is no plan, or a file cannot be written.
    pub fn run(&self, session: &Session) -> Result<(), CliError> {
        for (path, endings) in [(&self.gif, &["gif"][..]), (&self.plot, &["png", "svg"])] {
            if let Some(path) = path {
                check_ending(path, endings)?;
            }
        }
        let task: Arc<dyn Task> = by_name(&self.env)?.into();
        let replanning = if self.mpc { Replanning::EveryStep } else { Replanning::WhenUsedUp };
        let horizon = self.horizon.map_or(task.spec().horizon, NonZeroUsize::get);
        at_most("--horizon", horizon, MOST_STEPS)?;
        at_most("--restarts", self.restarts.unwrap_or(0), MOST_RESTARTS)?;
        let method = self.planner.method(&*task, self.restarts)?;
        let control = ClosedLoop { method, replanning, horizon, noise: self.noise };
        let rng = Rng::seed(self.seed).fork("plan");
        let bar = counter_of(session, self.episodes.get(), "episodes");
        let episodes: Vec<Episode> = (0..self.episodes.get() as u64)
            .map(|episode| {
                let episode = control.episode(&task, rng.at(episode))?;
                bar.inc(1);
                Ok(episode)
            })
            .collect::<Result<_, CliError>>()?;
        bar.finish_and_clear();
        if let Some(path) = &self.gif {
            let animation = animation(&*task, &episodes[0]);
            jensen_data::replace_file(path, |file| animation.write(file))
                .map_err(CliError::file("write", path))?;
        }
        if let Some(path) = &self.plot {
            write_scene(path, &self.convergence(&episodes)?)?;
        }
        self.tell(&control, &Summary::of(&episodes))
    }

    fn tell(&self, control: &ClosedLoop, summary: &Summary) -> Result<(), CliError> {
        let Summary { episodes, success_rate, cost_mean, cost_std, plan_ms, plan_ms_per_step, .. } = *summary;
        if self.json {
            return output::json(&Outcome {
                environment: &self.env,
                planner: self.planner.name(),
                mpc: self.mpc,
                horizon: control.horizon,
                noise: self.noise,
                seed: self.seed,
                episodes,
                success_rate,
                success_stderr: summary.success_error,
                share_in_goal: summary.share_in_goal,
                cost_mean,
                cost_std,
                cost_stderr: summary.cost_error(),
                plan_ms,
                plan_ms_per_step,
                iterations: summary.iterations,
            });
        }
        let deviation = cost_std.map(|deviation| format!(" ± {}", output::number(deviation)));
        let how = if self.mpc { "a new plan in every state" } else { "each followed to its end" };
        output::line(output::aligned(&[
            ("environment", format!("{}, noise {}", self.env, output::number(self.noise))),
            ("planner", format!("{}, plans of {} steps, {how}", self.planner.name(), control.horizon)),
            ("success", format!("{:.0} of {episodes}", success_rate * episodes as f64)),
            ("in goal", format!("{:.1} % of the steps", 100.0 * summary.share_in_goal)),
            ("true cost", format!("{}{}", output::number(cost_mean), deviation.unwrap_or_default())),
            ("planning", format!("{plan_ms:.2} ms a plan, {plan_ms_per_step:.3} ms a step")),
            ("iterations", format!("{:.1} a plan", summary.iterations)),
        ]))
    }

    fn convergence(&self, episodes: &[Episode]) -> Result<crate::picture::Scene, CliError> {
        let first = episodes.iter().take(DRAWN).filter_map(|episode| episode.plans.first());
        let searches: Vec<Vec<f64>> = first
            .map(|plan| {
                let costs = plan.report.iterations.iter().map(|iteration| iteration.cost);
                std::iter::once(plan.report.initial_cost).chain(costs).collect()
            })
            .collect();
        let title = format!("{} on {}", self.planner.name(), self.env);
        let shown = output::count(searches.len() as u64, "episode");
        let note =
            format!("cost of the best plan so far, by the cost that is planned for; first plan of {shown}");
        Ok(plot::convergence(&title, &note, &searches)?)
    }
}

/// Refuses what no memory holds.
fn at_most(option: &str, value: usize, most: usize) -> Result<(), CliError> {
    if value <= most {
        return Ok(());
    }
    Err(CliError::usage(format!("`{option}` is {value}, but must be at most {most}"), "give a smaller one"))
}

/// The states of an episode as the environment draws them, enlarged without smoothing.
fn animation(task: &dyn Task, episode: &Episode) -> Animation {
    let spec = task.spec();
    let (height, width) = (spec.height, spec.width);
    let zoom = LEAST_HEIGHT.div_ceil(height);
    let mut picture = vec![0; height * width];
    let mut pixels = Vec::new();
    for state in episode.rollout.states.chunks_exact(spec.state_dim()) {
        task.render(state, Sampling::AntiAliased, &mut picture);
        for row in picture.chunks_exact(width) {
            let row: Vec<u8> = row.iter().flat_map(|&pixel| std::iter::repeat_n(pixel, zoom)).collect();
            pixels.extend(std::iter::repeat_n(row, zoom).flatten());
        }
    }
    let side = |pixels: usize| u16::try_from(pixels * zoom).expect("pictures of tasks are small");
    let delay = (100.0 * spec.dt).round().clamp(DELAYS[0], DELAYS[1]) as u16;
    Animation { size: [side(height), side(width)], pixels, delay }
}
