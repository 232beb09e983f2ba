//! The tables of docs/control.md: `cargo run --release -p jensen-control --example control_table [ENVIRONMENT …]`; `noise`,
//! `corners` and `reaching` name the other ones.

#[path = "../tests/it/reaching.rs"]
mod reaching;
#[expect(dead_code, reason = "the tests use more of it")]
#[path = "../tests/it/support.rs"]
mod support;

use std::sync::Arc;

use jensen_control::environment::{EnvironmentError, Planar, Task, by_name, names};
use jensen_control::{ClosedLoop, Method, PlanningError, Replanning, StochasticPlan, Summary};
use jensen_random::Rng;
use reaching::{Reaching, mean_and_error};

const EPISODES: u64 = 20;
/// Steps of a plan by samples that is made anew in every state.
const SAMPLED: usize = 20;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut wanted: Vec<String> = std::env::args().skip(1).collect();
    if wanted.is_empty() {
        wanted = names().into_iter().chain(["corners", "noise", "reaching"]).map(str::to_owned).collect();
    }
    for name in &wanted {
        match name.as_str() {
            "corners" => corners()?,
            "noise" => noise()?,
            "reaching" => reach()?,
            name => environment(name)?,
        }
    }
    Ok(())
}

/// Every planner in one environment.
fn environment(name: &str) -> Result<(), EnvironmentError> {
    let task: Arc<dyn Task> = by_name(name)?.into();
    let (steps, limits) = (task.spec().horizon, task.spec().control.clone());
    let [once, again] = [Replanning::WhenUsedUp, Replanning::EveryStep];
    row(&task, "LQR", &control(Method::Lqr, once, steps, 0.0))?;
    row(&task, "iLQR", &control(Method::ilqr(0), once, steps, 0.0))?;
    if name == "car" {
        row(&task, "iLQR, 6 restarts", &control(Method::ilqr(6), once, steps, 0.0))?;
    }
    row(&task, "iLQG", &control(Method::ilqg(0), once, steps, 0.0))?;
    if name == "three-link" {
        return Ok(()); // the others take minutes an episode
    }
    row(&task, "iLQR, MPC", &control(Method::ilqr(0), again, steps, 0.0))?;
    row(&task, "CEM", &control(Method::cem(&limits), once, steps, 0.0))?;
    row(&task, "MPPI", &control(Method::mppi(&limits), once, steps, 0.0))?;
    if ["planar", "cartpole", "point-mass"].contains(&name) {
        row(&task, "CEM, MPC of 20 steps", &control(Method::cem(&limits), again, SAMPLED, 0.0))?;
        row(&task, "MPPI, MPC of 20 steps", &control(Method::mppi(&limits), again, SAMPLED, 0.0))?;
    }
    Ok(())
}

/// The planar system with each of its goals.
fn corners() -> Result<(), EnvironmentError> {
    for goal in Planar::GOALS {
        let task: Arc<dyn Task> = Arc::new(Planar::new(goal)?);
        let steps = task.spec().horizon;
        let name = format!("iLQR to ({}, {})", goal[0], goal[1]);
        row(&task, &name, &control(Method::ilqr(0), Replanning::WhenUsedUp, steps, 0.0))?;
    }
    Ok(())
}

/// Process noise of a standard deviation on every number of the state.
fn noise() -> Result<(), EnvironmentError> {
    for (name, sigma) in
        [("planar", 0.5), ("pendulum-swingup", 0.03), ("cartpole", 0.01), ("cartpole-swingup", 0.01)]
    {
        let task: Arc<dyn Task> = by_name(name)?.into();
        let steps = task.spec().horizon;
        let (once, again) = (Replanning::WhenUsedUp, Replanning::EveryStep);
        for (planner, method, replanning) in [
            ("LQR", Method::Lqr, once),
            ("iLQR", Method::ilqr(0), once),
            ("iLQG", Method::ilqg(0), once),
            ("iLQR, MPC", Method::ilqr(0), again),
        ] {
            row(&task, &format!("{planner}, Σ = {sigma}"), &control(method, replanning, steps, sigma))?;
        }
    }
    Ok(())
}

fn control(method: Method, replanning: Replanning, horizon: usize, noise: f64) -> ClosedLoop {
    ClosedLoop { method, replanning, horizon, noise }
}

fn row(task: &Arc<dyn Task>, planner: &str, control: &ClosedLoop) -> Result<(), EnvironmentError> {
    let episodes: Vec<_> = (0..EPISODES)
        .map(|episode| control.episode(task, Rng::seed(0).at(episode)))
        .collect::<Result<_, _>>()?;
    let summary = Summary::of(&episodes);
    println!(
        "| {} | {planner} | {:.0} | {:.1} ± {:.1} | {:.2} | {:.3} | {:.1} |",
        task.spec().name,
        summary.success_rate * EPISODES as f64,
        summary.cost_mean,
        summary.cost_error().unwrap_or_default(),
        summary.plan_ms,
        summary.plan_ms_per_step,
        summary.iterations,
    );
    Ok(())
}

/// A plan that knows how noisy the motor is, against one for a motor without noise that has the best filter.
fn reach() -> Result<(), PlanningError> {
    for sensor_noise in [0.0, 0.2] {
        let (blind, task) = (Reaching::new(0.0, sensor_noise), Reaching::new(10f64.powf(-0.3), sensor_noise));
        let plans = [("iLQR", task.problem().with_filter(blind.plan().plan)?), ("iLQG", task.plan())];
        let costs = |plan: &StochasticPlan| plan.simulate(&task.problem(), 100_000, Rng::seed(12));
        for (name, plan) in &plans {
            let (mean, error) = mean_and_error(&costs(plan)?);
            println!("| {sensor_noise} | {name} | {:.4e} | {mean:.4e} ± {error:.1e} |", plan.expected_cost);
        }
        let both = costs(&plans[0].1)?.into_iter().zip(costs(&plans[1].1)?);
        let (mean, error) = mean_and_error(&both.map(|(blind, aware)| blind - aware).collect::<Vec<_>>());
        println!("| {sensor_noise} | difference, same noise | | {mean:.4e} ± {error:.1e} |");
    }
    Ok(())
}
