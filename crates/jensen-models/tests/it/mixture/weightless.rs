//! Rows that do not count may be anything.

use jensen_models::factor::{FactorMixture, Noise};
use jensen_models::hmm::{Hmm, SequenceModel};
use jensen_models::mixture::{
    Arrays, Covariance, DiscreteMixture, ExpectationMaximisation, GaussianMixture, MixtureError, Rows,
};

/// The statistics of rows of which the second weighs nothing are those of the others.
fn check<M: ExpectationMaximisation<Statistics: Arrays>>(mixture: &M, values: &[f64], columns: usize) {
    let [first, rest] = [&values[..columns], &values[2 * columns..]];
    let others = [first, rest].concat();
    let n = values.len() / columns;
    let mut weights = vec![1.0; n];
    weights[1] = 0.0;
    let rows = Rows::new(values, columns).expect("good rows");
    let all = mixture.expect(rows.with_weights(&weights).expect("good rows")).expect("good rows");
    let without = mixture.expect(Rows::new(&others, columns).expect("good rows")).expect("good rows");
    assert_eq!(all.to_arrays(), without.to_arrays());
    let error = mixture.expect(rows).map(|_| ());
    assert!(
        matches!(
            error,
            Err(MixtureError::Unreachable { row: 1 }
                | MixtureError::Impossible { row: 1 }
                | MixtureError::ImpossibleSequence { row: 1, .. })
        ),
        "{error:?}"
    );
}

#[test]
fn a_row_without_weight_may_be_impossible() {
    let far = [0.0, 1.0, 1e200, -1e200, 0.5, 0.5, 1.0, f64::NAN];
    let covariances = vec![1.0, 0.3, 0.3, 1.0, 2.0, 0.0, 0.0, 1.0];
    let gaussian =
        GaussianMixture::new(Covariance::Full, 2, vec![0.5, 0.5], vec![0.0, 0.0, 1.0, 1.0], covariances);
    check(&gaussian.unwrap(), &far, 2);
    let factors =
        FactorMixture::new(Noise::Diagonal, 1, vec![1.0], vec![0.0, 0.0], vec![1.0, 0.5], vec![0.5, 0.5]);
    check(&factors.unwrap(), &far, 2);
    let discrete = DiscreteMixture::bernoulli(2, vec![0.5, 0.5], vec![0.0, 0.3, 0.0, 0.6]).unwrap();
    check(&discrete, &[0.0, 1.0, 1.0, 1.0, 0.0, 0.0, f64::NAN, 1.0], 2);
    let hmm = Hmm::new(vec![0.5, 0.5], vec![0.5; 4], discrete).unwrap();
    let sequences = SequenceModel::new(hmm, 2, 2);
    check(&sequences, &[0.0, 1.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 0.0, 0.0, f64::NAN, 1.0], 4);
}
