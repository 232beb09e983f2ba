//! Rows that become the parts of one event.

use burn::tensor::{Int, Tensor, TensorData};

use crate::enumeration::numerals;
use crate::rows::{places, sum_event};
use crate::{
    Cdf, ConditionalReparameterized, DetachParams, Distribution, Entropy, Enumerable, Expand, Factorized,
    Icdf, KlDivergence, Mean, Mode, Reparameterized, Rng, SelectRows, Variance,
};

/// `parts` neighbouring rows of `D` as independent parts of one event.
///
/// `log p(x) = Σ_i log p_i(x_i)`: row `r` of the event `[rows, parts·e]` holds rows `r·parts … r·parts +
/// parts − 1` of `D`, whose events have size `e`.
///
/// The families of this crate have independent dimensions in each row already. This is for those whose
/// event is one thing, such as a mixture: with events of one number, a mixture for each dimension; with
/// `e` channels, a choice for each pixel that its channels share. So a mixture of discretized logistics
/// (Salimans et al. 2017, arXiv:1701.05517) is
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use jensen_prob::{Categorical, DiscretizedLogistic, Distribution, Independent, Mixture};
///
/// let (device, rows, pixels, k) = (Device::flex(), 2, 3, 5);
/// // What a decoder gives: `k` logits for each pixel, and locations and log-scales component-major.
/// let weights = Categorical::from_logits(Tensor::zeros([rows * pixels, k], &device));
/// let location = Tensor::full([k * rows * pixels, 1], 0.5, &device);
/// let log_scale = Tensor::full([1, 1], -2.0, &device);
/// let pixel = Mixture::new(weights, DiscretizedLogistic::new(location, log_scale, 256));
/// let image = Independent::new(pixel, pixels);
/// assert_eq!(image.log_prob(&Tensor::zeros([rows, pixels], &device)).dims(), [rows]);
/// ```
#[derive(Clone, Debug)]
pub struct Independent<D> {
    part: D,
    parts: usize,
}

impl<D: Distribution<Value = Tensor<2>>> Independent<D> {
    /// From the distributions of all parts, those of a row side by side.
    ///
    /// # Panics
    /// If the rows of `part` do not divide into `parts`.
    pub fn new(part: D, parts: usize) -> Self {
        let rows = part.rows();
        assert!(parts > 0 && rows.is_multiple_of(parts), "{rows} rows do not make events of {parts} parts");
        Self { part, parts }
    }

    /// The distributions of all parts, `rows · parts` rows.
    pub fn part(&self) -> &D {
        &self.part
    }

    /// `[rows, parts·e]` to `[rows·parts, e]`.
    ///
    /// # Panics
    /// If the event does not divide into the parts.
    fn split(&self, event: &Tensor<2>) -> Tensor<2> {
        let ([rows, size], parts) = (event.dims(), self.parts);
        assert!(size.is_multiple_of(parts), "an event of {size} numbers does not divide into {parts} parts");
        event.clone().reshape([rows * parts, size / parts])
    }

    /// `[rows·parts, e]` to `[rows, parts·e]`.
    fn join(&self, parts: Tensor<2>) -> Tensor<2> {
        let [rows, size] = parts.dims();
        parts.reshape([rows / self.parts, size * self.parts])
    }

    /// `[rows·parts]` to `[rows, parts]`.
    fn by_part(&self, of_parts: Tensor<1>) -> Tensor<2> {
        let [rows] = of_parts.dims();
        of_parts.reshape([rows / self.parts, self.parts])
    }

    /// `[rows·parts]` to `[rows]`.
    fn sum(&self, of_parts: Tensor<1>) -> Tensor<1> {
        sum_event(self.by_part(of_parts))
    }

    /// The sum of what `f` gives of the parts of both.
    ///
    /// # Panics
    /// If the events have other parts.
    pub(crate) fn sum_with<P>(&self, p: &Independent<P>, f: impl FnOnce(&D, &P) -> Tensor<1>) -> Tensor<1> {
        self.meets(p);
        self.sum(f(&self.part, &p.part))
    }

    /// # Panics
    /// If the events have other parts.
    fn meets<P>(&self, p: &Independent<P>) {
        assert_eq!(self.parts, p.parts, "an event of {} parts meets one of {}", self.parts, p.parts);
    }

    /// A draw of the parts, in which part `i` of the example `n` is the example `n·parts + i`: it does not
    /// move with the batch.
    fn draw<T>(&self, rng: &Rng, draw: impl FnOnce(&Rng) -> T) -> T {
        let rng = rng.fork("parts");
        let parts = self.parts as u64;
        let names: Option<Vec<u64>> = rng.row_names().map(|names| {
            let of_row = |name: &u64| {
                let first = name.wrapping_mul(parts);
                (0..parts).map(move |i| first.wrapping_add(i))
            };
            names.iter().flat_map(of_row).collect()
        });
        match &names {
            Some(names) => draw(&rng.name_rows(names)),
            None => draw(&rng),
        }
    }
}

impl<D: Distribution<Value = Tensor<2>>> Distribution for Independent<D> {
    type Value = Tensor<2>;

    fn rows(&self) -> usize {
        self.part.rows() / self.parts
    }

    fn sample(&self, rng: &Rng) -> Tensor<2> {
        self.join(self.draw(rng, |rng| self.part.sample(rng)))
    }

    fn log_prob(&self, value: &Tensor<2>) -> Tensor<1> {
        self.sum(self.part.log_prob(&self.split(value)))
    }
}

impl<D: Reparameterized + Distribution<Value = Tensor<2>>> Reparameterized for Independent<D> {
    fn rsample(&self, rng: &Rng) -> Tensor<2> {
        self.join(self.draw(rng, |rng| self.part.rsample(rng)))
    }

    fn rsample_with_log_prob(&self, rng: &Rng) -> (Tensor<2>, Tensor<1>) {
        let (value, log_prob) = self.draw(rng, |rng| self.part.rsample_with_log_prob(rng));
        (self.join(value), self.sum(log_prob))
    }
}

impl<D: ConditionalReparameterized> ConditionalReparameterized for Independent<D> {
    fn logits(&self) -> Tensor<2> {
        self.join(self.part.logits())
    }

    fn with_logits(&self, logits: Tensor<2>) -> Self {
        Self { part: self.part.with_logits(self.split(&logits)), parts: self.parts }
    }

    fn continuous_sample(&self, rng: &Rng) -> Tensor<2> {
        self.join(self.draw(rng, |rng| self.part.continuous_sample(rng)))
    }

    fn continuous_sample_given(&self, value: &Tensor<2>, rng: &Rng) -> Tensor<2> {
        let value = self.split(value);
        self.join(self.draw(rng, |rng| self.part.continuous_sample_given(&value, rng)))
    }

    fn discretize(&self, continuous: &Tensor<2>) -> Tensor<2> {
        self.join(self.part.discretize(&self.split(continuous)))
    }

    fn relax(&self, continuous: Tensor<2>, temperature: Tensor<2>) -> Tensor<2> {
        self.join(self.part.relax(self.split(&continuous), temperature))
    }
}

impl<D: Mean + Distribution<Value = Tensor<2>>> Mean for Independent<D> {
    fn mean(&self) -> Tensor<2> {
        self.join(self.part.mean())
    }
}

impl<D: Variance + Distribution<Value = Tensor<2>>> Variance for Independent<D> {
    fn variance(&self) -> Tensor<2> {
        self.join(self.part.variance())
    }
}

impl<D: Mode + Distribution<Value = Tensor<2>>> Mode for Independent<D> {
    fn mode(&self) -> Tensor<2> {
        self.join(self.part.mode())
    }
}

impl<D: Cdf> Cdf for Independent<D> {
    fn cdf(&self, value: &Tensor<2>) -> Tensor<2> {
        self.join(self.part.cdf(&self.split(value)))
    }
}

impl<D: Icdf> Icdf for Independent<D> {
    fn icdf(&self, probability: &Tensor<2>) -> Tensor<2> {
        self.join(self.part.icdf(&self.split(probability)))
    }
}

impl<D: Entropy + Distribution<Value = Tensor<2>>> Entropy for Independent<D> {
    /// The sum of those of the parts.
    fn entropy(&self) -> Tensor<1> {
        self.sum(self.part.entropy())
    }
}

impl<P, D> KlDivergence<Independent<P>> for Independent<D>
where
    P: Distribution<Value = Tensor<2>>,
    D: KlDivergence<P> + Distribution<Value = Tensor<2>>,
{
    /// The sum of those of the parts.
    ///
    /// # Panics
    /// If the events have other parts, or the row counts do not divide one another.
    fn kl_divergence(&self, p: &Independent<P>) -> Tensor<1> {
        self.sum_with(p, D::kl_divergence)
    }
}

/// The parts are the dimensions, each of which may be several numbers.
impl<P, D> Factorized<Independent<P>> for Independent<D>
where
    P: Distribution<Value = Tensor<2>>,
    D: KlDivergence<P> + Distribution<Value = Tensor<2>>,
{
    /// `log p_i(x_i)`, `[rows, parts]`.
    fn log_prob_per_dim(&self, value: &Tensor<2>) -> Tensor<2> {
        self.by_part(self.part.log_prob(&self.split(value)))
    }

    /// `KL(q_i ‖ p_i)`, `[rows, parts]`.
    ///
    /// # Panics
    /// If the events have other parts, or the row counts do not divide one another.
    fn kl_per_dim(&self, p: &Independent<P>) -> Tensor<2> {
        self.meets(p);
        self.by_part(self.part.kl_divergence(&p.part))
    }
}

impl<D: Enumerable + Distribution<Value = Tensor<2>>> Enumerable for Independent<D> {
    /// Every choice of a value for each part; the first part changes fastest.
    ///
    /// # Panics
    /// If there are more than 2²⁰ values.
    fn enumerate(&self) -> Tensor<2> {
        let (of_parts, held, parts) = (self.part.enumerate(), self.part.rows(), self.parts);
        let choices = numerals(of_parts.dims()[0] / held, parts);
        let places = choices.flat_map(|choice| {
            (0..held).map(move |row| (choice[row % parts] * held + row).cast_signed() as i64)
        });
        let places: Vec<i64> = places.collect();
        let places = TensorData::new(places.clone(), [places.len()]);
        self.join(of_parts.clone().select(0, Tensor::from_data(places, &of_parts.device())))
    }
}

impl<D: DetachParams + Distribution<Value = Tensor<2>>> DetachParams for Independent<D> {
    fn detach_params(&self) -> Self {
        Self { part: self.part.detach_params(), parts: self.parts }
    }
}

impl<D: Expand + Distribution<Value = Tensor<2>>> Expand for Independent<D> {
    fn expand(&self, samples: usize) -> Self {
        Self { part: self.part.expand(samples), parts: self.parts }
    }
}

impl<D: SelectRows + Distribution<Value = Tensor<2>>> SelectRows for Independent<D> {
    fn select_rows(&self, rows: &Tensor<1, Int>) -> Self {
        let ([count], parts) = (rows.dims(), self.parts);
        let part = places(parts, &rows.device()).repeat_dim(0, count);
        let first = (rows.clone() * parts as u64).reshape([count, 1]).repeat_dim(1, parts);
        Self { part: self.part.select_rows(&(first.reshape([count * parts]) + part)), parts }
    }
}
