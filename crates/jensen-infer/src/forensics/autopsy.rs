//! All values on the way through a step, in the order of computation.

use serde::{Deserialize, Serialize};

use super::{Stage, StageKind};

/// The values on the way through a step, up to the first part that is at fault.
///
/// Parameters and optimizer come first, then for each batch the data, the posterior, the latents,
/// the likelihood and the terms; at last gradients and what the update would leave.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Autopsy {
    /// In the order of computation; empty for a learner that does not show its values.
    pub stages: Vec<Stage>,
}

impl Autopsy {
    /// The first value at fault: where it all began.
    pub fn origin(&self) -> Option<&Stage> {
        self.stages.iter().find(|stage| !stage.is_sound())
    }

    /// Whether another autopsy has the same values, bit for bit.
    pub fn is_same(&self, other: &Self) -> bool {
        let bits = |autopsy: &Self| -> Vec<(String, u32)> {
            autopsy.stages.iter().map(|stage| (stage.name.clone(), stage.checksum)).collect()
        };
        bits(self) == bits(other)
    }

    pub(crate) fn push(&mut self, stage: Stage) {
        self.stages.push(stage);
    }

    /// Whether a value of these kinds is at fault.
    pub(crate) fn is_at_fault(&self, kinds: &[StageKind]) -> bool {
        self.stages.iter().any(|stage| kinds.contains(&stage.kind) && !stage.is_sound())
    }
}
