//! Certificates of the estimators, small: a quarter of a million estimates at most.

use jensen_infer::estimator::EstimatorKind;
use jensen_infer::estimator::{DoublyReparameterized, Pathwise, StickingTheLanding, Surrogate};
use jensen_infer::objective::{DivergenceForm, Elbo, Iwae, Objective, Renyi};
use jensen_infer::{Estimator, InferError, Problem};
use jensen_models::laboratory::{
    Certificate, Certificates, Effort, FreeNormal, Quadratic, SigmoidBeliefNet, bernoulli, certify, gaussian,
};

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
        "reweighted-wake-sleep",
        "rloo",
        "score",
        "score-moving-average",
        "sticking-the-landing",
        "vimco",
        "wake-sleep",
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
    let refused = ["pathwise", "sticking-the-landing", "dreg"];
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

#[test]
fn discrete_estimators_have_the_gradient_of_a_belief_net() {
    let effort = Effort { draws: 1500, preparation: 20, ..EFFORT };
    let certificates =
        SigmoidBeliefNet::of_digits().expect("trained").certificates(effort).expect("measured");
    // Sixty gradients, of draws that are few and skewed: six standard errors.
    for kind in EstimatorKind::ALL.into_iter().filter(|kind| kind.is_unbiased()) {
        let Some(certificate) = certificates.get(kind.name()) else { continue };
        assert!(certificate.worst_deviation < 6.0, "{kind}: {certificate:?}");
    }
    for biased in [
        "straight-through",
        "gumbel-softmax",
        "straight-through-gumbel",
        "reweighted-wake-sleep",
        "wake-sleep",
    ] {
        assert!(certificates[biased].worst_deviation > 10.0, "{biased}: {:?}", certificates[biased]);
    }
    let variance = |name| certificates[name].variance;
    let order = ["rebar", "muprop", "rloo", "score-moving-average", "score"];
    assert!(order.is_sorted_by(|a, b| variance(a) < variance(b)), "{certificates:?}");
}

fn measured(estimator: &mut dyn Estimator<Quadratic, FreeNormal>, objective: &dyn Objective) -> Certificate {
    certify(estimator, objective, 1, EFFORT.draws, 0).expect("measured")
}

#[test]
fn every_order_of_mean_has_its_doubly_reparameterised_gradient() {
    for (alpha, beta) in [(-1.0, 1.0), (0.0, 1.0), (0.5, 1.0), (2.0, 1.0), (0.0, 0.4), (-0.5, 2.0)] {
        let objective = Renyi { beta, ..Renyi::new(2, alpha) };
        let [single, double] =
            [measured(&mut Pathwise, &objective), measured(&mut DoublyReparameterized, &objective)];
        assert!(
            single.worst_deviation < 5.0 && double.worst_deviation < 5.0,
            "α = {alpha}: {single:?} {double:?}"
        );
    }
}

/// A gradient that is five per cent too long.
struct TooLong;

impl Estimator<Quadratic, FreeNormal> for TooLong {
    fn surrogate(&self, problem: &Problem<'_, Quadratic, FreeNormal>) -> Result<Surrogate, InferError> {
        let surrogate = Pathwise.surrogate(problem)?;
        Ok(Surrogate { loss: surrogate.loss * 1.05, ..surrogate })
    }
}

#[test]
fn a_broken_estimator_is_caught() {
    let elbo = Elbo { samples: 2, ..Elbo::new() };
    assert!(measured(&mut Pathwise, &elbo).worst_deviation < 5.0);
    let broken = measured(&mut TooLong, &elbo);
    assert!(broken.worst_deviation > 5.0 && broken.bias > 5.0 * broken.bias_stderr, "{broken:?}");
}

#[test]
fn an_estimator_refuses_the_bounds_that_it_has_no_gradient_of() {
    let exact = Elbo::new();
    assert!(matches!(
        certify(&mut StickingTheLanding, &exact, 1, 10, 0),
        Err(InferError::Estimator { estimator: "sticking-the-landing", objective: "elbo", .. })
    ));
    let sampled = Elbo { divergence: DivergenceForm::Sampled, samples: 2, ..Elbo::new() };
    assert!(measured(&mut StickingTheLanding, &sampled).worst_deviation < 5.0);
    assert!(matches!(
        certify(&mut DoublyReparameterized, &Elbo { samples: 2, ..Elbo::new() }, 1, 10, 0),
        Err(InferError::Estimator { estimator: "dreg", .. })
    ));
    let weighted = measured(&mut DoublyReparameterized, &Iwae::new(2));
    assert!(weighted.variance < 0.5 * measured(&mut Pathwise, &Iwae::new(2)).variance, "{weighted:?}");
}
