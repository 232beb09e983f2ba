//! Mixtures on the command line.

use std::fmt::Write;

use jensen_random::Rng;

use crate::workshop::{Workshop, column};

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

        here.ok(&format!("impute {kind} --data x.csv --draws 3 -o draws.csv"));
        let drawn = here.text("draws.csv");
        assert_eq!(drawn.lines().count(), 901);
        let (of_first, b) = (column(&drawn, "draw"), column(&drawn, "b"));
        assert_eq!(&of_first[..3], [1.0, 2.0, 3.0]);
        assert!(b[0] != b[1] && b[1] != b[2], "the first value of `b` is missing, and drawn thrice");
        assert_eq!([b[3], b[4]], [b[5]; 2], "the second is there");

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
        ("train --model gmm --components 1 --data hole.csv", "column `b` has no value"),
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
    here.is_resumed_to_the_same_bits(
        "train --model gmm --components 4 --inits 3 --data x.csv --epochs 60 --batch-size 30 \
         --set fit.checkpoint.steps=5 --set mixture.tolerance=0",
    );
}

#[test]
fn posteriors_of_mixtures_bound_their_evidence() {
    let here = Workshop::new();
    clusters(&here, "x.csv", 200);
    let weights = ["dirichlet", "dirichlet_process"];
    for weights in weights {
        here.ok(&format!(
            "train --model bgmm --components 6 --inits 3 --weights {weights} --data x.csv --name {weights}"
        ));
        let measured = here.json(&format!("evaluate {weights} --json"));
        let bound = measured["log_evidence"].as_f64().expect("a bound");
        let likelihood = measured["log_likelihood"].as_f64().expect("a mean");
        // Of all examples, and with the price of the parameters.
        assert!(bound < 200.0 * likelihood && bound > 400.0 * likelihood, "{measured}");
        assert!(measured.get("bic").is_none(), "{measured}");
        // Six names, of which those of components without rows are alike; of sticks only one order.
        let names = measured["log_relabellings"].as_f64().expect("a number");
        assert_eq!(names > 0.0, weights == "dirichlet", "{measured}");
        assert!(names <= 720f64.ln() + 1e-12, "{measured}");
        here.ok(&format!("encode {weights} -o z.csv"));
        here.ok(&format!("sample {weights} -o s.csv"));
        here.ok(&format!("impute {weights} --data x.csv -o filled.csv"));
    }
    // Of the two clusters only are there many examples: a process empties the others.
    let codes = here.text("z.csv");
    let shares: Vec<f64> = (0..6)
        .map(|k| column(&codes, &format!("responsibility_{k}")).iter().sum::<f64>())
        .filter(|share| *share > 1.0)
        .collect();
    assert_eq!(shares.len(), 2, "{shares:?}");
    let message = here.refused("train --model bgmm --data x.csv --set mixture.weights.concentration=0", 2);
    assert!(message.contains("concentration"), "{message}");
}

#[test]
fn words_and_bits_are_mixed() {
    let here = Workshop::new();
    let mut table = "color,size\n".to_owned();
    for row in 0..90 {
        let line = match row % 6 {
            0..=2 => "red,S",
            3 => "red,",
            _ => "blue,L",
        };
        writeln!(table, "{line}").expect("text");
    }
    here.write("words.csv", &table);
    here.ok("train --model cmm --components 2 --inits 3 --data words.csv --name words");
    here.ok("impute words --data words.csv -o filled.csv");
    assert_eq!(here.text("filled.csv").lines().filter(|line| *line == "red,S").count(), 60);
    here.ok("impute words --data words.csv --draws 2 -o draws.csv");
    let drawn = here.text("draws.csv");
    assert!(
        drawn.starts_with("draw,color,size\n1,red,S\n2,red,S\n") && drawn.lines().count() == 181,
        "{drawn}"
    );
    assert!(drawn.lines().skip(1).all(|line| line.ends_with(",S") || line.ends_with(",L")), "{drawn}");
    here.ok("sample words -n 40 -o s.csv");
    let known = ["red,S", "blue,L"];
    let samples = here.text("s.csv");
    assert!(samples.lines().skip(1).filter(|line| known.contains(line)).count() >= 38, "{samples}");
    here.ok("sample words --temperature 0 -n 40 -o s.csv");
    assert!(here.text("s.csv").lines().skip(1).all(|line| known.contains(&line)));
    let report = here.text("runs/words/report.html");
    assert!(report.contains("red (1.00)") && report.contains("blue (1.00)"));
    let other = "color,size\ngreen,S\n";
    here.write("green.csv", other);
    let done = here.run("score words --data green.csv -o s.csv");
    assert!(done.code == Some(1) && done.stderr.contains("no level `green`"), "{done:?}");

    here.ok("train --model cmm --components 3 --data tiny --name bits --epochs 4");
    assert!(here.exists("runs/bits/pictures/means.png"));
    here.ok("sample bits -o s.png");
    let message = here.refused("train --model cmm --data tiny --binarize dynamic", 2);
    assert!(message.contains("--binarize static"), "{message}");
    let message = here.refused("train --model cmm --data tiny --binarize none", 2);
    assert!(message.contains("other than bits"), "{message}");
}

#[test]
fn sizes_are_compared() {
    let here = Workshop::new();
    clusters(&here, "x.csv", 300);
    let sizes = "--components 1..4 --inits 3 --data x.csv --name g";
    let all = here.json(&format!("train --model gmm {sizes} --set data.validation=0.2 --json"));
    let all = all["sizes"].as_array().expect("one each");
    assert_eq!(all.len(), 4);
    let bic = |one: &serde_json::Value| one["bic"].as_f64().expect("a number");
    let best = all.iter().min_by(|a, b| bic(a).total_cmp(&bic(b))).expect("four");
    assert_eq!(best["components"], 2, "{all:?}");
    assert!(all.iter().all(|one| one["held_out"].is_number()));
    assert!(here.exists("runs/g-4/report.html"));
    let table = here.ok("train --model bgmm --components 1..4 --inits 3 --data x.csv --name b");
    let marked = table.lines().find(|line| line.contains("best") && line.contains("runs/")).expect("a best");
    assert!(marked.starts_with('2'), "{table}");
    here.refused("train --model gmm --components 1..4 --data x.csv", 2);
    here.refused("train --model gmm --components 4..1 --data x.csv --name n", 2);
    here.refused("train --components 1..4 --data x.csv --name n", 2);
}

#[test]
fn batches_are_learned_from_as_they_come() {
    let here = Workshop::new();
    clusters(&here, "x.csv", 600);
    let train = "train --model gmm --components 2 --data x.csv";
    here.ok(&format!("{train} --name all"));
    let online = format!("{train} --set mixture.online=0.6 --batch-size 50");
    here.ok(&format!("{online} --epochs 10 --name online"));
    let number = |run: &str, key: &str| here.json(&format!("evaluate {run} --json"))[key].as_f64();
    let [all, online_] = ["all", "online"].map(|run| number(run, "log_likelihood").expect("a mean"));
    let error = number("all", "log_likelihood_stderr").expect("an error");
    assert!((all - online_).abs() < error, "{all} and {online_}, standard error {error}");
    here.ok(&format!("{online} --epochs 4 --name parts"));
    here.ok("train --resume parts --epochs 10");
    assert_eq!(here.essence("online"), here.essence("parts"));
    for (options, said) in [
        ("--model gmm --set mixture.online=0.5", "above 0.5"),
        ("--model bgmm --set mixture.online=0.6", "is for gmm"),
    ] {
        let message = here.refused(&format!("train {options} --data x.csv"), 2);
        assert!(message.contains(said), "{message}");
    }
}

#[test]
fn factors_are_found_and_encoded() {
    let here = Workshop::new();
    here.ok("train --model ppca --latent-dim 2 --data wine --name ppca");
    here.ok("train --model fa --latent-dim 2 --data wine --name fa --epochs 200");
    here.ok("train --model mfa --latent-dim 2 --components 2 --data wine --name mfa --epochs 40");
    let likelihood = |run: &str| {
        let measured = here.json(&format!("evaluate {run} --json"));
        assert!(measured["bic"].is_number(), "{measured}");
        measured["log_likelihood"].as_f64().expect("a mean")
    };
    // Each is free to be the one before.
    assert!(likelihood("ppca") < likelihood("fa") && likelihood("fa") < likelihood("mfa"));
    for run in ["ppca", "fa"] {
        here.ok(&format!("encode {run} -o z.csv"));
        let codes = here.text("z.csv");
        assert!(codes.starts_with("row,factor_0,factor_1\n"), "{}", &codes[..60]);
        // The prior of a factor is standard normal, and the mean of the posteriors' means zero.
        let factors = column(&codes, "factor_0");
        let n = factors.len() as f64;
        assert!((factors.iter().sum::<f64>() / n).abs() < 1e-2, "{run}");
        assert!(here.exists(&format!("runs/{run}/pictures/latent-map.png")));
        assert!(here.text(&format!("runs/{run}/report.html")).contains("factor 1"));
    }
    here.ok("encode mfa -o z.csv");
    let header = "row,component,responsibility_0,responsibility_1,factor_0,factor_1\n";
    assert!(here.text("z.csv").starts_with(header));
    assert!(here.exists("runs/mfa/pictures/components.png"));
    for run in ["ppca", "fa", "mfa"] {
        here.ok(&format!("sample {run} -n 5 -o s.csv"));
        here.ok(&format!("score {run} -o scores.csv"));
    }
    clusters(&here, "x.csv", 90);
    here.ok("train --model fa --latent-dim 1 --data x.csv --name holes");
    here.ok("impute holes --data x.csv -o filled.csv");
    assert!(column(&here.text("filled.csv"), "b").iter().all(|value| value.is_finite()));
    here.ok("impute holes --data x.csv --draws 2 -o draws.csv");
    let drawn = column(&here.text("draws.csv"), "b");
    assert!(drawn.len() == 180 && drawn[0] != drawn[1] && drawn[2] == drawn[3], "the first is missing");
    for (options, said) in [
        ("--model fa --components 2 --data wine", "use mfa"),
        ("--model ppca --latent-dim 11 --data wine", "less than the 11 columns"),
        ("--model ppca --latent-dim 0 --data wine", "1 or more"),
    ] {
        let done = here.run(&format!("train {options}"));
        let message = done.stderr.replace('│', "").split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(matches!(done.code, Some(1 | 2)) && message.contains(said), "{options}: {message}");
    }
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

/// Numbers that single precision does not tell apart.
#[test]
fn far_from_zero_nothing_is_rounded() {
    let here = Workshop::new();
    let noise = Rng::seed(6).fork("noise").normals(120, 1);
    let mut text = "a,b\n".to_owned();
    for (row, noise) in noise.into_iter().enumerate() {
        let a = 1e9 + f64::from(noise);
        match row % 10 {
            0 => writeln!(text, "{a},"),
            _ => writeln!(text, "{a},{}", 1e9 + 2.0 * f64::from(noise) + 0.01 * (row % 7) as f64),
        }
        .expect("text");
    }
    here.write("far.csv", &text);
    here.ok("train --model gmm --components 1 --data far.csv --name far");
    here.ok("impute far --data far.csv -o filled.csv");
    let filled = here.text("filled.csv");
    let pairs = column(&filled, "a").into_iter().zip(column(&filled, "b")).step_by(10);
    for (a, b) in pairs {
        assert!((b - 1e9 - 2.0 * (a - 1e9)).abs() < 0.1, "{a}, {b}");
    }
    // A cell that no component reaches is named, and no infinity is told.
    here.write("inf.csv", "a,b\n1e9,1e9\n1e308,1e9\n");
    let done = here.run("evaluate far --data inf.csv");
    assert!(done.code == Some(1) && done.stderr.contains("row 1"), "{done:?}");
}
