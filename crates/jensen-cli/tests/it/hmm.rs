//! Hidden Markov models by the verbs.

use jensen_data::{Array, Field, Role};
use jensen_random::Rng;

use crate::workshop::{Workshop, column};

/// Sequences of two states that stay as they are nine times of ten; the second half of every third is cut off.
fn sequences(here: &Workshop, name: &str, count: usize, steps: usize) {
    let rng = Rng::seed(3);
    let noise = rng.fork("noise").normals(count, steps);
    let moves = rng.fork("moves").uniforms(count, steps);
    let mut values = Vec::new();
    for at in 0..count {
        let mut state = at % 2;
        for step in 0..steps {
            let place = at * steps + step;
            state = if moves[place] < 0.1 { 1 - state } else { state };
            let is_cut = at % 3 == 0 && step >= steps / 2;
            let value = 4.0 * state as f64 + 0.5 * f64::from(noise[place]);
            values.push(if is_cut { f64::NAN } else { value });
        }
    }
    let field = Field::new("x", Role::Observation, vec![steps, 1], Array::F64(values)).expect("sequences");
    jensen_data::write(&here.path(name), &[field]).expect("written");
}

#[test]
fn sequences_are_learned_from_and_decoded() {
    let here = Workshop::new();
    sequences(&here, "x.npy", 60, 20);
    here.ok("train --model hmm --components 2 --inits 2 --data x.npy --name h");
    let measured = here.json("evaluate h --json");
    assert!(measured["log_likelihood"].is_number() && measured["parameters"] == 7, "{measured}");
    here.ok("encode h -o states.csv");
    let states = here.text("states.csv");
    let [first, last] = ["state_0", "state_19"].map(|name| column(&states, name));
    // The states are four deviations apart on either side: each path begins where it did.
    assert!(
        first.iter().enumerate().filter(|(at, state)| (**state == first[1]) == (at % 2 == 1)).count() >= 50
    );
    assert!(last.iter().enumerate().all(|(at, state)| (*state == -1.0) == (at % 3 == 0)), "cut off is −1");
    let [one, other] = ["posterior_0", "posterior_1"].map(|name| column(&states, name));
    assert!(one.iter().zip(&other).all(|(one, other)| (one + other - 1.0).abs() < 1e-6));
    here.ok("score h -o scores.csv");
    assert_eq!(column(&here.text("scores.csv"), "log_likelihood").len(), 60);
    here.ok("sample h -n 7 -o s.npy");
    here.ok("sample h -n 7 -o s.png");
    assert!(here.text("runs/h/report.html").contains("at first"));
    for (line, said) in [
        ("train --model hmm --data wine", "not a sequence"),
        ("train --model hmm --data x.npy --components 0", "1 or more"),
        ("traverse h", "cannot traverse"),
        ("impute h -o i.csv", "cannot fill in"),
    ] {
        let message = here.refused(line, 2).replace('│', "");
        assert!(message.split_whitespace().collect::<Vec<_>>().join(" ").contains(said), "{line}: {message}");
    }

    let codes: Vec<f64> = (0..40 * 12).map(|at| f64::from((at / 5) % 3)).collect();
    let field = Field::new("x", Role::Observation, vec![12], Array::F64(codes)).expect("sequences");
    jensen_data::write(&here.path("codes.npy"), &[field]).expect("written");
    let train = "train --model hmm --set mixture.emissions=categorical --components 3 --data codes.npy";
    here.ok(&format!("{train} --epochs 30 --name whole"));
    here.ok(&format!("{train} --epochs 10 --name parts"));
    here.ok("train --resume parts --epochs 30");
    assert_eq!(here.essence("whole"), here.essence("parts"));
    here.ok("sample whole -n 4 -o c.csv");
    here.ok("encode whole -o z.csv");
}

/// A file of arrays.
fn arrays(here: &Workshop, name: &str, fields: Vec<Field>) {
    jensen_data::write(&here.path(name), &fields).expect("written");
}

fn observed(shape: &[usize], values: Array) -> Field {
    Field::new("x", Role::Observation, shape.to_vec(), values).expect("an array")
}

/// Bytes are numbers as any others are, and categories are whole numbers whatever their type.
#[test]
fn the_type_of_numbers_does_not_matter() {
    let here = Workshop::new();
    let codes: Vec<u8> = (0..40 * 12).map(|at| (at / 5 % 3) as u8 * 20).collect();
    arrays(&here, "bytes.npy", vec![observed(&[12], Array::U8(codes.clone()))]);
    let doubles = codes.iter().map(|&code| f64::from(code)).collect();
    arrays(&here, "doubles.npy", vec![observed(&[12], Array::F64(doubles))]);
    for (emissions, model) in [("gaussian", "hmm"), ("categorical", "hmm"), ("gaussian", "gmm")] {
        let emissions =
            if model == "hmm" { format!("--set mixture.emissions={emissions}") } else { String::new() };
        let likelihood = |data: &str| {
            here.ok(&format!(
                "train --model {model} {emissions} --components 2 --data {data}.npy --name r --force"
            ));
            let own = here.json("evaluate r --json")["log_likelihood"].as_f64().expect("a mean");
            let other =
                here.json("evaluate r --data doubles.npy --json")["log_likelihood"].as_f64().expect("a mean");
            assert!((own - other).abs() < 1e-9 * own.abs(), "{model} {emissions}: {own}, not {other}");
            own
        };
        let (bytes, doubles) = (likelihood("bytes"), likelihood("doubles"));
        assert!(
            (bytes - doubles).abs() < 1e-9 * doubles.abs(),
            "{model} {emissions}: {bytes}, not {doubles}"
        );
    }
    here.ok("train --model hmm --set mixture.emissions=categorical --components 3 --data bytes.npy --name c");
    assert!(here.text("runs/c/report.html").contains("the likeliest categories"));
    here.ok("sample c --temperature 0 -o s.csv");
}

/// What says where a sequence ends must not be passed over.
#[test]
fn arrays_that_are_not_read_are_refused() {
    let here = Workshop::new();
    let x = || observed(&[5, 1], Array::F64((0..100).map(f64::from).collect()));
    let mask = Field::new("mask", Role::Mask, vec![5], Array::F64(vec![1.0; 100])).expect("a mask");
    arrays(&here, "mask.npz", vec![x(), mask]);
    let lengths = Field::new("lengths", Role::Weight, vec![], Array::F64(vec![3.0; 20])).expect("lengths");
    arrays(&here, "lengths.npz", vec![x(), lengths]);
    for name in ["mask", "lengths"] {
        let train = format!("train --model hmm --components 2 --data {name}.npz --name {name}");
        let message = here.refused(&train, 2);
        assert!(message.contains(&format!("does not read `{name}`")), "{message}");
        if name == "lengths" {
            here.ok(&format!("{train} --set data.exclude=[\"lengths\"]"));
        }
    }
}

/// A message names the sequence of the file, its step and column.
#[test]
fn what_is_wrong_is_named_by_its_place() {
    let here = Workshop::new();
    let mut codes: Vec<f64> = (0..300 * 6).map(|at| f64::from(at / 2 % 2)).collect();
    arrays(&here, "good.npy", vec![observed(&[6], Array::F64(codes.clone()))]);
    codes[233 * 6 + 4] = 7.0;
    arrays(&here, "bad.npy", vec![observed(&[6], Array::F64(codes.clone()))]);
    codes[233 * 6 + 4] = 0.5;
    arrays(&here, "half.npy", vec![observed(&[6], Array::F64(codes))]);
    let train = "train --model hmm --set mixture.emissions=categorical --components 2";
    here.ok(&format!("{train} --data good.npy --name r"));
    let tidy = |text: &str| text.replace('│', " ").split_whitespace().collect::<Vec<_>>().join(" ");
    for line in [
        "evaluate r --data bad.npy".to_owned(),
        "encode r --data bad.npy -o z.npz".to_owned(),
        format!("{train} --data half.npy --name no"),
    ] {
        let done = here.run(&line);
        let message = tidy(&done.stderr);
        assert!(done.code == Some(1) && message.contains("row 233 has"), "{line}: {message}");
        assert!(message.contains("in column 4"), "{line}: {message}");
    }
    let message = tidy(&here.run(&format!("{train} --data good.npy --set mixture.pseudo_count=-1")).stderr);
    assert!(message.contains("pseudo_count"), "{message}");
}

/// A sequence of weight two is the sequence twice, and one of weight zero is not there.
#[test]
fn sequences_are_weighed() {
    let here = Workshop::new();
    let noise = Rng::seed(5).fork("noise").normals(60, 4);
    let values: Vec<f64> =
        noise.into_iter().enumerate().map(|(at, z)| f64::from(z) + (at / 2 % 2) as f64 * 5.0).collect();
    let counts: Vec<f64> = (0..60).map(|at| [1.0, 2.0, 0.0][at % 3]).collect();
    let repeated: Vec<f64> = values
        .chunks(4)
        .zip(&counts)
        .flat_map(|(sequence, &count)| sequence.repeat(count as usize))
        .collect();
    arrays(&here, "repeated.npz", vec![observed(&[4], Array::F64(repeated))]);
    let often = Field::new("often", Role::Weight, vec![], Array::F64(counts)).expect("weights");
    arrays(&here, "weighted.npz", vec![observed(&[4], Array::F64(values)), often]);
    let measured = |options: &str| {
        let train =
            "train --model hmm --components 2 --set mixture.tolerance=1e-13 --epochs 1000 --name r --force";
        here.ok(&format!("{train} {options}"));
        let measured = here.json("evaluate r --json");
        ["log_likelihood", "log_likelihood_stderr", "bic", "aic"]
            .map(|key| measured[key].as_f64().expect("a number"))
    };
    let weighted = measured("--data weighted.npz --weight often");
    for (weighted, repeated) in weighted.into_iter().zip(measured("--data repeated.npz")) {
        assert!((weighted - repeated).abs() < 1e-6 * repeated.abs(), "{weighted}, not {repeated}");
    }
}
