//! What a person sees of a training: a bar on a terminal, plain lines elsewhere.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use jensen_infer::fit::{EpochMeans, Event, Observer};
use jensen_infer::{InferError, Quantity, StepReport};

use crate::output::{count, note};
use crate::session::Session;

/// How often the bar's numbers change; the steps of a small model take less than a millisecond.
const REDRAW: Duration = Duration::from_millis(80);

/// The display that fits standard error; a model without a bound climbs this quantity itself.
pub fn display(quiet: bool, quantity: Quantity) -> Box<dyn Observer> {
    // A bar needs a terminal that can go back in its line.
    let has_cursor = cfg!(windows) || std::env::var("TERM").is_ok_and(|term| term != "dumb");
    let can_redraw = has_cursor && std::io::stderr().is_terminal();
    match (quiet, can_redraw) {
        (true, _) => Box::new(Warnings),
        (false, true) => Box::new(Bar::new(quantity)),
        (false, false) => Box::new(Lines { quantity }),
    }
}

/// Warnings alone.
struct Warnings;

impl Observer for Warnings {
    fn observe(&mut self, event: &Event<'_>) -> Result<(), InferError> {
        if let Event::Warning(warning) = event {
            note(format_args!("warning: {warning}"));
        }
        Ok(())
    }
}

/// One line an epoch.
struct Lines {
    quantity: Quantity,
}

impl Observer for Lines {
    fn observe(&mut self, event: &Event<'_>) -> Result<(), InferError> {
        match event {
            Event::Started { step, epoch, epochs, examples, .. } if *step > 0 => {
                note(format_args!(
                    "going on at step {step}, epoch {}/{epochs}, {examples} training examples",
                    epoch + 1
                ));
            }
            Event::Started { epochs, examples, .. } => {
                note(format_args!("{examples} training examples, {}", count(*epochs, "epoch")));
            }
            Event::EpochEnd { .. } if is_told(event) => note(epoch_line(event, self.quantity)),
            Event::Warning(warning) => note(format_args!("warning: {warning}")),
            _ => {}
        }
        Ok(())
    }
}

/// A bar that holds the running epoch, with a line for each epoch above it.
struct Bar {
    progress: ProgressBar,
    quantity: Quantity,
    epochs: u64,
    drawn: Option<Instant>,
}

impl Bar {
    fn new(quantity: Quantity) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(15));
        // The time left, by this sitting's own pace.
        let left = |state: &ProgressState, out: &mut dyn std::fmt::Write| {
            let seconds = state.eta().as_secs();
            let _ = write!(out, "{:02}:{:02}", seconds / 60, seconds % 60);
        };
        let style =
            ProgressStyle::with_template("{prefix} {bar:24.cyan/dim} step {pos}/{len}  {msg}  {left} left");
        let style = style.expect("the template is well formed").with_key("left", left);
        bar.set_style(style.progress_chars("━╸─"));
        Self { progress: bar, quantity, epochs: 0, drawn: None }
    }
}

impl Observer for Bar {
    fn observe(&mut self, event: &Event<'_>) -> Result<(), InferError> {
        match event {
            Event::Started { step, epochs, steps_per_epoch, .. } => {
                self.epochs = *epochs;
                self.progress.set_length(epochs.saturating_mul(*steps_per_epoch));
                self.progress.set_position(*step);
                self.progress.reset_eta();
            }
            Event::Step { step, steps, report, examples_per_second, epoch, .. } => {
                if self.drawn.is_some_and(|drawn| drawn.elapsed() < REDRAW) && step != steps {
                    return Ok(());
                }
                self.drawn = Some(Instant::now());
                self.progress.set_length(*steps);
                self.progress.set_prefix(format!("epoch {epoch}/{}", self.epochs));
                let objective = step_text(report, self.quantity);
                self.progress.set_message(format!("{objective} nats  {examples_per_second:.0} examples/s"));
                self.progress.set_position(*step);
            }
            Event::EpochEnd { .. } if is_told(event) => {
                self.progress.println(epoch_line(event, self.quantity));
            }
            Event::Warning(warning) => self.progress.println(format!("warning: {warning}")),
            Event::Finished(_) => self.progress.finish_and_clear(),
            _ => {}
        }
        Ok(())
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.progress.finish_and_clear();
    }
}

/// Whether an epoch has a line: of iterations, of which there are hundreds in a second, the first ten, every tenth up to a
/// hundred and every hundredth after it.
fn is_told(event: &Event<'_>) -> bool {
    let Event::EpochEnd { epoch, train, .. } = event else { return false };
    let every = match epoch {
        0..=10 => 1,
        11..=100 => 10,
        _ => 100,
    };
    !train.terms.is_empty() || epoch.is_multiple_of(every)
}

/// `epoch   3  bound -112.31  reconstruction -88.01  KL 24.30 nats  valid -110.90  5120 examples/s  12.3 s`.
fn epoch_line(event: &Event<'_>, quantity: Quantity) -> String {
    let Event::EpochEnd { epoch, train, validation, monitored, examples_per_second, seconds, .. } = event
    else {
        return String::new();
    };
    let EpochMeans { objective, terms, .. } = train;
    if terms.is_empty() {
        // The likelihood itself: iterations near their end differ in its digits.
        let valid = validation.and_then(|metrics| metrics.mean(monitored));
        let valid = valid.map(|value| format!("  valid {value:.4}")).unwrap_or_default();
        return format!("epoch {epoch:3}  {quantity} {objective:.6} nats{valid}  {seconds:.1} s");
    }
    let terms: String = terms.iter().map(|(name, value)| term_text(name, *value)).collect();
    let valid = validation
        .and_then(|metrics| metrics.mean(monitored))
        .map(|bound| format!("  valid {bound:.2}"))
        .unwrap_or_default();
    format!(
        "epoch {epoch:3}  bound {objective:.2}{terms} nats{valid}  {examples_per_second:.0} examples/s  \
         {seconds:.1} s"
    )
}

/// `bound -112.31  KL 24.30`, or `log p(x) -3.21`: a bar has room for one term, the line of the epoch has them all.
fn step_text(report: &StepReport, quantity: Quantity) -> String {
    let objective = report.objective;
    if report.terms.is_empty() {
        return format!("{quantity} {objective:.4}");
    }
    let kl = report.term("kl").map(|kl| term_text("kl", kl)).unwrap_or_default();
    format!("bound {objective:.2}{kl}")
}

/// A term of the objective after what stands before it: `  KL 24.30`.
fn term_text(name: &str, value: f64) -> String {
    let name = if name == "kl" { "KL" } else { name };
    format!("  {name} {value:.2}")
}

/// A bar of examples, for verbs that take a while.
pub fn counter(session: &Session, examples: usize) -> ProgressBar {
    counter_of(session, examples, "examples")
}

/// A bar of other things.
pub fn counter_of(session: &Session, count: usize, things: &str) -> ProgressBar {
    if session.is_quiet() || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::with_draw_target(Some(count as u64), ProgressDrawTarget::stderr_with_hz(15));
    let style =
        ProgressStyle::with_template(&format!("{{bar:24.cyan/dim}} {{pos}}/{{len}} {things}  {{eta}} left"));
    bar.with_style(style.expect("the template is well formed").progress_chars("━╸─"))
}

#[cfg(test)]
mod tests {
    use jensen_infer::Metrics;

    use super::*;

    fn line(terms: &[(&str, f64)], monitored: &'static str, quantity: Quantity) -> String {
        let terms = terms.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect();
        let validation = Metrics::new(2).with_sum("elbo", -221.8).with_sum("log_likelihood", -3.0);
        let event = Event::EpochEnd {
            step: 30,
            epoch: 3,
            train: &EpochMeans { objective: -112.31, terms, gradient_norm: None },
            validation: Some(&validation),
            monitored,
            examples_per_second: 5120.4,
            seconds: 12.34,
        };
        epoch_line(&event, quantity)
    }

    #[test]
    fn the_line_of_an_epoch_has_the_terms_there_are() {
        assert_eq!(
            line(&[("reconstruction", -88.01), ("kl", 24.3)], "elbo", Quantity::Marginal),
            "epoch   3  bound -112.31  reconstruction -88.01  KL 24.30 nats  valid -110.90  5120 examples/s  12.3 s"
        );
        for (quantity, name) in [(Quantity::Marginal, "log p(x)"), (Quantity::Conditional, "log p(y|x)")] {
            let expected = format!("epoch   3  {name} -112.310000 nats  valid -1.5000  12.3 s");
            assert_eq!(line(&[], "log_likelihood", quantity), expected);
        }
    }

    #[test]
    fn the_bar_says_what_is_climbed() {
        let report = |terms: &[(&'static str, f64)]| StepReport {
            examples: 2,
            objective: -3.21,
            terms: terms.to_vec(),
            gradient_norm: None,
            gradient_noise: None,
        };
        assert_eq!(step_text(&report(&[("kl", 1.0)]), Quantity::Marginal), "bound -3.21  KL 1.00");
        assert_eq!(step_text(&report(&[]), Quantity::Conditional), "log p(y|x) -3.2100");
    }
}
