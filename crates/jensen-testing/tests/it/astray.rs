//! A divergence to another family with one fault each.

use burn::tensor::Tensor;
use jensen_prob::{Distribution, KlDivergence, Laplace, Normal, Rng};
use jensen_testing::{Conformance, double};

use crate::crooked::rejects;

/// A normal distribution whose divergence to a Laplace distribution has one fault.
struct Astray {
    normal: Normal,
    fault: Fault,
}

#[derive(Clone, Copy)]
enum Fault {
    /// A little too small.
    Value,
    /// The first dimension alone.
    Event,
    /// More rows of `p` next to themselves.
    Rows,
    /// The location of `p` cut off.
    Gradient,
}

impl Distribution for Astray {
    type Value = Tensor<2>;

    fn rows(&self) -> usize {
        self.normal.rows()
    }

    fn sample(&self, rng: &Rng) -> Tensor<2> {
        self.normal.sample(rng)
    }

    fn log_prob(&self, value: &Tensor<2>) -> Tensor<1> {
        self.normal.log_prob(value)
    }
}

impl KlDivergence<Laplace> for Astray {
    fn kl_divergence(&self, p: &Laplace) -> Tensor<1> {
        let first = |t: Tensor<2>| t.narrow(1, 0, 1);
        match self.fault {
            Fault::Value => self.normal.kl_divergence(p) * 0.98,
            Fault::Event => Normal::new(first(self.normal.mean()), first(self.normal.std()))
                .kl_divergence(&Laplace::new(first(p.location()), first(p.scale()))),
            Fault::Rows => {
                let divergence = self.normal.kl_divergence(p);
                let ([larger], rows) = (divergence.dims(), self.rows());
                divergence.reshape([larger / rows, rows]).swap_dims(0, 1).reshape([larger])
            }
            Fault::Gradient => self.normal.kl_divergence(&Laplace::new(p.location().detach(), p.scale())),
        }
    }
}

#[test]
fn a_divergence_to_another_family_that_is_wrong() {
    let numbers = [[0.3, -1.0, 0.8, 2.0], [1.0, 0.5, 2.0, 0.7], [0.0, 1.0, -1.0, 0.4], [0.6, 1.5, 1.0, 2.0]];
    let [mean, std, location, scale] = numbers.map(|numbers| double(&[2, 2], &numbers));
    let p = Conformance::new(&[location, scale], |p| Laplace::new(p[0].clone(), p[1].clone()));
    let verdict = |fault: Fault| {
        let normal = [mean.clone(), std.clone()];
        Conformance::new(&normal, move |p| Astray { normal: Normal::new(p[0].clone(), p[1].clone()), fault })
            .divergence_to(&p)
            .verdict()
    };
    rejects(verdict(Fault::Value), &["divergence to another family"]);
    rejects(verdict(Fault::Event), &["events of the divergence to another family"]);
    rejects(verdict(Fault::Rows), &["rows of the divergence to another family"]);
    rejects(verdict(Fault::Gradient), &["gradients of the divergence to another family"]);
}
