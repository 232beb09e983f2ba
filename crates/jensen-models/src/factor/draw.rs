//! Draws.

use jensen_random::Rng;

use super::FactorMixture;
use crate::mixture::Draws;
use crate::mixture::draw::Choice;

impl FactorMixture {
    /// `rows` draws. Row `r` is draw `r` of the stream however many are drawn.
    ///
    /// # Panics
    /// Never: a mixture has been checked.
    pub fn sample(&self, rng: &Rng, rows: usize) -> Draws {
        let (d, q) = (self.columns(), self.latents());
        let choice = Choice::new(self.weights().iter().copied()).expect("weights that sum to one");
        let chooser = rng.fork("component").without_rows();
        let components: Vec<_> = (0..rows).map(|row| choice.draw(&chooser, row as u64)).collect();
        let factors = rng.fork("factors").without_rows().normals(rows, q);
        let noise = rng.fork("noise").without_rows().normals(rows, d);
        let mut values = Vec::with_capacity(rows * d);
        for (row, &k) in components.iter().enumerate() {
            let (z, noise) = (&factors[row * q..(row + 1) * q], &noise[row * d..(row + 1) * d]);
            values.extend((0..d).map(|j| {
                let own = self.mean(k)[j] + self.variance(k, j).sqrt() * f64::from(noise[j]);
                self.loading(k, j).iter().zip(z).fold(own, |sum, (w, z)| sum + w * f64::from(*z))
            }));
        }
        Draws { values, components }
    }
}
