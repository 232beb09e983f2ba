//! The reaching task of Todorov 2005, where the motor is the noisier the harder it pulls.

use jensen_control::{
    Ilqg, Limits, LinearNoise, LinearSensor, Problem, QuadraticCost, StochasticPlan, StochasticProblem,
};

use crate::support::Linear;

pub fn diagonal(entries: &[f64]) -> Vec<f64> {
    let n = entries.len();
    (0..n * n).map(|at| if at % (n + 1) == 0 { entries[at / n] } else { 0.0 }).collect()
}

pub const STEPS: usize = 30;

/// A hand of 1 kg that a muscle, a filter of second order, moves to a target: position, speed, force, excitation, target.
pub struct Reaching {
    pub system: Linear,
    pub cost: QuadraticCost,
    pub limits: Limits,
    pub sensor: LinearSensor,
    pub noise: LinearNoise,
}

pub const HAND: [f64; 5] = [0.0, 0.0, 0.0, 0.0, 0.1];

impl Reaching {
    pub fn new(motor_noise: f64, sensor_noise: f64) -> Self {
        let (dt, tau) = (0.01, 0.04);
        let (keep, pass) = (1.0 - dt / tau, dt / tau);
        #[rustfmt::skip]
        let a = vec![
            1.0, dt, 0.0, 0.0, 0.0,
            0.0, 1.0, dt, 0.0, 0.0,
            0.0, 0.0, keep, pass, 0.0,
            0.0, 0.0, 0.0, keep, 0.0,
            0.0, 0.0, 0.0, 0.0, 1.0,
        ];
        let b = vec![0.0, 0.0, 0.0, pass, 0.0];
        let mut end = diagonal(&[1.0, 0.04, 0.0004, 0.0, 1.0]);
        (end[4], end[20]) = (-1.0, -1.0);
        let h: Vec<f64> = (0..15).map(|at| f64::from(u8::from(at % 5 == at / 5))).collect();
        let covariance = diagonal(&[0.005f64, 0.05, 0.25].map(|s| s * s));
        let partial: Vec<f64> = h.iter().map(|h| sensor_noise * h).collect();
        Self {
            cost: QuadraticCost::new(&[0.0; 5], &[0.0; 25], &[1e-5 / STEPS as f64], &end)
                .expect("a valid problem"),
            limits: Limits::unbounded(1),
            sensor: LinearSensor::new(5, &h, &covariance)
                .expect("a valid problem")
                .with_state_noise(&partial),
            noise: LinearNoise::none(5, 1)
                .with_action_noise(&b.iter().map(|b| motor_noise * b).collect::<Vec<_>>()),
            system: Linear { a, b, c: vec![0.0; 5] },
        }
    }

    pub fn problem(&self) -> StochasticProblem<'_> {
        StochasticProblem {
            problem: Problem { dynamics: &self.system, cost: &self.cost, limits: &self.limits },
            noise: &self.noise,
            sensor: Some(&self.sensor),
            start_covariance: &[0.0; 25],
        }
    }

    pub fn plan(&self) -> StochasticPlan {
        Ilqg { tolerance: 1e-13, ..Ilqg::default() }
            .plan(&self.problem(), &HAND, &[0.0; STEPS])
            .expect("a valid problem")
    }
}

pub fn mean_and_error(costs: &[f64]) -> (f64, f64) {
    let n = costs.len() as f64;
    let mean = costs.iter().sum::<f64>() / n;
    let variance = costs.iter().map(|c| (c - mean).powi(2)).sum::<f64>() / (n - 1.0);
    (mean, (variance / n).sqrt())
}
