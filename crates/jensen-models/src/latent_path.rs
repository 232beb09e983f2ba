//! Ways through the latent space.

use burn::tensor::{Device, Tensor, TensorData};

/// `steps` points on the straight line from `from` to `to`, both `[1, latent]`: `[steps, latent]`.
///
/// # Panics
/// If `steps` is below 2.
pub fn between(from: Tensor<2>, to: Tensor<2>, steps: usize) -> Tensor<2> {
    assert!(steps >= 2, "a path has two ends");
    let points = (0..steps).map(|step| {
        let share = step as f64 / (steps - 1) as f64;
        from.clone() * (1.0 - share) + to.clone() * share
    });
    Tensor::cat(points.collect(), 0)
}

/// For each of `dims`, a copy of `center` with that dimension at each of `values` in turn:
/// `[dims · values, latent]`.
///
/// # Panics
/// If a dimension does not exist.
pub fn along(dims: &[usize], values: &[f64], center: &[f32], device: &Device) -> Tensor<2> {
    let mut latents = Vec::with_capacity(dims.len() * values.len() * center.len());
    for &dim in dims {
        for &value in values {
            let start = latents.len();
            latents.extend_from_slice(center);
            latents[start + dim] = value as f32;
        }
    }
    Tensor::from_data(TensorData::new(latents, [dims.len() * values.len(), center.len()]), device)
}

/// For each of `variables`, which are choices among so many categories, a copy of `center` with each of the first `shown`
/// categories chosen in turn: `[variables · shown, latent]`.
///
/// # Panics
/// If a variable or category does not exist.
pub fn among(
    variables: &[usize],
    shown: usize,
    categories: usize,
    center: &[f32],
    device: &Device,
) -> Tensor<2> {
    let mut latents = Vec::with_capacity(variables.len() * shown * center.len());
    for &variable in variables {
        for category in 0..shown {
            let start = latents.len();
            latents.extend_from_slice(center);
            let choice = &mut latents[start + variable * categories..][..categories];
            choice.fill(0.0);
            choice[category] = 1.0;
        }
    }
    Tensor::from_data(TensorData::new(latents, [variables.len() * shown, center.len()]), device)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(tensor: Tensor<2>) -> Vec<f32> {
        tensor.into_data().iter::<f32>().collect()
    }

    #[test]
    fn a_line_has_both_ends() {
        let point = |x: f32| Tensor::<2>::from_data([[x, 1.0]], &Device::flex());
        assert_eq!(values(between(point(0.0), point(2.0), 3)), [0.0, 1.0, 1.0, 1.0, 2.0, 1.0]);
    }

    #[test]
    fn one_dimension_moves_at_a_time() {
        let rows = values(along(&[1, 0], &[-1.0, 1.0], &[5.0, 6.0], &Device::flex()));
        assert_eq!(rows, [5.0, -1.0, 5.0, 1.0, -1.0, 6.0, 1.0, 6.0]);
    }

    #[test]
    fn one_choice_is_made_at_a_time() {
        let rows = values(among(&[1], 2, 2, &[0.3, 0.7, 0.6, 0.4], &Device::flex()));
        assert_eq!(rows, [0.3, 0.7, 1.0, 0.0, 0.3, 0.7, 0.0, 1.0]);
    }
}
