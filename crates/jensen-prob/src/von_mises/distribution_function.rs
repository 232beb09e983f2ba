//! The distribution function of angles, in `f64` on the host, from the mass between an angle and the far end:
//! no difference of two numbers near 1, and one rule for every concentration.

use std::f64::consts::{PI, TAU};

use crate::bessel::log_reduced;
use crate::polar::{angle_slope, end_of_mass, integral};

/// Angles about a location 0, at one concentration.
pub(super) struct Circle {
    kappa: f64,
    /// `−log 2π e^{−κ} I_0(κ)`
    log_at_mode: f64,
}

/// An angle between −π and π, and how many turns away it is.
struct Turned {
    angle: f64,
    turns: f64,
}

impl Turned {
    fn of(angle: f64) -> Self {
        let turns = (angle / TAU).round();
        Self { angle: angle - turns * TAU, turns }
    }
}

impl Circle {
    pub(super) fn of(kappa: f64) -> Self {
        Self { kappa, log_at_mode: -TAU.ln() - log_reduced(0.0, kappa) }
    }

    /// The density, at any angle.
    pub(super) fn density(&self, angle: f64) -> f64 {
        (self.log_at_mode - 2.0 * self.kappa * (0.5 * angle).sin().powi(2)).exp()
    }

    /// The mass between `from` and `to`, of angles that go on beyond a turn, each turn of mass 1.
    pub(super) fn mass(&self, from: f64, to: f64) -> f64 {
        if !(self.kappa >= 0.0 && self.kappa.is_finite() && from.is_finite() && to.is_finite()) {
            return f64::NAN;
        }
        let (from, to) = (Turned::of(from), Turned::of(to));
        let tails = [&from, &to].map(|end| self.tail(end.angle.abs()));
        // Both counted from where they are small, so that whole turns come in last.
        let [(tail_from, turns_from), (tail_to, turns_to)] =
            [(&from, tails[0]), (&to, tails[1])].map(|(end, tail)| {
                if end.angle > 0.0 { (-tail, end.turns + 1.0) } else { (tail, end.turns) }
            });
        (turns_to - turns_from) + (tail_to - tail_from)
    }

    /// How fast the mass between 0 and an angle grows with the concentration: odd, and the same a turn away.
    pub(super) fn growth(&self, angle: f64) -> f64 {
        let Turned { angle, .. } = Turned::of(angle);
        -self.density(angle) * angle_slope(self.kappa, 2.0, angle.abs()) * angle.signum()
    }

    /// The mass between an angle, 0 or more, and π.
    fn tail(&self, angle: f64) -> f64 {
        let log_density = |t: f64| 2.0 * self.kappa * (0.5 * (angle + t)).sin() * (0.5 * (angle - t)).sin();
        let end = end_of_mass(angle, PI, log_density);
        self.density(angle) * integral(angle, end, |t| log_density(t).exp())
    }
}
