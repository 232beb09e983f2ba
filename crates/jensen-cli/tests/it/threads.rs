//! The same bits for any number of threads.

use jensen_infer::fit::Checkpoint;

use crate::workshop::Workshop;

/// At most two epochs of two updates on batches of 256 images of 28×28: 200,704 numbers, several times what the
/// kernels begin to share among threads at.
const STEPS: &str = "--data images --batch-size 256 --epochs 2 --latent-dim 8 --set fit.checkpoint.steps=1";

fn the_same_bits_for_any_number_of_threads(options: &str) {
    let here = Workshop::new();
    here.images("images", 28, [568, 64]);
    let runs = ["1", "2", "4"].map(|threads| {
        here.ok(&format!("train {STEPS} {options} --threads {threads} --name t{threads}"));
        let checkpoints = here.checkpoints(&format!("t{threads}"));
        let states = checkpoints.iter().map(|path| {
            let checkpoint = Checkpoint::read(path).expect("whole");
            (
                checkpoint.progress.step,
                checkpoint.progress.sums,
                checkpoint.progress.monitor,
                checkpoint.state,
            )
        });
        (here.essence(&format!("t{threads}")), states.collect::<Vec<_>>())
    });
    assert!(runs[0].1.len() >= 2, "too few checkpoints are compared");
    assert!(runs[0] == runs[1], "one thread and two differ");
    assert!(runs[0] == runs[2], "one thread and four differ");
}

#[test]
fn mlp_bernoulli_runs_do_not_depend_on_threads() {
    the_same_bits_for_any_number_of_threads("--hidden 256");
}

#[test]
fn mlp_gaussian_runs_do_not_depend_on_threads() {
    the_same_bits_for_any_number_of_threads("--hidden 256 --likelihood gaussian");
}

#[test]
fn conv_bernoulli_runs_do_not_depend_on_threads() {
    the_same_bits_for_any_number_of_threads("--net conv --epochs 1");
}

#[test]
fn conv_gaussian_runs_do_not_depend_on_threads() {
    the_same_bits_for_any_number_of_threads("--net conv --likelihood gaussian --epochs 1");
}
