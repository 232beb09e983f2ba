//! A fake process in shell: no Python, no packages.

use std::{
    thread,
    time::{Duration, Instant},
};

use jensen_control::environment::{
    Environment, EnvironmentError, Success, Uniform, collect,
    process::{Deadlines, Process, ProcessError},
    rollout,
};
use jensen_random::Rng;

const HEADER: &str = r#"{"protocol":"jensen-environment/1","name":"fake","dt":0.1,"horizon":3,"states":{"low":[null,0],"high":[9,null]},"actions":{"low":[-1],"high":[1]},"picture":{"height":1,"width":3,"frames":2},"success":{"held-at-the-end":2}}"#;

/// Answers with the action as a state and three pixels, `abc` at first and `def` after that.
const ANSWERS: &str = r#"
while read -r line; do
  case "$line" in
    *'"reset"'*) printf '{"state":[0,0.5],"picture_bytes":3}\nabc' ;;
    *) u="${line##*[}"; printf '{"state":[%s,2],"cost":2.5,"in_goal":true,"picture_bytes":3}\ndef' "${u%%]*}" ;;
  esac
done"#;

/// For what hangs; long enough for a shell on a busy machine.
const SHORT: Deadlines = Deadlines { start: Duration::from_secs(1), answer: Duration::from_secs(1) };

fn shell(script: &str, deadlines: Deadlines) -> Result<Process, EnvironmentError> {
    Process::start("sh", &["-c".to_owned(), script.to_owned()], deadlines)
}

fn fake(answers: &str, deadlines: Deadlines) -> Process {
    shell(&format!("printf '%s\\n' '{HEADER}'\n{answers}"), deadlines).expect("a fake that starts")
}

fn failure(result: Result<impl Sized, EnvironmentError>) -> ProcessError {
    match result.err() {
        Some(EnvironmentError::Process(failure)) => failure,
        other => panic!("{other:?} is not a failure of a process"),
    }
}

/// What comes of a fake that starts well, at its first step after a reset that answers well.
fn failure_of_step(step: &str, deadlines: Deadlines) -> (ProcessError, Process) {
    let script = format!(
        "read -r line; printf '{{\"state\":[0,0.5],\"picture_bytes\":3}}\\nabc'; read -r line; {step}"
    );
    let mut process = fake(&script, deadlines);
    process.reset(Rng::seed(0)).expect("a good answer");
    (failure(process.step(&[0.5])), process)
}

#[test]
fn a_process_is_an_environment() {
    let mut process = fake(ANSWERS, Deadlines::default());
    let spec = process.spec().clone();
    assert_eq!((spec.name.as_str(), spec.state_dim(), spec.action_dim(), spec.horizon), ("fake", 2, 1, 3));
    assert_eq!((spec.states.low()[0], spec.states.high()[1]), (f64::NEG_INFINITY, f64::INFINITY));
    assert_eq!(process.spec().success, Success::HeldAtTheEnd(2));
    assert!(matches!(process.state(), Err(EnvironmentError::NotReset(_))));
    process.reset(Rng::seed(0)).unwrap();
    let mut pixels = vec![0; spec.observation_len()];
    process.observe(&mut pixels).unwrap();
    assert_eq!(pixels, b"abcabc");
    let step = process.step(&[-0.25]).unwrap();
    assert_eq!((step.cost, step.in_goal, step.ended), (2.5, true, false));
    assert_eq!(process.state().unwrap(), [-0.25, 2.0]);
    process.observe(&mut pixels).unwrap();
    assert_eq!(pixels, b"abcdef");
    process.step(&[7.0]).unwrap();
    assert_eq!(process.state().unwrap(), [1.0, 2.0], "actions are clipped");
    assert!(matches!(process.step(&[f64::NAN]), Err(EnvironmentError::ActionNotFinite { .. })));
    assert!(process.step(&[0.0]).unwrap().ended, "at its horizon");
}

#[test]
fn episodes_and_data_come_from_a_process_as_from_a_simulation() {
    let mut process = fake(ANSWERS, Deadlines::default());
    let episode = rollout(&mut process, &mut Uniform, Rng::seed(0)).unwrap();
    assert!(episode.succeeded);
    assert_eq!((episode.cost(), episode.actions.len()), (7.5, 3));
    let triples = collect(&mut process, &mut Uniform, 4, Rng::seed(0)).unwrap();
    for (action, next) in triples.actions.iter().zip(triples.next_states.chunks(2)) {
        assert_eq!([*action, 2.0], next);
    }
    assert_eq!(triples.images, b"abcabcabcdefdefdefabcabc");
    assert_eq!(triples.next_images, b"abcdefdefdefdefdefabcdef");
}

#[test]
fn what_cannot_start_is_named() {
    let missing = failure(Process::start("no-such-program", &[], SHORT));
    assert!(matches!(&missing, ProcessError::Start { .. }));
    assert!(missing.to_string().starts_with("`no-such-program` cannot be started: "), "{missing}");
    let died = failure(shell("echo 'no such task' >&2; exit 3", Deadlines::default()));
    let message = died.to_string();
    assert!(
        message.contains("exit status: 3") && message.ends_with("Its last words: no such task"),
        "{message}"
    );
}

#[test]
fn a_process_that_dies_is_an_error_with_its_last_words() {
    let (died, mut process) = failure_of_step(
        "printf 'Traceback:\n  line 7\nPoleError: broke\n\n' >&2; exit 1",
        Deadlines::default(),
    );
    let message = died.to_string();
    assert!(matches!(died, ProcessError::Died { request: "`step`", .. }), "{message}");
    assert!(
        message.contains("exit status: 1") && message.ends_with("Its last words: PoleError: broke"),
        "{message}"
    );
    // And it stays one.
    assert_eq!(failure(process.step(&[0.0])), died);
    assert_eq!(failure(process.reset(Rng::seed(0))), died);
    assert_eq!(failure(process.state()), died);
    let (in_a_picture, _) =
        failure_of_step(r#"printf '{"state":[1,2],"picture_bytes":3}\nx'"#, Deadlines::default());
    assert!(matches!(in_a_picture, ProcessError::Died { .. }), "{in_a_picture}");
}

#[test]
fn a_process_that_hangs_meets_the_deadline() {
    let begin = Instant::now();
    let late_step = |step| {
        let (late, _) = failure_of_step(step, Deadlines { start: Duration::from_mins(1), ..SHORT });
        assert!(matches!(late, ProcessError::Deadline { request: "`step`", .. }), "{step}: {late}");
        assert!(late.to_string().contains("within 1 s: mend it, or allow it more time"), "{late}");
    };
    thread::scope(|scope| {
        scope.spawn(|| {
            let late = failure(shell("echo waiting >&2; exec sleep 60", SHORT));
            assert!(matches!(&late, ProcessError::Deadline { request: "its start", said, .. } if said == "waiting"));
        });
        scope.spawn(|| late_step("exec sleep 60"));
        scope.spawn(|| late_step(r#"printf '{"state":'; exec sleep 60"#));
        scope.spawn(|| late_step(r#"printf '{"state":[1,2],"picture_bytes":3}\nx'; exec sleep 60"#));
    });
    assert!(begin.elapsed() < Duration::from_secs(30), "none was waited for");
}

#[test]
fn nonsense_is_shown_and_explained() {
    for (step, reason) in [
        ("echo hello", "that is no JSON of a state or an error"),
        (r#"echo '{"state":[NaN,0],"picture_bytes":0}'"#, "that is no JSON of a state or an error"),
        (r#"printf '{"state":[1],"picture_bytes":3}\nxyz'"#, "a state has 2 numbers, not 1"),
        (r#"printf '{"state":[1,2],"picture_bytes":2}\nxy'"#, "a picture has 3 bytes, not 2"),
        (r#"echo '{"state":[1,2]}'"#, "a picture has 3 bytes, not 0"),
        (r#"echo '{"state":[1,2],"reward":1}'"#, "that is no JSON of a state or an error"),
    ] {
        let (nonsense, _) = failure_of_step(step, Deadlines::default());
        assert!(matches!(nonsense, ProcessError::Nonsense { .. }), "{step}: {nonsense}");
        assert!(nonsense.to_string().ends_with(reason), "{nonsense}");
    }
    let slow = Deadlines::default();
    let endless = failure(shell("while :; do printf '%01000d' 0; done", slow));
    assert!(endless.to_string().ends_with("a line without end"), "{endless}");
}

#[test]
fn headers_are_checked() {
    for (part, instead, reason) in [
        (
            "environment/1",
            "environment/2",
            "the protocol is `jensen-environment/1`, not `jensen-environment/2`",
        ),
        (r#""dt":0.1"#, r#""dt":0"#, "`dt` has to be above zero"),
        (r#""horizon":3"#, r#""horizon":0"#, "`horizon` has to be above zero"),
        (r#""low":[-1]"#, r#""low":[2]"#, "limits of `actions`"),
        (r#""high":[1]"#, r#""high":[1,1]"#, "limits of `actions`"),
        (r#""frames":2"#, r#""frames":3"#, "one or two"),
        (r#""width":3"#, r#""width":9999999999"#, "one or two of at most"),
        (r#""name":"fake","#, "", "missing field `name`"),
    ] {
        assert!(HEADER.contains(part), "{part}");
        let header = HEADER.replace(part, instead);
        let nonsense = failure(shell(&format!("printf '%s\\n' '{header}'"), Deadlines::default()));
        assert!(nonsense.to_string().contains(reason), "{nonsense}");
    }
}

#[test]
fn what_a_process_refuses_it_can_do_later() {
    let answers = r#"
read -r line; printf '{"error":"no fuel"}\n'
read -r line; printf '{"state":[0,0.5],"picture_bytes":3}\nabc'; read -r line"#;
    let mut process = fake(answers, Deadlines::default());
    let refused = failure(process.reset(Rng::seed(0)));
    assert!(refused.to_string().ends_with("cannot answer to `reset`: no fuel"), "{refused}");
    process.reset(Rng::seed(0)).unwrap();
    assert_eq!(process.state().unwrap(), [0.0, 0.5]);
}
