//! The families of components: how a density follows from whitened values.

use jensen_kernels::scalar::log_gamma_remainder;

/// What the components' densities are, given a Gaussian's place and scale for each.
pub(crate) enum Family {
    /// The Gaussians themselves.
    Normal,
    /// Student's t, one number for each component.
    StudentT {
        degrees_of_freedom: Vec<f64>,
        /// By how much the square of the scale is greater than the Gaussian's variance.
        stretch: Vec<f64>,
        tails: Tails,
    },
}

/// What shares one unknown scale, and is therefore far together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tails {
    /// All columns of a row: the t of several dimensions.
    Together,
    /// Each column alone: a product of ts.
    Apart,
}

impl Family {
    /// The log density for each row, of which `white` holds the whitened values, `[rows, columns]` column-major, and
    /// `added` to it.
    pub fn log_prob(&self, component: usize, added: f64, white: &[f64], out: &mut [f64]) {
        let n = out.len();
        let columns = (white.len() / n) as f64;
        match self {
            Self::Normal => {
                squares(white, out);
                let constant = added - 0.5 * columns * std::f64::consts::TAU.ln();
                for out in out {
                    *out = constant - 0.5 * *out;
                }
            }
            Self::StudentT { degrees_of_freedom, stretch, tails } => {
                let (nu, stretch) = (degrees_of_freedom[component], stretch[component]);
                let scale = (nu * stretch).sqrt().recip();
                let added = added - 0.5 * columns * stretch.ln();
                match tails {
                    Tails::Together => {
                        squares(white, out);
                        let (constant, power) = (log_constant(nu, columns) + added, 0.5 * (nu + columns));
                        for (row, out) in out.iter_mut().enumerate() {
                            // The square of a length that is a number need not be one.
                            let length = if out.is_finite() { out.sqrt() } else { length(white, row, n) };
                            *out = constant - power * log_one_plus_square(length * scale);
                        }
                    }
                    Tails::Apart => {
                        out.fill(columns * log_constant(nu, 1.0) + added);
                        for column in white.chunks_exact(n) {
                            for (out, white) in out.iter_mut().zip(column) {
                                *out -= 0.5 * (nu + 1.0) * log_one_plus_square(white * scale);
                            }
                        }
                    }
                }
            }
        }
    }
}

/// `‖white‖` of one row of `rows`.
fn length(white: &[f64], row: usize, rows: usize) -> f64 {
    white.iter().skip(row).step_by(rows).fold(0.0, |sum, white| white.hypot(sum))
}

/// `log(1 + x²)`, which is a number for every number.
fn log_one_plus_square(x: f64) -> f64 {
    let x = x.abs();
    if x < 1e9 { (x * x).ln_1p() } else { 2.0 * x.ln() }
}

/// `‖white‖²` of each row.
fn squares(white: &[f64], out: &mut [f64]) {
    out.fill(0.0);
    for column in white.chunks_exact(out.len()) {
        for (out, white) in out.iter_mut().zip(column) {
            *out += white * white;
        }
    }
}

/// `log Γ((ν + p)/2) − log Γ(ν/2) − (p/2) log πν`, without the difference of two large numbers.
fn log_constant(nu: f64, p: f64) -> f64 {
    let (a, half) = (0.5 * nu, 0.5 * p);
    let remainder = log_gamma_remainder(a + half) - log_gamma_remainder(a);
    remainder + (a + half) * (half / a).ln_1p() - half * (1.0 + std::f64::consts::TAU.ln())
}
