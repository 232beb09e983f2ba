//! Divergences that add up over independent parts.

use burn::tensor::Tensor;

use crate::{Distribution, Independent, Joint, RenyiDivergence, SquaredWasserstein};

impl<P, Q, A, B> RenyiDivergence<Joint<P, Q>> for Joint<A, B>
where
    P: Distribution,
    Q: Distribution,
    A: RenyiDivergence<P>,
    B: RenyiDivergence<Q>,
{
    fn renyi_divergence(&self, p: &Joint<P, Q>, alpha: f64) -> Tensor<1> {
        self.first().renyi_divergence(p.first(), alpha) + self.second().renyi_divergence(p.second(), alpha)
    }
}

/// Of the distance whose square is the sum of those of the parts.
impl<P, Q, A, B> SquaredWasserstein<Joint<P, Q>> for Joint<A, B>
where
    P: Distribution,
    Q: Distribution,
    A: SquaredWasserstein<P>,
    B: SquaredWasserstein<Q>,
{
    fn squared_wasserstein(&self, p: &Joint<P, Q>) -> Tensor<1> {
        self.first().squared_wasserstein(p.first()) + self.second().squared_wasserstein(p.second())
    }
}

impl<P, D> RenyiDivergence<Independent<P>> for Independent<D>
where
    P: Distribution<Value = Tensor<2>>,
    D: RenyiDivergence<P> + Distribution<Value = Tensor<2>>,
{
    fn renyi_divergence(&self, p: &Independent<P>, alpha: f64) -> Tensor<1> {
        self.sum_with(p, |q, p| q.renyi_divergence(p, alpha))
    }
}

impl<P, D> SquaredWasserstein<Independent<P>> for Independent<D>
where
    P: Distribution<Value = Tensor<2>>,
    D: SquaredWasserstein<P> + Distribution<Value = Tensor<2>>,
{
    fn squared_wasserstein(&self, p: &Independent<P>) -> Tensor<1> {
        self.sum_with(p, D::squared_wasserstein)
    }
}
