//! The score function with a relaxation as control variate.

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor};
use jensen_prob::{ConditionalReparameterized, DetachParams, Distribution, Expand};
use jensen_random::Rng;

use super::learned::Variables;
use super::network::{Network, parameter};
use super::{Control, Estimator, Learned, Problem, Requirement, Surrogate};
use crate::objective::DivergenceForm;
use crate::optimizer::NamedGradients;
use crate::{Guide, InferError, JointModel};

/// Units of the free part of RELAX.
const HIDDEN: usize = 50;
/// How far along the gradient a central difference reaches, in units of the largest component.
const REACH: f64 = 1e-2;

/// REBAR (Tucker, Mnih, Maddison, Lawson & Sohl-Dickstein 2017) and RELAX (Grathwohl, Choi, Wu, Roeder & Duvenaud 2018).
///
/// A discrete draw is a function of a continuous one, `b = H(z)`. With `z ~ q(z)`, `z̃ ~ q(z | b)` and any function `c`,
///
/// `∇ E_q[f(b)] = E[(f(b) − c(z̃)) ∇ log q(b) + ∇ c(z) − ∇ c(z̃)]`,
///
/// unbiased, and of little variance where `c(z)` is near `f(H(z))`: of REBAR `c(z) = η f(σ_λ(z))`, the relaxed model; of RELAX
/// also a net `r(z)` beside it. Scale, temperature and net are learned to make the variance small: with `g` the gradient for
/// the posterior's logits, `∇ E|g|² = E[2 gᵀ ∂g/∂ψ]`. Since `g` is itself a derivative for the logits, `gᵀ ∂g/∂ψ` is that of
/// the surrogate's slope along `g`, taken as a central difference: no second derivative of the model is needed.
///
/// ```
/// use burn::module::{Module, Param};
/// use burn::tensor::{Device, Tensor};
/// use jensen_infer::estimator::{Enumeration, RelaxedControl};
/// use jensen_infer::objective::Elbo;
/// use jensen_infer::{Estimator, Evidence, Guide, InferError, JointModel, Problem, Sampling};
/// use jensen_prob::{Bernoulli, Rng};
/// # use jensen_prob::{Factorized, Normal};
/// # #[derive(Module, Debug)]
/// # struct Model { noise: Param<Tensor<2>> }
/// # impl JointModel for Model {
/// #     type Observation = Tensor<2>;
/// #     type Condition = ();
/// #     type Latent = Tensor<2>;
/// #     type Prior = Bernoulli;
/// #     type Likelihood = Normal;
/// #     fn prior(&self, (): &()) -> Bernoulli {
/// #         Bernoulli::from_logits(Tensor::zeros([1, 1], &Device::flex()))
/// #     }
/// #     fn likelihood(&self, z: &Tensor<2>, (): &()) -> Normal {
/// #         Normal::new(z.clone(), self.noise.val())
/// #     }
/// # }
/// # #[derive(Module, Debug)]
/// # struct Bit { logit: Param<Tensor<2>> }
/// # impl Guide<Model> for Bit {
/// #     type Posterior = Bernoulli;
/// #     fn posterior(&self, evidence: &Evidence<'_, Model>) -> Bernoulli {
/// #         Bernoulli::from_logits(self.logit.val().repeat_dim(0, evidence.rows.len()))
/// #     }
/// #     fn exact_kl(&self, q: &Bernoulli, p: &Bernoulli) -> Option<Tensor<2>> {
/// #         Some(q.kl_per_dim(p))
/// #     }
/// # }
///
/// // z ~ Bernoulli(½), x ~ N(z, 1), and one logit for all examples.
/// let device = Device::flex().autodiff();
/// let number = |x: f64| Param::from_tensor(Tensor::<2>::full([1, 1], x, &device));
/// let (model, guide) = (Model { noise: number(1.0) }, Bit { logit: number(0.7) });
/// let rows: Vec<u64> = (0..4000).collect();
/// let evidence = Evidence::<Model> {
///     observation: Tensor::full([4000, 1], 2.0, &device),
///     condition: (),
///     rows: &rows,
///     log_jacobian: &[0.0; 4000],
/// };
/// let slope = |estimator: &dyn Estimator<Model, Bit>| -> Result<f64, InferError> {
///     let sampling = Sampling { rng: Rng::seed(1), warm_up: 1.0 };
///     let (objective, model, guide) = (&Elbo::new(), &model, &guide);
///     let problem = Problem { objective, model, guide, evidence: &evidence, sampling };
///     let mut gradients = estimator.surrogate(&problem)?.gradients(guide);
///     Ok(gradients.remove("logit").expect("it is used").into_scalar())
/// };
///
/// // The mean of 4000 estimates, and the gradient.
/// let rebar = RelaxedControl::rebar(0.5, &device);
/// assert!((slope(&rebar)? - slope(&Enumeration)?).abs() < 0.02);
/// # Ok::<(), InferError>(())
/// ```
#[derive(Debug)]
pub struct RelaxedControl {
    control: Variables<ControlVariate>,
}

/// `c(z) = η f(σ_λ(z)) + r(z)`.
#[derive(Module, Debug)]
pub struct ControlVariate {
    scale: Param<Tensor<2>>,
    log_temperature: Param<Tensor<2>>,
    free: Option<Network>,
}

impl ControlVariate {
    fn init(temperature: f64, free: Option<Network>, device: &Device) -> Self {
        Self {
            scale: parameter(11, Tensor::ones([1, 1], device)),
            log_temperature: parameter(12, Tensor::full([1, 1], temperature.ln(), device)),
            free,
        }
    }

    /// The scale η.
    pub fn scale(&self) -> f64 {
        self.scale.val().into_scalar()
    }

    /// The temperature λ.
    pub fn temperature(&self) -> f64 {
        self.log_temperature.val().exp().into_scalar()
    }
}

impl RelaxedControl {
    /// REBAR, its scale starting at 1 and its temperature at `temperature`, on an autodiff `device`.
    pub fn rebar(temperature: f64, device: &Device) -> Self {
        Self { control: Variables::new(ControlVariate::init(temperature, None, device)) }
    }

    /// RELAX for latents of `latents` dimensions; its net, which starts at 0, is drawn from `rng`.
    pub fn relax(temperature: f64, latents: usize, rng: &Rng, device: &Device) -> Self {
        let free = Network::init(latents, HIDDEN, rng, device);
        Self { control: Variables::new(ControlVariate::init(temperature, Some(free), device)) }
    }

    /// What a user calls it.
    fn name(&self) -> &'static str {
        if self.control.module().free.is_some() { "relax" } else { "rebar" }
    }

    /// `c` as it has been learned.
    pub fn control_variate(&self) -> &ControlVariate {
        self.control.module()
    }
}

/// `f` with everything fixed but the latent and its posterior: what relaxed values are put into.
struct Fixed<M: JointModel> {
    model: M,
    observation: M::Observation,
    condition: M::Condition,
    log_jacobian: Tensor<2>,
    /// The factor on the divergence, where it is taken at samples.
    sampled_divergence: Option<f64>,
}

impl<M: JointModel<Latent = Tensor<2>>> Fixed<M> {
    /// `f(z)`, `[K, batch]`.
    fn integrand<Q: Distribution<Value = Tensor<2>>>(&self, posterior: &Q, latent: &Tensor<2>) -> Tensor<2> {
        let mut value = self.model.likelihood(latent, &self.condition).log_prob(&self.observation);
        if let Some(scale) = self.sampled_divergence {
            let prior = self.model.prior(&self.condition);
            value = value - (posterior.log_prob(latent) - prior.log_prob(latent)) * scale;
        }
        let [_, batch] = self.log_jacobian.dims();
        let samples = value.dims()[0] / batch;
        value.reshape([samples, batch])
    }

    /// `c(z)`, `[K, batch]`.
    fn control<Q>(&self, control: &ControlVariate, posterior: &Q, continuous: Tensor<2>) -> Tensor<2>
    where
        Q: ConditionalReparameterized,
    {
        let relaxed = posterior.relax(continuous.clone(), control.log_temperature.val().exp());
        let value = self.integrand(posterior, &relaxed) * control.scale.val();
        match &control.free {
            Some(free) => {
                let shape = value.dims();
                value + free.forward(continuous).reshape(shape)
            }
            None => value,
        }
    }
}

impl<M, G> Estimator<M, G> for RelaxedControl
where
    M: JointModel<Latent = Tensor<2>, Observation: Clone + 'static, Condition: Clone + 'static>
        + Module
        + 'static,
    G: Guide<M, Posterior: ConditionalReparameterized + DetachParams + Expand + 'static>,
{
    fn surrogate(&self, problem: &Problem<'_, M, G>) -> Result<Surrogate, InferError> {
        Requirement::Additive.power_mean(self.name(), problem.objective)?;
        let posterior = problem.posterior();
        let expanded = posterior.expand(problem.samples());
        // Nothing is added; its gradient is that of the logits.
        let leaf = expanded.logits().inner().zeros_like().autodiff().require_grad();
        let q = expanded.with_logits(expanded.logits() + leaf.clone());
        let rng = problem.rng();
        let continuous = q.continuous_sample(&rng);
        let value = q.discretize(&continuous);
        let given = q.continuous_sample_given(&value, &rng.fork("given"));
        let log_posterior = q.log_prob(&value);
        let terms = problem.terms(&posterior, log_posterior.clone(), &value)?;
        let bound = problem.bound(&terms);

        let is_sampled = problem.objective.divergence_form() == DivergenceForm::Sampled;
        let fixed = Fixed {
            model: problem.model.valid(),
            observation: problem.evidence.observation.clone(),
            condition: problem.evidence.condition.clone(),
            log_jacobian: problem.log_jacobian(&terms.log_likelihood),
            sampled_divergence: is_sampled.then(|| problem.divergence_scale()),
        };
        let constant = self.control.module().valid();
        let [unconditional, conditional] = [continuous, given].map(|z| fixed.control(&constant, &q, z));
        // The Jacobian of the data is no function of the latent: it cancels.
        let integrand = terms.integrand(problem.divergence_scale()).inner() - fixed.log_jacobian.clone();
        let left = integrand.clone() - conditional.clone().inner();
        let score = problem.by_sample(log_posterior) * left;
        let estimate = (score + unconditional - conditional).mean_dim(0).squeeze_dim::<1>(0);
        let mut surrogate = Surrogate::new(bound.clone(), terms, (estimate + bound).mean().neg());

        let (control, detached) = (self.control.module().clone(), expanded.detach_params());
        let (root, rows) = (rng.without_rows(), problem.evidence.rows.to_vec());
        surrogate.control = Some(Control::new(move |gradients| {
            let Some(gradient) = leaf.grad(gradients) else { return NamedGradients::default() };
            let draw = Redraw { root, rows: &rows, value: &value, q: &detached };
            match draw.variance_slope(&fixed, &control, &integrand, gradient) {
                Some(loss) => NamedGradients::of(&control, loss.backward()),
                None => NamedGradients::default(),
            }
        }));
        Ok(surrogate)
    }

    fn latents(&self, problem: &Problem<'_, M, G>, posterior: &G::Posterior) -> Option<M::Latent> {
        let expanded = posterior.expand(problem.samples());
        Some(expanded.discretize(&expanded.continuous_sample(&problem.rng())))
    }

    fn learned(&self) -> Option<&dyn Learned> {
        Some(&self.control)
    }

    fn learned_mut(&mut self) -> Option<&mut dyn Learned> {
        Some(&mut self.control)
    }
}

/// The draws of a step, to be made again at other logits.
struct Redraw<'a, Q> {
    root: Rng<'static>,
    rows: &'a [u64],
    value: &'a Tensor<2>,
    q: &'a Q,
}

impl<Q: ConditionalReparameterized> Redraw<'_, Q> {
    /// A scalar whose gradient for the control variate is that of `|g|²`; `None` where `g` is 0 or no number.
    fn variance_slope<M: JointModel<Latent = Tensor<2>>>(
        &self,
        fixed: &Fixed<M>,
        control: &ControlVariate,
        integrand: &Tensor<2>,
        gradient: Tensor<2>,
    ) -> Option<Tensor<1>> {
        let largest: f64 = gradient.clone().abs().max().into_scalar();
        if !(largest > 0.0 && largest.is_finite()) {
            return None;
        }
        let step = REACH / largest;
        let logits = self.q.logits();
        let ends =
            [1.0, -1.0].map(|sign| self.q.with_logits(logits.clone() + gradient.clone() * (sign * step)));
        let rng = self.root.name_rows(self.rows);
        let given = |q: &Q| q.continuous_sample_given(self.value, &rng.fork("given"));
        let slope = |of: &dyn Fn(&Q) -> Tensor<2>| (of(&ends[0]) - of(&ends[1])) / (2.0 * step);
        let shape = integrand.dims();
        let log_q = slope(&|q| q.log_prob(self.value).reshape(shape));
        let unconditional = slope(&|q| fixed.control(control, q, q.continuous_sample(&rng)));
        let conditional = slope(&|q| fixed.control(control, q, given(q)));
        let left = integrand.clone() - fixed.control(control, self.q, given(self.q));
        let along = left * log_q + unconditional - conditional;
        Some(along.mean().neg() * 2.0)
    }
}
