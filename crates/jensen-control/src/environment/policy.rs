//! Who acts.

use jensen_random::Rng;

use super::{draw::uniform_within, error::EnvironmentError, spec::Spec};

/// A choice of an action by the state, or by chance.
pub trait Policy {
    /// The action at a state, `[m]`; what is drawn is drawn at this address, which is another one at every step.
    ///
    /// # Errors
    /// If there is none.
    fn act(&mut self, spec: &Spec, state: &[f64], rng: Rng<'_>) -> Result<Vec<f64>, EnvironmentError>;
}

impl<F: FnMut(&[f64]) -> Vec<f64>> Policy for F {
    fn act(&mut self, _spec: &Spec, state: &[f64], _rng: Rng<'_>) -> Result<Vec<f64>, EnvironmentError> {
        Ok(self(state))
    }
}

/// Actions uniform within what the system takes.
#[derive(Clone, Copy, Debug)]
pub struct Uniform;

impl Policy for Uniform {
    fn act(&mut self, spec: &Spec, _state: &[f64], rng: Rng<'_>) -> Result<Vec<f64>, EnvironmentError> {
        // Other processes need not have limits.
        for (index, (&low, &high)) in spec.actions.low().iter().zip(spec.actions.high()).enumerate() {
            if !(high - low).is_finite() {
                return Err(EnvironmentError::Unlimited { environment: spec.name.clone(), index, low, high });
            }
        }
        Ok(uniform_within(rng, &spec.actions))
    }
}
