//! That options make sense, whatever the data.

use super::MixtureError;

fn must(
    holds: bool,
    name: &'static str,
    found: &dyn std::fmt::Display,
    rule: &str,
) -> Result<(), MixtureError> {
    if holds {
        return Ok(());
    }
    Err(MixtureError::Parameter { name, problem: format!("is {found}, but must be {rule}") })
}

/// That there is one at least of what is counted.
pub(crate) fn one_or_more(name: &'static str, count: usize) -> Result<(), MixtureError> {
    must(count > 0, name, &count, "1 or more")
}

/// That a number is neither negative nor infinite nor none.
pub(crate) fn zero_or_more(name: &'static str, number: f64) -> Result<(), MixtureError> {
    must(number >= 0.0 && number.is_finite(), name, &number, "finite and zero or more")
}

/// That a number is above zero and finite.
pub(crate) fn positive(name: &'static str, number: f64) -> Result<(), MixtureError> {
    must(number > 0.0 && number.is_finite(), name, &number, "finite and above zero")
}
