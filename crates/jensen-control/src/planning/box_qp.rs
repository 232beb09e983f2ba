//! The smallest value of a convex quadratic function on a box.

use std::ops::ControlFlow;

use super::product::{add_product, cholesky, cholesky_solve, dot};

/// More steps than a problem of a few numbers takes, unless its matrix is at the edge of being singular.
const MOST_STEPS: usize = 100;

/// `min ½ xᵀHx + gᵀx` with `lower ≤ x ≤ upper`, by projected Newton steps (Tassa, Mansard & Todorov 2014, section III).
///
/// Holds the solution, and the factor of the Hessian over the numbers that are free to move, which gives the gains.
#[derive(Clone, Debug)]
pub(crate) struct BoxQp {
    pub(crate) x: Vec<f64>,
    pub(crate) free: Vec<usize>,
    factor: Vec<f64>,
    slope: Vec<f64>,
    direction: Vec<f64>,
    trial: Vec<f64>,
    difference: Vec<f64>,
    was_free: Vec<usize>,
}

impl BoxQp {
    pub(crate) fn zeros(m: usize) -> Self {
        Self {
            x: vec![0.0; m],
            free: Vec::with_capacity(m),
            factor: vec![0.0; m * m],
            slope: vec![0.0; m],
            direction: vec![0.0; m],
            trial: vec![0.0; m],
            difference: vec![0.0; m],
            was_free: Vec::with_capacity(m),
        }
    }

    /// Solves the problem, or says that the Hessian is not positive definite.
    #[must_use]
    pub(crate) fn solve(&mut self, hessian: &[f64], gradient: &[f64], lower: &[f64], upper: &[f64]) -> bool {
        let m = self.x.len();
        self.free.clear();
        self.free.extend(0..m);
        if !self.factor_free(hessian) {
            return false;
        }
        for (x, g) in self.x.iter_mut().zip(gradient) {
            *x = -g;
        }
        cholesky_solve(&self.factor, m, &mut self.x, 1);
        let inside = self.x.iter().zip(lower).zip(upper).all(|((x, l), u)| l <= x && x <= u);
        if !inside {
            clamp(&mut self.x, lower, upper);
            for _ in 0..MOST_STEPS {
                if let ControlFlow::Break(definite) = self.step(hessian, gradient, lower, upper) {
                    return definite;
                }
            }
        }
        true
    }

    /// Overwrites `−H_ff` times the rows of the free numbers, `[m, columns]`, by the solution; other rows become zero.
    pub(crate) fn gain(&self, right: &[f64], columns: usize, rows: &mut Vec<f64>, gain: &mut [f64]) {
        rows.clear();
        for &i in &self.free {
            rows.extend(right[i * columns..(i + 1) * columns].iter().map(|x| -x));
        }
        cholesky_solve(&self.factor, self.free.len(), rows, columns);
        gain.fill(0.0);
        for (&i, row) in self.free.iter().zip(rows.chunks_exact(columns)) {
            gain[i * columns..(i + 1) * columns].copy_from_slice(row);
        }
    }

    /// A Newton step of the free numbers, bent by the box. Ends where there is no better point, with whether the matrix is
    /// positive definite over what is free there.
    fn step(&mut self, hessian: &[f64], gradient: &[f64], lower: &[f64], upper: &[f64]) -> ControlFlow<bool> {
        let m = self.x.len();
        self.slope.copy_from_slice(gradient);
        add_product(&mut self.slope, hessian, &self.x, m, 1);
        std::mem::swap(&mut self.free, &mut self.was_free);
        self.free.clear();
        self.free.extend((0..m).filter(|&i| {
            let pushed_out = (self.x[i] <= lower[i] && self.slope[i] > 0.0)
                || (self.x[i] >= upper[i] && self.slope[i] < 0.0);
            !pushed_out
        }));
        if self.free != self.was_free && !self.factor_free(hessian) {
            return ControlFlow::Break(false);
        }
        for (d, &i) in self.direction.iter_mut().zip(&self.free) {
            *d = -self.slope[i];
        }
        let free = self.free.len();
        cholesky_solve(&self.factor, free, &mut self.direction[..free], 1);

        let still = |(&i, d): (&usize, &f64)| d.abs() <= 2.0 * f64::EPSILON * self.x[i].abs();
        if self.free.iter().zip(&self.direction).all(still) {
            return ControlFlow::Break(true);
        }

        let mut length = 1.0;
        while length > f64::EPSILON {
            self.trial.copy_from_slice(&self.x);
            for (&i, d) in self.free.iter().zip(&self.direction) {
                self.trial[i] += length * d;
            }
            clamp(&mut self.trial, lower, upper);
            if self.trial == self.x {
                break;
            }
            // f(trial) − f(x) by the difference itself, which has digits where the two values share them.
            let difference = &mut self.difference;
            difference.iter_mut().zip(&self.trial).zip(&self.x).for_each(|((d, t), x)| *d = t - x);
            let descent = dot(&self.slope, difference);
            let bent: f64 =
                (0..m).map(|i| difference[i] * dot(&hessian[i * m..(i + 1) * m], difference)).sum();
            // What the box cuts off can leave a long step without descent; a short one has it.
            if descent < 0.0 && descent + 0.5 * bent <= 0.1 * descent {
                std::mem::swap(&mut self.x, &mut self.trial);
                return ControlFlow::Continue(());
            }
            length *= 0.6;
        }
        ControlFlow::Break(true)
    }

    fn factor_free(&mut self, hessian: &[f64]) -> bool {
        let (m, free) = (self.x.len(), self.free.len());
        for (row, &i) in self.free.iter().enumerate() {
            for (column, &j) in self.free.iter().enumerate() {
                self.factor[row * free + column] = hessian[i * m + j];
            }
        }
        cholesky(&mut self.factor[..free * free], free)
    }
}

fn clamp(x: &mut [f64], lower: &[f64], upper: &[f64]) {
    for ((x, &l), &u) in x.iter_mut().zip(lower).zip(upper) {
        *x = x.clamp(l, u);
    }
}

#[cfg(test)]
mod tests {
    use super::BoxQp;
    use jensen_random::Rng;
    use proptest::prelude::{any, prop_assert, proptest};

    proptest! {
        /// The conditions of Karush, Kuhn and Tucker, which one point alone meets, and the gains of the free numbers.
        #[test]
        fn the_solution_is_stationary_within_the_box(seed in any::<u64>(), m in 1usize..6, width in 0.0..3.0f64, ridge in 1e-6..1.0f64) {
            let normals = |name: &str, count: usize| -> Vec<f64> {
                Rng::seed(seed).fork(name).normals(1, count).into_iter().map(f64::from).collect()
            };
            let (root, gradient, middle) = (normals("root", m * m), normals("gradient", m), normals("middle", m));
            let hessian: Vec<f64> = (0..m * m)
                .map(|at| {
                    let inner: f64 = (0..m).map(|k| root[at / m * m + k] * root[at % m * m + k]).sum();
                    inner + if at % (m + 1) == 0 { ridge } else { 0.0 }
                })
                .collect();
            let lower: Vec<f64> = middle.iter().map(|c| c - width).collect();
            let upper: Vec<f64> = middle.iter().map(|c| c + width).collect();
            let mut qp = BoxQp::zeros(m);
            prop_assert!(qp.solve(&hessian, &gradient, &lower, &upper));
            for i in 0..m {
                let row = &hessian[i * m..(i + 1) * m];
                let terms: Vec<f64> = row.iter().zip(&qp.x).map(|(h, x)| h * x).collect();
                let slope = gradient[i] + terms.iter().sum::<f64>();
                let rounding = 1e-11 * (gradient[i].abs() + terms.iter().map(|t| t.abs()).sum::<f64>());
                prop_assert!(lower[i] <= qp.x[i] && qp.x[i] <= upper[i]);
                prop_assert!(qp.x[i] == lower[i] || slope <= rounding, "{slope} at {i}");
                prop_assert!(qp.x[i] == upper[i] || slope >= -rounding, "{slope} at {i}");
                prop_assert!(qp.free.contains(&i) || qp.x[i] == lower[i] || qp.x[i] == upper[i]);
            }
            let right = normals("right", m * 2);
            let mut gain = vec![f64::NAN; m * 2];
            qp.gain(&right, 2, &mut Vec::new(), &mut gain);
            for i in 0..m {
                for column in 0..2 {
                    let terms: Vec<f64> = (0..m).map(|j| hessian[i * m + j] * gain[j * 2 + column]).collect();
                    let free = qp.free.contains(&i);
                    prop_assert!(free || gain[i * 2 + column] == 0.0);
                    let size = 1.0 + terms.iter().map(|t| t.abs()).sum::<f64>();
                    let off = terms.iter().sum::<f64>() + right[i * 2 + column];
                    prop_assert!(!free || off.abs() <= 1e-11 * size, "{off}");
                }
            }
        }
    }

    #[test]
    fn a_matrix_that_is_not_positive_definite_has_no_solution() {
        let mut qp = BoxQp::zeros(2);
        assert!(!qp.solve(&[1.0, 2.0, 2.0, 1.0], &[0.0, 0.0], &[-1.0; 2], &[1.0; 2]));
        assert!(!qp.solve(&[0.0; 4], &[0.0, 0.0], &[-1.0; 2], &[1.0; 2]));
        assert!(!qp.solve(&[f64::NAN; 4], &[0.0, 0.0], &[-1.0; 2], &[1.0; 2]));
    }
}
