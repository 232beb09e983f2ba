//! One truncated normal distribution as numbers, and how they move with its parameters.

use super::standard::Standard;

/// One distribution as numbers.
pub(super) struct Cut {
    pub(super) mean: f64,
    pub(super) std: f64,
    pub(super) ends: [f64; 2],
    pub(super) standard: Standard,
}

impl Cut {
    pub(super) fn of([mean, std, low, high]: [f64; 4]) -> Self {
        let standard = Standard::new((low - mean) / std, (high - mean) / std);
        Self { mean, std, ends: [low, high], standard }
    }

    /// The slopes for `μ`, `σ`, `a` and `b` of a function of `α = (a − μ)/σ`, `β = (b − μ)/σ` and perhaps of
    /// `z = (x − μ)/σ`, from its slopes for these.
    pub(super) fn of_ends(&self, [by_low, by_high]: [f64; 2], (z, by_z): (f64, f64)) -> [f64; 4] {
        // An infinite end moves nothing.
        let moved = |end: f64, slope: f64| if slope == 0.0 { 0.0 } else { end * slope };
        let by_std =
            moved(self.standard.low(), by_low) + moved(self.standard.high(), by_high) + moved(z, by_z);
        [-(by_low + by_high + by_z), -by_std, by_low, by_high].map(|slope| slope / self.std)
    }

    /// `KL(self ‖ p)`
    pub(super) fn divergence(&self, p: &Self) -> f64 {
        if self.ends[0] < p.ends[0] || self.ends[1] > p.ends[1] {
            return f64::INFINITY;
        }
        let excess = self.seen_from(p).excess;
        let (q, scales) = (&self.standard, p.std.ln() - self.std.ln());
        0.5 * excess + p.standard.mass().ln() - q.entropy() + scales
    }

    /// For `μ`, `σ`, `a` and `b` of both, those of `self` first.
    pub(super) fn divergence_slopes(&self, p: &Self) -> [f64; 8] {
        let (q, seen) = (&self.standard, self.seen_from(p));
        let (ratio, [first, second]) = (self.std / p.std, q.about_mode());
        let squares = q.of_ends(|distance| {
            let end = distance + first;
            seen.mode * ratio * distance + 0.5 * ratio * ratio * (end * end - second)
        });
        let entropies = q.entropy_slopes();
        let ends = [squares[0] - entropies[0], squares[1] - entropies[1]];
        let [mean_q, std_q, low_q, high_q] = self.of_ends(ends, (0.0, 0.0));
        let product = seen.mode * q.mode() + (seen.mode + ratio * q.mode()) * first + ratio * second;

        let [low, high] = p.standard.hazards();
        let [mean_p, std_p, low_p, high_p] = p.of_ends([-low, high], (0.0, 0.0));
        let square = seen.excess + p.standard.mode() * p.standard.mode();
        [
            mean_q + seen.mean / p.std,
            std_q + product / p.std - self.std.recip(),
            low_q,
            high_q,
            mean_p - seen.mean / p.std,
            std_p + (1.0 - square) / p.std,
            low_p,
            high_p,
        ]
    }

    /// Values of `self` as `z = (x − μ)/σ` of `p`.
    fn seen_from(&self, p: &Self) -> Seen {
        let mode = (between(self.mean, self.ends) - p.mean) / p.std;
        let (ratio, [first, second]) = (self.std / p.std, self.standard.about_mode());
        let spread = 2.0 * mode * ratio * first + ratio * ratio * second;
        let apart = (mode - p.standard.mode()) * (mode + p.standard.mode());
        Seen { mode, mean: mode + ratio * first, excess: apart + spread }
    }
}

struct Seen {
    /// That of the most probable value.
    mode: f64,
    /// `E[z]`
    mean: f64,
    /// `E[z²]`, less the square of the most probable value of `p`.
    excess: f64,
}

/// The nearest number between the ends; no number stays none.
pub(super) fn between(x: f64, [low, high]: [f64; 2]) -> f64 {
    if x < low {
        low
    } else if x > high {
        high
    } else {
        x
    }
}
