use jensen_control::Limits;
use jensen_control::environment::{
    Environment, EnvironmentError, Episodes, Planar, Policy, Sampling, Simulation, Task, Triples, Uniform,
    by_name, collect, names, sample_triples, sample_triples_at,
};
use jensen_random::Rng;

use super::{frame, step};

/// Each row's action moves its state to its next state, and its pictures are of the states that they should be.
fn assert_aligned(task: &dyn Task, triples: &Triples) {
    let spec = task.spec();
    let (n, m, size) = (spec.state_dim(), spec.action_dim(), spec.height * spec.width);
    let length = spec.frames * size;
    assert_eq!(triples.images.len(), triples.count * length);
    for row in 0..triples.count {
        let (state, next) = (&triples.states[row * n..][..n], &triples.next_states[row * n..][..n]);
        assert_eq!(step(task, state, &triples.actions[row * m..][..m]), next, "{} row {row}", spec.name);
        let image = &triples.images[row * length..][..length];
        let next_image = &triples.next_images[row * length..][..length];
        assert_eq!(image[length - size..], frame(task, state));
        assert_eq!(next_image[length - size..], frame(task, next));
        if spec.frames == 2 {
            assert_eq!(next_image[..size], image[size..], "what is now will have been");
        }
    }
}

#[test]
fn sampled_triples_are_aligned() {
    for name in names() {
        let task = by_name(name).unwrap();
        let triples = sample_triples(&*task, 12, 0.0, Sampling::Centre, Rng::seed(1)).unwrap();
        assert_aligned(&*task, &triples);
        if task.spec().frames == 2 {
            let size = task.spec().height * task.spec().width;
            let moved = triples.images.chunks(2 * size).filter(|image| image[..size] != image[size..]);
            assert!(moved.count() > 6, "{name}: pictures in twos show movement");
        }
    }
}

#[test]
fn collected_triples_are_aligned_and_follow_each_other() {
    for name in names() {
        let mut simulation = Simulation::new(by_name(name).unwrap());
        let horizon = simulation.spec().horizon;
        let triples = collect(&mut simulation, &mut Uniform, horizon + 3, Rng::seed(1)).unwrap();
        assert_aligned(simulation.task(), &triples);
        let n = simulation.spec().state_dim();
        assert_eq!(triples.count, horizon + 3);
        assert_eq!(triples.states[n..horizon * n], triples.next_states[..(horizon - 1) * n]);
    }
}

#[test]
fn a_triple_does_not_move_with_their_number_or_threads() {
    let task = by_name("pendulum").unwrap();
    let sample = |count: usize, threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| sample_triples(&*task, count, 0.1, Sampling::Centre, Rng::seed(4)).unwrap())
    };
    let (many, few) = (sample(60, 3), sample(9, 1));
    assert_eq!(many, sample(60, 1));
    assert_eq!(many.states[..few.states.len()], few.states);
    assert_eq!(many.next_images[..few.next_images.len()], few.next_images);
}

#[test]
fn the_data_of_the_planar_system_are_as_published() {
    let planar = Planar::default();
    let triples = sample_triples(&planar, 5000, 0.0, Sampling::Centre, Rng::seed(0)).unwrap();
    let valid = Planar::integer_states();
    for row in 0..triples.count {
        let (state, next) = (&triples.states[2 * row..][..2], &triples.next_states[2 * row..][..2]);
        assert_eq!(state, valid[row % valid.len()], "all valid whole states in turn");
        let action = &triples.actions[2 * row..][..2];
        assert!(action.iter().all(|u| u.abs() <= 3.0 && (u - u.round()).abs() <= 0.1));
        assert_eq!(next, [state[0] + action[0], state[1] + action[1]], "no action is in vain");
    }
}

#[test]
fn parts_do_not_change_what_is_collected() {
    let task = by_name("pendulum").unwrap();
    let sample = |rows| sample_triples_at(&*task, rows, 0.1, Sampling::Centre, Rng::seed(4)).unwrap();
    assert_eq!(joined([sample(0..7), sample(7..8), sample(8..20)]), sample(0..20));

    let mut simulation = Simulation::new(by_name("planar").unwrap()).with_noise(0.2).unwrap();
    let whole = collect(&mut simulation, &mut Uniform, 90, Rng::seed(4)).unwrap();
    // Episodes end after 40 steps: between two parts, and within one.
    let mut policy = Uniform;
    let mut episodes = Episodes::new(&mut simulation, &mut policy, Rng::seed(4));
    assert_eq!(joined([7, 33, 50].map(|count| episodes.triples(count).unwrap())), whole);
}

fn joined(parts: [Triples; 3]) -> Triples {
    let mut all = Triples::default();
    for part in parts {
        all.count += part.count;
        all.images.extend(part.images);
        all.actions.extend(part.actions);
        all.next_images.extend(part.next_images);
        all.states.extend(part.states);
        all.next_states.extend(part.next_states);
    }
    all
}

#[test]
fn nothing_is_drawn_between_limits_that_are_none() {
    let mut spec = by_name("point-mass").unwrap().spec().clone();
    for (low, high) in [(0.0, f64::INFINITY), (f64::NEG_INFINITY, f64::INFINITY), (f64::MIN, f64::MAX)] {
        spec.actions = Limits::new(&[-1.0, low], &[1.0, high]).expect("limits");
        let refused = Uniform.act(&spec, &[0.0; 4], Rng::seed(0));
        assert!(matches!(refused, Err(EnvironmentError::Unlimited { index: 1, .. })), "{refused:?}");
    }
}
