//! Priors and posteriors on the command line.

use crate::workshop::{TINY, Workshop};

const PAIRS: [&str; 4] = [
    "--prior flow --posterior iaf",
    "--prior mixture --posterior flow",
    "--prior vamp --posterior full",
    "--prior normal --posterior full --objective elbo",
];

#[test]
fn every_verb_works_on_every_prior_and_posterior() {
    let here = Workshop::new();
    for (i, pair) in PAIRS.iter().enumerate() {
        let name = format!("pair{i}");
        here.ok(&format!("train {TINY} {pair} --name {name}"));
        assert!(here.exists(&format!("runs/{name}/report.html")));
        assert!(here.exists(&format!("runs/{name}/pictures/traversal.png")), "{pair}");
        let measured = here.json(&format!("evaluate {name} --iwae 20 --json"));
        let number = |key: &str| measured[key].as_f64().expect("a number");
        assert!(number("log_likelihood") > number("elbo"), "{pair}: {measured}");
        assert!(measured["active_units"].is_number(), "{pair}: {measured}");
        for (verb, options) in
            [("sample", "--temperature 0.5"), ("reconstruct", ""), ("interpolate", ""), ("traverse", "")]
        {
            here.ok(&format!("{verb} {name} {options} -o {name}-{verb}.png"));
            assert!(here.exists(&format!("{name}-{verb}.png")));
        }
        here.ok(&format!("encode {name} --data tiny -o {name}.npz"));
        here.ok(&format!("encode {name} --data tiny -o again.npz"));
        assert_eq!(here.read(&format!("{name}.npz")), here.read("again.npz"), "{pair}");
        here.ok(&format!("score {name} --data tiny -o {name}.csv"));
        here.ok(&format!("report {name}"));
        let message = here.refused(&format!("evaluate {name} --decompose 10"), 2);
        assert!(message.contains("--posterior normal"), "{message}");
    }
}

#[test]
fn every_pair_goes_on_to_the_same_bits() {
    let here = Workshop::new();
    let constant = "--set fit.schedule.kind=constant";
    for (i, pair) in PAIRS.iter().enumerate() {
        here.train(&format!("{pair} --epochs 4 {constant} --name whole{i}"));
        here.train(&format!("{pair} {constant} --name parts{i}"));
        here.ok(&format!("train --resume parts{i} --epochs 4"));
        let [whole, parts] = ["whole", "parts"].map(|name| here.essence(&format!("{name}{i}")));
        assert!(whole == parts, "{pair}: the weights or the metrics differ");
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    let here = Workshop::new();
    let refused = |options: &str| {
        let message = here.refused(&format!("train {TINY} {options}"), 2).replace("│", "");
        message.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    for pair in ["--prior vamp", "--posterior iaf"] {
        let message = refused(&format!("{pair} --objective elbo"));
        assert!(message.contains("exact KL(q‖p)") && message.contains("elbo-mc, iwae"), "{message}");
    }
    let message = refused("--prior flow --set objective.free_bits=0.5");
    assert!(message.contains("objective.free_bits"), "{message}");
    let message = refused("--posterior flow --estimator rebar");
    assert!(message.contains("rebar") && message.contains("pathwise"), "{message}");
    let message = refused("--posterior flow --latent-dim 1");
    assert!(message.contains("vae.posterior.family") && message.contains("latent dimension"), "{message}");
    let message = refused("--prior mixture --set vae.prior.components=0");
    assert!(message.contains("vae.prior.components"), "{message}");
    let message = refused("--model sbn --posterior full");
    assert!(message.contains("vae.posterior.family"), "{message}");
    assert!(!here.exists("runs"), "a refused training left a directory");
}

/// Tables have their own objective, which needs no divergence in closed form.
#[test]
fn a_table_takes_any_pair() {
    let here = Workshop::new();
    let small = "--data penguins --hidden 8 --latent-dim 2 --epochs 1";
    here.ok(&format!(
        "train {small} --prior vamp --set vae.prior.pseudo_inputs=3 --posterior iaf --name birds"
    ));
    here.ok("impute birds --data penguins --samples 20 -o filled.csv");
    here.ok("sample birds -o rows.csv");
    assert!(here.exists("filled.csv") && here.exists("rows.csv"));
}
