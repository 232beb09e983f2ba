//! What the verbs make of a trained run.

use crate::workshop::Workshop;

/// The first bytes of a PNG file.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

#[test]
fn evaluation_has_the_promised_fields_in_nats() {
    let here = Workshop::shared();
    let plain = here.json("evaluate shared --json");
    for field in ["n", "elbo", "reconstruction", "kl", "active_units"] {
        assert!(plain[field].is_number(), "{field}: {plain}");
    }
    assert!(plain.get("log_likelihood").is_none());
    let (elbo, terms) = (plain["elbo"].as_f64(), plain["reconstruction"].as_f64().zip(plain["kl"].as_f64()));
    let (reconstruction, kl) = terms.expect("numbers");
    assert!((elbo.expect("a number") - (reconstruction - kl)).abs() < 1e-6);
    let full = here.json("evaluate shared --iwae 20 --json");
    assert_eq!(
        (full["iwae_samples"].as_u64(), full["log_likelihood_kind"].as_str()),
        (Some(20), Some("iwae"))
    );
    assert!(full["log_likelihood"].as_f64() > full["elbo"].as_f64(), "{full}");
    assert!(full["log_likelihood_stderr"].as_f64().is_some_and(|error| error > 0.0));
}

#[test]
fn a_seed_moves_the_samples_but_not_the_examples() {
    let here = Workshop::shared();
    let elbo = |options: &str| {
        here.json(&format!("evaluate shared --json {options}"))["elbo"].as_f64().expect("elbo")
    };
    assert_eq!(elbo("--seed 1"), elbo("--seed 1 --threads 1"));
    let (one, two) = (elbo("--seed 1"), elbo("--seed 2"));
    assert!(one != two && (one - two).abs() < 5.0, "{one} {two}");
}

#[test]
fn splits_are_those_of_the_run() {
    let here = Workshop::shared();
    let n = |options: &str| here.json(&format!("evaluate shared --json {options}"))["n"].as_u64();
    assert_eq!(n(""), Some(40));
    assert_eq!(n("--split train"), Some(108));
    assert_eq!(n("--split valid"), Some(12));
    assert_eq!(n("--split all"), Some(160));
    assert_eq!(n("--split all --limit 7"), Some(7));
}

#[test]
fn pictures_are_pictures() {
    let here = Workshop::shared();
    for line in [
        "sample shared -n 9 -o a.png",
        "reconstruct shared -n 5 -o a.png",
        "interpolate shared --from 0 --to 3 -o a.png",
        "traverse shared --dims 0,1 -o a.png",
        "traverse shared --example 2 -o a.png",
        "data inspect tiny -o a.png",
    ] {
        here.ok(line);
        assert!(here.read("a.png").starts_with(PNG), "{line}");
        std::fs::remove_file(here.path("a.png")).expect("removed");
    }
    here.ok("sample shared -o a.svg");
    assert!(here.text("a.svg").contains("<svg"));
}

#[test]
fn samples_are_numbers_in_the_datas_own_units() {
    let here = Workshop::shared();
    here.ok("sample shared -n 12 -o s.csv");
    let values = |text: String| -> Vec<Vec<f64>> {
        let rows =
            text.lines().skip(1).map(|row| row.split(',').map(|x| x.parse().expect("a number")).collect());
        rows.collect()
    };
    let rows = values(here.text("s.csv"));
    assert_eq!((rows.len(), rows[0].len()), (12, 64));
    assert!(rows.iter().flatten().all(|x| (0.0..=255.0).contains(x)));
    assert!(rows.iter().flatten().any(|x| *x > 1.5), "grey values of 8 bits reach beyond 1");
    // The first samples do not depend on how many there are.
    here.ok("sample shared -n 3 -o few.csv");
    assert_eq!(values(here.text("few.csv")), rows[..3]);
    // At temperature 0 every sample is the same.
    here.ok("sample shared -n 2 --temperature 0 -o cold.csv");
    let cold = values(here.text("cold.csv"));
    assert_eq!(cold[0], cold[1]);
    assert!(here.refused("sample shared --temperature nan", 2).contains("--temperature"));
}

#[test]
fn what_is_encoded_is_decoded() {
    let here = Workshop::shared();
    here.ok("encode shared --data tiny -o z.csv");
    let text = here.text("z.csv");
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("row,mean_0,mean_1,log_variance_0,log_variance_1,label"));
    assert_eq!(lines.count(), 160);
    for ending in ["csv", "npy", "npz"] {
        here.ok(&format!("encode shared --data tiny --split test --limit 6 -o z.{ending}"));
        here.ok(&format!("decode shared --latents z.{ending} -o x-{ending}.csv"));
        assert_eq!(here.text(&format!("x-{ending}.csv")).lines().count(), 7);
    }
    assert_eq!(here.text("x-csv.csv"), here.text("x-npz.csv"));
    assert_eq!(here.text("x-csv.csv"), here.text("x-npy.csv"));
    here.ok("decode shared --latents z.npy -o x.png");
    assert!(here.read("x.png").starts_with(PNG));
    here.write("bad.csv", "a,b,c\n1,2,3\n");
    assert!(here.refused("decode shared --latents bad.csv -o x.png", 2).contains("3 columns"));
}

#[test]
fn scores_add_up_to_the_evaluation() {
    let here = Workshop::shared();
    here.ok("score shared --data tiny --split test --iwae 5 -o scores.csv");
    let text = here.text("scores.csv");
    assert_eq!(text.lines().next(), Some("row,elbo,reconstruction,kl,log_likelihood,label"));
    let column = |at: usize| -> f64 {
        let values = text.lines().skip(1).map(|row| row.split(',').nth(at).expect("a column").parse::<f64>());
        values.map(|value| value.expect("a number")).sum::<f64>() / 40.0
    };
    let evaluation = here.json("evaluate shared --iwae 5 --json");
    for (at, field) in [(1, "elbo"), (4, "log_likelihood")] {
        let measured = evaluation[field].as_f64().expect("a number");
        assert!((column(at) - measured).abs() < 1e-6, "{field}: {} and {measured}", column(at));
    }
}

#[test]
fn other_data_have_only_the_splits_that_they_bring() {
    let here = Workshop::new();
    here.train("--name a");
    here.write("two.csv", &table(2));
    here.write("many.csv", &table(100));
    here.ok("train --data many.csv --likelihood gaussian --epochs 1 --hidden 4 --latent-dim 2 --batch-size 50 --name b");
    // Two rows are too few for the run's validation fraction.
    assert_eq!(here.json("evaluate b --data two.csv --json")["n"].as_u64(), Some(2));
    here.ok("score b --data two.csv -o scores.csv");
    here.refused("evaluate b --data two.csv --split valid", 1);
    assert_eq!(here.json("evaluate b --data ./many.csv --split valid --json")["n"].as_u64(), Some(10));
    assert_eq!(here.json("evaluate a --data tiny/ --split valid --json")["n"].as_u64(), Some(12));
    // Without a test split nothing was held out, and the report says so.
    assert!(here.text("runs/b/report.html").contains("no test"));
    assert!(!here.text("runs/b/report.html").contains("held out"));
    assert!(here.text("runs/a/report.html").contains("held out"));
}

#[test]
fn columns_of_a_table_are_inspected_alone() {
    let here = Workshop::new();
    here.write("t.csv", "a,b,c\n1,2,0\n3,4,1\n");
    let all = here.json("data inspect t.csv --columns b --label-column c --json");
    let fields = all["fields"].as_array().expect("fields");
    assert_eq!(fields.len(), 2, "{all}");
    assert_eq!(all["labels"].as_array().map(Vec::len), Some(2), "{all}");
}

/// A table of two columns.
fn table(rows: usize) -> String {
    let row = |i: usize| format!("{},{}\n", (i * 7 % 13) as f64 * 0.5, (i * 5 % 11) as f64 - 3.0);
    format!("a,b\n{}", (0..rows).map(row).collect::<String>())
}

#[test]
fn weights_that_are_not_finite_are_refused() {
    let here = Workshop::new();
    here.train("--name a");
    let weights = here.path("runs/a/model.safetensors");
    let bytes = std::fs::read(&weights).expect("read");
    let (mut state, metadata) = jensen_infer::StateDict::from_safetensors(&bytes).expect("weights");
    let (name, mut data) =
        state.iter().map(|(name, data)| (name.to_owned(), data.clone())).next().expect("one");
    data.as_mut_slice::<f32>().expect("single precision")[0] = f32::NAN;
    state.insert(name, data);
    std::fs::write(weights, state.to_safetensors(&metadata).expect("saved")).expect("written");
    for line in ["evaluate a", "sample a"] {
        let message = here.refused(line, 1);
        assert!(message.contains("model.safetensors") && message.contains("not finite"), "{message}");
    }
}

#[test]
fn a_picture_of_too_many_samples_is_refused() {
    let message = Workshop::shared().refused("sample shared -n 100000 -o big.png", 2);
    assert!(message.contains("4096") && message.contains(".npy"), "{message}");
}

#[test]
fn other_data_must_have_the_same_shape() {
    let here = Workshop::shared();
    let message = here.refused("evaluate shared --data digits", 2);
    assert!(message.contains("28, 28") && message.contains("8, 8"), "{message}");
}

#[test]
fn data_are_described() {
    let here = Workshop::shared();
    let summary = here.json("data inspect tiny --json");
    assert_eq!(summary["examples"].as_u64(), Some(160));
    let text = here.ok("data inspect tiny");
    assert!(text.contains("8, 8") && text.contains("train 120, test 40"), "{text}");
    assert!(here.ok("data list").contains("digits"));
}

#[test]
fn a_report_can_be_written_again() {
    let here = Workshop::new();
    here.train("--name a");
    let before = here.read("runs/a/report.html");
    std::fs::remove_file(here.path("runs/a/report.html")).expect("removed");
    assert!(here.ok("report a").contains("report.html"));
    assert_eq!(here.read("runs/a/report.html"), before);
}
