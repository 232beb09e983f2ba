//! What the score-function gradient subtracts from its signal.

use std::collections::BTreeMap;

use burn::tensor::{Device, Tensor, TensorData};
use jensen_random::Rng;

use super::learned::Variables;
use super::network::Network;
use super::{Control, Learned};
use crate::optimizer::NamedGradients;
use crate::{InferError, StateDict};

/// The share of the last signal in a moving average.
const RATE: f64 = 0.1;
/// Units of the learned baseline's net.
const HIDDEN: usize = 100;

/// A number that does not depend on the sample it is subtracted for: it changes no mean, since
/// `E_q[b ∇ log q] = 0`, and much variance.
#[derive(Debug)]
pub enum Baseline {
    /// 0.
    None,
    /// The mean signal of the steps before (Williams 1992).
    MovingAverage(MovingAverage),
    /// What the other samples of the same example say: leave-one-out for the ELBO (Kool et al. 2019), VIMCO for the
    /// importance-weighted bound (Mnih & Rezende 2016).
    LeaveOneOut,
    /// A function of the observation that is learned beside the model, on top of a moving average: the
    /// input-dependent baseline of NVIL (Mnih & Gregor 2014). Their division by the signal's deviation, which
    /// changes the length of the gradient, is left to the optimizer, and there is one signal for all layers of a net.
    Learned(Box<LearnedBaseline>),
}

impl Baseline {
    pub(super) fn learned(&self) -> Option<&dyn Learned> {
        match self {
            Self::None | Self::LeaveOneOut => None,
            Self::MovingAverage(average) => Some(average),
            Self::Learned(baseline) => Some(baseline.as_ref()),
        }
    }

    pub(super) fn learned_mut(&mut self) -> Option<&mut dyn Learned> {
        match self {
            Self::None | Self::LeaveOneOut => None,
            Self::MovingAverage(average) => Some(average),
            Self::Learned(baseline) => Some(baseline.as_mut()),
        }
    }
}

/// The mean signal so far; of many steps, mostly that of the last ten.
#[derive(Clone, Debug, Default)]
pub struct MovingAverage {
    value: f64,
    updates: u64,
}

impl MovingAverage {
    /// What is subtracted.
    pub fn value(&self) -> f64 {
        self.value
    }

    /// How it follows signals `[K, batch]`.
    pub(super) fn control(&self, signals: &Tensor<2>) -> Control {
        let distance = signals.clone().mean().neg() + self.value;
        Control::new(move |_| {
            NamedGradients::from_entries(BTreeMap::from([("average".to_owned(), distance)]))
        })
    }

    fn follow(&mut self, gradients: &mut NamedGradients) {
        let Some(distance) = gradients.remove("average") else { return };
        let distance = distance.into_scalar::<f64>();
        let rate = RATE.max(1.0 / (self.updates + 1) as f64);
        self.value -= rate * distance;
        self.updates += 1;
    }
}

impl Learned for MovingAverage {
    fn learn(&mut self, mut gradients: NamedGradients, _learning_rate: f64) {
        self.follow(&mut gradients);
    }

    fn state(&self) -> StateDict {
        let mut state = StateDict::new();
        state.insert("average", TensorData::new(vec![self.value], [1]));
        state.insert("updates", TensorData::new(vec![self.updates], [1]));
        state
    }

    fn load_state(&mut self, state: &StateDict) -> Result<(), InferError> {
        let missing = |name: &str| InferError::State { detail: format!("`estimator.{name}` is missing") };
        let value = state.get("average").and_then(|data| data.as_slice::<f64>().ok()?.first().copied());
        let updates = state.get("updates").and_then(|data| data.as_slice::<u64>().ok()?.first().copied());
        if state.len() != 2 {
            return Err(InferError::State { detail: "its estimator has learned something else".to_owned() });
        }
        let value = value.ok_or_else(|| missing("average"))?;
        *self = Self { value, updates: updates.ok_or_else(|| missing("updates"))? };
        Ok(())
    }
}

/// A net of the observation beside a moving average.
#[derive(Debug)]
pub struct LearnedBaseline {
    average: MovingAverage,
    net: Variables<Network>,
}

impl LearnedBaseline {
    /// For observations of `features` numbers, its weights drawn from `rng`, on an autodiff `device`.
    pub fn init(features: usize, rng: &Rng, device: &Device) -> Self {
        let net = Network::init(features, HIDDEN, rng, device);
        Self { average: MovingAverage::default(), net: Variables::new(net) }
    }

    /// The baseline of each example, `[batch]`, with the gradient of the net.
    pub(super) fn of(&self, observation: &Tensor<2>) -> Tensor<1> {
        // What was not observed says nothing.
        let unknown = observation.clone().is_nan();
        let observation = observation.clone().mask_fill(unknown, 0.0);
        self.net.module().forward(observation) + self.average.value
    }

    /// How it follows signals `[K, batch]`, given its own values: by their squared distance.
    pub(super) fn control(&self, signals: Tensor<2>, values: Tensor<1>) -> Control {
        let average = self.average.control(&signals);
        let net = self.net.module().clone();
        Control::new(move |gradients| {
            let distance = values.unsqueeze_dim::<2>(0) - signals;
            let loss = (distance.square() * 0.5).mean();
            let mut all = NamedGradients::of(&net, loss.backward());
            all.accumulate(average.gradients(gradients), 1.0);
            all
        })
    }
}

impl Learned for LearnedBaseline {
    fn learn(&mut self, mut gradients: NamedGradients, learning_rate: f64) {
        self.average.follow(&mut gradients);
        self.net.learn(gradients, learning_rate);
    }

    fn state(&self) -> StateDict {
        let mut state = StateDict::new();
        state.extend_prefixed("average", self.average.state());
        state.extend_prefixed("net", self.net.state());
        state
    }

    fn load_state(&mut self, state: &StateDict) -> Result<(), InferError> {
        let [average, net] = ["average", "net"].map(|part| state.with_prefix_removed(part));
        if average.len() + net.len() != state.len() {
            return Err(InferError::State { detail: "its estimator has learned something else".to_owned() });
        }
        let mut loaded = MovingAverage::default();
        loaded.load_state(&average)?;
        self.net.load_state(&net)?;
        self.average = loaded;
        Ok(())
    }
}
