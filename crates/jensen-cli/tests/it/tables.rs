//! Mixed tables with missing values, from training to the filled-in file.

use crate::workshop::Workshop;

const SMALL: &str = "--epochs 2 --hidden 8 --latent-dim 2 --samples 2";

/// Numbers, words, bits and counts; every fifth row misses some.
fn birds() -> String {
    let row = |i: usize| {
        let (species, sex) = (["Adelie", "Gentoo", "\"Chin, strap\""][i % 3], ["F", "M"][i / 3 % 2]);
        let mass =
            if i.is_multiple_of(5) { "NA".to_owned() } else { format!("{}", 3000 + 500 * (i % 3) + i) };
        let species = if i % 10 == 4 { "" } else { species };
        let (tagged, eggs) = (["FALSE", "TRUE"][i % 7 / 4], i % 4);
        format!("bird {i},{species},{mass},{sex},{tagged},{eggs}, {:.2} \n", 30.0 + (i % 11) as f64)
    };
    format!("id,species,mass,sex,tagged,eggs,bill\n{}", (0..60).map(row).collect::<String>())
}

fn trained() -> Workshop {
    let here = Workshop::new();
    here.write("birds.csv", &birds());
    here.ok(&format!("train --data birds.csv --set data.exclude=['id'] {SMALL} --name a"));
    here
}

fn cells(text: &str) -> Vec<Vec<String>> {
    // The one word with a comma stands in quotes.
    let whole = text.replace("\"Chin, strap\"", "Chin; strap");
    whole.lines().map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

#[test]
fn a_table_is_learned_as_one_and_every_verb_works_on_it() {
    let here = trained();
    assert!(here.text("runs/a/config.toml").contains("family = \"table\""));
    let report = here.text("runs/a/report.html");
    assert!(
        report.contains("<th scope=\"col\">species</th>") && report.contains("Gentoo"),
        "rows in the report"
    );
    assert!(!report.contains("samples.png"));
    assert!(here.json("evaluate a --iwae 5 --json")["elbo"].as_f64().is_some());
    here.ok("score a -o scores.csv");
    here.ok("encode a -o z.csv");
    here.ok("sample a -n 20 -o samples.csv");
    let samples = cells(&here.text("samples.csv"));
    assert_eq!(samples[0], ["species", "mass", "sex", "tagged", "eggs", "bill"]);
    assert_eq!(samples.len(), 21);
    let levels = ["Adelie", "Gentoo", "Chin; strap"];
    assert!(samples[1..].iter().all(|row| levels.contains(&row[0].as_str())), "{samples:?}");
    here.ok("reconstruct a -n 5 -o kept.csv");
    here.ok("decode a --latents z.csv -o decoded.csv");
    for line in [
        "sample a -o s.png",
        "reconstruct a",
        "traverse a",
        "interpolate a",
        "decode a --latents z.csv -o d.png",
    ] {
        let message = here.refused(line, 2);
        assert!(message.contains("a table") && message.contains(".csv"), "{message}");
    }
}

#[test]
fn imputing_fills_what_is_missing_and_changes_nothing_else() {
    let here = trained();
    here.ok("impute a --data birds.csv --samples 20 -o filled.csv");
    let (before, after) = (cells(&here.text("birds.csv")), cells(&here.text("filled.csv")));
    assert_eq!(before.len(), after.len());
    let mut filled = 0;
    for (before, after) in before.iter().zip(&after) {
        for (column, (old, new)) in before.iter().zip(after).enumerate() {
            if !matches!(old.as_str(), "" | "NA") {
                assert_eq!(old, new);
                continue;
            }
            filled += 1;
            match column {
                1 => assert!(["Adelie", "Gentoo", "Chin; strap"].contains(&new.as_str()), "{new}"),
                _ => assert!(new.parse::<f64>().is_ok_and(|mass| (1000.0..9000.0).contains(&mass)), "{new}"),
            }
        }
    }
    assert_eq!(filled, 12 + 6);
    here.ok("impute a --data birds.csv --samples 20 -o again.csv");
    assert_eq!(here.text("filled.csv"), here.text("again.csv"), "the same seed, the same bits");

    here.ok("impute a --data birds.csv --samples 20 --draws 3 -o draws.csv");
    let draws = cells(&here.text("draws.csv"));
    assert_eq!((draws.len(), draws[0][0].as_str()), (1 + 3 * 60, "draw"));
    assert_eq!(draws[1..4].iter().map(|row| row[0].as_str()).collect::<Vec<_>>(), ["1", "2", "3"]);
    assert!(draws[1..4].iter().all(|row| row[1] == "bird 0"));
    assert_ne!(draws[1][3], draws[2][3], "a missing mass is drawn anew");

    here.ok("impute a --samples 20 -o filled.parquet");
    let summary = here.json("data inspect filled.parquet --json");
    assert_eq!(summary["examples"].as_u64(), Some(60));
}

/// Every importance weight is 0 then: nothing may be made up.
#[test]
fn a_row_that_cannot_be_is_named_and_not_filled() {
    let here = trained();
    here.write("bad.csv", &birds().replace("bird 4,,", "bird 4,,1e25,F,TRUE,1,31\nbird 4b,,"));
    let message = here.refused("impute a --data bad.csv -o filled.csv", 1);
    assert!(message.contains("row 4") && message.contains("no probability"), "{message}");
    assert!(!here.exists("filled.csv"));
}

#[test]
fn what_is_no_table_cannot_be_imputed() {
    let message = Workshop::shared().refused("impute shared -o x.csv", 2);
    assert!(message.contains("table") && message.contains("train"), "{message}");
    let here = Workshop::new();
    here.write("t.csv", "a,b\n1,2\n2,3\n4,1\n5,5\n");
    here.ok("train --data t.csv --likelihood gaussian --set data.validation=0 --epochs 1 --hidden 4 --latent-dim 1 --name g");
    here.refused("impute g --data t.csv -o x.csv", 2);
}
