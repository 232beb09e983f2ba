//! Files of a run that are not as they were written.

use crate::workshop::{Workshop, copy};

const CONSTANT: &str = "--set fit.schedule.kind=constant --set fit.checkpoint.steps=3";

/// The bytes of a safetensors file by region, each with a bit flipped or the rest cut off.
fn damages(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let header = u64::from_le_bytes(bytes[..8].try_into().expect("8 bytes")) as usize;
    let n = bytes.len();
    let places = [
        ("the length", 3),
        ("the header", 8 + 2),
        ("the checksum", 8 + bytes[8..].windows(7).position(|w| w == b"crc32c:").expect("a mark") + 9),
        ("the metadata", 8 + header / 2),
        ("the end of the header", 8 + header - 1),
        ("the first array", 8 + header),
        ("the middle", 8 + header + (n - 8 - header) / 2),
        ("the last byte", n - 1),
    ];
    let flipped = places.map(|(name, at)| {
        let mut bytes = bytes.to_vec();
        bytes[at] ^= 0x10;
        (format!("a bit of {name}"), bytes)
    });
    let cut = [0, 5, 8 + header / 2, 8 + header, n / 2, n - 1]
        .map(|at| (format!("cut at {at}"), bytes[..at].to_vec()));
    flipped.into_iter().chain(cut).collect()
}

#[test]
fn a_damaged_checkpoint_is_told_and_the_one_before_goes_on() {
    let here = Workshop::new();
    here.train(&format!("{CONSTANT} --name a"));
    here.train(&format!("{CONSTANT} --epochs 3 --name whole"));
    let newest = here.checkpoints("a").pop().expect("a checkpoint");
    let bytes = std::fs::read(&newest).expect("read");
    // Each costs a training: of the regions, those that fail differently. The library's tests take all.
    for (what, damaged) in damages(&bytes).into_iter().step_by(4) {
        copy(&here.path("runs/a"), &here.path("runs/b"));
        let newest = here.path("runs/b/checkpoints").join(newest.file_name().expect("a name"));
        std::fs::write(&newest, damaged).expect("written");
        let done = here.run("train --resume b --epochs 3 --quiet");
        assert_eq!(done.code, Some(0), "{what}: {}", done.stderr);
        let told = ["step-00000012.safetensors is damaged", "going on from the checkpoint of step 9"];
        assert!(told.iter().all(|text| done.stderr.contains(text)), "{what}: {}", done.stderr);
        assert!(here.essence("b") == here.essence("whole"), "{what}: the weights or the metrics differ");
        std::fs::remove_dir_all(here.path("runs/b")).expect("removed");
    }
}

#[test]
fn damaged_checkpoints_all_are_an_error_that_names_each() {
    let here = Workshop::new();
    here.train(&format!("{CONSTANT} --name a"));
    for path in here.checkpoints("a") {
        std::fs::write(path, "nothing").expect("written");
    }
    let message = here.refused("train --resume a --epochs 3", 1);
    assert!(message.contains("none of its 2 checkpoints can be read"), "{message}");
    assert!(message.contains("step-00000009.safetensors is damaged"), "{message}");
}

#[test]
fn damaged_weights_are_told_and_made_anew_from_the_checkpoints() {
    let here = Workshop::new();
    here.train("--name a");
    let whole = here.read("runs/a/model.safetensors");
    for (what, damaged) in damages(&whole) {
        std::fs::write(here.path("runs/a/model.safetensors"), damaged).expect("written");
        let message = here.refused("evaluate a --json", 1);
        assert!(message.contains("model.safetensors is damaged"), "{what}: {message}");
        assert!(message.contains("delete it") && message.contains("--resume a"), "{what}: {message}");
    }
    std::fs::remove_file(here.path("runs/a/model.safetensors")).expect("removed");
    here.ok("train --resume a");
    assert_eq!(here.read("runs/a/model.safetensors"), whole);
}

#[test]
fn every_other_damaged_file_is_named_with_the_place() {
    let here = Workshop::new();
    here.train("--name a");
    let whole = here.path("whole");
    copy(&here.path("runs/a"), &whole);
    let cases = [
        ("run.json", "{\"format\": 1, \"jens", "sample a", "run.json is damaged"),
        ("run.json", "", "train --resume a --epochs 3", "run.json is damaged"),
        ("run.json", "{\"format\": 1}", "evaluate a", "missing field"),
        ("config.toml", "model = \"va", "sample a", "config.toml is damaged"),
        ("config.toml", "model = 3", "train --resume a --epochs 3", "config.toml is damaged"),
        ("metrics.jsonl", "{\"type\":\"ep\n{}\n", "train --resume a --epochs 3", "line 1 is not a record"),
        ("metrics.jsonl", "{\"type\":\"ep\n{}\n", "runs compare a a", "metrics.jsonl is damaged"),
    ];
    for (file, content, line, told) in cases {
        here.write(&format!("runs/a/{file}"), content);
        let message = here.refused(line, 1);
        assert!(message.contains(told), "{line} with {file} = {content:?}: {message}");
        std::fs::copy(whole.join(file), here.path(&format!("runs/a/{file}"))).expect("restored");
    }
    std::fs::write(here.path("runs/a/run.json"), b"\xff\xfe{}").expect("written");
    assert!(here.refused("sample a", 1).contains("run.json is damaged"));
}
