//! What the training of a mixture says of its data, its end and its memory.

use std::fmt::Write;

use jensen_random::Rng;

use crate::workshop::Workshop;

/// Two clusters in `a`; `edge` is 0 in the whole of one, and 0 or 1 in the other.
fn edges(here: &Workshop) {
    let noise = Rng::seed(3).fork("noise").normals(120, 1);
    let mut text = "a,edge,b\n".to_owned();
    for (row, noise) in noise.into_iter().enumerate() {
        let (cluster, edge) = (row % 2, row % 2 * (row / 2 % 2));
        writeln!(text, "{},{edge},{}", 8.0 * cluster as f64 + f64::from(noise), 0.1 * (row % 7) as f64)
            .expect("text");
    }
    here.write("edges.csv", &text);
}

#[test]
fn columns_without_a_spread_in_a_component_are_named() {
    let here = Workshop::new();
    edges(&here);
    let train = "train --model gmm --components 2 --covariance diag --data edges.csv --force --name e";
    let done = here.run(train);
    assert!(done.code == Some(0) && done.stderr.contains("warning: in 1 of 3 columns"), "{done:?}");
    assert!(
        done.stderr.contains("span: edge. ") && done.stderr.contains("mixture.regularisation=0.01"),
        "{done:?}"
    );
    assert!(here.text("runs/e/report.html").contains("in 1 of 3 columns a component is narrower"));
    let measured = here.json(&format!("{train} --json"));
    assert_eq!(measured["test"]["narrow_columns"], serde_json::json!(["edge"]));
    // One that is wide enough, one with all rows in one component, factors: nothing to be said.
    for model in [
        "gmm --components 2 --covariance diag --set mixture.regularisation=0.01",
        "gmm --components 1",
        "fa --latent-dim 1",
        "bgmm --components 2",
    ] {
        let done = here.run(&format!("train --model {model} --data edges.csv --force --name e --json"));
        assert!(done.code == Some(0) && !done.stderr.contains("narrower"), "{model}: {done:?}");
    }
    here.write("constant.csv", "a,c\n1,5\n2,5\n4,5\n3,5\n");
    let done = here.run("train --model ppca --latent-dim 1 --data constant.csv --force --name e");
    assert!(done.code == Some(0), "{done:?}");
    let done = here.run("train --model gmm --components 1 --data constant.csv --force --name e");
    assert!(done.code == Some(0) && done.stderr.contains("span: c. "), "{done:?}");
}

#[test]
fn real_numbers_are_no_categories_unless_asked_for() {
    let here = Workshop::new();
    let mut text = "mark,size\n".to_owned();
    for row in 0..60 {
        writeln!(text, "{},{}", 0.5 * f64::from(row % 11), 1.25 * f64::from(row % 40)).expect("text");
    }
    here.write("x.csv", &text);
    let message = here.refused("train --model cmm --components 2 --data x.csv", 2);
    for part in [
        "x.csv",
        "`size` holds 40 different numbers such as 1.25",
        "--model gmm",
        "data.kinds.size=categorical",
    ] {
        assert!(message.contains(part), "{message} lacks {part}");
    }
    here.ok("train --model cmm --components 2 --data x.csv --set data.kinds.size=categorical --name all");
    here.ok("train --model cmm --components 2 --data x.csv --set data.exclude=[\"size\"] --name marks");
}

#[test]
fn a_run_that_had_converged_says_so() {
    let here = Workshop::new();
    edges(&here);
    here.ok("train --model gmm --components 2 --data edges.csv --name e");
    let before = here.essence("e");
    let done = here.run("train --resume e --epochs 900");
    assert!(done.code == Some(0), "{done:?}");
    for part in ["e had converged at iteration ", "no further one was made", "`--set mixture.tolerance`"] {
        assert!(done.stderr.contains(part), "{done:?} lacks {part}");
    }
    assert!(here.essence("e").0 == before.0);
    // One that had not has more to do.
    here.ok("train --model gmm --components 2 --data edges.csv --epochs 1 --name short");
    let done = here.run("train --resume short --epochs 900");
    assert!(done.code == Some(0) && !done.stderr.contains("had converged"), "{done:?}");
    let message = here.refused("train --resume short --epochs 901 --on-nonfinite skip", 2);
    assert!(message.contains("`--on-nonfinite` is no option of the model gmm"), "{message}");
}

#[test]
fn too_little_memory_is_explained_for_the_model_at_hand() {
    let here = Workshop::new();
    here.write("many.csv", &format!("a,edge,b\n{}", "1.5,0,2.5\n3.5,1,4.5\n".repeat(100_000)));
    for (model, told, not) in [
        ("gmm", "`--components`", "net"),
        ("fa", "`--latent-dim`", "--components"),
        ("cmm --set data.columns=[\"edge\"]", "`--inits`", "net"),
    ] {
        let message = here.refused(&format!("train --model {model} --data many.csv --memory-limit 4MB"), 1);
        let help = message.split("help:").nth(1).unwrap_or_default();
        assert!(help.contains(told) && !help.contains(not), "{message}");
    }
}

#[test]
fn the_configuration_of_a_run_is_that_of_its_model() {
    let here = Workshop::new();
    edges(&here);
    here.ok("train --model gmm --components 2 --data edges.csv --epochs 3 --name e");
    let config = here.text("runs/e/config.toml");
    assert!(
        config.contains("[mixture]") && config.contains("[data]") && config.contains("[fit]"),
        "{config}"
    );
    for other in
        ["[vae", "[objective", "[estimator", "[optimizer", "learning_rate =", "latents =", "pseudo_count ="]
    {
        assert!(!config.contains(other), "{other} in {config}");
    }
    here.ok("train runs/e/config.toml --name again");
    assert!(here.essence("again") == here.essence("e"));
    // One with the sections of all models, as runs once had, goes on where it was.
    let others = "\n[vae]\nlatent_dim = 7\n\n[optimizer]\nclip_norm = 5.0\n";
    here.write("runs/e/config.toml", &format!("{config}{others}"));
    here.ok("train --resume e --epochs 5");
    here.ok("train --model gmm --components 2 --data edges.csv --epochs 5 --name whole");
    assert!(here.essence("e") == here.essence("whole"));
}
