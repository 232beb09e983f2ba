//! Grey values as bits.

use jensen_random::Rng;

use super::Preprocessing;

impl Preprocessing {
    /// Bits with the grey values as probabilities; a draw belongs to its example and feature.
    pub(super) fn draw(&self, grey: &mut [f32], rows: &[u64], rng: Rng<'_>) {
        let uniforms = rng.name_rows(rows).uniforms(rows.len(), self.features);
        for (value, uniform) in grey.iter_mut().zip(uniforms) {
            *value = f32::from(uniform < *value);
        }
    }
}

/// 1 above one half, else 0.
pub(super) fn threshold(grey: &mut [f32]) {
    for value in grey {
        *value = f32::from(*value > 0.5);
    }
}
