//! Process noise.

use jensen_random::Rng;

use super::{draw::normals, error::EnvironmentError, spec::Spec};

/// Noise `σ ε` with `ε ~ N(0, I)` on the state after every step.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Noise {
    sigma: f64,
}

impl Noise {
    pub(crate) const NONE: Self = Self { sigma: 0.0 };

    /// Noise of a standard deviation that is zero or more, and finite.
    pub(crate) fn new(sigma: f64) -> Result<Self, EnvironmentError> {
        if sigma >= 0.0 && sigma.is_finite() {
            Ok(Self { sigma })
        } else {
            Err(EnvironmentError::Noise(sigma))
        }
    }

    /// Makes of `f(x, u)`, which is in `next`, the state after the step, `clip(f(x, u) + σ ε)`.
    ///
    /// # Errors
    /// When it is not finite, which limits could hide.
    pub(crate) fn follow(
        self,
        spec: &Spec,
        (rng, step, copy): (Rng<'_>, u64, u64),
        (state, action): (&[f64], &[f64]),
        next: &mut [f64],
    ) -> Result<(), EnvironmentError> {
        self.add(rng, step, copy, next);
        if next.iter().any(|x| !x.is_finite()) {
            let (environment, state, action) = (spec.name.clone(), state.to_vec(), action.to_vec());
            return Err(EnvironmentError::Diverged { environment, state, action });
        }
        spec.states.clamp(next);
        Ok(())
    }

    /// Adds that of a copy at a step.
    fn add(self, rng: Rng<'_>, step: u64, copy: u64, state: &mut [f64]) {
        if self.sigma > 0.0 {
            let noise = normals(rng.fork("noise").at(step), copy, state.len());
            for (x, noise) in state.iter_mut().zip(noise) {
                *x += self.sigma * noise;
            }
        }
    }
}
