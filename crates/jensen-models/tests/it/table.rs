//! The likelihood of mixed tables with missing values, and what the encoder sees of them.

use std::sync::Arc;

use burn::tensor::{DType, Device, Tensor};
use jensen_data::{Column, ColumnKind, TableSchema};
use jensen_models::table::{Mixed, TableLayout};
use jensen_prob::{Distribution, Expand, Predict, Rng};
use jensen_testing::{MonteCarlo, Tolerance, check_gradients, double};

const NAN: f64 = f64::NAN;

fn column(name: &str, kind: ColumnKind) -> Column {
    Column { name: name.to_owned(), kind }
}

fn categorical(shares: &[f64]) -> ColumnKind {
    let levels = (0..shares.len()).map(|level| format!("level {level}")).collect();
    ColumnKind::Categorical { levels, shares: shares.to_vec() }
}

/// One column of each kind and a second categorical one with fewer levels, in no order.
fn schema() -> TableSchema {
    TableSchema {
        columns: vec![
            column("species", categorical(&[0.5, 0.2, 0.3])),
            column("mass", ColumnKind::Positive { mean: 8.0, std: 0.2 }),
            column("eggs", ColumnKind::Count { mean: 2.0 }),
            column("tagged", ColumnKind::Binary { mean: 0.25 }),
            column("bill", ColumnKind::Real { mean: 40.0, std: 5.0 }),
            column("sex", categorical(&[0.4, 0.6])),
        ],
    }
}

fn layout() -> Arc<TableLayout> {
    Arc::new(TableLayout::new(&schema()))
}

/// Two rows of a decoder's output: two means, a log-rate, a logit, three logits and two.
fn output() -> Tensor<2> {
    double(
        &[2, 9],
        &[0.3, -0.8, 0.9, -0.4, 0.1, 1.2, -0.7, 0.5, -0.2, -1.1, 0.6, -0.3, 1.3, 0.0, -0.9, 0.8, -1.5, 0.4],
    )
}

fn log_std() -> Tensor<2> {
    double(&[1, 2], &[-0.5, 0.2])
}

fn mixed(output: &Tensor<2>) -> Mixed {
    Mixed::new(layout(), output.clone().cast(DType::F32), Some(log_std().cast(DType::F32)))
}

fn rows(values: &[[f64; 6]]) -> Tensor<2> {
    double(&[values.len(), 6], values.as_flattened()).cast(DType::F32)
}

fn numbers<const N: usize>(tensor: Tensor<N>) -> Vec<f64> {
    tensor.into_data().iter::<f64>().collect()
}

fn log_normal(x: f64, mean: f64, log_std: f64) -> f64 {
    -0.5 * ((x - mean) / log_std.exp()).powi(2) - log_std - 0.5 * std::f64::consts::TAU.ln()
}

fn log_share(logits: &[f64], level: usize) -> f64 {
    logits[level] - logits.iter().map(|logit| logit.exp()).sum::<f64>().ln()
}

/// Each column by its own formula; what is missing adds nothing.
#[test]
fn the_density_is_a_product_over_the_observed_columns() {
    let value = rows(&[[2.0, 0.7, 3.0, 1.0, -0.2, 0.0], [0.0, NAN, NAN, 0.0, 1.4, NAN]]);
    let log_prob = numbers(mixed(&output()).log_prob(&value));
    let first =
        log_share(&[0.1, 1.2, -0.7], 2) + log_normal(0.7, 0.3, -0.5) + (3.0 * 0.9 - 0.9f64.exp() - 6f64.ln())
            - (1.0 + 0.4f64.exp()).ln()
            + log_normal(-0.2, -0.8, 0.2)
            + log_share(&[0.5, -0.2], 0);
    let second = log_share(&[0.0, -0.9, 0.8], 0) - (1.0 + 1.3f64.exp()).ln() + log_normal(1.4, 0.6, 0.2);
    for (log_prob, expected) in log_prob.into_iter().zip([first, second]) {
        assert!((log_prob - expected).abs() < 1e-5, "{log_prob}, not {expected}");
    }
}

/// The density without an entry is the sum, or the integral, over all that the entry could be.
#[test]
fn a_missing_entry_is_marginalised() {
    let complete = [1.0, 0.7, 3.0, 1.0, -0.2, 0.0];
    let family = mixed(&output().narrow(0, 0, 1));
    let density = |column: usize, entries: &[f64]| -> Vec<f64> {
        let with = |&entry: &f64| {
            let mut row = complete;
            row[column] = entry;
            row
        };
        let rows = rows(&entries.iter().map(with).collect::<Vec<_>>());
        numbers(family.log_prob(&rows)).into_iter().map(f64::exp).collect()
    };
    let whole_numbers = |n: u32| (0..n).map(f64::from).collect::<Vec<_>>();
    let step = 0.01;
    let line: Vec<f64> = (-1000..1000).map(|i| f64::from(i) * step).collect();
    for (column, entries, weight) in [
        (0, whole_numbers(3), 1.0),
        (1, line.clone(), step),
        (2, whole_numbers(60), 1.0),
        (3, whole_numbers(2), 1.0),
        (4, line, step),
        (5, whole_numbers(2), 1.0),
    ] {
        let total = density(column, &entries).iter().sum::<f64>() * weight;
        let marginal = density(column, &[NAN])[0];
        assert!((total / marginal - 1.0).abs() < 1e-5, "column {column}: {total}, not {marginal}");
    }
}

#[test]
fn gradients_are_right_where_entries_are_missing() {
    let value = rows(&[[2.0, NAN, 3.0, 1.0, -0.2, NAN], [NAN, 0.9, NAN, NAN, 1.4, 1.0]]);
    let log_prob = |inputs: &[Tensor<2>]| {
        let value = value.clone().cast(inputs[0].dtype());
        Mixed::new(layout(), inputs[0].clone(), Some(inputs[1].clone())).log_prob(&value)
    };
    check_gradients(&[output(), log_std()], log_prob, Tolerance { relative: 1e-4, absolute: 2e-5 })
        .expect("gradients of observed entries");
}

/// Exactly 0 and never NaN, also where a decoder has run away (the square of 1e18 is still a number).
#[test]
fn a_missing_entry_has_no_gradient() {
    let wild = double(&[1, 9], &[1e18, -1e18, 1e18, 1e18, 1e18, -1e18, 0.0, 1e18, 3.0]);
    for output in [output().narrow(0, 0, 1), wild] {
        let leaf = output.cast(DType::F32).autodiff().require_grad();
        let log_std = log_std().cast(DType::F32).autodiff().require_grad();
        let log_prob = Mixed::new(layout(), leaf.clone(), Some(log_std.clone())).log_prob(&rows(&[[NAN; 6]]));
        assert_eq!(numbers(log_prob.clone().inner()), [0.0]);
        let gradients = log_prob.sum().backward();
        assert!(numbers(leaf.grad(&gradients).expect("a gradient")).iter().all(|&slope| slope == 0.0));
        assert!(numbers(log_std.grad(&gradients).expect("a gradient")).iter().all(|&slope| slope == 0.0));
    }
}

#[test]
fn samples_of_a_batch_meet_its_rows() {
    let value = rows(&[[2.0, 0.7, NAN, 1.0, -0.2, 0.0], [0.0, NAN, 4.0, 0.0, 1.4, NAN]]);
    let family = mixed(&output());
    let once = numbers(family.log_prob(&value));
    assert_eq!(numbers(family.expand(3).log_prob(&value)), once.repeat(3));
    assert_eq!(numbers(family.log_prob(&value.clone().repeat_dim(0, 3))), once.repeat(3));
    let first = mixed(&output().narrow(0, 0, 1));
    let met = numbers(first.log_prob(&value));
    assert_eq!(met[0], once[0]);
    let second = numbers(first.log_prob(&value.narrow(0, 1, 1)));
    assert!((met[1] - second[0]).abs() < 1e-6);
}

/// Frequencies and means of 20 000 draws within five standard errors, false alarm 6e-7 a check.
#[test]
fn draws_are_rows_of_the_table() {
    let n = 20_000;
    let family = mixed(&output().narrow(0, 0, 1));
    let draws = numbers(family.expand(n).sample(&Rng::seed(4)));
    assert_eq!(draws, numbers(family.expand(n).sample(&Rng::seed(4))));
    let column = |index: usize| draws.iter().skip(index).step_by(6).copied();
    let check = |what: &str, values: &mut dyn Iterator<Item = f64>, expected: f64| {
        let estimate = MonteCarlo::of(values);
        assert!(estimate.agrees(expected, 5.0, 1e-5), "{what} {}, not {expected}", estimate.mean);
    };
    for level in 0..3 {
        let share = log_share(&[0.1, 1.2, -0.7], level).exp();
        check("species", &mut column(0).map(|x| f64::from(x == level as f64)), share);
    }
    check("mass", &mut column(1), 0.3);
    check("spread of mass", &mut column(1).map(|x| (x - 0.3).powi(2)), (-1.0f64).exp());
    check("eggs", &mut column(2), 0.9f64.exp());
    check("tagged", &mut column(3), 1.0 / (1.0 + 0.4f64.exp()));
    check("bill", &mut column(4), -0.8);
    check("sex", &mut column(5), 1.0 - log_share(&[0.5, -0.2], 0).exp());
    assert!(column(5).all(|sex| sex == 0.0 || sex == 1.0), "a column has no other levels than its own");
}

/// Means of reals and counts, the most probable value of the others; of a mixture the most probable
/// value of the averaged chances, which is not the most frequent of the guesses.
#[test]
fn a_guess_follows_from_averaged_statistics() {
    let family = mixed(&output());
    let guess = numbers(family.prediction(family.expected_statistics()));
    let expected = [1.0, 0.3, 0.9f64.exp(), 0.0, -0.8, 0.0, 2.0, -1.1, (-0.3f64).exp(), 1.0, 0.6, 1.0];
    assert!(guess.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-6), "{guess:?}");

    let statistics = double(&[1, 9], &[0.0, 0.0, 1.0, 0.5, 0.45, 0.55, 0.0, 0.6, 0.4]).cast(DType::F32);
    let other = double(&[1, 9], &[2.0, 0.0, 2.0, 0.9, 0.5, 0.0, 0.5, 0.3, 0.7]).cast(DType::F32);
    let average = numbers(family.prediction((statistics + other) * 0.5));
    assert_eq!(average, [0.0, 1.0, 1.5, 1.0, 0.0, 1.0]);
}

/// The marginal distribution of the training data.
#[test]
fn the_output_starts_at_the_schema() {
    let start = layout().marginal_output();
    let start = double(&[1, start.len()], &start);
    let family = Mixed::new(layout(), start.cast(DType::F32), Some(Tensor::zeros([1, 2], &Device::flex())));
    let statistics = numbers(family.expected_statistics());
    for (statistic, expected) in statistics.iter().zip([0.0, 0.0, 2.0, 0.25, 0.5, 0.2, 0.3, 0.4, 0.6]) {
        assert!((statistic - expected).abs() < 1e-6, "{statistics:?}");
    }
}

#[test]
fn an_encoder_sees_what_was_observed_and_that_the_rest_was_not() {
    let input =
        numbers(layout().input(rows(&[[2.0, 0.7, 5.0, 1.0, -0.2, 0.0], [NAN, NAN, NAN, NAN, NAN, NAN]])));
    let first = [
        &[0.7, -0.2, 6f64.ln() - 3f64.ln(), 0.75][..], // reals, the count, the bit
        &[0.0, 0.0, 1.0, 1.0, 0.0],                    // one-hot levels
        &[1.0; 6],                                     // all were observed
    ];
    assert_eq!(input.len(), 2 * layout().inputs());
    let (seen, unseen) = input.split_at(layout().inputs());
    assert!(seen.iter().zip(first.concat()).all(|(a, b)| (a - b).abs() < 1e-6), "{seen:?}");
    assert!(unseen.iter().all(|&x| x == 0.0), "{unseen:?}");
}

/// Each kind alone: no block may need another.
#[test]
fn a_table_of_one_kind_works() {
    for kind in schema().columns.into_iter().map(|column| column.kind) {
        let layout = Arc::new(TableLayout::new(&TableSchema { columns: vec![column("x", kind)] }));
        let device = Device::flex();
        let log_std = (layout.reals() > 0).then(|| Tensor::zeros([1, layout.reals()], &device));
        let family = Mixed::new(layout.clone(), Tensor::zeros([4, layout.outputs()], &device), log_std);
        let draw = family.sample(&Rng::seed(1));
        assert_eq!(draw.dims(), [4, 1]);
        assert!(numbers(family.log_prob(&draw)).iter().all(|log_prob| log_prob.is_finite()));
        assert_eq!(family.prediction(family.expected_statistics()).dims(), [4, 1]);
        assert_eq!(layout.input(draw).dims(), [4, layout.inputs()]);
    }
}
