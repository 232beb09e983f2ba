//! What sets a mixture of categorical columns apart, and what data look like to it.

use jensen_data::{Binarize, ColumnKind, DataConfig, Dataset, Kind as Column, Preprocessing, Role, Support};
use jensen_infer::Learner;
use jensen_models::mixture::{Categories, DiscreteMixture, Examples, MixtureError, Rows};
use jensen_random::Rng;

use super::{Components, Kind};
use crate::config::RunConfig;
use crate::error::CliError;
use crate::model::Code;

/// More different numbers with a fraction are measurements, not categories: half points of a mark are few.
const MOST_FRACTIONS: usize = 20;

/// The columns of a table as categories; of arrays, their values as bits.
pub(in crate::model) fn preprocessing(
    config: &RunConfig,
    dataset: &Dataset,
    train: &jensen_data::Rows,
) -> Result<Preprocessing, CliError> {
    let spec = dataset.require(Role::Observation)?;
    if spec.feature_names.is_empty() {
        let fitted = Preprocessing::fit(&config.data, dataset, train)?;
        if fitted.support() == Support::Binary {
            return Ok(fitted.for_discrete_likelihood());
        }
        return Err(CliError::usage(
            format!("{} holds values other than bits, in columns without names", dataset.name()),
            "give `--binarize static` for grey images, or a table with named columns for categories",
        ));
    }
    let mut kinds = config.data.kinds.clone();
    for name in &spec.feature_names {
        kinds.entry(name.clone()).or_insert(Column::Categorical);
    }
    if let Some((name, kind)) =
        kinds.iter().find(|(_, kind)| !matches!(kind, Column::Categorical | Column::Binary))
    {
        return Err(CliError::usage(
            format!("column `{name}` is to be {kind}, which is no kind of category"),
            "leave it to `data.kinds` as categorical or binary, or out with `data.exclude`",
        ));
    }
    let data = DataConfig { kinds, binarize: Binarize::None, ..config.data.clone() };
    let fitted = Preprocessing::fit_table(&data, dataset, train)?;
    let columns = fitted.table().into_iter().flat_map(|schema| &schema.columns);
    for column in columns.filter(|column| !config.data.kinds.contains_key(&column.name)) {
        refuse_reals(dataset.name(), &column.name, &column.kind)?;
    }
    Ok(fitted)
}

/// Refuses a column of real numbers, each of which would be a category, unless it is asked for as one of categories.
fn refuse_reals(data: &str, column: &str, kind: &ColumnKind) -> Result<(), CliError> {
    let ColumnKind::Categorical { levels, .. } = kind else { return Ok(()) };
    let is_fraction = |level: &&String| level.parse::<f64>().is_ok_and(|value| value.fract() != 0.0);
    let fractions: Vec<&String> = levels.iter().filter(is_fraction).collect();
    if fractions.len() <= MOST_FRACTIONS {
        return Ok(());
    }
    Err(CliError::usage(
        format!(
            "{data}: column `{column}` holds {} different numbers such as {}, each of which would be a category",
            levels.len(),
            fractions[0]
        ),
        format!(
            "model numbers with `--model gmm`, or leave the column out with `data.exclude`; categories they are with \
             `--set data.kinds.{column}=categorical`"
        ),
    ))
}

/// How many values each column has: those of a table's levels, seen in training or not.
fn categories(preprocessing: &Preprocessing) -> Result<Categories, MixtureError> {
    let Some(schema) = preprocessing.table() else { return Categories::binary(preprocessing.features()) };
    let count = |kind: &ColumnKind| match kind {
        ColumnKind::Categorical { levels, .. } => levels.len(),
        _ => 2,
    };
    Categories::new(schema.columns.iter().map(|column| count(&column.kind)).collect())
}

impl Kind for DiscreteMixture {
    const NAME: &'static str = "categorical mixture";
    const CAN: &'static str = "evaluate, sample, encode and score, and impute tables";

    fn learner(
        config: &RunConfig,
        examples: &Examples<'_>,
        rng: &Rng,
    ) -> Result<Box<dyn Learner>, MixtureError> {
        let categories = categories(examples.preprocessing)?;
        Ok(Box::new(Self::learner(examples, &categories, &config.mixture.discrete(), rng)?))
    }

    fn configured(_: &RunConfig, _: &[usize]) -> Result<(), CliError> {
        Ok(())
    }

    fn codes(&self, rows: Rows<'_>) -> Result<Vec<Code>, MixtureError> {
        Ok(Code::of_shares(self.responsibilities(rows)?, DiscreteMixture::components(self)))
    }

    fn sample(&self, rows: usize, temperature: f64, rng: &Rng) -> Vec<f64> {
        with_temperature(self, temperature).sample(rng, rows).values
    }

    fn components(&self) -> Components<'_> {
        Components::Discrete(self)
    }

    fn impute(&self, rows: Rows<'_>) -> Option<Result<Vec<f64>, MixtureError>> {
        Some(self.impute(rows))
    }

    fn impute_draws(
        &self,
        rows: Rows<'_>,
        draws: usize,
        rng: &Rng,
    ) -> Option<Result<Vec<f64>, MixtureError>> {
        Some(self.impute_draws(rows, draws, rng))
    }

    fn free_parameters(&self) -> Option<usize> {
        Some(self.free_parameters())
    }
}

/// The mixture with all chances raised to the power of one over the temperature: at zero, the likeliest value of each
/// column is certain.
pub(super) fn with_temperature(mixture: &DiscreteMixture, temperature: f64) -> DiscreteMixture {
    if temperature == 1.0 {
        return mixture.clone();
    }
    let categories = mixture.categories();
    let mut probabilities = mixture.probabilities().to_vec();
    for own in probabilities.chunks_exact_mut(categories.all()) {
        for column in 0..categories.columns() {
            let chances = &mut own[categories.range(column)];
            let largest = chances.iter().copied().fold(0.0, f64::max);
            for chance in chances.iter_mut() {
                *chance = (*chance / largest).powf(1.0 / temperature);
            }
            let sum: f64 = chances.iter().sum();
            for chance in chances {
                *chance /= sum;
            }
        }
    }
    DiscreteMixture::new(categories.clone(), mixture.weights().to_vec(), probabilities)
        .expect("chances that sum to one")
}
