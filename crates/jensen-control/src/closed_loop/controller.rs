//! Who acts by plans.

use std::time::Instant;

use jensen_random::Rng;

use super::{ClosedLoop, Replanning};
use crate::environment::{EnvironmentError, Policy, Spec, Task};
use crate::{Plan, Planner, PlanningError, Problem, RecedingHorizon, Report, Tail};

/// What was done to find a plan.
#[derive(Clone, Debug, PartialEq)]
pub struct PlanRecord {
    /// How long it took.
    pub seconds: f64,
    /// What the plan costs by the cost that was planned for.
    pub cost: f64,
    /// How it was found.
    pub report: Report,
}

/// The plans of an episode, and where in the last one it is.
pub(super) struct Controller<'a> {
    settings: &'a ClosedLoop,
    task: &'a dyn Task,
    following: Option<Following>,
    plans: Vec<PlanRecord>,
}

struct Following {
    plan: Plan,
    step: usize,
    /// From where angles are counted.
    near: Vec<f64>,
    receding: RecedingHorizon<Box<dyn Planner>>,
}

impl<'a> Controller<'a> {
    pub(super) fn new(settings: &'a ClosedLoop, task: &'a dyn Task) -> Self {
        Self { settings, task, following: None, plans: Vec::new() }
    }

    pub(super) fn into_plans(self) -> Vec<PlanRecord> {
        self.plans
    }

    /// A plan from no action.
    fn begin(&mut self, state: &[f64], rng: Rng<'_>) -> Result<Following, PlanningError> {
        let Self { settings, task, .. } = *self;
        let actions = vec![0.0; settings.horizon * task.action_dim()];
        let planner = settings.method.search(task, state, settings.noise);
        let plan = self.plan(state, |problem| planner.improve(problem, state, &actions, rng))?;
        let again = settings.method.refine(task, state, settings.noise);
        // The first action is applied; what is left of the plan starts the next one.
        let m = task.action_dim();
        let left = [&plan.actions[m..], plan.action(plan.horizon() - 1)].concat();
        let receding = RecedingHorizon::new(again, &left, Tail::Repeat, rng.without_rows());
        Ok(Following { plan, step: 0, near: state.to_vec(), receding })
    }

    /// The plan of the moment, made anew where it is time.
    fn follow(&mut self, state: &[f64], rng: Rng<'_>) -> Result<Following, PlanningError> {
        let every_step = self.settings.replanning == Replanning::EveryStep;
        match self.following.take() {
            Some(mut last) if every_step => {
                let near = last.near.clone();
                last.plan = self.plan(&near, |problem| last.receding.next(problem, state))?;
                last.step = 0;
                Ok(last)
            }
            Some(last) if last.step < last.plan.horizon() => Ok(last),
            _ => self.begin(state, rng),
        }
    }

    fn plan(
        &mut self,
        near: &[f64],
        find: impl FnOnce(&Problem<'_>) -> Result<Plan, PlanningError>,
    ) -> Result<Plan, PlanningError> {
        let started = Instant::now();
        let cost = self.task.planning_cost(near);
        let plan = find(&Problem { dynamics: self.task, cost: &*cost, limits: &self.task.spec().control })?;
        let seconds = started.elapsed().as_secs_f64();
        self.plans.push(PlanRecord { seconds, cost: plan.cost, report: plan.report.clone() });
        Ok(plan)
    }
}

impl Policy for Controller<'_> {
    fn act(&mut self, spec: &Spec, state: &[f64], rng: Rng<'_>) -> Result<Vec<f64>, EnvironmentError> {
        let mut following = self.follow(state, rng)?;
        let mut action = vec![0.0; spec.action_dim()];
        following.plan.act(following.step, state, &spec.control, &mut action);
        following.step += 1;
        self.following = Some(following);
        Ok(action)
    }
}
