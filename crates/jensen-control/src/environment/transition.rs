//! One step of a system, written once, and the `Dynamics` that follow from it.

use rayon::prelude::*;

use super::dual::{Dual, Scalar};
use crate::Linearization;

/// [`Transition::PARALLEL_FROM`] of systems that are integrated: a step takes a microsecond or more.
pub(crate) const INTEGRATED: usize = 32;

/// `x' = f(x, u)` of a system of `N` state numbers and `M` action numbers, in any [`Scalar`].
pub(crate) trait Transition<const N: usize, const M: usize>: Sync {
    /// Rows from which a batch is worth other threads, which cost some microseconds: by default that of a formula.
    const PARALLEL_FROM: usize = 1024;

    fn transition<S: Scalar>(&self, state: [S; N], action: [S; M]) -> [S; N];
}

/// Where the next state of a row and its derivatives by state and action go.
type Expansion<'a> = ((&'a mut [f64], &'a mut [f64]), &'a mut [f64]);

/// A row of a batch as an array.
fn row<const N: usize>(row: &[f64]) -> [f64; N] {
    row.try_into().expect("a row has the length of the state or action")
}

fn rows(states: &[f64], actions: &[f64], n: usize, m: usize) -> usize {
    let rows = states.len() / n;
    assert!(
        states.len() == rows * n && actions.len() == rows * m,
        "{} numbers are not states of {n}, or {} numbers not {rows} actions of {m}",
        states.len(),
        actions.len()
    );
    rows
}

/// The next state of every row. Rows know nothing of each other, so no thread changes a bit.
pub(crate) fn step<const N: usize, const M: usize, T: Transition<N, M>>(
    system: &T,
    states: &[f64],
    actions: &[f64],
    next: &mut [f64],
) {
    let rows = rows(states, actions, N, M);
    assert_eq!(next.len(), rows * N, "room for {rows} states of {N} numbers");
    let one = |((next, x), u): ((&mut [f64], &[f64]), &[f64])| {
        next.copy_from_slice(&system.transition(row(x), row(u)));
    };
    if rows < T::PARALLEL_FROM {
        next.chunks_exact_mut(N).zip(states.chunks_exact(N)).zip(actions.chunks_exact(M)).for_each(one);
    } else {
        next.par_chunks_exact_mut(N)
            .zip(states.par_chunks_exact(N))
            .zip(actions.par_chunks_exact(M))
            .for_each(one);
    }
}

/// The next state of every row with its derivatives, by duals of `K = N + M`.
pub(crate) fn linearize<const N: usize, const M: usize, const K: usize, T: Transition<N, M>>(
    system: &T,
    states: &[f64],
    actions: &[f64],
    at: &mut Linearization,
) {
    const { assert!(K == N + M, "derivatives are by state and action") };
    let rows = rows(states, actions, N, M);
    assert!(
        at.next.len() == rows * N && at.by_state.len() == rows * N * N && at.by_action.len() == rows * N * M,
        "room for {rows} expansions of a system of {N} and {M} numbers"
    );
    let one = |(i, ((next, by_state), by_action)): (usize, Expansion)| {
        let (x, u): ([f64; N], [f64; M]) = (row(&states[i * N..][..N]), row(&actions[i * M..][..M]));
        let x = std::array::from_fn(|k| Dual::<K>::variable(x[k], k));
        let u = std::array::from_fn(|k| Dual::<K>::variable(u[k], N + k));
        for (k, number) in system.transition(x, u).iter().enumerate() {
            next[k] = number.value();
            by_state[k * N..][..N].copy_from_slice(&number.gradient()[..N]);
            by_action[k * M..][..M].copy_from_slice(&number.gradient()[N..]);
        }
    };
    if rows < T::PARALLEL_FROM {
        at.next
            .chunks_exact_mut(N)
            .zip(at.by_state.chunks_exact_mut(N * N))
            .zip(at.by_action.chunks_exact_mut(N * M))
            .enumerate()
            .for_each(one);
    } else {
        at.next
            .par_chunks_exact_mut(N)
            .zip(at.by_state.par_chunks_exact_mut(N * N))
            .zip(at.by_action.par_chunks_exact_mut(N * M))
            .enumerate()
            .for_each(one);
    }
}

/// `Dynamics` of a type that is a `Transition<N, M>`.
macro_rules! dynamics_by_transition {
    ($system:ty, $n:literal, $m:literal) => {
        impl $crate::Dynamics for $system {
            fn state_dim(&self) -> usize {
                $n
            }

            fn action_dim(&self) -> usize {
                $m
            }

            fn step(&self, states: &[f64], actions: &[f64], next: &mut [f64]) {
                $crate::environment::transition::step::<$n, $m, Self>(self, states, actions, next);
            }

            fn linearize(&self, states: &[f64], actions: &[f64], at: &mut $crate::Linearization) {
                const K: usize = $n + $m;
                $crate::environment::transition::linearize::<$n, $m, K, Self>(self, states, actions, at);
            }
        }
    };
}
pub(crate) use dynamics_by_transition;
