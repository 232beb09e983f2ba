//! Milliseconds to solve the cart-pole benchmark of trajax: `cargo run --release -p jensen-control --example cartpole_speed`.

#[path = "../tests/it/cartpole_benchmark.rs"]
mod cartpole_benchmark;

use std::time::Instant;

use cartpole_benchmark::{CartPole, HORIZON, START, Upright};
use jensen_control::{Ilqr, Limits, PlanningError, Problem};

fn main() -> Result<(), PlanningError> {
    let problem = Problem { dynamics: &CartPole, cost: &Upright, limits: &Limits::unbounded(1) };
    let planner = Ilqr { max_iterations: 1000, ..Ilqr::default() };
    let mut times: Vec<f64> = Vec::new();
    let plan = planner.plan(&problem, &START, &[0.0; HORIZON])?;
    for _ in 0..100 {
        let start = Instant::now();
        planner.plan(&problem, &START, &[0.0; HORIZON])?;
        times.push(start.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    println!(
        "{:.3} ms a solve (median of 100; fastest {:.3}, slowest {:.3}): {} iterations, cost {:.6}, {:?}",
        times[50],
        times[0],
        times[99],
        plan.report.iterations.len(),
        plan.cost,
        plan.report.stop,
    );
    Ok(())
}
