//! The first principal components of a cloud of points.

use faer::{Mat, Side};

use super::PictureError;

/// Points in `dims` dimensions seen along the directions in which they vary most.
#[derive(Debug, Clone, PartialEq)]
pub struct PrincipalComponents {
    /// Coordinates of each point on the first and the second component.
    pub coordinates: Vec<(f64, f64)>,
    /// Share of the total variance on the first and the second component, in [0, 1].
    pub explained: (f64, f64),
    /// The mean of the points, which has the coordinates (0, 0).
    pub mean: Vec<f64>,
    /// The unit vectors of the first and the second component.
    pub directions: [Vec<f64>; 2],
}

impl PrincipalComponents {
    /// What their axes are called.
    pub fn names(&self) -> [String; 2] {
        let name = |k: usize, share: f64| {
            format!("principal component {k} ({:.0} % of the variance)", 100.0 * share)
        };
        [name(1, self.explained.0), name(2, self.explained.1)]
    }
}

/// Projects points, given row by row as `[rows · dims]`, on their first two principal components.
///
/// The components are eigenvectors of the covariance matrix, computed in f64. An eigenvector has no sign of its
/// own: it is turned so that its entry of largest magnitude is positive, and the picture is the same each time.
///
/// # Errors
/// [`PictureError::Pca`] if a value is not finite, or there are fewer than two dimensions.
pub fn principal_components<T: Copy + Into<f64>>(
    points: &[T],
    dims: usize,
) -> Result<PrincipalComponents, PictureError> {
    let points: Vec<f64> = points.iter().map(|&value| value.into()).collect();
    let rows = points.len() / dims.max(1);
    let fail = |why: String| PictureError::Pca { rows, dims, why };
    if dims < 2 {
        return Err(fail("two components need at least two dimensions".into()));
    }
    if points.iter().any(|value| !value.is_finite()) {
        return Err(fail("a coordinate is not finite".into()));
    }
    let count = rows.max(1) as f64;
    let mut mean = vec![0.0; dims];
    for point in points.chunks_exact(dims) {
        for (sum, &value) in mean.iter_mut().zip(point) {
            *sum += value / count;
        }
    }
    let mut covariance = Mat::<f64>::zeros(dims, dims);
    for point in points.chunks_exact(dims) {
        for i in 0..dims {
            for j in 0..=i {
                let product = (point[i] - mean[i]) * (point[j] - mean[j]);
                covariance[(i, j)] += product / count;
            }
        }
    }
    // Only the lower triangle is filled, and read; eigenvalues come in increasing order.
    let eigen = covariance.self_adjoint_eigen(Side::Lower).map_err(|error| fail(format!("{error:?}")))?;
    let total: f64 = (0..dims).map(|i| covariance[(i, i)]).sum();
    let component = |rank: usize| {
        let column = dims - 1 - rank;
        let direction: Vec<f64> = (0..dims).map(|i| eigen.U()[(i, column)]).collect();
        let largest = direction.iter().fold(0.0_f64, |a, &b| if b.abs() > a.abs() { b } else { a });
        let sign = if largest < 0.0 { -1.0 } else { 1.0 };
        let share = if total > 0.0 { (eigen.S()[column] / total).max(0.0) } else { 0.0 };
        (direction.into_iter().map(|entry| sign * entry).collect::<Vec<f64>>(), share)
    };
    let ((first, share_1), (second, share_2)) = (component(0), component(1));
    let along = |point: &[f64], direction: &[f64]| -> f64 {
        point.iter().zip(&mean).zip(direction).map(|((&x, m), d)| (x - m) * d).sum()
    };
    let coordinates =
        points.chunks_exact(dims).map(|point| (along(point, &first), along(point, &second))).collect();
    let explained = (share_1, share_2);
    Ok(PrincipalComponents { coordinates, explained, mean, directions: [first, second] })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Points on two orthogonal directions of R³ with variances 8 and 2: both are known in closed form.
    #[test]
    fn finds_known_directions() {
        let (u, v) = ([0.6_f64, 0.8, 0.0], [0.8_f64, -0.6, 0.0]);
        let mut points = Vec::new();
        for (a, b) in [(4.0, 0.0), (-4.0, 0.0), (0.0, 2.0), (0.0, -2.0)] {
            points.extend((0..3).map(|i| (a * u[i] + b * v[i] + 7.0) as f32));
        }
        let found = principal_components(&points, 3).expect("finite points");
        assert!((found.explained.0 - 0.8).abs() < 1e-6 && (found.explained.1 - 0.2).abs() < 1e-6);
        let expected = [(4.0, 0.0), (-4.0, 0.0), (0.0, 2.0), (0.0, -2.0)];
        for (&(x, y), (ex, ey)) in found.coordinates.iter().zip(expected) {
            assert!((x - ex).abs() < 1e-5 && (y - ey).abs() < 1e-5, "({x}, {y}) is not ({ex}, {ey})");
        }
    }

    #[test]
    fn one_point_and_equal_points_have_no_variance() {
        for rows in [1, 5] {
            let found = principal_components(&vec![2.5; 4 * rows], 4).expect("finite points");
            assert_eq!(found.coordinates.len(), rows);
            assert_eq!(found.explained, (0.0, 0.0));
            assert!(found.coordinates.iter().all(|&(x, y)| x.abs() < 1e-12 && y.abs() < 1e-12));
        }
    }

    #[test]
    fn refuses_what_it_cannot_do() {
        assert!(principal_components(&[1.0, f32::NAN], 2).is_err());
        assert!(principal_components(&[1.0, 2.0], 1).is_err());
    }
}
