//! Everything that decides what a training does.

use jensen_data::{Binarize, DataConfig, DataError};
use jensen_infer::fit::FitConfig;
use jensen_infer::objective::DivergenceForm;
use jensen_infer::{EstimatorConfig, EstimatorKind, InferError, Objective, ObjectiveConfig, OptimizerConfig};
use jensen_models::likelihood::LikelihoodConfig;
use jensen_models::mdn::MdnConfig;
use jensen_models::mixture::MixtureError;
use jensen_models::posterior::PosteriorConfig;
use jensen_models::prior::PriorConfig;
use jensen_models::{CategoricalConfig, SbnConfig, VaeConfig};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use toml::Value;

use crate::config::{Assignment, ConfigError, Layers, MixtureConfig, ModelKind, Origin};

/// The most bits whose values are summed over: 256 for each example.
const MOST_BITS: f64 = 8.0;

/// The configuration of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RunConfig {
    /// What is learned.
    pub model: ModelKind,
    /// What every random number of the run, and the validation split, follow from.
    pub seed: u64,
    /// Whether TensorBoard's event files are written too.
    pub tensorboard: bool,
    /// The examples.
    pub data: DataConfig,
    /// The autoencoder: its nets, latents and likelihood.
    pub vae: VaeConfig,
    /// What a sigmoid belief net has beside them.
    pub sbn: SbnConfig,
    /// What a categorical autoencoder has beside them.
    pub cat_vae: CategoricalConfig,
    /// The mixture: its components and how their beginnings are found.
    pub mixture: MixtureConfig,
    /// The mixture density network.
    pub mdn: MdnConfig,
    /// The bound that is climbed.
    pub objective: ObjectiveConfig,
    /// Which gradient of the bound is followed.
    pub estimator: EstimatorConfig,
    /// How weights follow the gradient.
    pub optimizer: OptimizerConfig,
    /// The course of the training.
    pub fit: FitConfig,
}

impl RunConfig {
    /// The checked configuration of layers over the defaults of the model that they choose.
    ///
    /// # Errors
    /// As [`from_layers`](Self::from_layers), or if `over` fails.
    pub fn of_layers(over: impl Fn(&Self) -> Result<Layers, ConfigError>) -> Result<Self, ConfigError> {
        Self::from_layers(Self::layers_of_model(over)?)
    }

    /// Layers over the defaults of the model that they choose.
    ///
    /// # Errors
    /// If `over` fails.
    pub fn layers_of_model(
        over: impl Fn(&Self) -> Result<Layers, ConfigError>,
    ) -> Result<Layers, ConfigError> {
        let layers = over(&Self::default())?;
        let model = layers.get("model").and_then(Value::as_str).and_then(ModelKind::of_name);
        let objective = layers.get("objective.kind").and_then(Value::as_str);
        match model {
            Some(model) if model != ModelKind::default() => over(&Self::of_model(model, objective)),
            _ => Ok(layers),
        }
    }

    /// The checked configuration of some layers.
    ///
    /// # Errors
    /// If a key is unknown, or a value of the wrong type or out of range.
    pub fn from_layers(layers: Layers) -> Result<Self, ConfigError> {
        let layers = with_dependent_defaults(layers)?;
        let config: Self = layers.resolve()?;
        config.check_sections(&layers)?;
        config.validate().map_err(|(option, reason)| layers.refuse(option, reason))?;
        Ok(config.with_defaults_elsewhere())
    }

    /// Refuses options that would do nothing: those of another model. A file may have them, for it may be of any.
    fn check_sections(&self, layers: &Layers) -> Result<(), ConfigError> {
        let assigned = layers.assignments().iter().find(|one| !self.model.reads(&one.path.join(".")));
        assigned.map_or(Ok(()), |one| {
            let reason = format!("is no option of the model {}: leave it out", self.model.name());
            Err(ConfigError::Value { origin: one.origin.clone(), key: one.path.join("."), reason })
        })
    }

    /// Checks every value; an error is the path at fault and what is wrong with it.
    fn validate(&self) -> Result<(), (&'static str, String)> {
        let data = |error: DataError| match error {
            DataError::Option { option, value, expected } => {
                (option, format!("is {value}, but must be {expected}"))
            }
            other => ("data", other.to_string()),
        };
        // TOML has no unsigned 64-bit integers.
        if i64::try_from(self.seed).is_err() {
            return Err(("seed", format!("is {}, but must be below 2^63", self.seed)));
        }
        self.data.validate().map_err(data)?;
        self.fit.validate().map_err(infer)?;
        if self.data.weight_column.is_some() && !self.model.reads_weights() {
            let of = ModelKind::ALL.into_iter().filter(|kind| kind.reads_weights()).map(ModelKind::name);
            let of = of.collect::<Vec<_>>().join(", ");
            let reason = format!("is no option of the model {}: {of} weigh examples", self.model.name());
            return Err(("data.weight_column", reason));
        }
        if self.model == ModelKind::Mdn {
            return self.validate_mdn();
        }
        if !self.data.target_columns.is_empty() {
            let reason = format!("is no option of the model {}: `--model mdn` predicts", self.model.name());
            return Err(("data.target_columns", reason));
        }
        if self.model.is_autoencoder() { self.validate_autoencoder() } else { self.validate_mixture() }
    }

    /// Checks what a mixture density network reads.
    fn validate_mdn(&self) -> Result<(), (&'static str, String)> {
        if self.data.binarize != Binarize::None {
            return Err(("data.binarize", "makes bits, which mdn does not: leave it at \"none\"".to_owned()));
        }
        self.mdn.check().map_err(infer)?;
        self.optimizer.validate().map_err(infer)
    }

    /// Checks what a mixture reads.
    fn validate_mixture(&self) -> Result<(), (&'static str, String)> {
        let reason = match (self.model, self.data.binarize) {
            (ModelKind::Cmm, Binarize::Dynamic) => Some(
                "draws bits anew each epoch, but each iteration is to see the same: give `--binarize static`",
            ),
            (ModelKind::Cmm, _) | (_, Binarize::None) => None,
            _ => Some("makes bits, of which a Gaussian has no density: leave it at \"none\""),
        };
        if let Some(reason) = reason {
            return Err(("data.binarize", reason.to_owned()));
        }
        self.mixture.check(self.model).map_err(|error| match error {
            MixtureError::Parameter { name, problem } => {
                ("mixture", format!("has `{name}`, which {problem}"))
            }
            other => ("mixture", other.to_string()),
        })
    }

    /// Checks what an autoencoder reads.
    fn validate_autoencoder(&self) -> Result<(), (&'static str, String)> {
        // Bits are of a Bernoulli likelihood: a density of them grows without bound.
        if self.vae.likelihood != (LikelihoodConfig::Bernoulli {}) && self.data.binarize != Binarize::None {
            let reason = "makes bits, which only a Bernoulli likelihood is for: leave it at \"none\", or give \
                          `--likelihood bernoulli`";
            return Err(("data.binarize", reason.to_owned()));
        }
        if self.has_discrete_latents() && self.vae.likelihood.is_table() {
            let model = self.model.name();
            return Err((
                "model",
                format!("is {model}, which has no place for the columns of a table: use `vae`"),
            ));
        }
        match self.model {
            ModelKind::Sbn => self.sbn.check().map_err(infer)?,
            ModelKind::CatVae => self.cat_vae.check().map_err(infer)?,
            _ => {}
        }
        let objective = self.objective.init().map_err(infer)?;
        if let Some(reason) = self.refused_objective(objective.as_ref()) {
            return Err(("objective.kind", reason));
        }
        if let Some(error) = self.refused_estimator(objective.name()) {
            return Err(("estimator.kind", error));
        }
        self.estimator.validate(objective.as_ref()).map_err(infer)?;
        if self.estimator.kind == EstimatorKind::Enumeration && self.log2_of_values() > MOST_BITS {
            let fewer = match self.model {
                ModelKind::CatVae => "`vae.latent_dim` or fewer `cat_vae.categories`",
                _ => "`vae.latent_dim` or fewer `sbn.layers`",
            };
            let reason = format!(
                "is enumeration, which sums over all values of the latents, of which there are more than 256: give \
                 `--estimator rebar`, a smaller {fewer}"
            );
            return Err(("estimator.kind", reason));
        }
        if self.has_discrete_latents() {
            let model = self.model.name();
            let reason =
                || format!("is of continuous latents, but those of {model} are discrete: leave it alone");
            if self.vae.prior != PriorConfig::default() {
                return Err(("vae.prior.family", reason()));
            }
            if self.vae.posterior != PosteriorConfig::default() {
                return Err(("vae.posterior.family", reason()));
            }
        }
        self.vae.prior.check(self.vae.latent_dim).map_err(infer)?;
        self.vae.posterior.check(self.vae.latent_dim).map_err(infer)?;
        self.optimizer.validate().map_err(infer)
    }

    /// Why the model's posterior does not have what the estimator needs, if it does not.
    fn refused_estimator(&self, objective: &str) -> Option<String> {
        let kind = self.estimator.kind;
        kind.check(self.model.capabilities(), Some(objective))
            .err()
            .map(|error| format!("does not fit: {error}"))
    }

    /// Why the objective needs a divergence in closed form that prior and posterior do not have, if it does.
    fn refused_objective(&self, objective: &dyn Objective) -> Option<String> {
        let needs = objective.divergence_form() == DivergenceForm::Exact;
        let has = match self.model {
            ModelKind::Vae => self.vae.has_exact_kl(),
            ModelKind::Sbn => self.sbn.has_exact_kl(),
            _ => true,
        };
        let refused = needs && !has;
        refused.then(|| format!("does not fit: {}", InferError::no_exact_kl(objective)))
    }

    /// The numbers of a latent.
    pub fn latents(&self) -> usize {
        match self.model {
            ModelKind::Vae => self.vae.latent_dim,
            ModelKind::Sbn => self.sbn.latents(&self.vae),
            ModelKind::CatVae => self.cat_vae.latents(&self.vae),
            ModelKind::Mdn => self.mdn.components,
            _ => self.mixture.components,
        }
    }

    /// Whether it is an autoencoder with discrete latents.
    fn has_discrete_latents(&self) -> bool {
        matches!(self.model, ModelKind::Sbn | ModelKind::CatVae)
    }

    /// The logarithm to base 2 of how many values the latents have; infinite of continuous ones.
    fn log2_of_values(&self) -> f64 {
        match self.model {
            ModelKind::Sbn => self.latents() as f64,
            ModelKind::CatVae => self.vae.latent_dim as f64 * (self.cat_vae.categories as f64).log2(),
            _ => f64::INFINITY,
        }
    }
}

/// The path at fault and what is wrong with it.
fn infer(error: InferError) -> (&'static str, String) {
    match &error {
        InferError::Option { option, value, expected } => {
            (*option, format!("is {value}, but must be {expected}"))
        }
        InferError::Estimator { .. } => ("estimator.kind", format!("does not fit: {error}")),
        _ => ("model", error.to_string()),
    }
}

/// Defaults that follow from what was chosen: bits are for the Bernoulli likelihood only, and the divergence of
/// a posterior from a prior that has no closed form is taken at samples.
fn with_dependent_defaults(layers: Layers) -> Result<Layers, ConfigError> {
    let family = |layers: &Layers, path: &str| layers.get(path).and_then(Value::as_str).map(str::to_owned);
    let is_default = |layers: &Layers, path: &str| {
        let path: Vec<String> = path.split('.').map(str::to_owned).collect();
        layers.origin(&path) == Origin::Default
    };
    let mut follow = Vec::new();
    let model = family(&layers, "model");
    if model.as_deref().and_then(ModelKind::of_name).is_some_and(|model| !model.is_autoencoder()) {
        return Ok(layers);
    }
    let is_bernoulli = family(&layers, "vae.likelihood.family").as_deref() == Some("bernoulli");
    if !is_bernoulli && is_default(&layers, "data.binarize") {
        follow.push(Assignment::option("--likelihood", "data.binarize", "none"));
    }
    let prior = family(&layers, "vae.prior.family");
    let posterior = family(&layers, "vae.posterior.family");
    let is_layered = layers.get("sbn.layers").and_then(Value::as_integer).is_some_and(|layers| layers > 1);
    let option = match (model.as_deref(), prior.as_deref(), posterior.as_deref()) {
        (Some("vae"), Some("normal") | None, Some("normal" | "full") | None) => None,
        (Some("vae"), Some("normal") | None, _) => Some("--posterior"),
        (Some("vae"), ..) => Some("--prior"),
        (Some("sbn"), ..) if is_layered => Some("sbn.layers"),
        _ => None,
    };
    let is_elbo = family(&layers, "objective.kind").as_deref() == Some("elbo");
    if let (Some(option), true, true) = (option, is_elbo, is_default(&layers, "objective.kind")) {
        follow.push(Assignment::option(option, "objective.kind", "elbo-mc"));
    }
    if follow.is_empty() { Ok(layers) } else { layers.with_assignments(follow) }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use jensen_infer::ObjectiveKind;

    use super::*;

    #[test]
    fn the_default_document_is_the_default_configuration() {
        let text = RunConfig::default().to_toml();
        let layers = Layers::over(&RunConfig::default()).with_text(Path::new("default.toml"), text.clone());
        let config = RunConfig::from_layers(layers.expect("TOML")).expect("valid");
        assert_eq!(config, RunConfig::default());
        let alone: RunConfig = toml::from_str(&text).expect("complete");
        assert_eq!(alone, RunConfig::default());
    }

    #[test]
    fn every_variant_is_read_as_it_was_written() {
        let variants = [
            "vae.net={kind='mlp', hidden=[], activation='gelu'}",
            "vae.net={kind='conv', channels=[4], fully_connected=8, activation='silu'}",
            "vae.likelihood=bernoulli",
            "vae.likelihood={family='gaussian', variance={fixed={std=0.1}}}",
            "vae.likelihood={family='gaussian', variance='shared'}",
            "vae.likelihood={family='gaussian', variance='per_pixel', min_std=1e-9}",
            "vae.likelihood=logistic",
            "vae.likelihood={family='table', min_std=0.2}",
            "vae.output_bias=zero",
            "vae.prior=flow",
            "vae.prior={family='flow', layers=2, hidden=[]}",
            "vae.prior={family='mixture', components=3}",
            "vae.prior={family='vamp', pseudo_inputs=7}",
            "vae.posterior=full",
            "vae.posterior={family='iaf', layers=3, hidden=[8, 8]}",
            "vae.posterior={family='flow', layers=2, hidden=[]}",
            "objective={kind='elbo-mc', samples=3}",
            "objective={kind='iwae', samples=5, beta=0.5}",
            "objective={kind='renyi', samples=5, alpha=0.25}",
            "objective={kind='tvo', samples=5, intervals=7, first_interval=0.05}",
            "estimator={kind='straight-through-gumbel', temperature=0.7}",
            "optimizer={kind='adamw', weight_decay=0.01, clip_norm=5.0, average=0.999}",
            "fit.schedule=constant",
            "fit.schedule={kind='cosine', warm_up=0.1, floor=0.01}",
            "fit.schedule={kind='exponential', last=0.1}",
            "fit.schedule={kind='piecewise', pieces=[{from=0.5, factor=0.1}, {from=0.75, factor=1e-12}]}",
            "fit.kl_warm_up={kind='linear', epochs=2.5}",
            "fit.kl_warm_up={kind='cyclical', cycles=4, ratio=0.5}",
            "fit.checkpoint.steps=10",
            "data.binarize=none",
            "data={standardize='yes', scale='none', binarize='none', columns=['a b', 'c\"d'], label_column='y'}",
            "data.source=a 'b' \"c\" \\d",
        ];
        for variant in variants {
            let options = vec![Assignment::parse(variant).expect("well formed")];
            let layers = Layers::over(&RunConfig::default()).with_assignments(options).expect("sections");
            let config: RunConfig = layers.resolve().unwrap_or_else(|error| panic!("{variant}: {error}"));
            assert_eq!(toml::from_str(&config.to_toml()).as_ref(), Ok(&config), "{variant}");
            let text = config.to_toml();
            let file = Layers::over(&RunConfig::default()).with_text(Path::new("run.toml"), text);
            assert_eq!(
                file.expect("TOML").resolve::<RunConfig>().expect("a configuration"),
                config,
                "{variant}"
            );
        }
    }

    #[test]
    fn a_variant_without_its_options_is_refused_with_the_way_to_write_it() {
        let options = ["vae.likelihood=gaussian", "vae.likelihood.variance=fixed"];
        let options = options.map(|text| Assignment::parse(text).expect("well formed")).to_vec();
        let layers = Layers::over(&RunConfig::default()).with_assignments(options).expect("sections");
        let message = RunConfig::from_layers(layers).expect_err("no deviation").to_string();
        assert!(message.ends_with("vae.likelihood.variance={fixed={std=…}}"), "{message}");
    }

    #[test]
    fn every_default_is_explained_by_the_schema() {
        let text = RunConfig::default().to_toml();
        let lines: Vec<&str> = text.lines().collect();
        for (i, line) in lines.iter().enumerate() {
            let is_key = line.contains(" =") && !line.starts_with("# ");
            let above = if i == 0 { "" } else { lines[i - 1] };
            assert!(!is_key || above.starts_with("# "), "no comment above `{line}`");
        }
    }

    #[test]
    fn a_value_out_of_range_names_the_option_that_gave_it() {
        let options = vec![Assignment::option("--epochs", "fit.epochs", 0)];
        let layers = Layers::over(&RunConfig::default()).with_assignments(options).expect("well formed");
        let error = RunConfig::from_layers(layers).expect_err("no epochs");
        assert_eq!(error.to_string(), "`--epochs`: `fit.epochs` is 0, but must be at least 1");
    }

    #[test]
    fn a_divergence_without_closed_form_is_taken_at_samples() {
        let config = |options: &[&str]| {
            let options = options.iter().map(|text| Assignment::parse(text).expect("well formed")).collect();
            RunConfig::from_layers(
                Layers::over(&RunConfig::default()).with_assignments(options).expect("valid"),
            )
        };
        let kind = |options: &[&str]| config(options).expect("valid").objective.kind;
        assert_eq!(kind(&["vae.posterior=full"]), ObjectiveKind::Elbo);
        assert_eq!(kind(&["vae.posterior=iaf"]), ObjectiveKind::ElboMc);
        assert_eq!(kind(&["vae.prior=flow"]), ObjectiveKind::ElboMc);
        assert_eq!(kind(&["vae.prior=flow", "objective.kind=iwae"]), ObjectiveKind::Iwae);
        let message = config(&["vae.prior=flow", "objective.kind=elbo"]).expect_err("no KL").to_string();
        assert!(message.contains("needs an exact KL(q‖p)") && message.contains("elbo-mc"), "{message}");
        let bits = ["model=sbn", "estimator.kind=score", "vae.prior=flow"];
        let message = config(&bits).expect_err("bits").to_string();
        assert!(message.contains("vae.prior.family"), "{message}");
        let of_layers = |layers, kind| ["model=sbn", "estimator.kind=score", layers, kind];
        assert_eq!(kind(&of_layers("sbn.layers=1", "fit.epochs=1")), ObjectiveKind::Elbo);
        assert_eq!(kind(&of_layers("sbn.layers=2", "fit.epochs=1")), ObjectiveKind::ElboMc);
        let message =
            config(&of_layers("sbn.layers=2", "objective.kind=elbo")).expect_err("no KL").to_string();
        assert!(message.contains("needs an exact KL(q‖p)"), "{message}");
    }

    #[test]
    fn bits_are_for_bernoulli_only_unless_asked_for() {
        let config = |options: &[&str]| {
            let options = options.iter().map(|text| Assignment::parse(text).expect("well formed")).collect();
            RunConfig::from_layers(
                Layers::over(&RunConfig::default()).with_assignments(options).expect("valid"),
            )
        };
        assert_eq!(config(&[]).expect("valid").data.binarize, Binarize::Dynamic);
        let gaussian = "vae.likelihood.family=gaussian";
        assert_eq!(config(&[gaussian]).expect("valid").data.binarize, Binarize::None);
        let message = config(&[gaussian, "data.binarize=threshold"]).expect_err("bits").to_string();
        assert!(message.contains("data.binarize") && message.contains("--likelihood bernoulli"), "{message}");
    }
}
