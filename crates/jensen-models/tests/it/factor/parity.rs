//! Against scikit-learn, SciPy, and the algebra of dense Gaussians.

use jensen_models::factor::{FactorMixture, FactorOptions, Noise};
use jensen_models::mixture::{
    Covariance, ExpectationMaximisation, GaussianMixture, Regularisation, Rows, Statistics,
};
use jensen_random::Rng;

use super::{KINDS, Reference, close, rows_of, some_mixture};

/// The closed form and EM from elsewhere are the principal components of scikit-learn.
#[test]
fn probabilistic_principal_components() {
    let reference = Reference::read("principal");
    let values = reference.get("values");
    let rows = Rows::new(&values, 6).unwrap();
    let none = Regularisation::none(6);
    let eye = (0..36).map(|at| f64::from(u8::from(at % 7 == 0))).collect();
    let any = GaussianMixture::new(Covariance::Full, 6, vec![1.0], vec![0.0; 6], eye).unwrap();
    let statistics = Statistics::expect(&any, rows).unwrap();
    let closed = FactorMixture::principal(Noise::Isotropic, 2, &statistics, &none).unwrap();
    let check = |model: &FactorMixture| {
        close("log_prob", &model.log_prob(rows).unwrap(), &reference.get("log_prob"), 1e-9);
        close("covariance", &model.covariance(0), &reference.get("covariance"), 1e-9);
        close("noise", model.variances(), &reference.get("noise"), 1e-9);
        // The columns of W are along the principal axes, up to their sign.
        let canonical = model.canonical().unwrap();
        for (l, axis) in reference.get("components").chunks(6).enumerate() {
            let own: Vec<_> = (0..6).map(|j| canonical.loading(0, j)[l]).collect();
            let length = own.iter().map(|w| w * w).sum::<f64>().sqrt();
            let along: f64 = own.iter().zip(axis).map(|(w, axis)| w * axis).sum();
            assert!((along.abs() / length - 1.0).abs() < 1e-9, "axis {l}");
        }
    };
    check(&closed);
    let start = some_mixture(&Rng::seed(1), Noise::Isotropic, 1, 6, 2);
    let fitted = start.em(&rows, &none, 2000, 0.0).unwrap();
    check(&fitted.mixture);
    // Where the closed form is the maximum, EM has nothing to do.
    let options = FactorOptions { noise: Noise::Isotropic, ..FactorOptions::default() };
    let fitted = FactorMixture::fit(&rows, &options, &Rng::seed(1)).unwrap();
    assert_eq!(fitted.history.len(), 2);
}

#[test]
fn factor_analysis() {
    let reference = Reference::read("analysis");
    let values = reference.get("values");
    let rows = Rows::new(&values, 6).unwrap();
    let theirs = FactorMixture::new(
        Noise::Diagonal,
        2,
        vec![1.0],
        reference.get("means"),
        reference.get("loadings"),
        reference.get("variances"),
    );
    let theirs = theirs.unwrap();
    let log_prob = reference.get("log_prob");
    close("their density", &theirs.log_prob(rows).unwrap(), &log_prob, 1e-10);
    close("their codes", &theirs.encode(rows).unwrap().means, &reference.get("codes"), 1e-10);
    let options = FactorOptions { iterations: 20_000, tolerance: 1e-15, ..FactorOptions::default() };
    let fitted = FactorMixture::fit(&rows, &options, &Rng::seed(1)).unwrap();
    let mean = log_prob.iter().sum::<f64>() / log_prob.len() as f64;
    let ours = fitted.statistics.log_likelihood() / fitted.statistics.weight();
    assert!(ours >= mean - 1e-9, "{ours}, scikit-learn {mean}");
    close("covariance", &fitted.mixture.covariance(0), &reference.get("covariance"), 1e-4);
    close("density", &fitted.mixture.log_prob(rows).unwrap(), &log_prob, 1e-4);
}

/// Every pattern of missing values, nothing observed among them.
#[test]
fn what_is_missing_is_marginalised() {
    let reference = Reference::read("missing");
    let [weights, means, loadings, variances] = FactorMixture::ARRAYS.map(|name| reference.get(name));
    let mixture = FactorMixture::new(Noise::Diagonal, 2, weights, means, loadings, variances).unwrap();
    let values = reference.get("values");
    let rows = Rows::new(&values, 4).unwrap();
    close(
        "covariances",
        &[mixture.covariance(0), mixture.covariance(1)].concat(),
        &reference.get("covariances"),
        1e-14,
    );
    close("log_prob", &mixture.log_prob(rows).unwrap(), &reference.get("log_prob"), 1e-12);
    close("imputed", &mixture.impute(rows).unwrap(), &reference.get("imputed"), 1e-12);
    let responsibilities = reference.get("responsibilities");
    close("responsibilities", &mixture.responsibilities(rows).unwrap(), &responsibilities, 1e-12);
    let codes = mixture.encode(rows).unwrap();
    close("codes", &codes.means, &reference.get("codes"), 1e-12);
    close("responsibilities", &codes.responsibilities, &responsibilities, 1e-12);
    let covariances = values.chunks(4).flat_map(|row| mixture.code_covariances(row).unwrap());
    close("code covariances", &covariances.collect::<Vec<_>>(), &reference.get("code_covariances"), 1e-12);
}

/// The maximum over what is observed, found by SciPy without EM.
#[test]
fn the_maximum_with_missing_values() {
    let reference = Reference::read("maximum");
    let (values, weights) = (reference.get("values"), reference.get("row_weights"));
    let rows = Rows::new(&values, 4).unwrap().with_weights(&weights).unwrap();
    for (noise, name) in [(Noise::Isotropic, "isotropic"), (Noise::Diagonal, "diagonal")] {
        let options = FactorOptions { latents: 1, noise, tolerance: 1e-14, ..FactorOptions::default() };
        let fitted = FactorMixture::fit(&rows, &options, &Rng::seed(1)).unwrap();
        let (ours, theirs) = (fitted.history[fitted.history.len() - 1], reference.get(name)[0]);
        assert!((ours - theirs).abs() < 1e-9, "{name}: {ours}, SciPy {theirs}");
    }
}

/// Woodbury's algebra is that of the dense covariances.
#[test]
fn a_mixture_of_dense_gaussians() {
    for noise in KINDS {
        let mixture = some_mixture(&Rng::seed(5), noise, 3, 7, 3);
        let values = rows_of(&mixture, &Rng::seed(6), 700, 0.2);
        let rows = Rows::new(&values, 7).unwrap();
        let covariances = (0..3).flat_map(|k| mixture.covariance(k)).collect();
        let (weights, means) = (mixture.weights().to_vec(), mixture.means().to_vec());
        let dense = GaussianMixture::new(Covariance::Full, 7, weights, means, covariances).unwrap();
        close("log_prob", &mixture.log_prob(rows).unwrap(), &dense.log_prob(rows).unwrap(), 1e-11);
        close("imputed", &mixture.impute(rows).unwrap(), &dense.impute(rows).unwrap(), 1e-11);
        let (ours, theirs) = (mixture.expect(rows).unwrap(), dense.expect(rows).unwrap());
        close("counts", ours.counts(), theirs.counts(), 1e-11);
        close("likelihood", &[ours.log_likelihood()], &[theirs.log_likelihood()], 1e-12);
        for k in 0..3 {
            close("means", &ours.mean(k)[..7], &theirs.means()[k * 7..(k + 1) * 7], 1e-11);
            let diagonal: Vec<_> = (0..7).map(|j| theirs.scatters()[k * 49 + j * 8]).collect();
            close("squares", ours.squares(k), &diagonal, 1e-11);
        }
    }
}

/// Noise of a billionth beside factors of one: where `‖c‖² − ‖L⁻¹Vᵀc‖²` keeps no digit, the density keeps nine.
#[test]
fn small_noise_does_not_cancel() {
    let mixture =
        FactorMixture::new(Noise::Isotropic, 1, vec![1.0], vec![0.0; 2], vec![1.0, 0.0], vec![1e-9]).unwrap();
    let rows = [3.0, 1e-5, -2.0, 3e-5];
    let expected = rows.chunks(2).map(|row| {
        let (first, second): (f64, f64) = (1.0 + 1e-9, 1e-9);
        let quadratic = row[0] * row[0] / first + row[1] * row[1] / second;
        -std::f64::consts::TAU.ln() - 0.5 * (first * second).ln() - 0.5 * quadratic
    });
    let log_prob = mixture.log_prob(Rows::new(&rows, 2).unwrap()).unwrap();
    close("log_prob", &log_prob, &expected.collect::<Vec<_>>(), 1e-13);
}
