//! A change of the order of dimensions.

use burn::tensor::{Int, Tensor, TensorData};
use jensen_random::Rng;

use super::{Bijector, SelectMaps, no_change};

/// `y_i = x_{order(i)}`, without a change of volume: what lets couplings reach every dimension.
#[derive(Clone, Debug)]
pub struct Permutation {
    order: Vec<usize>,
}

impl Permutation {
    /// From the dimension of `x` that each dimension of `y` is.
    ///
    /// # Panics
    /// If a dimension is missing or named twice.
    pub fn new(order: Vec<usize>) -> Self {
        let mut sorted = order.clone();
        sorted.sort_unstable();
        assert!(sorted.iter().copied().eq(0..order.len()), "{order:?} is not an order of its dimensions");
        Self { order }
    }

    /// The last of `d` dimensions first.
    pub fn reversal(d: usize) -> Self {
        Self { order: (0..d).rev().collect() }
    }

    /// A uniformly random order of `d` dimensions.
    pub fn random(d: usize, rng: &Rng) -> Self {
        Self { order: rng.permutation(d) }
    }

    fn inverted(&self) -> Self {
        let mut order = vec![0; self.order.len()];
        for (to, &from) in self.order.iter().enumerate() {
            order[from] = to;
        }
        Self { order }
    }
}

impl Bijector for Permutation {
    fn forward_with_log_det(&self, x: Tensor<2>) -> (Tensor<2>, Tensor<1>) {
        let (d, event) = (self.order.len(), x.dims()[1]);
        assert_eq!(d, event, "an order of {d} dimensions meets an event of {event} numbers");
        let places: Vec<i32> = self
            .order
            .iter()
            .map(|&i| i32::try_from(i).expect("dimensions are counted in 32 bits"))
            .collect();
        let device = x.device().without_autodiff();
        let places = Tensor::<1, Int>::from_data(TensorData::new(places, [d]), &device);
        let log_det = no_change(&x);
        (x.select(1, places), log_det)
    }

    fn inverse_with_log_det(&self, y: Tensor<2>) -> (Tensor<2>, Tensor<1>) {
        self.inverted().forward_with_log_det(y)
    }

    fn detach_params(&self) -> Self {
        self.clone()
    }
}

impl SelectMaps for Permutation {
    fn select_maps(&self, _rows: &Tensor<1, Int>) -> Self {
        self.clone()
    }
}
