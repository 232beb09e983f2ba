//! What the bits of a run depend on besides its seed.

use serde::{Deserialize, Serialize};

use super::Warning;
use crate::InferError;

/// Which configuration is run, and where; stored in every checkpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    /// A fingerprint of everything in the configuration that a resume may not change.
    pub configuration: String,
    /// The device, in words.
    pub device: String,
    /// The instruction set that the kernels use, in words; see [`instruction_set`].
    pub instruction_set: String,
}

impl Provenance {
    /// Holds this process against the one that wrote a checkpoint.
    pub(super) fn check_resume(&self, stored: &Self) -> Result<Option<Warning>, InferError> {
        if stored.configuration != self.configuration {
            let (stored, here) = (&stored.configuration, &self.configuration);
            let detail = format!("the configuration was {stored} and is now {here}");
            return Err(InferError::State { detail });
        }
        let place = |provenance: &Self| format!("{} with {}", provenance.device, provenance.instruction_set);
        let (stored, here) = (place(stored), place(self));
        Ok((stored != here).then_some(Warning::OtherMachine { stored, here }))
    }
}

/// The architecture of this processor and those of its extensions that change floating-point
/// results, as in `x86_64 avx2 fma`.
pub fn instruction_set() -> String {
    let mut words = vec![std::env::consts::ARCH];
    #[cfg(target_arch = "x86_64")]
    {
        let found = [
            ("avx", std::arch::is_x86_feature_detected!("avx")),
            ("avx2", std::arch::is_x86_feature_detected!("avx2")),
            ("fma", std::arch::is_x86_feature_detected!("fma")),
            ("avx512f", std::arch::is_x86_feature_detected!("avx512f")),
        ];
        words.extend(found.into_iter().filter(|(_, found)| *found).map(|(name, _)| name));
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn here() -> Provenance {
        Provenance {
            configuration: "c0ffee".to_owned(),
            device: "cpu".to_owned(),
            instruction_set: "x86_64 avx2".to_owned(),
        }
    }

    #[test]
    fn another_machine_warns_and_another_run_is_refused() {
        assert_eq!(here().check_resume(&here()).expect("the same run"), None);
        let elsewhere = Provenance { instruction_set: "aarch64".to_owned(), ..here() };
        let warning = here().check_resume(&elsewhere).expect("the same run").expect("a warning");
        assert!(warning.to_string().contains("aarch64") && warning.to_string().contains("x86_64 avx2"));
        let other = Provenance { configuration: String::new(), ..here() };
        assert!(matches!(here().check_resume(&other), Err(InferError::State { .. })));
    }

    #[test]
    fn the_instruction_set_begins_with_the_architecture() {
        assert!(instruction_set().starts_with(std::env::consts::ARCH));
    }
}
