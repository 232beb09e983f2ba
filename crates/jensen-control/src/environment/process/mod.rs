//! Any process as an environment, by lines over its standard input and output.
//!
//! The process writes one line of JSON about itself:
//!
//! ```json
//! {"protocol": "jensen-environment/1", "name": "Pendulum-v1", "dt": 0.05, "horizon": 200,
//!  "states": {"low": [-1, -1, -8], "high": [1, 1, 8]}, "actions": {"low": [-2], "high": [2]},
//!  "picture": {"height": 48, "width": 48, "frames": 2}}
//! ```
//!
//! (in one line; a limit of `null` is none). `description`, `state_names` and `success`, which is `"reached"` (the default),
//! `"held-throughout"` or `{"held-at-the-end": 10}`, may be added; without `picture` there are no pictures. Then it answers
//! each of these lines by one of its own:
//!
//! ```json
//! {"request": "reset", "seed": 7}
//! {"request": "step", "action": [0.5]}
//! ```
//!
//! ```json
//! {"state": [1.0, 0.0, 0.0], "cost": 0.25, "in_goal": true, "ended": false, "picture_bytes": 2304}
//! ```
//!
//! followed, if there are pictures, by the `height · width` grey bytes of one, row after row, and nothing else. The answer to
//! `reset` needs `state` only. What cannot be done is answered by `{"error": "why"}`. At the end of its input the process
//! ends. What it writes to standard error is shown when it fails.
//!
//! A process that dies, does not answer in time or answers something else is an error, after which it is ended; numbers
//! that are not finite cannot be written in JSON. `bridges/gymnasium_bridge.py`, in this crate's folder, makes a process of any
//! Gymnasium environment with vectors as observations and actions.

mod error;
mod pipe;
mod protocol;

use std::{process::Command, time::Duration};

use jensen_random::Rng;

pub use error::ProcessError;
use pipe::{Message, Pipe, Silence};
use protocol::{Answer, Header, Reply, Request};

use super::{Environment, check::check_action, error::EnvironmentError, spec::Spec, step::Step};

/// How long to wait for a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadlines {
    /// For its first line: it may have much to load.
    pub start: Duration,
    /// For each answer.
    pub answer: Duration,
}

impl Default for Deadlines {
    /// A minute to start, ten seconds to answer.
    fn default() -> Self {
        Self { start: Duration::from_mins(1), answer: Duration::from_secs(10) }
    }
}

/// Another process as an [`Environment`].
pub struct Process {
    command: String,
    deadlines: Deadlines,
    spec: Spec,
    pipe: Pipe,
    failure: Option<ProcessError>,
    episode: Option<Episode>,
}

struct Episode {
    previous_picture: Vec<u8>,
    picture: Vec<u8>,
    state: Vec<f64>,
    steps: usize,
}

impl Process {
    /// Starts a program and hears what it says of itself.
    ///
    /// # Errors
    /// If it cannot be started, ends, is late or does not speak the protocol.
    pub fn start(
        program: &str,
        arguments: &[String],
        deadlines: Deadlines,
    ) -> Result<Self, EnvironmentError> {
        let command = [&[program.to_owned()], arguments].concat().join(" ");
        let mut pipe = Pipe::start(Command::new(program).args(arguments))
            .map_err(|error| ProcessError::Start { command: command.clone(), reason: error.to_string() })?;
        let request = "its start";
        let message = pipe
            .receive(deadlines.start)
            .map_err(|silence| silent(&command, request, deadlines.start, silence, &mut pipe))?;
        let header: Result<Header, _> = serde_json::from_str(&message.line);
        let checked = header.map_err(|error| error.to_string()).and_then(Header::check);
        let spec = checked.map_err(|reason| nonsense(&command, request, &message.line, reason))?;
        Ok(Self { command, deadlines, spec, pipe, failure: None, episode: None })
    }

    /// An answer, and what follows from none: the process is not asked again.
    fn ask(&mut self, request: &Request<'_>) -> Result<(Answer, Vec<u8>), EnvironmentError> {
        if let Some(failure) = &self.failure {
            return Err(failure.clone().into());
        }
        self.pipe.send(request.line());
        let answer = self.answer(request.name());
        if let Err(failure) = &answer
            && !matches!(failure, ProcessError::Refused { .. })
        {
            self.failure = Some(failure.clone());
            self.episode = None;
            self.pipe.kill();
        }
        Ok(answer?)
    }

    fn answer(&mut self, request: &'static str) -> Result<(Answer, Vec<u8>), ProcessError> {
        let deadline = self.deadlines.answer;
        let Message { line, picture } = self
            .pipe
            .receive(deadline)
            .map_err(|silence| silent(&self.command, request, deadline, silence, &mut self.pipe))?;
        let reply = serde_json::from_str(&line).map_err(|_| {
            nonsense(&self.command, request, &line, "that is no JSON of a state or an error".to_owned())
        })?;
        let answer = match reply {
            Reply::State(answer) => answer,
            Reply::Refused(refused) => {
                let (command, message) = (self.command.clone(), refused.error);
                return Err(ProcessError::Refused { command, request, message });
            }
        };
        let (numbers, expected) = (answer.state.len(), self.spec.state_dim());
        if numbers != expected {
            let reason = format!("a state has {expected} numbers, not {numbers}");
            return Err(nonsense(&self.command, request, &line, reason));
        }
        let size = self.spec.height * self.spec.width;
        if picture.len() != size {
            let reason = format!("a picture has {size} bytes, not {}", picture.len());
            return Err(nonsense(&self.command, request, &line, reason));
        }
        Ok((answer, picture))
    }

    fn episode(&self) -> Result<&Episode, EnvironmentError> {
        match (&self.episode, &self.failure) {
            (Some(episode), _) => Ok(episode),
            (None, Some(failure)) => Err(failure.clone().into()),
            (None, None) => Err(EnvironmentError::NotReset(self.spec.name.clone())),
        }
    }
}

impl Environment for Process {
    fn spec(&self) -> &Spec {
        &self.spec
    }

    /// The process gets a seed of 32 bits that is drawn at this address.
    fn reset(&mut self, rng: Rng<'_>) -> Result<(), EnvironmentError> {
        let seed = rng.fork("process").below(0, 1 << 32);
        let (answer, picture) = self.ask(&Request::Reset { seed })?;
        let previous_picture = picture.clone();
        self.episode = Some(Episode { previous_picture, picture, state: answer.state, steps: 0 });
        Ok(())
    }

    fn step(&mut self, action: &[f64]) -> Result<Step, EnvironmentError> {
        check_action(&self.spec, action)?;
        let steps = self.episode()?.steps + 1;
        let mut applied = action.to_vec();
        self.spec.actions.clamp(&mut applied);
        let (answer, picture) = self.ask(&Request::Step { action: &applied })?;
        if let Some(episode) = &mut self.episode {
            episode.previous_picture = std::mem::replace(&mut episode.picture, picture);
            episode.state = answer.state;
            episode.steps = steps;
        }
        let ended = answer.ended || steps >= self.spec.horizon;
        Ok(Step { cost: answer.cost, in_goal: answer.in_goal, ended })
    }

    fn state(&self) -> Result<&[f64], EnvironmentError> {
        Ok(&self.episode()?.state)
    }

    fn observe(&self, pixels: &mut [u8]) -> Result<(), EnvironmentError> {
        let episode = self.episode()?;
        assert_eq!(pixels.len(), self.spec.observation_len(), "an observation of `{}`", self.spec.name);
        let (before, now) = pixels.split_at_mut(pixels.len() - episode.picture.len());
        before.copy_from_slice(&episode.previous_picture[..before.len()]);
        now.copy_from_slice(&episode.picture);
        Ok(())
    }
}

fn nonsense(command: &str, request: &'static str, answer: &str, reason: String) -> ProcessError {
    let answer = answer.chars().take(200).collect();
    ProcessError::Nonsense { command: command.to_owned(), request, answer, reason }
}

fn silent(
    command: &str,
    request: &'static str,
    deadline: Duration,
    silence: Silence,
    pipe: &mut Pipe,
) -> ProcessError {
    let command = command.to_owned();
    match silence {
        Silence::Late => {
            pipe.kill();
            ProcessError::Deadline { command, request, deadline, said: pipe.said() }
        }
        Silence::Ended(status) => ProcessError::Died { command, status, request, said: pipe.said() },
        Silence::Endless(line) => nonsense(&command, request, &line, "a line without end".to_owned()),
    }
}
