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
    let measured = here.json("evaluate bits --iwae 20 --chi --json");
    let number = |key: &str| measured[key].as_f64().expect("a number");
    // The same weights: a mean of squares is at least the square of the mean.
    assert!(number("chi_upper_bound") > number("log_likelihood"), "{measured}");
    assert!(here.ok("evaluate bits --iwae 20 --chi").contains("biased downwards"));
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
    for (name, row) in [("layers", "7,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0"), ("choices", "1,1,1,0,0,1,1,0,0,1,0,0")]
    {
        let header: Vec<String> = (0..row.split(',').count()).map(|dim| format!("mean_{dim}")).collect();
        here.write("z.csv", &format!("{}\n{row}\n", header.join(",")));
        let message = here.refused(&format!("decode {name} --latents z.csv -o z.png"), 2);
        assert!(message.contains("row 0"), "{message}");
        here.ok(&format!("decode {name} --latents {name}.csv -o z.png"));
    }
    here.ok(&format!("train {TINY} --model cat-vae --latent-dim 2 --set cat_vae.categories=40 --name many"));
    here.ok("traverse many -o many.svg");
    assert!(here.text("many.svg").contains("first 16 of the choice"), "a picture of 40 columns is none");
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

/// What is measured is logged, at whichever step.
#[test]
fn every_measurement_of_the_noise_is_in_the_log() {
    let here = Workshop::new();
    here.ok(&format!("train {TINY} --model sbn --latent-dim 3 --set estimator.noise_every=3 --name noisy"));
    let log = here.text("runs/noisy/metrics.jsonl");
    let steps = log.lines().filter(|line| line.contains("\"variance\"")).count();
    let trained = log.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    let last = trained.filter_map(|record| record["step"].as_u64()).max().expect("steps");
    assert_eq!(steps as u64, last / 3, "{log}");
}

/// Signals of 1e12 nats: what cannot be learned of a control variate is left out, and the model is trained and stored.
#[test]
fn a_control_variate_that_overflows_does_not_stop_the_training() {
    let here = Workshop::new();
    let rows: Vec<String> = (0..60).map(|i| format!("{}e6,{}e6", i % 7 - 3, i % 5 - 2)).collect();
    here.write("large.csv", &format!("a,b\n{}\n", rows.join("\n")));
    for estimator in ["rebar", "relax", "nvil"] {
        here.ok(&format!(
            "train --data large.csv --model sbn --likelihood gaussian --estimator {estimator} --epochs 4 --batch-size 10 \
             --latent-dim 2 --hidden 4 --name {estimator}"
        ));
        assert!(here.exists(&format!("runs/{estimator}/model.safetensors")));
    }
}

#[test]
fn values_that_no_one_can_use_are_refused() {
    let here = Workshop::new();
    for model in ["sbn", "cat-vae"] {
        here.write("mine.toml", &format!("model = \"{model}\"\n"));
        here.ok("config check mine.toml");
    }
    here.ok(&format!("train {TINY} --model sbn --latent-dim 3 --epochs 1 --name edited"));
    let path = "runs/edited/config.toml";
    let text = here.text(path);
    let kept =
        text.lines().map(|line| if line.starts_with("temperature") { "temperature = nan" } else { line });
    here.write(path, &kept.collect::<Vec<_>>().join("\n"));
    let message = here.refused("train --resume edited --epochs 2", 1);
    assert!(message.contains("estimator.temperature") && message.contains("config.toml"), "{message}");
    here.write(path, &text);
    here.refused("sample edited --temperature 1e39 -o s.csv", 2);
    here.refused("evaluate edited --chi", 2);
    let message = here.refused(&format!("train {TINY} --set objective.samples=9223372036854775807"), 2);
    assert!(message.contains("4294967295"), "{message}");
    let message = here.refused(&format!("train {TINY} --model sbn --prior flow --latent-dim 1"), 2);
    assert!(message.contains("discrete"), "{message}");
    let message = here.refused(&format!("train {TINY} --model sbn --set cat_vae.categories=1"), 2);
    assert!(message.contains("no option of the model sbn"), "{message}");
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
    let options = "--model sbn --estimator relax --epochs 60 --set fit.checkpoint.steps=5";
    here.is_resumed_to_the_same_bits(&format!("train {TINY} {options}"));
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
