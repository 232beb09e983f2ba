//! iLQG: LQG as its special case, the reaching task of Todorov 2005, and what noise does to plans.

use jensen_control::{
    Ilqg, Ilqr, Limits, LinearNoise, LinearSensor, LinearSystem, Lqr, PlanningError, Problem, QuadraticCost,
    StochasticPlan, StochasticProblem, StopReason,
};
use jensen_random::Rng;

use crate::reaching::{HAND, Reaching, STEPS, diagonal, mean_and_error};
use crate::support::{Linear, Pendulum, close, reference};

#[test]
fn additive_noise_gives_the_gains_of_riccati_and_the_filter_of_kalman() {
    let (r, noisy) = (reference("linear_quadratic", "stationary"), reference("linear_quadratic", "noisy"));
    let system = Linear { a: r["a"].clone(), b: r["b"].clone(), c: vec![0.0; 3] };
    let cost = QuadraticCost::diagonal(&[0.0; 3], &r["q"], &r["r"], &r["q"]).unwrap();
    let limits = Limits::unbounded(1);
    let problem = Problem { dynamics: &system, cost: &cost, limits: &limits };
    let noise = LinearNoise::none(3, 1).with_covariance(&r["w"]).unwrap();
    let sensor = LinearSensor::new(3, &r["h"], &r["v"]).unwrap();
    let stochastic = StochasticProblem {
        problem,
        noise: &noise,
        sensor: Some(&sensor),
        start_covariance: &noisy["start_covariance"],
    };
    let plan = Ilqg::default().plan(&stochastic, &noisy["start"], &[0.0; 10]).unwrap();
    close("gains", &plan.plan.gains, &noisy["gains"], 1e-9);
    close("filter", &plan.filter_gains, &noisy["filters"], 1e-9);
    close("expected cost", &[plan.expected_cost], &noisy["cost"], 1e-11);
    // One step finds gains and trajectory, the other has nothing to add.
    assert!(plan.plan.report.iterations.len() <= 2);
    assert_eq!(plan.plan.report.stop, StopReason::Converged);

    let regulator = LinearSystem::stationary(10, 3, &r["a"], &r["b"]).unwrap();
    let lqr = Lqr::solve(&regulator, &cost).unwrap().plan(&noisy["start"]).unwrap();
    close("gains of LQR", &lqr.gains, &plan.plan.gains, 1e-9);
    let filtered = stochastic.with_filter(lqr).unwrap();
    close("cost of LQR with a filter", &[filtered.expected_cost], &noisy["cost"], 1e-11);
}

/// What is predicted of a state from all observations before it: the dual of the regulator's equation.
#[test]
fn a_long_filter_comes_to_the_solution_of_the_algebraic_riccati_equation() {
    let r = reference("linear_quadratic", "stationary");
    let horizon = 400;
    let system = Linear { a: r["a"].clone(), b: r["b"].clone(), c: vec![0.0; 3] };
    let cost = QuadraticCost::diagonal(&[0.0; 3], &r["q"], &r["r"], &r["q"]).unwrap();
    let noise = LinearNoise::none(3, 1).with_covariance(&r["w"]).unwrap();
    let sensor = LinearSensor::new(3, &r["h"], &r["v"]).unwrap();
    let limits = Limits::unbounded(1);
    let problem = StochasticProblem {
        problem: Problem { dynamics: &system, cost: &cost, limits: &limits },
        noise: &noise,
        sensor: Some(&sensor),
        start_covariance: &diagonal(&[1.0; 3]),
    };
    let regulator = LinearSystem::stationary(horizon, 3, &r["a"], &r["b"]).unwrap();
    let plan = Lqr::solve(&regulator, &cost).unwrap().plan(&[0.0; 3]).unwrap();
    let filtered = problem.with_filter(plan).unwrap();
    close("covariance", &filtered.error_covariances[horizon * 9..], &r["predicted_covariance"], 1e-10);
    // The gain of the prediction is A times that of the update.
    let gain: Vec<f64> = (0..6)
        .map(|at| (0..3).map(|k| r["a"][at / 2 * 3 + k] * r["filter_gain"][k * 2 + at % 2]).sum())
        .collect();
    close("gain", &filtered.filter_gains[(horizon - 1) * 6..], &gain, 1e-10);
}

#[test]
fn the_reaching_task_is_solved_as_by_the_papers_recursions() {
    for name in ["motor", "both", "none"] {
        let r = reference("reaching", name);
        let task = Reaching::new(r["motor_noise"][0], r["sensor_noise"][0]);
        let plan = task.plan();
        let relative = (plan.expected_cost - r["cost"][0]) / r["cost"][0];
        assert!(relative.abs() < 1e-9, "{name}: {} against {}", plan.expected_cost, r["cost"][0]);
        // The paper's policy is u = −L x̂.
        let negative: Vec<f64> = r["gains"].iter().map(|l| -l).collect();
        close("gains", &plan.plan.gains, &negative, 1e-3);
        close("filter", &plan.filter_gains, &r["filters"], 1e-4);
    }
}

/// False alarm of one comparison at four standard errors: 6e-5.
#[test]
fn the_expected_cost_is_what_simulations_cost() {
    for (motor_noise, sensor_noise) in [(10f64.powf(-0.3), 0.0), (10f64.powf(-0.3), 0.2)] {
        let task = Reaching::new(motor_noise, sensor_noise);
        let plan = task.plan();
        let costs = plan.simulate(&task.problem(), 20_000, Rng::seed(11)).unwrap();
        let (mean, error) = mean_and_error(&costs);
        assert!(error < 0.02 * mean, "the comparison means little");
        let off = (mean - plan.expected_cost) / error;
        assert!(off.abs() < 4.0, "{mean} ± {error}, expected {}", plan.expected_cost);
    }
}

/// The plan for a motor without noise, with the best filter for the true one, against the plan that knows of the noise: in closed
/// form, and by simulation with the same noise for both.
#[test]
fn a_plan_that_knows_of_the_noise_costs_less() {
    let (blind, task) = (Reaching::new(0.0, 0.0), Reaching::new(10f64.powf(-0.3), 0.0));
    let aware = task.plan();
    let blind = task.problem().with_filter(blind.plan().plan).unwrap();
    assert!(
        aware.expected_cost < 0.95 * blind.expected_cost,
        "{} {}",
        aware.expected_cost,
        blind.expected_cost
    );
    let costs = |plan: &StochasticPlan| plan.simulate(&task.problem(), 20_000, Rng::seed(12)).unwrap();
    let differences: Vec<f64> = costs(&blind).iter().zip(costs(&aware)).map(|(b, a)| b - a).collect();
    let (mean, error) = mean_and_error(&differences);
    assert!(mean > 6.0 * error, "{mean} ± {error}");
    assert!((mean - (blind.expected_cost - aware.expected_cost)).abs() < 4.0 * error);
}

/// A pendulum whose torque is noisy in proportion, with limits.
fn pendulum(scale: f64, check: impl Fn(&StochasticProblem<'_>, StochasticPlan)) {
    let cost =
        QuadraticCost::diagonal(&[1.0, 0.0], &[0.1; 2], &[1e-3], &[10.0, 1.0]).expect("a valid problem");
    let limits = Limits::symmetric(&[9.0]).expect("a valid problem");
    let noise = LinearNoise::none(2, 1)
        .with_covariance(&diagonal(&[0.0, 1e-4 * scale * scale]))
        .expect("a valid problem")
        .with_action_noise(&[0.0, 0.02 * scale]);
    let sensor = LinearSensor::new(2, &[1.0, 0.0], &[1e-4]).expect("a valid problem");
    let problem = Problem { dynamics: &Pendulum, cost: &cost, limits: &limits };
    let start_covariance = diagonal(&[1e-3 * scale, 1e-3 * scale]);
    for sensor in [None, Some(&sensor as _)] {
        let stochastic =
            StochasticProblem { problem, noise: &noise, sensor, start_covariance: &start_covariance };
        let plan = Ilqg::default().plan(&stochastic, &[0.0, 0.0], &[0.0; 40]).expect("a valid problem");
        check(&stochastic, plan);
    }
}

#[test]
fn nonlinear_systems_with_limits_are_planned_under_noise() {
    pendulum(1.0, |problem, plan| {
        let mut cost = plan.plan.report.initial_cost;
        for iteration in &plan.plan.report.iterations {
            assert!(iteration.cost <= cost);
            cost = iteration.cost;
        }
        assert_eq!(cost, plan.expected_cost);
        assert_eq!(plan.plan.report.stop, StopReason::Converged);
        assert!(plan.plan.actions.iter().all(|u| u.abs() <= 9.0));
        let costs = plan.simulate(problem, 20_000, Rng::seed(13)).unwrap();
        let (mean, error) = mean_and_error(&costs);
        // The expansion is of second order in the noise: a hundredth is what it leaves here.
        assert!(
            (mean - plan.expected_cost).abs() < 4.0 * error + 0.01 * mean,
            "{mean} ± {error}, {}",
            plan.expected_cost
        );
    });
}

#[test]
fn without_noise_the_plan_is_that_of_ilqr() {
    pendulum(0.0, |problem, plan| {
        let quiet = Ilqr::default().plan(&problem.problem, &[0.0, 0.0], &[0.0; 40]).unwrap();
        close("actions", &plan.plan.actions, &quiet.actions, 1e-4);
        close("cost", &[plan.expected_cost], &[quiet.cost], 1e-8);
    });
}

#[test]
fn what_is_no_noise_is_refused() {
    let negative = LinearNoise::none(1, 1).with_covariance(&[-1.0]);
    assert!(matches!(negative, Err(PlanningError::Indefinite { eigenvalue: -1.0, .. })));
    assert!(matches!(LinearSensor::new(1, &[f64::NAN], &[1.0]), Err(PlanningError::NotFinite { .. })));
    let silent = Reaching {
        sensor: LinearSensor::new(5, &[1.0, 0.0, 0.0, 0.0, 0.0], &[0.0]).unwrap(),
        ..Reaching::new(0.5, 0.0)
    };
    let plan = Ilqg::default().plan(&silent.problem(), &HAND, &[0.0; STEPS]);
    assert_eq!(plan.unwrap_err(), PlanningError::Noiseless { step: 0 });
    let crooked = StochasticProblem { start_covariance: &[f64::NAN; 25], ..silent.problem() };
    let plan = Ilqg::default().plan(&crooked, &HAND, &[0.0; STEPS]);
    assert!(matches!(plan, Err(PlanningError::NotFinite { .. })));
    assert_eq!(Ilqg::default().plan(&silent.problem(), &HAND, &[]).unwrap_err(), PlanningError::Horizon);
}
