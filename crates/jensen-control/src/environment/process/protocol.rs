//! The lines of the protocol.

use serde::{Deserialize, Serialize};

use crate::Limits;
use crate::environment::{spec::Spec, success::Success};

/// What the first line of a process has to name.
pub(super) const PROTOCOL: &str = "jensen-environment/1";
/// Pictures larger than this are a mistake.
pub(super) const MOST_PIXELS: usize = 1 << 24;

/// The first line: what the environment is.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Header {
    protocol: String,
    name: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    state_names: Vec<String>,
    states: Bounds,
    actions: Bounds,
    dt: f64,
    horizon: usize,
    #[serde(default)]
    picture: Option<Picture>,
    #[serde(default)]
    success: Criterion,
}

/// Limits, with `null` where there is none.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Bounds {
    low: Vec<Option<f64>>,
    high: Vec<Option<f64>>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Picture {
    height: usize,
    width: usize,
    frames: usize,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Criterion {
    #[default]
    Reached,
    HeldAtTheEnd(usize),
    HeldThroughout,
}

impl Header {
    /// The spec, or why there is none.
    pub(super) fn check(self) -> Result<Spec, String> {
        if self.protocol != PROTOCOL {
            return Err(format!("the protocol is `{PROTOCOL}`, not `{}`", self.protocol));
        }
        let (states, actions) = (self.states.check("states")?, self.actions.check("actions")?);
        if !(self.dt > 0.0 && self.dt.is_finite()) {
            return Err(format!("`dt` has to be above zero, not {}", self.dt));
        }
        if self.horizon == 0 {
            return Err("`horizon` has to be above zero".to_owned());
        }
        let mut names = self.state_names;
        if names.is_empty() {
            names = (0..states.len()).map(|i| format!("state {i}")).collect();
        }
        if names.len() != states.len() {
            return Err(format!("{} `state_names` for {} numbers of a state", names.len(), states.len()));
        }
        let (frames, height, width) = self.picture.map_or((0, 0, 0), |p| (p.frames, p.height, p.width));
        if let Some(Picture { height, width, frames }) = self.picture {
            let pixels = height.checked_mul(width).filter(|pixels| (1..=MOST_PIXELS).contains(pixels));
            if pixels.is_none() || !(1..=2).contains(&frames) {
                return Err(format!(
                    "{frames} pictures of {height} by {width} pixels: one or two of at most {MOST_PIXELS}"
                ));
            }
        }
        let success = match self.success {
            Criterion::Reached => Success::Reached,
            Criterion::HeldAtTheEnd(steps) => Success::HeldAtTheEnd(steps),
            Criterion::HeldThroughout => Success::HeldThroughout,
        };
        Ok(Spec {
            name: self.name,
            description: self.description,
            state_names: names,
            states,
            control: actions.clone(),
            actions,
            dt: self.dt,
            horizon: self.horizon,
            success,
            frames,
            height,
            width,
        })
    }
}

impl Bounds {
    fn check(self, what: &str) -> Result<Limits, String> {
        let fill = |side: Vec<Option<f64>>, none: f64| -> Vec<f64> {
            side.into_iter().map(|bound| bound.unwrap_or(none)).collect()
        };
        let (low, high) = (fill(self.low, f64::NEG_INFINITY), fill(self.high, f64::INFINITY));
        if low.is_empty() || low.len() != high.len() {
            return Err(format!("the limits of `{what}` have to be as many lower as upper ones"));
        }
        Limits::new(&low, &high).map_err(|error| format!("the limits of `{what}` leave nothing: {error}"))
    }
}

/// A line to the process.
#[derive(Debug, Serialize)]
#[serde(tag = "request", rename_all = "kebab-case")]
pub(super) enum Request<'a> {
    Reset { seed: u64 },
    Step { action: &'a [f64] },
}

impl Request<'_> {
    /// How messages speak of it.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Reset { .. } => "`reset`",
            Self::Step { .. } => "`step`",
        }
    }

    pub(super) fn line(&self) -> Vec<u8> {
        let mut line = serde_json::to_vec(self).expect("requests are finite numbers");
        line.push(b'\n');
        line
    }
}

/// A line from the process.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Reply {
    Refused(Refused),
    State(Answer),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Refused {
    pub(super) error: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Answer {
    pub(super) state: Vec<f64>,
    #[serde(default)]
    pub(super) cost: f64,
    #[serde(default)]
    pub(super) in_goal: bool,
    #[serde(default)]
    pub(super) ended: bool,
    /// Bytes of the picture that follows the line; what reads the pipe has read them already.
    #[serde(default, rename = "picture_bytes")]
    _picture_bytes: usize,
}

/// All that the pipe needs to know of a line.
#[derive(Debug, Default, Deserialize)]
pub(super) struct PictureBytes {
    #[serde(default)]
    pub(super) picture_bytes: usize,
}
