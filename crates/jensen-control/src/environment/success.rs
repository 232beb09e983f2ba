//! When an episode has succeeded.

/// What the steps of an episode must have shown to count as a success.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Success {
    /// The goal region was entered at some step.
    Reached,
    /// The state was in the goal region at each of this many last steps.
    HeldAtTheEnd(usize),
    /// The state was in the goal region at every step.
    HeldThroughout,
}

impl Success {
    /// Whether an episode succeeded, from whether each of its steps led into the goal region. One without steps did not.
    ///
    /// ```
    /// use jensen_control::environment::Success;
    /// let late = [false, true, true];
    /// assert!(Success::Reached.met(&late) && Success::HeldAtTheEnd(2).met(&late));
    /// assert!(!Success::HeldThroughout.met(&late) && !Success::HeldAtTheEnd(4).met(&late));
    /// ```
    pub fn met(self, in_goal: &[bool]) -> bool {
        match self {
            Self::Reached => in_goal.contains(&true),
            Self::HeldAtTheEnd(steps) => {
                steps <= in_goal.len() && steps > 0 && !in_goal[in_goal.len() - steps..].contains(&false)
            }
            Self::HeldThroughout => !in_goal.is_empty() && !in_goal.contains(&false),
        }
    }
}
