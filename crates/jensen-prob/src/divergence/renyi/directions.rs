//! The Rényi divergence of directions.

use burn::tensor::Tensor;

use super::distance_from_one;
use crate::bessel::{Ratio, log_reduced};
use crate::host::pointwise;
use crate::quadrature::{tilted_mean, uniform_mean};
use crate::rows::{Meeting, sum_event};
use crate::{KlDivergence, RenyiDivergence, VonMises, VonMisesFisher};

impl RenyiDivergence for VonMises {
    /// That of von Mises–Fisher distributions in the plane, in each dimension: always finite.
    fn renyi_divergence(&self, p: &Self, alpha: f64) -> Tensor<1> {
        let Some(epsilon) = distance_from_one(alpha) else { return self.kl_divergence(p) };
        let meeting = Meeting::of(self.location().dims(), p.location().dims());
        let angle = meeting.fold(self.location()) - meeting.fold(p.location());
        let [q, p] = [self, p].map(|d| meeting.fold(d.concentration()));
        let between = |angle: f64, q, p| {
            let (sin, cos) = (0.5 * angle).sin_cos();
            Between::of(0.0, [q, p], [sin * sin, cos * cos], epsilon)
        };
        let per_dim = pointwise(
            [angle, q, p],
            |[angle, q, p]| between(angle, q, p).divergence(),
            |[angle, q, p], _| {
                let [by_distance, by_q, by_p] = between(angle, q, p).slopes();
                [0.5 * angle.sin() * by_distance, by_q, by_p]
            },
        );
        sum_event(meeting.unfold(per_dim))
    }
}

impl RenyiDivergence for VonMisesFisher {
    /// With `A(κ) = log κ^{1−d/2} I_{d/2−1}(κ)` and the length `κ_*` of `α κ_q μ_q + ε κ_p μ_p`,
    ///
    /// `A(κ_p) + α/ε A(κ_q) − A(κ_*)/ε`,
    ///
    /// always finite: from the tangent of `A` at `κ_*`, so that nothing of size `κ` cancels.
    fn renyi_divergence(&self, p: &Self, alpha: f64) -> Tensor<1> {
        let Some(epsilon) = distance_from_one(alpha) else { return self.kl_divergence(p) };
        let meeting = Meeting::of(self.direction().dims(), p.direction().dims());
        let apart = meeting.fold(self.direction()) - meeting.fold(p.direction());
        let square = meeting.unfold(apart.square()).sum_dim(1) * 0.25;
        let order = 0.5 * self.direction().dims()[1] as f64 - 1.0;
        let between =
            |square: f64, q, p| Between::of(order, [q, p], [square, (1.0 - square).max(0.0)], epsilon);
        let [q, p] = [self, p].map(VonMisesFisher::concentration);
        let meeting = Meeting::of(q.dims(), p.dims());
        let of_rows = pointwise(
            [square, q, p].map(|column| meeting.fold(column)),
            |[square, q, p]| between(square, q, p).divergence(),
            |[square, q, p], _| between(square, q, p).slopes(),
        );
        sum_event(meeting.unfold(of_rows))
    }
}

/// The natural parameter `α κ_q μ_q + ε κ_p μ_p` of one row, in `f64`.
struct Between {
    order: f64,
    q: f64,
    p: f64,
    /// `¼ |μ_q − μ_p|²`, of an angle `θ` between them `sin² θ/2`.
    square: f64,
    epsilon: f64,
    /// `κ_*`
    length: f64,
    /// `(α κ_q + ε κ_p − κ_*)/ε`, what is lost of the length by the angle.
    lost: f64,
}

impl Between {
    /// Of squares of the sine and the cosine of half the angle.
    fn of(order: f64, [q, p]: [f64; 2], [square, rest]: [f64; 2], epsilon: f64) -> Self {
        let alpha = 1.0 - epsilon;
        let sum = alpha * q + epsilon * p;
        let mixed = 2.0 * (alpha * epsilon.abs()).sqrt() * q.sqrt() * p.sqrt();
        let length = if epsilon > 0.0 {
            (alpha * q - epsilon * p).hypot(mixed * rest.sqrt())
        } else {
            sum.hypot(mixed * square.sqrt())
        };
        let lost = if sum > 0.0 {
            4.0 * alpha * q * square * (p / (length + sum))
        } else {
            (sum - length) / epsilon
        };
        Self { order, q, p, square, epsilon, length, lost }
    }

    /// What the tangent at the natural parameter between leaves at that of `p`, and `α/ε` of what it leaves at that of
    /// `q`: below order 1 a sum of positive terms.
    fn divergence(&self) -> f64 {
        let weight = (1.0 - self.epsilon) / self.epsilon;
        self.above_tangent(self.p)
            + weight * self.above_tangent(self.q)
            + self.ratio(self.length).value * self.lost
    }

    /// For the square, `κ_q` and `κ_p`.
    fn slopes(&self) -> [f64; 3] {
        let Self { q, p, square, epsilon, length, lost, .. } = *self;
        let alpha = 1.0 - epsilon;
        let by_length = if length == 0.0 { self.slope(0.0) } else { self.ratio(length).value / length };
        // (κ_* − κ_q)/ε and (κ_* − κ_p)/α, without the difference.
        let change = |end: f64, other: f64, weight: f64| {
            let squares = (other - end) * (alpha * q + epsilon * p + end) - 4.0 * weight * q * p * square;
            if length + end > 0.0 { squares / (length + end) } else { 0.0 }
        };
        [
            2.0 * alpha * q * p * by_length,
            alpha * (by_length * (2.0 * p * square - lost) - change(q, p, alpha) * self.mean_slope(q)),
            by_length * (2.0 * alpha * q * square - epsilon * lost)
                - alpha * change(p, q, epsilon) * self.mean_slope(p),
        ]
    }

    fn ratio(&self, kappa: f64) -> Ratio {
        Ratio::of(self.order, kappa)
    }

    /// `A″(κ)`
    fn slope(&self, kappa: f64) -> f64 {
        self.ratio(kappa).slope
    }

    /// `A(κ) − A(κ_*) − (κ − κ_*) A′(κ_*)`
    fn above_tangent(&self, kappa: f64) -> f64 {
        let (from, change) = (self.length, kappa - self.length);
        if self.is_near(kappa) {
            0.5 * change * change * tilted_mean(from, kappa, |kappa| self.slope(kappa))
        } else {
            // Of A(κ) − κ.
            change * self.ratio(from).complement
                + (log_reduced(self.order, kappa) - log_reduced(self.order, from))
        }
    }

    /// `(A′(κ) − A′(κ_*))/(κ − κ_*)`
    fn mean_slope(&self, kappa: f64) -> f64 {
        if self.is_near(kappa) {
            uniform_mean(self.length, kappa, |kappa| self.slope(kappa))
        } else {
            (self.ratio(self.length).complement - self.ratio(kappa).complement) / (kappa - self.length)
        }
    }

    /// Whether the means of `A″` between have all digits: its poles, zeros of a Bessel function, are beyond
    /// `±i (ν + 1)`.
    fn is_near(&self, kappa: f64) -> bool {
        (kappa - self.length).abs() <= 0.25 * (1.0 + self.order + self.length)
    }
}
