//! A small copyable key that names draws.

use burn::tensor::{Device, Tensor, TensorData};

use crate::philox;

/// Below this many numbers a fill is faster on the calling thread.
const PARALLEL_FROM: usize = 1 << 15;

/// The name of a set of draws: seed, purposes, step, examples and samples.
///
/// `fork` and `at` derive independent streams; `name_rows` and `first_sample` say which example and
/// which Monte-Carlo sample each row of a filled tensor stands for. All are cheap, none draws.
///
/// # Rows
/// A tensor of `R` rows filled under `n` named rows is sample-major: row `r` is sample
/// `first_sample + r / n` of example `rows[r % n]`. Without names, row `r` is example `r`.
///
/// # Promise
/// The integers behind the draws are the same on every platform. The floats are the same bits for
/// the same binary and instruction set, whatever the number of threads.
#[derive(Clone, Copy, Debug)]
pub struct Rng<'a> {
    key: u64,
    rows: Option<&'a [u64]>,
    first_sample: u32,
}

impl Rng<'static> {
    /// The root of all draws of a run.
    pub fn seed(seed: u64) -> Self {
        Self { key: mix(seed), rows: None, first_sample: 0 }
    }
}

impl<'a> Rng<'a> {
    /// The examples that the rows of the next fills stand for, if they were named.
    pub fn row_names(&self) -> Option<&'a [u64]> {
        self.rows
    }
}

impl Rng<'_> {
    /// An independent stream for a purpose: `rng.fork("posterior")`.
    pub fn fork(self, purpose: &str) -> Self {
        // FNV-1a names the purpose; `mix` spreads it over the key.
        let name = purpose
            .bytes()
            .fold(0xCBF2_9CE4_8422_2325, |h, b| (h ^ u64::from(b)).wrapping_mul(0x100_0000_01B3));
        Self { key: mix(self.key ^ mix(name)), ..self }
    }

    /// An independent stream for a step, an epoch or any other index.
    pub fn at(self, index: u64) -> Self {
        Self { key: mix(self.key.rotate_left(17) ^ mix(index.wrapping_add(0x5851_F42D_4C95_7F2D))), ..self }
    }

    /// Says which examples the rows of the next fills stand for.
    pub fn name_rows(self, rows: &[u64]) -> Rng<'_> {
        Rng { key: self.key, rows: Some(rows), first_sample: self.first_sample }
    }

    /// The same stream with no examples named.
    pub fn without_rows(self) -> Rng<'static> {
        Rng { key: self.key, rows: None, first_sample: self.first_sample }
    }

    /// Says that the next fills begin with Monte-Carlo sample `sample` of each example.
    pub fn first_sample(self, sample: usize) -> Self {
        Self { first_sample: sample as u32, ..self }
    }

    /// Standard normal draws, shape `[rows, columns]`.
    ///
    /// # Panics
    /// If `rows` is not a multiple of the named rows.
    pub fn normal(&self, shape: [usize; 2], device: &Device) -> Tensor<2> {
        Tensor::from_data(TensorData::new(self.normals(shape[0], shape[1]), shape), device)
    }

    /// Draws uniform on `[0, 1)`, shape `[rows, columns]`.
    ///
    /// # Panics
    /// If `rows` is not a multiple of the named rows.
    pub fn uniform(&self, shape: [usize; 2], device: &Device) -> Tensor<2> {
        Tensor::from_data(TensorData::new(self.uniforms(shape[0], shape[1]), shape), device)
    }

    /// Standard normal draws as a row-major vector, by the Box–Muller transform.
    ///
    /// # Panics
    /// If `rows` is not a multiple of the named rows.
    pub fn normals(&self, rows: usize, columns: usize) -> Vec<f32> {
        self.fill(rows, columns, |words, out| {
            for (pair, out) in words.chunks_exact(2).zip(out.chunks_mut(2)) {
                // The half step keeps the logarithm finite; the tail reaches 6.6 deviations.
                let u = pair[0] as f32 * 2f32.powi(-32) + 2f32.powi(-33);
                let radius = (-2.0 * u.ln()).sqrt();
                let angle = unit(pair[1]) * std::f32::consts::TAU;
                let (sin, cos) = angle.sin_cos();
                out[0] = radius * cos;
                if let Some(second) = out.get_mut(1) {
                    *second = radius * sin;
                }
            }
        })
    }

    /// Draws uniform on `[0, 1)` as a row-major vector.
    ///
    /// # Panics
    /// If `rows` is not a multiple of the named rows.
    pub fn uniforms(&self, rows: usize, columns: usize) -> Vec<f32> {
        self.fill(rows, columns, |words, out| {
            for (out, word) in out.iter_mut().zip(words) {
                *out = unit(*word);
            }
        })
    }

    /// A uniformly random order of `0..n` (Fisher–Yates).
    pub fn permutation(&self, n: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..n).collect();
        for i in (1..n).rev() {
            let j = self.below(i as u64, i as u64 + 1);
            order.swap(i, j as usize);
        }
        order
    }

    /// An integer uniform on `0..bound`, at `index` of this stream.
    ///
    /// The bias of the fixed-point product (Lemire 2019, without rejection) is below
    /// `bound / 2^64`.
    ///
    /// # Panics
    /// If `bound` is zero.
    pub fn below(&self, index: u64, bound: u64) -> u64 {
        assert!(bound > 0, "an integer below zero does not exist");
        let words = philox::block(counter(0, self.first_sample, index), self.key_words());
        let word = u64::from(words[0]) << 32 | u64::from(words[1]);
        ((u128::from(word) * u128::from(bound)) >> 64) as u64
    }

    fn fill(&self, rows: usize, columns: usize, block: impl Fn(&[u32; 4], &mut [f32]) + Sync) -> Vec<f32> {
        use rayon::prelude::*;
        let named = self.rows.map_or(rows, <[u64]>::len);
        assert!(
            rows == 0 || (named > 0 && rows.is_multiple_of(named)),
            "{rows} rows cannot be drawn for {named} named rows: give a multiple"
        );
        let mut out = vec![0.0; rows * columns];
        if out.is_empty() {
            return out;
        }
        let key = self.key_words();
        let fill_row = |(row, out): (usize, &mut [f32])| {
            let (sample, example) = match self.rows {
                Some(names) => (self.first_sample + (row / named) as u32, names[row % named]),
                None => (self.first_sample, row as u64),
            };
            for (i, out) in out.chunks_mut(4).enumerate() {
                block(&philox::block(counter(i as u32, sample, example), key), out);
            }
        };
        if out.len() < PARALLEL_FROM {
            out.chunks_mut(columns).enumerate().for_each(fill_row);
        } else {
            out.par_chunks_mut(columns).enumerate().for_each(fill_row);
        }
        out
    }

    fn key_words(&self) -> [u32; 2] {
        [self.key as u32, (self.key >> 32) as u32]
    }
}

/// The place of a block within a stream.
fn counter(block: u32, sample: u32, example: u64) -> [u32; 4] {
    [block, sample, example as u32, (example >> 32) as u32]
}

/// 24 random bits as a float in `[0, 1)`.
#[inline]
fn unit(word: u32) -> f32 {
    (word >> 8) as f32 * 2f32.powi(-24)
}

/// The finaliser of SplitMix64 (Steele, Lea & Flood, OOPSLA 2014): a bijection that spreads every
/// bit of its input over the whole word.
fn mix(x: u64) -> u64 {
    let x = x.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

#[cfg(test)]
mod tests {
    use super::Rng;
    use proptest::prelude::{any, prop, prop_assert_eq, proptest};

    proptest! {
        #[test]
        fn a_draw_does_not_move_with_its_batch(seed: u64, rows in prop::collection::vec(any::<u64>(), 1..9), columns in 1usize..11, samples in 1usize..5) {
            let rng = Rng::seed(seed).fork("batching").at(3);
            let all = rng.name_rows(&rows).normals(rows.len() * samples, columns);
            for k in 0..samples {
                for (i, row) in rows.iter().enumerate() {
                    let one = rng.name_rows(std::slice::from_ref(row)).first_sample(k).normals(1, columns);
                    let at = (k * rows.len() + i) * columns;
                    prop_assert_eq!(&all[at..at + columns], &one[..]);
                }
            }
        }

        #[test]
        fn a_permutation_holds_every_index_once(seed: u64, n in 0usize..200) {
            let mut order = Rng::seed(seed).permutation(n);
            order.sort_unstable();
            prop_assert_eq!(order, (0..n).collect::<Vec<_>>());
        }
    }

    #[test]
    fn threads_do_not_move_a_draw() {
        let draw = || Rng::seed(1).normals(300, 401);
        let pool = |n| rayon::ThreadPoolBuilder::new().num_threads(n).build().expect("a pool");
        assert_eq!(pool(1).install(draw), pool(3).install(draw));
    }

    #[test]
    fn streams_differ_by_seed_purpose_and_index() {
        let draws = [
            Rng::seed(1),
            Rng::seed(2),
            Rng::seed(1).fork("a"),
            Rng::seed(1).fork("b"),
            Rng::seed(1).at(0),
            Rng::seed(1).at(1),
            Rng::seed(1).fork("a").at(1),
            Rng::seed(1).at(1).fork("a"),
        ]
        .map(|rng| rng.uniforms(1, 4));
        for (i, a) in draws.iter().enumerate() {
            for b in &draws[..i] {
                assert_ne!(a, b);
            }
        }
    }

    /// Moments of a million draws, each within five standard errors: false alarm 6e-7 a check.
    #[test]
    fn moments_match() {
        let n = 1_000_000;
        let check = |name: &str, draws: &[f32], power: i32, expected: f64, variance: f64| {
            let mean = draws.iter().map(|&x| f64::from(x).powi(power)).sum::<f64>() / n as f64;
            let error = (mean - expected) / (variance / n as f64).sqrt();
            assert!(error.abs() < 5.0, "{name}: moment {power} is {mean}, {error} standard errors off");
        };
        let normal = Rng::seed(11).normals(1000, 1000);
        for (power, expected, variance) in [(1, 0.0, 1.0), (2, 1.0, 2.0), (3, 0.0, 15.0), (4, 3.0, 96.0)] {
            check("normal", &normal, power, expected, variance);
        }
        let uniform = Rng::seed(12).uniforms(1000, 1000);
        for power in 1..4 {
            let (m, v) = (1.0 / f64::from(power + 1), 1.0 / f64::from(2 * power + 1));
            check("uniform", &uniform, power, m, v - m * m);
        }
    }

    /// The first draws of seed 0, so that a change of the addressing cannot pass unseen.
    #[test]
    fn the_addressing_is_frozen() {
        let words: Vec<u64> = (0..3).map(|i| Rng::seed(0).fork("frozen").at(1).below(i, 1 << 32)).collect();
        assert_eq!(words, FROZEN);
    }
    const FROZEN: [u64; 3] = [2_862_793_823, 3_713_986_255, 2_556_983_919];
}
