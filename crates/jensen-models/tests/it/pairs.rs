//! Every prior with every posterior.

use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData};
use jensen_data::{Batch, Binarize, DataConfig, DataSpec, Dataset, Loader, Preprocessing, Split};
use jensen_infer::evaluation::{self, ImportanceSampling};
use jensen_infer::{
    Evidence, Guide, JointModel, Learner, ObjectiveConfig, ObjectiveKind, OptimizerConfig, Pathwise,
    StateDict, StepContext, VariationalLearner, parameters, with_parameters,
};
use jensen_models::nets::{Activation, ImageShape, NetConfig};
use jensen_models::posterior::PosteriorConfig;
use jensen_models::prior::PriorConfig;
use jensen_models::{Autoencoder, OutputBias, Vae, VaeConfig};
use jensen_prob::special::logsumexp;
use jensen_prob::{Distribution, Expand, Reparameterized, Rng};
use jensen_testing::MonteCarlo;

const DIGIT: ImageShape = ImageShape { height: 28, width: 28, channels: 1 };

fn priors() -> Vec<PriorConfig> {
    vec![
        PriorConfig::Normal {},
        PriorConfig::Flow { layers: 3, hidden: vec![8] },
        PriorConfig::Mixture { components: 4 },
        PriorConfig::Vamp { pseudo_inputs: 5 },
    ]
}

fn posteriors() -> Vec<PosteriorConfig> {
    vec![
        PosteriorConfig::Normal {},
        PosteriorConfig::Full {},
        PosteriorConfig::Iaf { layers: 2, hidden: vec![12] },
        PosteriorConfig::Flow { layers: 3, hidden: vec![8] },
    ]
}

fn pairs(latent_dim: usize, width: usize) -> impl Iterator<Item = VaeConfig> {
    let net = NetConfig::Mlp { hidden: vec![width], activation: Activation::Tanh };
    priors().into_iter().flat_map(move |prior| {
        let net = net.clone();
        posteriors().into_iter().map(move |posterior| VaeConfig {
            latent_dim,
            net: net.clone(),
            prior: prior.clone(),
            posterior,
            ..VaeConfig::default()
        })
    })
}

fn name(config: &VaeConfig) -> String {
    format!("{:?} beside {:?}", config.posterior, config.prior)
}

/// 48 training digits as bits, and the mean of each pixel.
fn digits() -> (Batch, Vec<f64>) {
    let digits = Dataset::open(&DataSpec::new("digits")).expect("embedded");
    let rows = digits.rows(Split::Train).expect("a split");
    let config = DataConfig { binarize: Binarize::Static, ..DataConfig::default() };
    let preprocessing = Preprocessing::fit(&config, &digits, &rows).expect("digits");
    let loader = Loader::new(&digits, rows, &preprocessing, 48, Rng::seed(1)).expect("a loader");
    let batch = loader.ordered().next().expect("a batch").expect("read");
    (batch, loader.observation_mean().expect("finite"))
}

fn learner(config: &VaeConfig, mean: &[f64], seed: u64) -> VariationalLearner<Vae, Pathwise> {
    let vae = config.init(DIGIT, mean, &Rng::seed(seed), &Device::flex().autodiff()).expect("valid");
    let kind = if config.has_exact_kl() { ObjectiveKind::Elbo } else { ObjectiveKind::ElboMc };
    let objective = ObjectiveConfig { kind, ..ObjectiveConfig::default() };
    VariationalLearner::new(vae, Pathwise, objective.init().expect("valid"), &OptimizerConfig::default())
        .expect("valid")
}

fn step(learner: &mut VariationalLearner<Vae, Pathwise>, batch: &Batch, step: u64) -> f64 {
    let context = StepContext { step, rng: Rng::seed(4).at(step), learning_rate: 3e-3, warm_up: 1.0 };
    learner.step(std::slice::from_ref(batch), &context).expect("finite").objective
}

#[test]
fn every_pair_climbs_its_bound() {
    let (batch, mean) = digits();
    for config in pairs(3, 32) {
        let mut learner = learner(&config, &mean, 3);
        let objectives: Vec<f64> = (0..40).map(|i| step(&mut learner, &batch, i)).collect();
        let (first, last) = (objectives[0], objectives[39]);
        assert!(last > first + 20.0, "{}: from {first} to {last} nats", name(&config));
    }
}

#[test]
fn what_a_pair_has_learned_goes_on_to_the_same_bits() {
    let (batch, mean) = digits();
    for config in pairs(3, 8) {
        let mut one = learner(&config, &mean, 3);
        for i in 0..3 {
            step(&mut one, &batch, i);
        }
        let mut other = learner(&config, &mean, 99);
        other.load_state(&one.state()).expect("fits");
        for learner in [&mut one, &mut other] {
            for i in 3..6 {
                step(learner, &batch, i);
            }
        }
        assert_eq!(one.state(), other.state(), "{}", name(&config));
    }
}

/// The default is the autoencoder that it always was: no name is new.
#[test]
fn the_default_pair_learns_nothing_else() {
    let config = pairs(3, 8).next().expect("normal and normal");
    let weights = learner(&config, &digits().1, 3).weights();
    assert!(weights.iter().all(|(name, _)| name.starts_with("encoder.") || name.starts_with("decoder.")));
    for config in pairs(3, 8).skip(1) {
        let weights = learner(&config, &digits().1, 3).weights();
        let of = |part: &str| weights.iter().any(|(name, _)| name.starts_with(part));
        assert_eq!(of("prior."), config.prior != PriorConfig::Normal {}, "{}", name(&config));
        assert_eq!(of("posterior."), config.posterior != PosteriorConfig::Normal {}, "{}", name(&config));
    }
}

#[test]
fn the_size_of_a_pair_is_that_of_what_is_made() {
    for config in pairs(3, 8).chain(pairs(2, 5)) {
        let vae = config.init(DIGIT, &[0.5; 784], &Rng::seed(0), &Device::flex()).expect("valid");
        assert_eq!(config.size(DIGIT).weights, vae.num_params() as f64, "{}", name(&config));
    }
}

const BITS: ImageShape = ImageShape { height: 1, width: 4, channels: 1 };
const X: [[f32; 4]; 2] = [[1.0, 0.0, 1.0, 1.0], [0.0, 1.0, 0.0, 0.0]];

/// An autoencoder of four bits and two latents whose parameters are nowhere special: where they start, flows are
/// none. Its posteriors are wide, so that importance weights have a variance.
fn crooked(config: &VaeConfig) -> Vae {
    let config = VaeConfig { output_bias: OutputBias::Zero, ..config.clone() };
    let vae = config.init(BITS, &[], &Rng::seed(5), &Device::flex()).expect("valid");
    let mut state = StateDict::new();
    for (name, data) in parameters(&vae).iter() {
        let count = data.num_elements();
        let moved = Rng::seed(6).fork(name).uniforms(1, count);
        // Scales are exponentials of what the nets of flows give.
        let reach = if name.contains("layers") && !name.contains("coder") { 0.4 } else { 1.0 };
        let wider = if name == "encoder.log_variance.bias" { 1.8 } else { 0.0 };
        let moved = data.iter::<f32>().zip(moved).map(|(x, u)| x + reach * (u - 0.5) + wider);
        let moved = moved.collect::<Vec<_>>();
        state.insert(name.to_owned(), TensorData::new(moved, data.shape().clone()));
    }
    with_parameters(vae, &state).expect("fits")
}

fn observation() -> Tensor<2> {
    Tensor::from_data(X, &Device::flex())
}

fn evidence<'a>() -> Evidence<'a, Vae> {
    Evidence { observation: observation(), condition: (), rows: &[0, 1], log_jacobian: &[0.0, 0.0] }
}

fn numbers(values: Tensor<1>) -> Vec<f64> {
    values.into_data().iter::<f64>().collect()
}

#[test]
fn the_density_of_a_draw_is_the_density_of_its_value() {
    for config in pairs(2, 6) {
        let vae = crooked(&config);
        let posterior = Guide::posterior(&vae, &evidence()).expand(500);
        let rng = Rng::seed(9);
        let (draw, log_prob) = posterior.rsample_with_log_prob(&rng);
        let (sample, of_sample) = posterior.sample_with_log_prob(&rng);
        assert_eq!(draw.clone().into_data(), sample.into_data(), "{}", name(&config));
        let of_value = numbers(posterior.log_prob(&draw));
        for one in [log_prob, of_sample] {
            for (one, other) in numbers(one).into_iter().zip(&of_value) {
                assert!((one - other).abs() < 2e-4, "{}: {one} and {other}", name(&config));
            }
        }
    }
}

/// `[side², 2]` points of a grid over `[−reach, reach]²`, and the logarithm of the area of each.
fn grid(side: usize, reach: f64) -> (Tensor<2>, f64) {
    let gap = 2.0 * reach / side as f64;
    let at = |i: usize| (-reach + (i as f64 + 0.5) * gap) as f32;
    let points = (0..side * side).flat_map(|i| [at(i / side), at(i % side)]).collect::<Vec<_>>();
    let points = Tensor::from_data(TensorData::new(points, [side * side, 2]), &Device::flex());
    (points, 2.0 * gap.ln())
}

fn integral(log_densities: Tensor<1>, log_area: f64) -> f64 {
    logsumexp(log_densities.unsqueeze_dim::<2>(0), 1).into_scalar::<f64>() + log_area
}

/// By quadrature over the latents: densities are normalised, and `log p(x)` lies above the bound and where many
/// importance samples say.
#[test]
fn every_bound_is_one() {
    let (points, log_area) = grid(480, 24.0);
    let rows: Vec<u64> = (0..2000).collect();
    let zeros = vec![0.0; rows.len()];
    for config in pairs(2, 6) {
        let (vae, name) = (crooked(&config), name(&config));
        let prior = vae.prior(&());
        let log_prior = prior.log_prob(&points);
        let mass = integral(log_prior.clone(), log_area);
        assert!(mass.abs() < 2e-3, "{name}: the prior integrates to exp({mass})");
        for x in X {
            let x = Tensor::<2>::from_data([x], &Device::flex());
            let log_posterior = vae.encode(x.clone()).log_prob(&points);
            let mass = integral(log_posterior, log_area);
            assert!(mass.abs() < 2e-3, "{name}: the posterior integrates to exp({mass})");
            let log_likelihood = vae.likelihood(&points, &()).log_prob(&x);
            let log_evidence = integral(log_prior.clone() + log_likelihood, log_area);
            let evidence = || Evidence {
                observation: x.clone().repeat_dim(0, rows.len()),
                condition: (),
                rows: &rows,
                log_jacobian: &zeros,
            };
            let bounds = evaluation::bounds(&vae, &evidence(), Rng::seed(1));
            let elbo = MonteCarlo::of(bounds.iter().map(|bound| bound.elbo()).collect::<Vec<_>>());
            assert!(
                elbo.mean < log_evidence + 4.0 * elbo.standard_error,
                "{name}: a bound of {} on {log_evidence}",
                elbo.mean
            );
            let sampling = ImportanceSampling { samples: 100, rows_at_once: 100_000 };
            let iwae = evaluation::importance_weighted(&vae, &evidence(), sampling, Rng::seed(2));
            // The mean of the weights themselves is unbiased.
            let weights = MonteCarlo::of(iwae.iter().map(|x| (x - log_evidence).exp()).collect::<Vec<_>>());
            assert!(weights.agrees(1.0, 5.0, 2e-3), "{name}: {weights:?}");
            assert!(weights.standard_error < 0.05, "{name}: {}", weights.standard_error);
        }
    }
}

/// How many rows differ from all before them.
fn distinct(rows: Tensor<2>) -> usize {
    let [_, d] = rows.dims();
    let numbers: Vec<f32> = rows.into_data().iter::<f32>().collect();
    let mut seen: Vec<&[f32]> = Vec::new();
    for row in numbers.chunks(d) {
        if !seen.iter().any(|known| known.iter().zip(row).all(|(a, b)| (a - b).abs() < 1e-5)) {
            seen.push(row);
        }
    }
    seen.len()
}

/// Cold latents lie where the base's mean goes, of a mixture at one of so many places, and a temperature of 1 is the
/// model's own.
#[test]
fn temperature_scales_the_base() {
    for config in pairs(2, 6) {
        let (vae, rng) = (crooked(&config), Rng::seed(3));
        let own = vae.prior(&()).expand(5).sample(&rng);
        assert!(vae.sample_latents(5, 1.0, &rng).all_close(own, Some(1e-6), Some(1e-6)), "{}", name(&config));
        let places = match config.prior {
            PriorConfig::Normal {} | PriorConfig::Flow { .. } => 1,
            PriorConfig::Mixture { components } => components,
            PriorConfig::Vamp { pseudo_inputs } => pseudo_inputs,
        };
        assert_eq!(distinct(vae.sample_latents(200, 0.0, &rng)), places, "{}", name(&config));
        assert_eq!(
            vae.sample_latents(2, 0.7, &rng).into_data(),
            vae.sample_latents(5, 0.7, &rng).narrow(0, 0, 2).into_data(),
            "how many are drawn moves none: {}",
            name(&config)
        );
    }
}

/// Variances in closed form and those of draws agree; locations too, where there is a mean.
#[test]
fn an_encoding_is_that_of_draws() {
    for config in pairs(2, 6).take(posteriors().len()) {
        let posterior = Guide::posterior(&crooked(&config), &evidence());
        let draws = posterior.expand(20_000).sample(&Rng::seed(8)).reshape([20_000, 2, 2]);
        let mean = draws.clone().mean_dim(0);
        let variance: Tensor<2> = (draws - mean).square().mean_dim(0).squeeze_dim(0);
        let ratio = posterior.log_variance(&Rng::seed(7)) - variance.log();
        // The logarithm of the variance of 20 000 draws of a normal distribution has a deviation of 0.01. Of 256
        // draws it has 0.09, and more with the tails of a flow.
        let is_exact = config.has_exact_kl();
        let most = ratio.abs().max().into_scalar::<f32>();
        assert!(most < if is_exact { 0.05 } else { 0.8 }, "{}: {most}", name(&config));
    }
}

/// What is said of an example does not depend on those beside it.
#[test]
fn an_encoding_is_of_its_row_alone() {
    for config in pairs(2, 6).take(posteriors().len()) {
        let vae = crooked(&config);
        let rng = Rng::seed(7);
        let both = Guide::posterior(&vae, &evidence()).log_variance(&rng.name_rows(&[0, 1]));
        let alone = vae.encode(observation().narrow(0, 1, 1)).log_variance(&rng.name_rows(&[1]));
        assert!(both.narrow(0, 1, 1).all_close(alone, Some(1e-5), Some(1e-5)), "{}", name(&config));
    }
}
