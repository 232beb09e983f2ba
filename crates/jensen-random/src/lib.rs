//! Addressed random numbers: a draw is named, not consumed.
//!
//! Every number is a pure function of its address: the seed, the purposes it was forked for, the
//! step or epoch, the example (row), the sample and the column. So batching, prefetching and
//! threads never move a draw, "exactly K samples" gives the same value however they are batched,
//! and a resumed run needs no generator state.
//!
//! ```
//! use jensen_random::Rng;
//! let run = Rng::seed(7);
//! let noise = run.fork("posterior").at(3); // step 3
//! let whole = noise.name_rows(&[10, 11, 12]).normals(3, 4);
//! let alone = noise.name_rows(&[11]).normals(1, 4);
//! assert_eq!(whole[4..8], alone[..]); // the batch an example sits in does not matter
//! ```

mod philox;
mod rng;

pub use rng::Rng;
