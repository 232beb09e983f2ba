//! Certificates of the estimators, small: a quarter of a million estimates at most.

use jensen_infer::estimator::EstimatorKind;
use jensen_models::laboratory::{Certificates, Effort, bernoulli, gaussian};

const EFFORT: Effort = Effort { draws: 40_000, preparation: 60, samples: 2 };

/// Unbiased estimators within five standard errors in each parameter (false alarm 6e-7 each); the others have the bias
/// that is said of them.
fn check(certificates: &Certificates) {
    for kind in EstimatorKind::ALL {
        let Some(certificate) = certificates.get(kind.name()) else { continue };
        if kind.is_unbiased() {
            assert!(certificate.worst_deviation < 5.0, "{kind}: {certificate:?}");
        }
    }
}

fn names(certificates: &Certificates) -> Vec<&str> {
    certificates.keys().copied().collect()
}

#[test]
fn continuous_estimators_have_the_gradient_of_the_quadratic() {
    let certificates = gaussian(1, EFFORT).expect("measured");
    let expected = [
        "dreg",
        "nvil",
        "pathwise",
        "rloo",
        "score",
        "score-moving-average",
        "sticking-the-landing",
        "vimco",
    ];
    assert_eq!(names(&certificates), expected);
    check(&certificates);
    let variance = |name| certificates[name].variance;
    assert!(variance("pathwise") < 0.3 * variance("score"), "the point of the lecture");
    assert!(variance("score-moving-average") < variance("score"));
}

#[test]
fn discrete_estimators_have_the_gradient_of_the_toy() {
    let certificates = bernoulli(0.45, EFFORT).expect("measured");
    let refused = ["pathwise", "sticking-the-landing", "dreg", "wake-sleep", "reweighted-wake-sleep"];
    let measured =
        EstimatorKind::ALL.map(EstimatorKind::name).into_iter().filter(|name| !refused.contains(name));
    assert_eq!(
        names(&certificates),
        measured.collect::<std::collections::BTreeSet<_>>().into_iter().collect::<Vec<_>>()
    );
    check(&certificates);
    let exact = &certificates["enumeration"];
    assert!(exact.variance < 1e-10 && exact.bias < 1e-6, "{exact:?}");
    for biased in ["straight-through-gumbel", "gumbel-softmax"] {
        assert!(certificates[biased].worst_deviation > 5.0, "{biased}: {:?}", certificates[biased]);
    }
    let variance = |name| certificates[name].variance;
    assert!(variance("rebar") < 0.5 * variance("score"), "{certificates:?}");
    assert!(variance("relax") < 0.5 * variance("score"), "{certificates:?}");
}
