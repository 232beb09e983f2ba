//! Every format that is read, from the file to a trained run.

use crate::workshop::{TINY, Workshop};

const SMALL: &str = "--hidden 8 --latent-dim 2 --epochs 1 --batch-size 20 --quiet";

/// Latents are written in each format; the same numbers are learned from each.
#[test]
fn what_one_verb_writes_another_learns_from() {
    let here = Workshop::new();
    here.ok(&format!("train {TINY} --quiet --name a"));
    let learn = |file: &str| {
        here.ok(&format!("encode a -o {file}"));
        let read = format!("--data {file} --likelihood gaussian --set data.columns=['mean'] {SMALL}");
        let read = if ["z.npz", "z.parquet"].contains(&file) {
            read
        } else {
            read.replace("--set data.columns=['mean'] ", "")
        };
        here.json(&format!("train {read} --force --name b --json"))["test"]["n"].as_u64()
    };
    for file in ["z.npz", "z.csv", "z.csv.gz", "z.csv.zst", "z.parquet"] {
        assert_eq!(learn(file), Some(160), "{file}");
    }
}

#[test]
fn shards_by_a_pattern_and_folders_of_pictures_are_learned_from() {
    let here = Workshop::new();
    here.ok(&format!("train {TINY} --quiet --name a"));
    for shard in 0..3 {
        here.ok(&format!("sample a -n 16 --seed {shard} -o shard-{shard}.npy"));
        for class in ["ant", "bee"] {
            std::fs::create_dir_all(here.path(&format!("photos/{class}"))).expect("a folder");
            here.ok(&format!("sample a -n 4 --seed {shard} -o photos/{class}/{shard}.png"));
        }
    }
    let shards =
        here.json(&format!("train --data shard-*.npy --likelihood gaussian --name shards --json {SMALL}"));
    assert_eq!(shards["test"]["n"].as_u64(), Some(48), "the shards hold 48 pictures");
    let photos =
        here.json(&format!("train --data photos --set data.image.size=[8,8] --name p --json {SMALL}"));
    assert_eq!(photos["test"]["n"].as_u64(), Some(6), "six pictures");
    assert!(here.ok("data inspect photos").contains("ant"), "folders are classes");
}

/// What the defaults of arrays would refuse is right for a table, and the other way round.
#[test]
fn options_are_held_against_the_defaults_of_the_data_at_hand() {
    let here = Workshop::new();
    here.write(
        "t.csv",
        &(0..40).map(|i| format!("{}.5,{}\n", i % 7, i % 3)).fold("a,b\n".to_owned(), |t, r| t + &r),
    );
    let decay = "--set optimizer.weight_decay=0.2 --set vae.likelihood.min_std=0.1";
    here.ok(&format!("train --data t.csv {decay} {SMALL} --name t"));
    let refused = here.refused(&format!("train --data tiny {decay} {SMALL} --name x"), 2);
    assert!(refused.contains("weight_decay") || refused.contains("min_std"), "{refused}");
    assert!(!here.exists("runs/x"));
}
