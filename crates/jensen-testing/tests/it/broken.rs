//! A normal distribution with one fault.

use burn::tensor::{Int, Tensor};
use jensen_prob::{
    DetachParams, Distribution, Entropy, Expand, Factorized, KlDivergence, Mean, Normal, Reparameterized,
    Rng, SelectRows,
};

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fault {
    None,
    DensityOffByConstant,
    BiasedDraws,
    SameDrawInEveryRow,
    Mean,
    Entropy,
    ReverseKl,
    RowMajor,
    RowMajorExpand,
    SelectInOrder,
    LostGradient,
    LostRsampleGradient,
    KeptGradient,
    RsampleLogProb,
}

pub struct Broken {
    right: Normal,
    fault: Fault,
}

impl Broken {
    pub fn new(mean: Tensor<2>, std: Tensor<2>, fault: Fault) -> Self {
        Self { right: Normal::new(mean, std), fault }
    }

    /// Every row repeated next to itself.
    fn interleaved(&self, times: usize) -> Normal {
        let interleave = |t: Tensor<2>| {
            let [rows, event] = t.dims();
            t.reshape([rows, 1, event]).repeat_dim(1, times).reshape([rows * times, event])
        };
        Normal::new(interleave(self.right.mean()), interleave(self.right.std()))
    }
}

impl Distribution for Broken {
    type Value = Tensor<2>;

    fn rows(&self) -> usize {
        self.right.rows()
    }

    fn sample(&self, rng: &Rng) -> Tensor<2> {
        let draw = self.right.sample(rng);
        match self.fault {
            Fault::BiasedDraws => draw + self.right.std().inner() * 0.05,
            Fault::SameDrawInEveryRow => draw.clone().narrow(0, 0, 1).expand(draw.dims()),
            _ => draw,
        }
    }

    fn log_prob(&self, value: &Tensor<2>) -> Tensor<1> {
        let (rows, values) = (self.rows(), value.dims()[0]);
        match self.fault {
            Fault::DensityOffByConstant => self.right.log_prob(value) + 0.1,
            Fault::RowMajor if values > rows => self.interleaved(values / rows).log_prob(value),
            Fault::LostGradient => Normal::new(self.right.mean(), self.right.std().detach()).log_prob(value),
            _ => self.right.log_prob(value),
        }
    }
}

impl Reparameterized for Broken {
    fn rsample(&self, rng: &Rng) -> Tensor<2> {
        match self.fault {
            Fault::LostRsampleGradient => {
                Normal::new(self.right.mean(), self.right.std().detach()).rsample(rng)
            }
            _ => self.right.rsample(rng),
        }
    }

    fn rsample_with_log_prob(&self, rng: &Rng) -> (Tensor<2>, Tensor<1>) {
        let (value, log_prob) = self.right.rsample_with_log_prob(rng);
        if self.fault == Fault::RsampleLogProb { (value, log_prob * 2.0) } else { (value, log_prob) }
    }
}

impl Mean for Broken {
    fn mean(&self) -> Tensor<2> {
        if self.fault == Fault::Mean { self.right.mean() * 1.2 } else { self.right.mean() }
    }
}

impl Entropy for Broken {
    fn entropy(&self) -> Tensor<1> {
        if self.fault == Fault::Entropy { self.right.entropy() - 0.5 } else { self.right.entropy() }
    }
}

impl KlDivergence for Broken {
    fn kl_divergence(&self, p: &Self) -> Tensor<1> {
        if self.fault == Fault::ReverseKl {
            p.right.kl_divergence(&self.right)
        } else {
            self.right.kl_divergence(&p.right)
        }
    }
}

impl Factorized for Broken {
    fn log_prob_per_dim(&self, value: &Tensor<2>) -> Tensor<2> {
        self.right.log_prob_per_dim(value)
    }

    fn kl_per_dim(&self, p: &Self) -> Tensor<2> {
        self.right.kl_per_dim(&p.right)
    }
}

impl DetachParams for Broken {
    fn detach_params(&self) -> Self {
        let kept = self.fault == Fault::KeptGradient;
        Self { right: if kept { self.right.clone() } else { self.right.detach_params() }, fault: self.fault }
    }
}

impl Expand for Broken {
    fn expand(&self, samples: usize) -> Self {
        let interleaved = self.fault == Fault::RowMajorExpand;
        let right = if interleaved { self.interleaved(samples) } else { self.right.expand(samples) };
        Self { right, fault: self.fault }
    }
}

impl SelectRows for Broken {
    fn select_rows(&self, rows: &Tensor<1, Int>) -> Self {
        let rows = if self.fault == Fault::SelectInOrder { rows.clone().sort(0) } else { rows.clone() };
        Self { right: self.right.select_rows(&rows), fault: self.fault }
    }
}
