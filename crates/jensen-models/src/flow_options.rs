//! What the options of flows have in common.

use jensen_infer::InferError;

/// # Errors
/// If there are no layers or one has a net with an empty layer; `options` are the names of both.
pub(crate) fn check(options: [&'static str; 2], layers: usize, hidden: &[usize]) -> Result<(), InferError> {
    if layers == 0 {
        let (option, value) = (options[0], "0".to_owned());
        return Err(InferError::Option { option, value, expected: "at least 1" });
    }
    if hidden.contains(&0) {
        let (option, value) = (options[1], format!("{hidden:?}"));
        return Err(InferError::Option { option, value, expected: "at least 1 in each layer" });
    }
    Ok(())
}

/// # Errors
/// If there are not two sides of a coupling.
pub(crate) fn check_couplings(option: &'static str, latent_dim: usize) -> Result<(), InferError> {
    if latent_dim > 1 {
        return Ok(());
    }
    let value = format!("flow, with a latent dimension of {latent_dim}");
    Err(InferError::Option { option, value, expected: "another family for fewer than two latent dimensions" })
}
