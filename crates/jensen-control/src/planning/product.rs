//! Products and factors of small row-major matrices, into memory that is there already.
//!
//! A backward pass multiplies matrices of a few rows some hundred times a millisecond. Up to this many multiplications a plain
//! loop is the faster one: two square matrices of 4 rows take 20 ns by loops and 23 by faer, of 8 rows 115 and 41, of 32 rows
//! 5.1 µs and 1.0.

use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};

const LOOP_UP_TO: usize = 100;

/// `out += A B` with `A` of `inner` and `B` of `columns` columns.
pub(crate) fn add_product(out: &mut [f64], a: &[f64], b: &[f64], inner: usize, columns: usize) {
    if out.len() * inner > LOOP_UP_TO && columns > 1 {
        let rows = out.len() / columns;
        let (a, b) =
            (MatRef::from_row_major_slice(a, rows, inner), MatRef::from_row_major_slice(b, inner, columns));
        matmul(MatMut::from_row_major_slice_mut(out, rows, columns), Accum::Add, a, b, 1.0, Par::Seq);
        return;
    }
    for (out, a) in out.chunks_exact_mut(columns).zip(a.chunks_exact(inner)) {
        for (&a, b) in a.iter().zip(b.chunks_exact(columns)) {
            add_scaled(out, a, b);
        }
    }
}

/// `out += Aᵀ B` with `A` of `rows` and `B` of `columns` columns.
pub(crate) fn add_transposed_product(out: &mut [f64], a: &[f64], b: &[f64], rows: usize, columns: usize) {
    if b.len() * rows > LOOP_UP_TO && columns > 1 {
        let inner = b.len() / columns;
        let a = MatRef::from_row_major_slice(a, inner, rows).transpose();
        let b = MatRef::from_row_major_slice(b, inner, columns);
        matmul(MatMut::from_row_major_slice_mut(out, rows, columns), Accum::Add, a, b, 1.0, Par::Seq);
        return;
    }
    for (a, b) in a.chunks_exact(rows).zip(b.chunks_exact(columns)) {
        for (out, &a) in out.chunks_exact_mut(columns).zip(a) {
            add_scaled(out, a, b);
        }
    }
}

/// `out += s v`.
pub(crate) fn add_scaled(out: &mut [f64], scale: f64, vector: &[f64]) {
    for (out, v) in out.iter_mut().zip(vector) {
        *out += scale * v;
    }
}

pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// `(M + Mᵀ)/2` in place.
pub(crate) fn symmetrize(matrix: &mut [f64], n: usize) {
    for i in 0..n {
        for j in 0..i {
            let mean = 0.5 * (matrix[i * n + j] + matrix[j * n + i]);
            (matrix[i * n + j], matrix[j * n + i]) = (mean, mean);
        }
    }
}

/// Puts `L` with `L Lᵀ = M` in the lower triangle; says whether the matrix is positive definite.
///
/// A pivot that is no more than the rounding error of its diagonal entry is no pivot: what it leaves is noise.
#[must_use]
pub(crate) fn cholesky(matrix: &mut [f64], n: usize) -> bool {
    for j in 0..n {
        let diagonal = matrix[j * n + j];
        let row = &matrix[j * n..j * n + j];
        let pivot = diagonal - dot(row, row);
        if !(pivot > n as f64 * f64::EPSILON * diagonal && pivot.is_normal()) {
            return false;
        }
        let root = pivot.sqrt();
        matrix[j * n + j] = root;
        for i in j + 1..n {
            let inner = dot(&matrix[i * n..i * n + j], &matrix[j * n..j * n + j]);
            matrix[i * n + j] = (matrix[i * n + j] - inner) / root;
        }
    }
    true
}

/// `B ← (L Lᵀ)⁻¹ B` with `B` of `columns` columns.
pub(crate) fn cholesky_solve(factor: &[f64], n: usize, b: &mut [f64], columns: usize) {
    for i in 0..n {
        let (above, row) = b.split_at_mut(i * columns);
        let row = &mut row[..columns];
        for (j, above) in above.chunks_exact(columns).enumerate() {
            add_scaled(row, -factor[i * n + j], above);
        }
        for x in row {
            *x /= factor[i * n + i];
        }
    }
    for i in (0..n).rev() {
        let (row, below) = b[i * columns..].split_at_mut(columns);
        for (j, below) in below.chunks_exact(columns).enumerate() {
            add_scaled(row, -factor[(i + 1 + j) * n + i], below);
        }
        for x in row {
            *x /= factor[i * n + i];
        }
    }
}

/// `out += s L M Rᵀ` with `M` of `rows` rows and `columns` columns.
pub(crate) fn add_sandwich(
    out: &mut [f64],
    scale: f64,
    (left, middle, right): (&[f64], &[f64], &[f64]),
    (rows, columns): (usize, usize),
    scratch: &mut Vec<f64>,
) {
    let (height, width) = (left.len() / rows, right.len() / columns);
    scratch.clear();
    scratch.resize(height * columns, 0.0);
    add_product(scratch, left, middle, rows, columns);
    let left = MatRef::from_row_major_slice(scratch, height, columns);
    let right = MatRef::from_row_major_slice(right, width, columns).transpose();
    matmul(MatMut::from_row_major_slice_mut(out, height, width), Accum::Add, left, right, scale, Par::Seq);
}

/// `M += Nᵀ` for square matrices.
pub(crate) fn add_transpose(out: &mut [f64], matrix: &[f64], n: usize) {
    for (i, row) in out.chunks_exact_mut(n).enumerate() {
        for (j, out) in row.iter_mut().enumerate() {
            *out += matrix[j * n + i];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{add_product, add_sandwich, add_transposed_product};
    use jensen_random::Rng;
    use proptest::prelude::{any, prop_assert, proptest};

    proptest! {
        /// By loops and by faer, on both sides of the size that decides.
        #[test]
        fn products_are_sums_of_products(seed in any::<u64>(), rows in 1usize..8, inner in 1usize..8, columns in 1usize..8) {
            let normals = |name: &str, count: usize| -> Vec<f64> {
                Rng::seed(seed).fork(name).normals(1, count).into_iter().map(f64::from).collect()
            };
            let (a, b, before) = (normals("a", rows * inner), normals("b", inner * columns), normals("out", rows * columns));
            let expected: Vec<f64> = (0..rows * columns)
                .map(|at| before[at] + (0..inner).map(|k| a[at / columns * inner + k] * b[k * columns + at % columns]).sum::<f64>())
                .collect();
            let near = |out: &[f64]| out.iter().zip(&expected).all(|(x, y)| (x - y).abs() < 1e-12);
            let mut out = before.clone();
            add_product(&mut out, &a, &b, inner, columns);
            prop_assert!(near(&out));
            let transposed = |m: &[f64], rows: usize, columns: usize| -> Vec<f64> {
                (0..m.len()).map(|at| m[at % rows * columns + at / rows]).collect()
            };
            out.clone_from(&before);
            add_transposed_product(&mut out, &transposed(&a, rows, inner), &b, rows, columns);
            prop_assert!(near(&out));
            let identity: Vec<f64> = (0..inner * inner).map(|at| f64::from(u8::from(at % (inner + 1) == 0))).collect();
            out.clone_from(&before);
            add_sandwich(&mut out, 1.0, (&a, &identity, &transposed(&b, inner, columns)), (inner, inner), &mut Vec::new());
            prop_assert!(near(&out));
        }
    }
}
