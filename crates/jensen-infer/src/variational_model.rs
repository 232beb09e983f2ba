//! A model and a guide that are trained together.

use burn::module::Module;

use crate::{FromBatch, Guide, JointModel};

/// A module that holds a model `p(x, z | c)` and a guide `q(z | x, c)`: what is optimised together.
///
/// A pair `(model, guide)` of modules is one, and so is a module that is both; a type with named fields gives its
/// parameters better names.
pub trait VariationalModel: Module {
    /// The generative half.
    type Model: JointModel<Observation: FromBatch, Condition: FromBatch>;
    /// The inference half.
    type Guide: Guide<Self::Model>;

    /// The generative half, `p`.
    fn model(&self) -> &Self::Model;

    /// The inference half, `q`.
    fn guide(&self) -> &Self::Guide;
}

impl<M, G> VariationalModel for (M, G)
where
    M: Module + JointModel<Observation: FromBatch, Condition: FromBatch>,
    G: Module + Guide<M>,
{
    type Model = M;
    type Guide = G;

    fn model(&self) -> &M {
        &self.0
    }

    fn guide(&self) -> &G {
        &self.1
    }
}

impl<V> VariationalModel for V
where
    V: Module + JointModel<Observation: FromBatch, Condition: FromBatch> + Guide<V>,
{
    type Model = V;
    type Guide = V;

    fn model(&self) -> &V {
        self
    }

    fn guide(&self) -> &V {
        self
    }
}
