//! `jensen train`.

use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::PossibleValuesParser;
use jensen_data::{Dataset, Role};
use jensen_infer::EstimatorKind;
use jensen_infer::fit::OnNonFinite;
use toml::Value;

use super::options::Utf8;
use crate::config::{Assignment, ConfigError, Layers, ModelKind, Origin, RunConfig};
use crate::data_source;
use crate::error::CliError;
use crate::memory::{self, Holder};
use crate::output;
use crate::run_directory::{Existing, RUNS};
use crate::session::Session;
use crate::sizes::{self, Sized, Sizes};
use crate::training::{Place, Printed, Training};

/// Train a model; without options a variational autoencoder on the embedded digits
#[derive(Clone, Debug, Args)]
#[command(
    args_override_self = true,
    allow_negative_numbers = true,
    after_help = "Options override the file, which overrides the defaults; `jensen config default` explains every \
                  key.\n\nExamples:\n  jensen train\n  jensen train --data mnist/ --latent-dim 50 --hidden 200,200 \
                  --epochs 50\n  jensen train --objective iwae --samples 5 --name iwae5\n  jensen train mine.toml --set \
                  optimizer.clip_norm=100\n  jensen train --data 'env:planar?samples=5000&seed=1'\n  jensen train --resume iwae5"
)]
pub struct Train {
    /// A configuration to start from
    #[arg(value_name = "CONFIG.toml")]
    config: Option<PathBuf>,

    /// The examples: `digits` (embedded), the path of a file or folder, or `env:NAME?samples=N&seed=S`, collected on
    /// the fly
    #[arg(long, value_name = "SPEC", help_heading = "Data", value_parser = Utf8)]
    data: Option<String>,
    /// The columns that `mdn` predicts from the others
    #[arg(long, value_name = "NAME,NAME,…", help_heading = "Data", value_delimiter = ',')]
    target: Option<Vec<String>>,
    /// The column that says how often each row counts, for mixtures
    #[arg(long, value_name = "NAME", help_heading = "Data", value_parser = Utf8)]
    weight: Option<String>,
    /// How grey values become bits
    #[arg(long, value_name = "HOW", help_heading = "Data", value_parser = PossibleValuesParser::new(["none", "threshold", "static", "dynamic"]))]
    binarize: Option<String>,

    /// What is learned
    #[arg(long, value_name = "MODEL", help_heading = "Model", value_parser = PossibleValuesParser::new(ModelKind::ALL.map(ModelKind::name)))]
    model: Option<String>,
    /// The encoder's and decoder's net
    #[arg(long, value_name = "NET", help_heading = "Model", value_parser = PossibleValuesParser::new(["mlp", "conv"]))]
    net: Option<String>,
    /// The latent dimensions
    #[arg(long, value_name = "N", help_heading = "Model")]
    latent_dim: Option<u32>,
    /// The widths of an MLP's hidden layers, the encoder's order
    #[arg(long, value_name = "N,N,…", help_heading = "Model", value_delimiter = ',')]
    hidden: Option<Vec<u32>>,
    /// The activation of hidden layers
    #[arg(long, value_name = "NAME", help_heading = "Model", value_parser = PossibleValuesParser::new(["relu", "tanh", "elu", "silu", "gelu"]))]
    activation: Option<String>,
    /// The distribution of an observation given its latents [default: `table` for a table, else `bernoulli`]
    #[arg(long, value_name = "FAMILY", help_heading = "Model", value_parser = PossibleValuesParser::new(["bernoulli", "gaussian", "logistic", "table"]))]
    likelihood: Option<String>,
    /// The distribution of latents before an observation is seen
    #[arg(long, value_name = "FAMILY", help_heading = "Model", value_parser = PossibleValuesParser::new(["normal", "flow", "mixture", "vamp"]))]
    prior: Option<String>,
    /// The distribution of latents given an observation
    #[arg(long, value_name = "FAMILY", help_heading = "Model", value_parser = PossibleValuesParser::new(["normal", "full", "iaf", "flow"]))]
    posterior: Option<String>,

    /// The components of a mixture; `A..B` trains one of each size, NAME-A to NAME-B, and compares them
    #[arg(long, value_name = "K", help_heading = "Model")]
    components: Option<Sizes>,
    /// What the covariances of a mixture are free to be
    #[arg(long, value_name = "KIND", help_heading = "Model", value_parser = PossibleValuesParser::new(["full", "tied", "diag", "spherical"]))]
    covariance: Option<String>,
    /// What a Bayesian mixture believes of its weights before any example is seen
    #[arg(long, value_name = "PRIOR", help_heading = "Model", value_parser = PossibleValuesParser::new(["dirichlet", "dirichlet_process"]))]
    weights: Option<String>,
    /// The beginnings of a mixture, of which the best is kept
    #[arg(long, value_name = "N", help_heading = "Model")]
    inits: Option<u32>,

    /// The bound that is climbed [default: `elbo`, or `elbo-mc` where prior and posterior have no divergence in
    /// closed form; `iwae` for a table]
    #[arg(long, value_name = "BOUND", help_heading = "Training", value_parser = PossibleValuesParser::new(["elbo", "elbo-mc", "iwae", "renyi", "tvo"]))]
    objective: Option<String>,
    /// The gradient of it that is followed; `jensen lab estimators` says which goes with what [default: `pathwise`;
    /// of binary latents `rloo`, `vimco` or `nvil`, by the objective]
    #[arg(long, value_name = "NAME", help_heading = "Training", value_parser = PossibleValuesParser::new(EstimatorKind::ALL.map(EstimatorKind::name)))]
    estimator: Option<String>,
    /// Posterior samples of each example
    #[arg(long, value_name = "K", help_heading = "Training")]
    samples: Option<u32>,
    /// The weight of the divergence
    #[arg(long, value_name = "B", help_heading = "Training", allow_negative_numbers = true)]
    beta: Option<f64>,
    /// Passes over the training examples
    #[arg(long, value_name = "N", help_heading = "Training")]
    epochs: Option<u32>,
    /// Examples of one update
    #[arg(long, value_name = "N", help_heading = "Training")]
    batch_size: Option<u32>,
    /// The learning rate
    #[arg(long, value_name = "X", help_heading = "Training", allow_negative_numbers = true)]
    lr: Option<f64>,
    /// What to do about a step that is not finite; may be given with --resume too
    #[arg(long, value_name = "HOW", help_heading = "Training", value_parser = PossibleValuesParser::new(["stop", "skip", "rollback"]))]
    on_nonfinite: Option<String>,
    /// What every random number follows from
    #[arg(long, value_name = "S", help_heading = "Training", value_parser = clap::value_parser!(i64).range(0..), allow_negative_numbers = true)]
    seed: Option<i64>,
    /// Sets any key of the configuration; may be given many times
    #[arg(long, value_name = "KEY=VALUE", help_heading = "Training")]
    set: Vec<String>,

    /// What to call the run, under runs/
    #[arg(long, value_name = "NAME", help_heading = "Run", conflicts_with = "out")]
    name: Option<String>,
    /// Where to put the run
    #[arg(long, value_name = "DIR", help_heading = "Run")]
    out: Option<PathBuf>,
    /// Replaces a run that is there already, once the new one is trained
    #[arg(long, help_heading = "Run")]
    force: bool,
    /// Goes on with a run that was interrupted, or for more epochs
    #[arg(long, value_name = "RUN", help_heading = "Run", value_parser = Utf8)]
    resume: Option<String>,
    /// Writes TensorBoard's event files too
    #[arg(long, help_heading = "Run")]
    tensorboard: bool,
    /// Prints the result as one JSON object
    #[arg(long, help_heading = "Run")]
    json: bool,
}

impl Train {
    /// Trains, evaluates on the test split and writes the report.
    ///
    /// # Errors
    /// If an option is wrong, the run exists already, the data cannot be read or training fails.
    pub fn run(&self, session: &Session) -> Result<(), CliError> {
        if let Some(sizes) = self.components.as_ref().filter(|sizes| sizes.single().is_none()) {
            return self.run_sizes(sizes, session);
        }
        let training = match &self.resume {
            Some(run) => {
                self.check_resume_options()?;
                Training::resume(run, self.epochs, self.on_nonfinite())?
            }
            None => {
                let (config, dataset) = self.configuration()?;
                Training::start(config, dataset, self.place()?)
            }
        };
        training.run(session, if self.json { Printed::Json } else { Printed::Text })
    }

    /// A training for each number of components.
    fn run_sizes(&self, sizes: &Sizes, session: &Session) -> Result<(), CliError> {
        if self.resume.is_some() {
            return Err(CliError::usage(
                "`--components` cannot be given with `--resume`",
                "resume each run by its name",
            ));
        }
        let mut trainings = Vec::new();
        // Whatever is wrong is found before the first of them begins.
        for size in sizes.each() {
            let one = self.of_size(size)?;
            let (config, dataset) = one.configuration()?;
            trainings.push((size, Training::start(config, dataset, one.place()?)));
        }
        let mut all = Vec::new();
        for (size, training) in trainings {
            match training.complete(session) {
                Ok((run, ..)) => all.push(Sized::of(size, &run, session)?),
                Err(error) => {
                    // What has been learned is told all the same.
                    if !all.is_empty() {
                        output::note(sizes::text(&all));
                    }
                    return Err(error);
                }
            }
        }
        if self.json {
            output::json(&serde_json::json!({ "sizes": all }))
        } else {
            output::line(sizes::text(&all))
        }
    }

    /// The same for one number of components, under a name of its own.
    fn of_size(&self, size: u32) -> Result<Self, CliError> {
        let sized = |name: &str| format!("{name}-{size}");
        let (name, out) = match (&self.name, &self.out) {
            (Some(name), _) => (Some(sized(name)), None),
            (None, Some(out)) => (None, Some(PathBuf::from(sized(&out.display().to_string())))),
            (None, None) => {
                return Err(CliError::usage(
                    "runs of several sizes have no name",
                    "give `--name NAME`: they are called NAME-1, NAME-2, …",
                ));
            }
        };
        let components = Some(size.to_string().parse().expect("a number"));
        Ok(Self { components, name, out, ..self.clone() })
    }

    /// The way with a step that is not finite, if one is given.
    fn on_nonfinite(&self) -> Option<OnNonFinite> {
        match self.on_nonfinite.as_deref()? {
            "skip" => Some(OnNonFinite::Skip),
            "rollback" => Some(OnNonFinite::Rollback),
            _ => Some(OnNonFinite::Stop),
        }
    }

    /// Where the new run goes.
    fn place(&self) -> Result<Place, CliError> {
        let existing = if self.force { Existing::Replace } else { Existing::Keep };
        Ok(match (&self.out, &self.name) {
            (Some(path), _) => Place::Path(path.clone(), existing),
            (None, Some(name)) if !is_plain(name) => {
                return Err(CliError::usage(
                    format!("`--name {name}` is not a plain name"),
                    "use letters, digits, `.`, `_` and `-`, a letter or digit first; `--out DIR` takes any path",
                ));
            }
            (None, Some(name)) => Place::Path(Path::new(RUNS).join(name), existing),
            (None, None) => Place::Free,
        })
    }

    /// The configuration of a new run, which is defaults, file and options, and its examples: what they
    /// are decides which defaults.
    fn configuration(&self) -> Result<(RunConfig, Dataset), CliError> {
        let layers = RunConfig::layers_of_model(|defaults| self.layers(defaults))?;
        let table_layers = self.layers(&RunConfig::for_tables())?;
        // What neither could be is refused before the data are read.
        let plain = RunConfig::from_layers(layers.clone());
        let table = RunConfig::from_layers(table_layers);
        let data = match (&plain, &table) {
            (Ok(config), _) | (_, Ok(config)) => &config.data,
            (Err(_), Err(_)) => return Err(plain.expect_err("neither is a configuration").into()),
        };
        if let Ok(config) = &plain {
            memory::advise(config.model.takes_less_memory());
        }
        // The run is read from other folders than it was trained in.
        let data = data_source::anywhere(data.clone());
        let dataset = memory::held(Holder::Data, || data_source::open(&data.spec()))?;
        let family = ["vae", "likelihood", "family"].map(str::to_owned);
        let is_autoencoder = plain.as_ref().is_ok_and(|config| config.model.is_autoencoder());
        let is_table = match layers.origin(&family) {
            Origin::Default => is_table(&dataset) && (plain.is_err() || is_autoencoder),
            _ => layers.get("vae.likelihood.family").and_then(Value::as_str) == Some("table"),
        };
        let mut config = if is_table { table? } else { plain? };
        config.data.source = data.source;
        Ok((config, dataset))
    }

    /// Defaults under the file under the options.
    fn layers(&self, defaults: &RunConfig) -> Result<Layers, ConfigError> {
        let layers = Layers::over(defaults);
        let layers = match &self.config {
            Some(file) => layers.with_file(file)?,
            None => layers,
        };
        layers.with_assignments(self.assignments(defaults.model)?)
    }

    /// What the options set in the configuration.
    fn assignments(&self, model: ModelKind) -> Result<Vec<Assignment>, ConfigError> {
        // Options that several models have are where theirs are.
        let [hidden_path, activation_path, components_path] = match model {
            ModelKind::Mdn => ["mdn.hidden", "mdn.activation", "mdn.components"],
            _ => ["vae.net.hidden", "vae.net.activation", "mixture.components"],
        };
        let target = self.target.as_ref().map(|names| Value::from(names.clone()));
        let text = |value: &Option<String>| value.clone().map(Value::from);
        let count = |value: Option<u32>| value.map(Value::from);
        let hidden = self.hidden.as_ref().map(|widths| Value::from(widths.clone()));
        let options = [
            ("--data", "data.source", text(&self.data)),
            ("--target", "data.target_columns", target),
            ("--weight", "data.weight_column", text(&self.weight)),
            ("--binarize", "data.binarize", text(&self.binarize)),
            ("--model", "model", text(&self.model)),
            ("--net", "vae.net.kind", text(&self.net)),
            ("--latent-dim", self.latents_key(), count(self.latent_dim)),
            ("--hidden", hidden_path, hidden),
            ("--activation", activation_path, text(&self.activation)),
            ("--likelihood", "vae.likelihood.family", text(&self.likelihood)),
            ("--prior", "vae.prior.family", text(&self.prior)),
            ("--posterior", "vae.posterior.family", text(&self.posterior)),
            ("--components", components_path, count(self.components.as_ref().and_then(Sizes::single))),
            ("--covariance", "mixture.covariance", text(&self.covariance)),
            ("--weights", "mixture.weights.kind", text(&self.weights)),
            ("--inits", "mixture.initialisations", count(self.inits)),
            ("--objective", "objective.kind", text(&self.objective)),
            ("--estimator", "estimator.kind", text(&self.estimator)),
            ("--samples", "objective.samples", count(self.samples)),
            ("--beta", "objective.beta", self.beta.map(Value::from)),
            ("--epochs", "fit.epochs", count(self.epochs)),
            ("--batch-size", "fit.batch_size", count(self.batch_size)),
            ("--lr", "fit.learning_rate", self.lr.map(Value::from)),
            ("--on-nonfinite", "fit.on_nonfinite", text(&self.on_nonfinite)),
            ("--seed", "seed", self.seed.map(Value::from)),
            ("--tensorboard", "tensorboard", self.tensorboard.then_some(Value::from(true))),
        ];
        let named = options
            .into_iter()
            .filter_map(|(flag, path, value)| Some(Ok(Assignment::option(flag, path, value?))));
        named.chain(self.set.iter().map(|text| Assignment::parse(text))).collect()
    }

    /// Where the number of latents is configured.
    fn latents_key(&self) -> &'static str {
        match self.model.as_deref().and_then(ModelKind::of_name) {
            Some(ModelKind::Ppca | ModelKind::Fa | ModelKind::Mfa) => "mixture.latents",
            _ => "vae.latent_dim",
        }
    }

    /// With `--resume` the run's own configuration holds.
    fn check_resume_options(&self) -> Result<(), CliError> {
        let allowed = ["--epochs", "--on-nonfinite"].map(|option| Origin::Option(option.to_owned()));
        let given =
            self.assignments(ModelKind::default())?.into_iter().filter(|one| !allowed.contains(&one.origin));
        let others = [
            (self.config.is_some(), "CONFIG.toml"),
            (self.name.is_some(), "--name"),
            (self.out.is_some(), "--out"),
            (self.force, "--force"),
        ];
        let others = others.into_iter().filter(|(given, _)| *given).map(|(_, name)| format!("`{name}`"));
        let refused: Vec<String> = given.map(|one| one.origin.to_string()).chain(others).collect();
        if refused.is_empty() {
            return Ok(());
        }
        Err(CliError::usage(
            format!("{} cannot be given with `--resume`", refused.join(", ")),
            "a run goes on as it was configured; only `--epochs`, `--on-nonfinite`, `--threads`, `--memory-limit`, `--device`, `--quiet` and `--json` may be given",
        ))
    }
}

/// Whether examples are the rows of a table, which names its columns.
fn is_table(dataset: &Dataset) -> bool {
    dataset.require(Role::Observation).is_ok_and(|observation| !observation.feature_names.is_empty())
}

/// Whether a name can be typed anywhere without quotes and leads out of no folder.
fn is_plain(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphanumeric())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'))
}
