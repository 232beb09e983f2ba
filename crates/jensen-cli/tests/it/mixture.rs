//! Mixtures on the command line.

use std::fmt::Write;

use jensen_random::Rng;

use crate::workshop::Workshop;

/// A table of two clusters, four apart, with every ninth value of `b` missing.
fn clusters(here: &Workshop, name: &str, rows: usize) {
    let noise = Rng::seed(1).fork("noise").normals(rows, 2);
    let mut text = "a,b\n".to_owned();
    for (row, noise) in noise.chunks(2).enumerate() {
        let at = if row % 3 == 0 { 4.0 } else { 0.0 };
        let (a, b) = (at + noise[0], 2.0 * at + 0.5 * noise[1]);
        match row % 9 {
            0 => writeln!(text, "{a},"),
            _ => writeln!(text, "{a},{b}"),
        }
        .expect("text");
    }
    here.write(name, &text);
}

fn column(text: &str, name: &str) -> Vec<f64> {
    let mut lines = text.lines();
    let at = lines.next().expect("a header").split(',').position(|own| own == name).expect("a column");
    lines.map(|line| line.split(',').nth(at).expect("a cell").parse().unwrap_or(f64::NAN)).collect()
}

#[test]
fn every_verb_works_on_a_mixture() {
    let here = Workshop::new();
    clusters(&here, "x.csv", 300);
    for kind in ["full", "tied", "diag", "spherical"] {
        here.ok(&format!("train --model gmm --components 2 --covariance {kind} --data x.csv --name {kind}"));
        let measured = here.json(&format!("evaluate {kind} --json"));
        let number = |key: &str| measured[key].as_f64().expect("a number");
        assert_eq!(measured["log_likelihood_kind"], "exact");
        assert!(measured.get("elbo").is_none() && measured.get("iwae_samples").is_none(), "{measured}");
        // Criteria are of sums, log-likelihoods of means.
        let (n, p) = (number("n"), number("parameters"));
        let sum = n * number("log_likelihood");
        assert!((number("bic") - (p * n.ln() - 2.0 * sum)).abs() < 1e-6, "{measured}");
        assert!((number("aic") - (2.0 * p - 2.0 * sum)).abs() < 1e-6, "{measured}");

        here.ok(&format!("score {kind} -o scores.csv"));
        let scores = column(&here.text("scores.csv"), "log_likelihood");
        assert!((scores.iter().sum::<f64>() - sum).abs() < 1e-6);

        here.ok(&format!("encode {kind} -o z.csv"));
        let codes = here.text("z.csv");
        let [first, second] = ["responsibility_0", "responsibility_1"].map(|name| column(&codes, name));
        assert!(first.iter().zip(&second).all(|(a, b)| (a + b - 1.0).abs() < 1e-12));
        // Two clusters that are far from each other are told apart, whatever a component's number.
        let chosen = column(&codes, "component");
        let as_first = chosen.iter().enumerate().filter(|(row, one)| (**one == chosen[0]) == (row % 3 == 0));
        assert!(as_first.count() >= 295, "{kind}");

        here.ok(&format!("sample {kind} -n 50 -o s.csv"));
        assert_eq!(column(&here.text("s.csv"), "b").len(), 50);
        here.ok(&format!("sample {kind} -n 50 --temperature 0 -o means.csv"));
        let mut means = column(&here.text("means.csv"), "b");
        means.sort_by(f64::total_cmp);
        means.dedup();
        assert_eq!(means.len(), 2, "without deviations there are the means");

        here.ok(&format!("impute {kind} --data x.csv -o filled.csv"));
        let (holes, filled) = (column(&here.text("x.csv"), "b"), column(&here.text("filled.csv"), "b"));
        assert!(holes.iter().any(|value| value.is_nan()) && filled.iter().all(|value| value.is_finite()));
        let kept = holes.iter().zip(&filled).filter(|(hole, _)| !hole.is_nan());
        assert!(kept.clone().all(|(hole, filled)| hole == filled));

        here.ok(&format!("report {kind}"));
        let report = here.text(&format!("runs/{kind}/report.html"));
        assert!(report.contains("BIC") && report.contains("The components"), "{kind}");
        assert!(here.exists(&format!("runs/{kind}/pictures/components.png")));
    }
    let difference = here.json("runs compare full tied --json");
    assert!(difference["paired"]["difference"].is_number(), "{difference}");
}

#[test]
fn pictures_are_rows_of_pixels_to_a_mixture() {
    let here = Workshop::new();
    here.ok("train --model gmm --components 3 --covariance diag --data tiny --name pixels --epochs 5");
    for picture in ["components", "means", "samples"] {
        assert!(here.exists(&format!("runs/pixels/pictures/{picture}.png")), "{picture}");
    }
    here.ok("sample pixels -o s.png");
    here.ok("sample pixels -o s.npy");
    here.ok("evaluate pixels");
}

#[test]
fn what_a_mixture_cannot_do_is_refused() {
    let here = Workshop::new();
    clusters(&here, "x.csv", 60);
    here.write("words.csv", "a,b\n1,x\n2,y\n");
    here.write("hole.csv", "a,b\n1,\n2,\n3,\n");
    here.write("twice.csv", "a,b\n1,2\n1,2\n1,2\n");
    here.write("far.csv", "a,b\n1,2\n1,inf\n");
    here.ok("train --model gmm --components 2 --data x.csv --name g");
    for (line, said) in [
        ("evaluate g --iwae 10", "importance sampling"),
        ("traverse g", "cannot traverse"),
        ("reconstruct g", "cannot reconstruct"),
        ("interpolate g", "cannot interpolate"),
        ("decode g --latents z.csv -o x.csv", "cannot decode"),
        ("impute g --draws 2 -o d.csv", "draw missing values"),
        ("sample g -o s.png", "no picture"),
        ("train --model gmm --data x.csv --components 0", "1 or more"),
        ("train --model gmm --data x.csv --inits 0", "1 or more"),
        ("train --model gmm --data x.csv --hidden 3", "no option of the model gmm"),
        ("train --model gmm --data x.csv --estimator rloo", "no option of the model gmm"),
        ("train --data x.csv --components 3", "no option of the model vae"),
        ("train --model gmm --data x.csv --binarize threshold", "makes bits"),
    ] {
        let message = here.refused(line, 2).replace('│', "");
        let message = message.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(message.contains(said), "{line}: {message}");
    }
    for (line, said) in [
        ("train --model gmm --data words.csv", "holds words such as `x`"),
        ("train --model gmm --components 1 --data hole.csv", "column 1 has no observed value"),
        ("train --model gmm --components 2 --data twice.csv", "2 components need as many different rows"),
        ("train --model gmm --components 1 --data far.csv", "not a finite number"),
    ] {
        let done = here.run(line);
        let message = done.stderr.replace('│', "");
        let message = message.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(done.code == Some(1) || done.code == Some(2), "{line}: {:?}", done.code);
        assert!(message.contains(said), "{line}: {message}");
    }
    let runs = here.json("runs --json");
    assert_eq!(runs["runs"].as_array().map(Vec::len), Some(1), "nothing is left of what was refused: {runs}");
    // Rows that are all the same have no spread but the regularisation's.
    here.ok("train --model gmm --components 1 --data twice.csv --name twice");
    let measured = here.json("evaluate twice --json");
    assert!(measured["log_likelihood"].as_f64().is_some_and(f64::is_finite), "{measured}");
}

/// Half an iteration is in the checkpoint: a training that is killed in the middle of a pass ends in the bits of one that
/// never stopped.
#[test]
fn a_pass_that_is_killed_goes_on_to_the_same_bits() {
    let here = Workshop::new();
    clusters(&here, "x.csv", 400);
    let train = "train --model gmm --components 4 --inits 3 --data x.csv --epochs 60 --batch-size 30 \
                 --set fit.checkpoint.steps=5 --set mixture.tolerance=0";
    here.ok(&format!("{train} --name whole"));
    let mut child = here.start(&format!("{train} --name cut"));
    here.wait_for_checkpoints("cut", 2);
    child.kill().expect("it runs");
    child.wait().expect("it ended");
    here.ok("train --resume cut");
    assert_eq!(here.essence("whole"), here.essence("cut"));
}

#[test]
fn the_laboratory_learns_one_mixture_in_every_way() {
    let here = Workshop::new();
    let line = "lab mixture --json --iterations 12 --hidden 3 -o ways.svg";
    let measured = here.json(line);
    assert!(here.text("ways.svg").contains("gumbel-softmax"));
    let methods = measured["methods"].as_object().expect("methods");
    assert_eq!(methods.len(), 6);
    for (name, method) in methods {
        let numbers = |key: &str| -> Vec<f64> {
            let values = method["curve"][key].as_array().expect("a curve");
            values.iter().map(|value| value.as_f64().expect("a number")).collect()
        };
        let (log_likelihood, bound) = (numbers("log_likelihood"), numbers("bound"));
        assert_eq!((log_likelihood.len(), bound.len()), (13, 13), "{name}");
        assert!(bound.iter().zip(&log_likelihood).all(|(bound, value)| *bound <= value + 1e-9), "{name}");
        assert_eq!(method["log_likelihood"].as_f64(), log_likelihood.last().copied(), "{name}");
        let gap = method["gap"].as_f64().expect("a number");
        assert!((log_likelihood[12] - bound[12] - gap).abs() < 1e-12, "{name}");
        assert!(
            (log_likelihood[0]
                - measured["methods"]["em"]["curve"]["log_likelihood"][0].as_f64().expect("a number"))
            .abs()
                < 1e-6
        );
        let sampled = ["rloo", "score", "gumbel-softmax"].contains(&name.as_str());
        assert_eq!(method["gradient_variance"].is_number(), sampled, "{name}");
    }
    assert!(methods["em"]["gap"].as_f64().expect("a number").abs() < 1e-12);
    assert!(
        methods["em"]["curve"]["log_likelihood"][12].as_f64()
            > methods["em"]["curve"]["log_likelihood"][0].as_f64()
    );
    // The same seed, the same numbers; another, others.
    let mut again = here.json(line);
    let other = here.json(&format!("{line} --seed 1"));
    assert_ne!(measured["methods"]["em"]["bound"], other["methods"]["em"]["bound"]);
    for name in methods.keys() {
        again["methods"][name]["seconds"] = methods[name]["seconds"].clone();
    }
    assert_eq!(measured, again);

    let table = here.ok("lab mixture --iterations 2 -o ways.png");
    assert!(table.contains("per-point") && table.contains("gap") && table.ends_with("ways.png\n"), "{table}");
    assert!(here.refused("lab mixture --iterations 0", 2).contains("at least 1"));
    assert!(here.refused("lab mixture -o ways.txt", 2).contains("ending"));
    assert!(here.refused("lab mixture -o nowhere/ways.png", 2).contains("no folder"));
}
