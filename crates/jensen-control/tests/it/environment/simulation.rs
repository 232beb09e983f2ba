use jensen_control::{
    Linearization,
    environment::{
        Copies, Environment, EnvironmentError, Pendulum, Planar, Sampling, Simulation, ThreeLink, by_name,
        names,
    },
};
use jensen_random::Rng;

fn pool(threads: usize) -> rayon::ThreadPool {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool")
}

#[test]
fn copies_are_the_same_for_any_number_of_threads_and_of_copies() {
    let run = |count: usize, threads: usize| {
        pool(threads).install(|| {
            let mut copies = Copies::new(by_name("cartpole").unwrap(), count, 0.1, Rng::seed(3)).unwrap();
            let mut costs = Vec::new();
            for t in 0..5 {
                let actions: Vec<f64> = (0..count).map(|i| (i as f64 + t as f64).sin() * 12.0).collect();
                costs.push(copies.step(&actions).unwrap());
            }
            (copies.states().to_vec(), copies.observe(Sampling::AntiAliased), costs)
        })
    };
    let (many, pictures, costs) = run(100, 3);
    assert_eq!((many.clone(), pictures.clone(), costs), run(100, 1));
    let (few, seen, _) = run(7, 2);
    assert_eq!(few, many[..few.len()]);
    assert_eq!(seen, pictures[..seen.len()]);
}

#[test]
fn the_first_copy_is_the_simulation() {
    for name in names() {
        let mut simulation = Simulation::new(by_name(name).unwrap()).with_noise(0.05).unwrap();
        simulation.reset(Rng::seed(8)).unwrap();
        let mut copies = Copies::new(by_name(name).unwrap(), 3, 0.05, Rng::seed(8)).unwrap();
        let m = simulation.spec().action_dim();
        for _ in 0..4 {
            let alone = simulation.step(&vec![0.3; m]).unwrap();
            assert_eq!(copies.step(&vec![0.3; 3 * m]).unwrap()[0], alone, "{name}");
        }
        let state = simulation.state().unwrap();
        assert_eq!(&copies.states()[..state.len()], state);
        let mut observation = vec![0; simulation.spec().observation_len()];
        simulation.observe(&mut observation).unwrap();
        assert_eq!(copies.observe(Sampling::Centre)[..observation.len()], observation);
    }
}

/// Mean and variance of the noise of 20,000 copies, each within five standard errors: false alarm 6e-7 a check.
#[test]
fn noise_has_the_deviation_that_was_asked_for() {
    let (count, sigma) = (20_000, 0.3);
    let states = [20.0, 17.0].repeat(count);
    let mut copies = Copies::at(Box::new(Planar::default()), &states, sigma, Rng::seed(2)).unwrap();
    copies.step(&vec![0.0; 2 * count]).unwrap();
    for i in 0..2 {
        let deviations: Vec<f64> =
            copies.states().chunks(2).zip(states.chunks(2)).map(|(x, s)| (x[i] - s[i]) / sigma).collect();
        let n = count as f64;
        let mean = deviations.iter().sum::<f64>() / n;
        let variance = deviations.iter().map(|d| d * d).sum::<f64>() / n;
        assert!(mean.abs() < 5.0 / n.sqrt(), "mean {mean}");
        assert!((variance - 1.0).abs() < 5.0 * (2.0 / n).sqrt(), "variance {variance}");
    }
}

#[test]
fn noise_stays_within_the_limits() {
    let mut copies = Copies::new(Box::new(Planar::default()), 200, 30.0, Rng::seed(2)).unwrap();
    copies.step(&[0.0; 400]).unwrap();
    assert!(copies.states().iter().all(|x| (1.5..=38.5).contains(x)));
    assert!(copies.states().contains(&38.5), "such noise reaches the rim");
}

#[test]
fn bad_actions_and_states_are_refused_and_harm_nothing() {
    let mut pendulum = Simulation::new(Box::new(Pendulum::balance()));
    assert_eq!(pendulum.step(&[0.0]), Err(EnvironmentError::NotReset("pendulum".to_owned())));
    pendulum.reset_to(&[0.1, 0.0], Rng::seed(0)).unwrap();
    let message = |error: Result<(), EnvironmentError>| error.unwrap_err().to_string();
    let step = |pendulum: &mut Simulation, action: &[f64]| message(pendulum.step(action).map(|_| ()));
    assert_eq!(step(&mut pendulum, &[0.0, 1.0]), "`pendulum` takes actions of 1 numbers, not of 2");
    assert_eq!(step(&mut pendulum, &[]), "`pendulum` takes actions of 1 numbers, not of 0");
    let refused = step(&mut pendulum, &[f64::NAN]);
    assert_eq!(refused, "number 0 of the action is NaN: give finite numbers to `pendulum`");
    assert!(step(&mut pendulum, &[f64::INFINITY]).contains("inf"));
    let reset = |pendulum: &mut Simulation, state: &[f64]| message(pendulum.reset_to(state, Rng::seed(0)));
    assert_eq!(reset(&mut pendulum, &[0.0]), "`pendulum` has states of 2 numbers, not of 1");
    assert!(reset(&mut pendulum, &[f64::NAN, 0.0]).starts_with("number 0 of the state of `pendulum` is NaN"));
    assert!(reset(&mut pendulum, &[0.0, 10.0]).contains("it has to be from -9.42"));
    assert_eq!(pendulum.state().unwrap(), [0.1, 0.0]);
    for sigma in [-1.0, f64::NAN, f64::INFINITY] {
        assert!(Simulation::new(Box::new(Pendulum::balance())).with_noise(sigma).is_err());
        assert!(Copies::new(Box::new(Pendulum::balance()), 2, sigma, Rng::seed(0)).is_err());
    }
    assert!(Copies::at(Box::new(Pendulum::balance()), &[0.0, 0.0, 0.0], 0.0, Rng::seed(0)).is_err());
}

#[test]
fn what_cannot_be_followed_is_an_error_and_not_nan() {
    let mut arm = Simulation::new(Box::new(ThreeLink::new()));
    let spinning = [0.0, 0.0, 0.0, 1e9, -1e9, 1e9];
    arm.reset_to(&spinning, Rng::seed(0)).unwrap();
    assert!(matches!(arm.step(&[0.0; 3]), Err(EnvironmentError::Diverged { .. })));
    assert_eq!(arm.state().unwrap(), spinning);
    // Noise that overflows a number without limits.
    let mut arm = Simulation::new(Box::new(ThreeLink::new())).with_noise(f64::MAX).unwrap();
    arm.reset(Rng::seed(1)).unwrap();
    assert!(matches!(arm.step(&[0.0; 3]), Err(EnvironmentError::Diverged { .. })));
}

#[test]
fn episodes_end_at_their_horizon() {
    for name in names() {
        let mut simulation = Simulation::new(by_name(name).unwrap());
        simulation.reset(Rng::seed(0)).unwrap();
        let (m, horizon) = (simulation.spec().action_dim(), simulation.spec().horizon);
        let ends: Vec<bool> = (0..horizon).map(|_| simulation.step(&vec![0.0; m]).unwrap().ended).collect();
        assert_eq!(ends.iter().position(|ended| *ended), Some(horizon - 1), "{name}");
    }
}

#[test]
fn what_specs_say_agrees() {
    for name in names() {
        let task = by_name(name).unwrap();
        let spec = task.spec();
        assert_eq!(spec.name, name);
        assert_eq!([task.state_dim(), task.action_dim()], [spec.state_dim(), spec.action_dim()]);
        assert_eq!(spec.state_names.len(), spec.state_dim());
        assert_eq!(spec.control.len(), spec.action_dim());
        let objective = task.objective();
        assert_eq!([objective.goal.len(), objective.state_weights.len()], [spec.state_dim(); 2]);
        assert_eq!(
            [objective.angles.len(), objective.action_weights.len()],
            [spec.state_dim(), spec.action_dim()]
        );
        assert!(task.in_goal(&objective.goal));
        assert_eq!(objective.cost(&objective.goal, &vec![0.0; spec.action_dim()]), 0.0);
        assert!(spec.states.contain(&task.start(Rng::seed(0))));
    }
    let error = by_name("pendulun").err().unwrap().to_string();
    assert!(error.starts_with("no environment is called `pendulun`: there are planar, pendulum,"), "{error}");
}

#[test]
fn batches_on_many_threads_are_rows_one_by_one() {
    for name in names() {
        let task = by_name(name).unwrap();
        let (n, m, rows) = (task.state_dim(), task.action_dim(), 1500);
        let samples = (0..rows).map(|i| {
            let x = task.sample_state(i, Rng::seed(9).at(i));
            (task.sample_action(&x, Rng::seed(10).at(i)), x)
        });
        let (actions, states): (Vec<_>, Vec<_>) = samples.unzip();
        let (actions, states) = (actions.concat(), states.concat());
        let mut all = Linearization::zeros(rows as usize, n, m);
        let mut next = vec![0.0; states.len()];
        pool(3).install(|| {
            task.linearize(&states, &actions, &mut all);
            task.step(&states, &actions, &mut next);
        });
        assert_eq!(next, all.next, "{name}");
        let mut one = Linearization::zeros(1, n, m);
        for (i, (x, u)) in states.chunks(n).zip(actions.chunks(m)).enumerate().step_by(100) {
            task.linearize(x, u, &mut one);
            assert_eq!(one.next, all.next[i * n..][..n]);
            assert_eq!(one.by_state, all.by_state[i * n * n..][..n * n]);
            assert_eq!(one.by_action, all.by_action[i * n * m..][..n * m]);
        }
    }
}

#[test]
fn what_is_clipped_has_no_slope() {
    for name in names() {
        let task = by_name(name).unwrap();
        let (n, m) = (task.state_dim(), task.action_dim());
        let state = task.sample_state(0, Rng::seed(0));
        let (mut within, mut beyond) = (Linearization::zeros(1, n, m), Linearization::zeros(1, n, m));
        let limits = task.spec().actions.high();
        task.linearize(&state, limits, &mut within);
        task.linearize(&state, &limits.iter().map(|limit| 2.0 * limit).collect::<Vec<_>>(), &mut beyond);
        assert_eq!(within.next, beyond.next, "{name}: larger actions are clipped");
        assert!(beyond.by_action.iter().all(|slope| *slope == 0.0));
        assert!(
            within.by_action.iter().any(|slope| *slope != 0.0),
            "{name}: at the limit the slope is that within"
        );
    }
}

#[test]
fn the_page_of_environments_is_true() {
    let page = include_str!("../../../../../docs/environments.md");
    for name in names() {
        let task = by_name(name).unwrap();
        let spec = task.spec();
        let limit = spec.control.high()[0];
        assert!(spec.control.high().iter().all(|high| *high == limit));
        let row = format!(
            "| `{name}` | {} | {} | {limit} | {} | {} | {} × {} × {} |",
            spec.state_dim(),
            spec.action_dim(),
            spec.dt,
            spec.horizon,
            spec.frames,
            spec.height,
            spec.width
        );
        assert!(page.contains(&row), "docs/environments.md has no row {row}");
    }
}
