//! What is refused before a step.

use super::{error::EnvironmentError, spec::Spec};

pub(crate) fn check_action(spec: &Spec, action: &[f64]) -> Result<(), EnvironmentError> {
    let environment = || spec.name.clone();
    if action.len() != spec.action_dim() {
        let (expected, actual) = (spec.action_dim(), action.len());
        return Err(EnvironmentError::ActionSize { environment: environment(), expected, actual });
    }
    match action.iter().position(|u| !u.is_finite()) {
        Some(index) => {
            Err(EnvironmentError::ActionNotFinite { environment: environment(), index, value: action[index] })
        }
        None => Ok(()),
    }
}

pub(crate) fn check_state(spec: &Spec, state: &[f64]) -> Result<(), EnvironmentError> {
    let environment = || spec.name.clone();
    if state.len() != spec.state_dim() {
        let (expected, actual) = (spec.state_dim(), state.len());
        return Err(EnvironmentError::StateSize { environment: environment(), expected, actual });
    }
    for (index, &value) in state.iter().enumerate() {
        let (low, high) = (spec.states.low()[index], spec.states.high()[index]);
        if !(value.is_finite() && (low..=high).contains(&value)) {
            let environment = environment();
            return Err(EnvironmentError::StateOutOfLimits { environment, index, value, low, high });
        }
    }
    Ok(())
}
