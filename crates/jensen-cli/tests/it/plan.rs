//! What `jensen plan` does.

use crate::workshop::Workshop;

#[test]
fn a_plan_swings_a_pendulum_up_and_shows_it() {
    let here = Workshop::new();
    let line = "plan --env pendulum-swingup --episodes 2 --json --gif a.gif --plot a.svg";
    let outcome = here.json(line);
    assert_eq!(outcome["success_rate"].as_f64(), Some(1.0), "{outcome}");
    for field in ["cost_mean", "cost_std", "plan_ms", "plan_ms_per_step", "iterations", "share_in_goal"] {
        assert!(outcome[field].as_f64().is_some_and(|value| value > 0.0), "{field}: {outcome}");
    }
    let file = std::fs::read(here.path("a.gif")).expect("an animation");
    let mut decoder = gif::DecodeOptions::new();
    decoder.set_color_output(gif::ColorOutput::Indexed);
    let mut decoder = decoder.read_info(&file[..]).expect("a GIF");
    let (mut pictures, mut first) = (0, None);
    while let Some(frame) = decoder.read_next_frame().expect("a picture") {
        assert_eq!((frame.width, frame.height), (240, 240));
        first.get_or_insert_with(|| frame.buffer.to_vec());
        pictures += 1;
    }
    assert_eq!(pictures, 101, "the start and 100 steps");
    // It hangs at first: white below the middle, none above.
    let first = first.expect("a picture");
    assert!(first[..100 * 240].iter().all(|&pixel| pixel == 0) && first[140 * 240..].contains(&255));
    let plot = std::fs::read_to_string(here.path("a.svg")).expect("a plot");
    assert!(plot.contains("ilqr on pendulum-swingup") && plot.contains("iteration"), "{plot}");
    // The clock apart, a seed decides.
    let again = here.json(line);
    for field in ["cost_mean", "cost_std", "iterations"] {
        assert_eq!(outcome[field], again[field], "{field}");
    }
}

#[test]
fn every_planner_plans_in_both_ways() {
    let here = Workshop::new();
    for planner in ["lqr", "ilqr", "ilqg", "cem", "mppi"] {
        for mpc in ["", "--mpc --horizon 20"] {
            let line = format!("plan --env point-mass --planner {planner} {mpc} --noise 0.001 --json");
            let outcome = here.json(&line);
            assert!(outcome["cost_mean"].as_f64().is_some_and(|cost| cost > 0.0), "{line}: {outcome}");
            if ["lqr", "ilqr", "ilqg"].contains(&planner) {
                assert_eq!(outcome["success_rate"].as_f64(), Some(1.0), "{line}: {outcome}");
            }
            assert!(outcome["cost_std"].is_null(), "a single episode has no deviation: {outcome}");
        }
    }
    let told = here.run("plan --env point-mass");
    assert!(told.stdout.contains("success      1 of 1\n"), "{}", told.stdout);
}

#[test]
fn what_cannot_be_planned_is_refused() {
    let here = Workshop::new();
    for (line, message) in [
        ("plan", "--env"),
        ("plan --env double-pendulum", "no environment is called `double-pendulum`"),
        ("plan --env planar --planner dijkstra", "dijkstra"),
        ("plan --env planar --horizon 0", "at least 1"),
        ("plan --env planar --horizon 18446744073709551615", "at most 100000"),
        ("plan --env planar --restarts 18446744073709551615", "at most 10000"),
        ("plan --env planar --episodes 0", "at least 1"),
        ("plan --env planar --noise nan", "not NaN"),
        ("plan --env planar --noise -1", "not -1"),
        ("plan --env planar --noise inf", "not inf"),
        ("plan --env planar --noise much", "much"),
        ("plan --env planar --restarts -1", "-1"),
        ("plan --env planar --planner cem --restarts 3", "no option of `--planner cem`"),
        ("plan --env planar --gif a.png", ".gif"),
        ("plan --env planar --plot a.gif", ".svg"),
    ] {
        let done = here.run(line);
        assert_eq!(done.code, Some(2), "{line}: {}", done.stderr);
        assert!(done.stderr.contains(message) && done.stdout.is_empty(), "{line}: {}", done.stderr);
    }
    for env in ["planar", "pendulum", "cartpole-swingup"] {
        // States so far away that a plan or a step is lost there end in words, or in an episode that fails.
        let done = here.run(&format!("plan --env {env} --noise 1e300 --mpc --horizon 3"));
        let told = done.stderr.contains("there is no plan") || done.stderr.contains("cannot be followed");
        assert!(done.code == Some(0) || done.code == Some(1) && told, "{env}: {}", done.stderr);
    }
    let done = here.run("plan --env pendulum --gif nowhere/a.gif");
    assert_eq!(done.code, Some(1), "{}", done.stderr);
    assert!(done.stderr.contains("nowhere/a.gif"), "{}", done.stderr);
}
