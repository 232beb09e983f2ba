//! Lines and pictures from and to a child, with a deadline.

use std::{
    io::{BufRead, BufReader, Read, Write},
    process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, Stdio},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use super::protocol::{MOST_PIXELS, PictureBytes};

/// A longer line is not of this protocol.
const MOST_LINE: u64 = 1 << 20;
/// What is kept of standard error.
const MOST_SAID: usize = 2000;
/// How long a child that closed its output may take to end, and one that shall end.
const GRACE: Duration = Duration::from_secs(2);

/// A line and the picture behind it.
#[derive(Debug)]
pub(super) struct Message {
    pub(super) line: String,
    pub(super) picture: Vec<u8>,
}

/// Why there is no message.
#[derive(Debug)]
pub(super) enum Silence {
    Late,
    /// Ended, or output closed; with how it ended.
    Ended(String),
    /// A line without end.
    Endless(String),
}

/// A child and the threads at its pipes. No call waits for longer than its deadline, whatever the child does.
pub(super) struct Pipe {
    child: Child,
    requests: Option<Sender<Vec<u8>>>,
    messages: Receiver<Result<Message, Option<String>>>,
    said: Arc<Mutex<Vec<u8>>>,
    listener: JoinHandle<()>,
}

impl Pipe {
    pub(super) fn start(command: &mut Command) -> std::io::Result<Self> {
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        let (input, output, errors) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (Some(input), Some(output), Some(errors)) = (input, output, errors) else {
            unreachable!("all three were asked to be pipes")
        };
        let (requests, lines) = channel();
        let (sender, messages) = channel();
        let said = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&said);
        thread::spawn(move || write(input, &lines));
        thread::spawn(move || read(output, &sender));
        let listener = thread::spawn(move || listen(errors, &heard));
        Ok(Self { child, requests: Some(requests), messages, said, listener })
    }

    /// Hands a line to the thread that writes. A child that is gone shows when its answer is waited for.
    pub(super) fn send(&self, line: Vec<u8>) {
        if let Some(requests) = &self.requests {
            drop(requests.send(line));
        }
    }

    pub(super) fn receive(&mut self, deadline: Duration) -> Result<Message, Silence> {
        match self.messages.recv_timeout(deadline) {
            Ok(Ok(message)) => Ok(message),
            Ok(Err(Some(line))) => Err(Silence::Endless(line)),
            Err(RecvTimeoutError::Timeout) => Err(Silence::Late),
            Ok(Err(None)) | Err(RecvTimeoutError::Disconnected) => Err(Silence::Ended(self.status())),
        }
    }

    /// The last line of what was written to standard error, which is where a program names its error.
    pub(super) fn said(&self) -> String {
        let end = Instant::now() + GRACE / 2;
        while !self.listener.is_finished() && Instant::now() < end {
            thread::sleep(Duration::from_millis(5));
        }
        let said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        let said = String::from_utf8_lossy(&said);
        said.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default().trim().to_owned()
    }

    /// Ends the child by force.
    pub(super) fn kill(&mut self) {
        // It may have ended by now, which is as good.
        drop(self.child.kill());
        drop(self.child.wait());
    }

    fn status(&mut self) -> String {
        self.wait().unwrap_or_else(|| "output closed".to_owned())
    }

    /// How it ended, if it does within the grace.
    fn wait(&mut self) -> Option<String> {
        let end = Instant::now() + GRACE;
        loop {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Some(status.to_string());
            }
            if Instant::now() >= end {
                return None;
            }
            thread::sleep(Duration::from_millis(2));
        }
    }
}

impl Drop for Pipe {
    /// Ends the child: by the end of its input first, by force when it does not heed that.
    fn drop(&mut self) {
        self.requests = None;
        self.wait();
        self.kill();
    }
}

fn write(mut input: ChildStdin, lines: &Receiver<Vec<u8>>) {
    for line in lines {
        if input.write_all(&line).and_then(|()| input.flush()).is_err() {
            return;
        }
    }
}

fn read(output: ChildStdout, messages: &Sender<Result<Message, Option<String>>>) {
    let mut output = BufReader::new(output);
    loop {
        let message = read_message(&mut output);
        let last = message.is_err();
        if messages.send(message).is_err() || last {
            return;
        }
    }
}

/// A message; `None` at the end of the output, the beginning of a line that has no end.
fn read_message(output: &mut impl BufRead) -> Result<Message, Option<String>> {
    let mut line = Vec::new();
    output.take(MOST_LINE).read_until(b'\n', &mut line).map_err(|_| None)?;
    if line.pop_if(|last| *last == b'\n').is_none() {
        let endless = line.len() as u64 >= MOST_LINE;
        return Err(endless.then(|| String::from_utf8_lossy(&line).into_owned()));
    }
    let line = String::from_utf8_lossy(&line).into_owned();
    // A line that does not parse is judged by who asked for it.
    let PictureBytes { picture_bytes } = serde_json::from_str(&line).unwrap_or_default();
    let mut picture = vec![0; picture_bytes.min(MOST_PIXELS)];
    output.read_exact(&mut picture).map_err(|_| None)?;
    Ok(Message { line, picture })
}

fn listen(mut errors: ChildStderr, said: &Mutex<Vec<u8>>) {
    let mut buffer = [0; 1024];
    while let Ok(count @ 1..) = errors.read(&mut buffer) {
        let mut said = said.lock().unwrap_or_else(PoisonError::into_inner);
        said.extend(&buffer[..count]);
        let excess = said.len().saturating_sub(MOST_SAID);
        said.drain(..excess);
    }
}
