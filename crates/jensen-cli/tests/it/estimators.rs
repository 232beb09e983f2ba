//! Gradient estimators and binary latents on the command line.

use crate::workshop::{TINY, Workshop};

#[test]
fn an_estimator_that_does_not_fit_is_refused_with_those_that_do() {
    let here = Workshop::new();
    let refused = |options: &str| {
        let message = here.refused(&format!("train {TINY} {options}"), 2).replace("│", "");
        message.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let message = refused("--estimator rebar");
    assert!(
        message.contains("rebar") && message.contains("pathwise") && !message.contains("dreg"),
        "{message}"
    );
    let message = refused("--model sbn --estimator pathwise");
    assert!(
        message.contains("pathwise") && message.contains("rloo") && message.contains("relax"),
        "{message}"
    );
    let message = refused("--estimator dreg");
    assert!(message.contains("elbo objective") && message.contains("elbo-mc, iwae, renyi"), "{message}");
    let message = refused("--estimator rloo");
    assert!(message.contains("objective.samples") && message.contains("at least 2"), "{message}");
    let message = refused("--model sbn --estimator enumeration --latent-dim 30");
    assert!(message.contains("latent_dim"), "{message}");
    let message = refused("--objective tvo --beta 2");
    assert!(message.contains("objective.beta"), "{message}");
    assert!(!here.exists("runs"), "a refused training left a directory");
}

#[test]
fn every_verb_works_on_binary_latents() {
    let here = Workshop::new();
    for name in ["bits", "again"] {
        let noise = "--set estimator.noise_every=10";
        here.ok(&format!("train {TINY} --model sbn --estimator rebar --name {name} {noise}"));
    }
    let compared = here.ok("runs compare bits again");
    assert!(
        !compared.contains("part at step"),
        "the time that a gradient takes is no difference: {compared}"
    );
    assert!(here.exists("runs/bits/report.html"));
    assert!(here.text("runs/bits/metrics.jsonl").contains("gradient_noise"));
    let measured = here.json("evaluate bits --iwae 20 --decompose 30 --json");
    let sum: f64 = ["mutual_information", "total_correlation", "dimension_wise_kl"]
        .map(|part| measured["decomposition"][part].as_f64().expect("a number"))
        .iter()
        .sum();
    assert!(sum.is_finite() && measured["log_likelihood"].is_number(), "{measured}");
    let measured = here.json("evaluate bits --iwae 20 --chi 20 --json");
    let number = |key: &str| measured[key].as_f64().expect("a number");
    // The same weights: a mean of squares is at least the square of the mean.
    assert!(number("chi_upper_bound") > number("log_likelihood"), "{measured}");
    assert!(here.ok("evaluate bits --chi 20").contains("biased downwards"));
    for verb in ["sample", "reconstruct", "interpolate", "traverse"] {
        here.ok(&format!("{verb} bits -o {verb}.png"));
        assert!(here.exists(&format!("{verb}.png")));
    }
    here.ok("encode bits --data tiny -o z.csv");
    here.ok("score bits --data tiny -o scores.csv");
    let message = here.refused("impute bits --data tiny -o filled.csv", 2);
    assert!(message.contains("has learned no table"), "{message}");
}

#[test]
fn every_verb_works_on_layers_and_on_categories() {
    let here = Workshop::new();
    let layers = "--model sbn --latent-dim 8 --set sbn.layers=2 --estimator rebar --name layers";
    let choices =
        "--model cat-vae --latent-dim 4 --set cat_vae.categories=3 --estimator gumbel-softmax --name choices";
    for options in [layers, choices] {
        here.ok(&format!("train {TINY} {options}"));
        let name = options.rsplit(' ').next().expect("a name");
        for picture in ["report.html", "pictures/traversal.png", "pictures/latent-map.png"] {
            assert!(here.exists(&format!("runs/{name}/{picture}")), "{name}: {picture}");
        }
        let measured = here.json(&format!("evaluate {name} --iwae 20 --json"));
        let number = |key: &str| measured[key].as_f64().expect("a number");
        assert!(number("log_likelihood") > number("elbo"), "{name}: {measured}");
        for verb in ["sample", "reconstruct", "interpolate", "traverse"] {
            here.ok(&format!("{verb} {name} -o {name}-{verb}.png"));
            assert!(here.exists(&format!("{name}-{verb}.png")));
        }
        here.ok(&format!("encode {name} --data tiny -o {name}.csv"));
        here.ok(&format!("score {name} --data tiny -o scores.csv"));
    }
    assert!(here.exists("runs/choices/pictures/kl-per-dimension.svg"), "each choice has its divergence");
    here.ok("evaluate choices --decompose 20");
    let message = here.refused("evaluate layers --decompose 20", 2);
    assert!(message.contains("sbn.layers=1"), "{message}");
    let message = here.refused("traverse layers --dims 9 -o t.png", 2);
    assert!(message.contains("0 to 7"), "{message}");
    for options in ["--model sbn --set sbn.layers=0", "--model cat-vae --set cat_vae.categories=1"] {
        let message = here.refused(&format!("train {TINY} {options}"), 2);
        assert!(message.contains("at least"), "{message}");
    }
    let enumeration = "--estimator enumeration --latent-dim";
    here.refused(&format!("train {TINY} --model cat-vae {enumeration} 3"), 2);
    here.ok(&format!("train {TINY} --model cat-vae {enumeration} 2 --name exact"));
}

/// An exact gradient has no noise, so no signal-to-noise ratio: the log can be read all the same.
#[test]
fn a_gradient_without_noise_is_logged() {
    let here = Workshop::new();
    let options =
        "--model sbn --estimator enumeration --latent-dim 3 --set estimator.noise_every=10 --name exact";
    here.ok(&format!("train {TINY} {options}"));
    here.ok("report exact");
    here.ok("train --resume exact --epochs 3");
    here.ok(&format!("train {TINY} --model sbn --objective iwae --samples 3 --name weighted"));
    let message = here.refused("train --data penguins --model sbn", 2);
    assert!(message.contains("columns of a table"), "{message}");
}

/// What an estimator has learned is in the checkpoint: a run that goes on ends in the bits of one that never stopped.
#[test]
fn a_run_with_a_learned_control_variate_is_resumed_to_the_same_bits() {
    let here = Workshop::new();
    let train =
        format!("train {TINY} --model sbn --estimator relax --epochs 60 --set fit.checkpoint.steps=5");
    here.ok(&format!("{train} --name whole"));
    let mut child = here.start(&format!("{train} --name cut"));
    here.wait_for_checkpoints("cut", 2);
    child.kill().expect("it runs");
    child.wait().expect("it ended");
    here.ok("train --resume cut");
    assert_eq!(here.essence("whole"), here.essence("cut"));
}

#[test]
fn the_laboratory_prints_certificates_and_draws_them() {
    let here = Workshop::new();
    let problems = here.json("lab gradients --draws 300 --preparation 3 --json -o gradients.svg");
    for problem in ["gaussian", "bernoulli-0.45", "bernoulli-0.499", "sbn"] {
        let certificates = problems[problem].as_object().expect("estimators");
        assert!(certificates.len() >= 8, "{problem}: {certificates:?}");
        for field in ["bias", "bias_stderr", "variance", "seconds_per_step"] {
            assert!(certificates["score"][field].is_number(), "{problem}: {field}");
        }
    }
    let picture = here.text("gradients.svg");
    assert!(picture.contains("dimensions of the latent") && picture.contains("rebar"));
    let matrix = here.ok("lab estimators");
    assert!(matrix.lines().count() == 18 && matrix.contains("straight-through-gumbel"), "{matrix}");
    assert_eq!(here.json("lab estimators --json")["rebar"]["models"][0], "sbn");
}
