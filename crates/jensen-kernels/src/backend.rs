//! How the kernels enter Burn: a backend extension with hand-written backward passes.
//!
//! [`Kernels`] are the operations that a tensor reaches through Burn's dispatch; they exist for
//! Flex and for automatic differentiation over it. Tensors elsewhere never come here: the public
//! functions compose Burn's own operations for them.

use burn::backend::{Autodiff, Backend, Flex, backend_extension, tensor::FloatTensor};
use burn_autodiff::{
    checkpoint::{base::Checkpointer, strategy::CheckpointStrategy},
    grads::Gradients,
    ops::{Backward, Ops, OpsKind},
};

use crate::{bernoulli, cholesky, elementwise, elementwise::Elementwise, triangular, triangular::Factor};

/// Forward operations.
#[backend_extension(Flex, Autodiff)]
pub trait Kernels: Backend {
    /// See [`crate::bernoulli_log_prob`].
    fn bernoulli_log_prob(logits: FloatTensor<Self>, x: FloatTensor<Self>) -> FloatTensor<Self>;

    /// A function of each element.
    fn elementwise(x: FloatTensor<Self>, function: Elementwise) -> FloatTensor<Self>;

    /// See [`crate::cholesky`].
    fn cholesky(a: FloatTensor<Self>) -> FloatTensor<Self>;

    /// See [`crate::solve_lower`] and [`crate::solve_lower_transposed`].
    fn solve_triangular(factor: FloatTensor<Self>, b: FloatTensor<Self>, which: Factor) -> FloatTensor<Self>;
}

/// The vector–Jacobian products of [`Kernels`].
pub trait KernelGradients: Backend {
    /// The gradient for the logits; sums over the rows that share a row.
    fn bernoulli_logits_gradient(
        logits: FloatTensor<Self>,
        x: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
    ) -> FloatTensor<Self>;

    /// The gradient for `x`; sums over the rows that share a row.
    fn bernoulli_x_gradient(
        logits: FloatTensor<Self>,
        x: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
    ) -> FloatTensor<Self>;

    /// `gradient · f′`, where `f′` is a function of what the forward pass saved.
    fn elementwise_gradient(
        saved: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        function: Elementwise,
    ) -> FloatTensor<Self>;

    /// The gradient for a matrix, from its factor and the factor's gradient.
    fn cholesky_gradient(factor: FloatTensor<Self>, gradient: FloatTensor<Self>) -> FloatTensor<Self>;

    /// The gradient for a triangular matrix, from the solution and the gradient for the right-hand side.
    fn triangular_factor_gradient(
        x: FloatTensor<Self>,
        b_gradient: FloatTensor<Self>,
        which: Factor,
    ) -> FloatTensor<Self>;
}

impl Kernels for Flex {
    fn bernoulli_log_prob(logits: FloatTensor<Self>, x: FloatTensor<Self>) -> FloatTensor<Self> {
        bernoulli::forward(logits, x)
    }

    fn elementwise(x: FloatTensor<Self>, function: Elementwise) -> FloatTensor<Self> {
        elementwise::forward(x, function)
    }

    fn cholesky(a: FloatTensor<Self>) -> FloatTensor<Self> {
        cholesky::forward(a)
    }

    fn solve_triangular(factor: FloatTensor<Self>, b: FloatTensor<Self>, which: Factor) -> FloatTensor<Self> {
        triangular::forward(factor, b, which)
    }
}

impl KernelGradients for Flex {
    fn bernoulli_logits_gradient(
        logits: FloatTensor<Self>,
        x: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        bernoulli::logits_gradient(logits, x, gradient)
    }

    fn bernoulli_x_gradient(
        logits: FloatTensor<Self>,
        x: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        bernoulli::x_gradient(logits, x, gradient)
    }

    fn elementwise_gradient(
        saved: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        function: Elementwise,
    ) -> FloatTensor<Self> {
        elementwise::backward(saved, gradient, function)
    }

    fn cholesky_gradient(factor: FloatTensor<Self>, gradient: FloatTensor<Self>) -> FloatTensor<Self> {
        cholesky::gradient(factor, gradient)
    }

    fn triangular_factor_gradient(
        x: FloatTensor<Self>,
        b_gradient: FloatTensor<Self>,
        which: Factor,
    ) -> FloatTensor<Self> {
        triangular::factor_gradient(x, b_gradient, which)
    }
}

impl<B: Kernels + KernelGradients, C: CheckpointStrategy> Kernels for Autodiff<B, C> {
    fn bernoulli_log_prob(logits: FloatTensor<Self>, x: FloatTensor<Self>) -> FloatTensor<Self> {
        let nodes = [logits.node(), x.node()];
        let (logits, x) = (logits.into_primitive(), x.into_primitive());
        match BernoulliBackward.prepare::<C>(nodes).compute_bound().stateful() {
            OpsKind::Tracked(prep) => {
                let output = B::bernoulli_log_prob(logits.clone(), x.clone());
                prep.finish((logits, x), output)
            }
            OpsKind::UnTracked(prep) => prep.finish(B::bernoulli_log_prob(logits, x)),
        }
    }

    fn elementwise(x: FloatTensor<Self>, function: Elementwise) -> FloatTensor<Self> {
        let node = x.node();
        let x = x.into_primitive();
        match ElementwiseBackward.prepare::<C>([node]).compute_bound().stateful() {
            OpsKind::Tracked(prep) if function.saves_output() => {
                let output = B::elementwise(x, function);
                prep.finish((output.clone(), function), output)
            }
            OpsKind::Tracked(prep) => {
                let output = B::elementwise(x.clone(), function);
                prep.finish((x, function), output)
            }
            OpsKind::UnTracked(prep) => prep.finish(B::elementwise(x, function)),
        }
    }

    fn cholesky(a: FloatTensor<Self>) -> FloatTensor<Self> {
        let node = a.node();
        let a = a.into_primitive();
        match CholeskyBackward.prepare::<C>([node]).compute_bound().stateful() {
            OpsKind::Tracked(prep) => {
                let factor = B::cholesky(a);
                prep.finish(factor.clone(), factor)
            }
            OpsKind::UnTracked(prep) => prep.finish(B::cholesky(a)),
        }
    }

    fn solve_triangular(factor: FloatTensor<Self>, b: FloatTensor<Self>, which: Factor) -> FloatTensor<Self> {
        let nodes = [factor.node(), b.node()];
        let (factor, b) = (factor.into_primitive(), b.into_primitive());
        match TriangularBackward.prepare::<C>(nodes).compute_bound().stateful() {
            OpsKind::Tracked(prep) => {
                let x = B::solve_triangular(factor.clone(), b, which);
                prep.finish((factor, x.clone(), which), x)
            }
            OpsKind::UnTracked(prep) => prep.finish(B::solve_triangular(factor, b, which)),
        }
    }
}

#[derive(Debug)]
struct BernoulliBackward;

impl<B: KernelGradients> Backward<B, 2> for BernoulliBackward {
    type State = (FloatTensor<B>, FloatTensor<B>);

    fn backward(self, ops: Ops<Self::State, 2>, grads: &mut Gradients, _: &mut Checkpointer) {
        let [logits_node, x_node] = ops.parents;
        let gradient = grads.consume::<B>(&ops.node);
        let (logits, x) = ops.state;
        if let Some(node) = x_node {
            let product = B::bernoulli_x_gradient(logits.clone(), x.clone(), gradient.clone());
            grads.register::<B>(node.id, product);
        }
        if let Some(node) = logits_node {
            grads.register::<B>(node.id, B::bernoulli_logits_gradient(logits, x, gradient));
        }
    }
}

#[derive(Debug)]
struct ElementwiseBackward;

impl<B: KernelGradients> Backward<B, 1> for ElementwiseBackward {
    type State = (FloatTensor<B>, Elementwise);

    fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
        let [node] = ops.parents;
        let gradient = grads.consume::<B>(&ops.node);
        let (saved, function) = ops.state;
        if let Some(node) = node {
            grads.register::<B>(node.id, B::elementwise_gradient(saved, gradient, function));
        }
    }
}

#[derive(Debug)]
struct CholeskyBackward;

impl<B: KernelGradients> Backward<B, 1> for CholeskyBackward {
    type State = FloatTensor<B>;

    fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
        let [node] = ops.parents;
        let gradient = grads.consume::<B>(&ops.node);
        if let Some(node) = node {
            grads.register::<B>(node.id, B::cholesky_gradient(ops.state, gradient));
        }
    }
}

#[derive(Debug)]
struct TriangularBackward;

impl<B: Kernels + KernelGradients> Backward<B, 2> for TriangularBackward {
    type State = (FloatTensor<B>, FloatTensor<B>, Factor);

    fn backward(self, ops: Ops<Self::State, 2>, grads: &mut Gradients, _: &mut Checkpointer) {
        let [factor_node, b_node] = ops.parents;
        let gradient = grads.consume::<B>(&ops.node);
        let (factor, x, which) = ops.state;
        let b_gradient = B::solve_triangular(factor, gradient, which.transposed());
        if let Some(node) = factor_node {
            let product = B::triangular_factor_gradient(x, b_gradient.clone(), which);
            grads.register::<B>(node.id, product);
        }
        if let Some(node) = b_node {
            grads.register::<B>(node.id, b_gradient);
        }
    }
}
