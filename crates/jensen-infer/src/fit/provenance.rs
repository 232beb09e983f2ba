//! What the bits of a run depend on besides its seed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Warning;
use crate::InferError;

/// Which configuration is run, and where; stored in every checkpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    /// Every option that a resume may not change, by its path, in words.
    pub configuration: BTreeMap<String, String>,
    /// The device, in words.
    pub device: String,
    /// The instruction set that the kernels use, in words; see [`instruction_set`].
    pub instruction_set: String,
}

impl Provenance {
    /// Holds this process against the one that wrote a checkpoint.
    pub(super) fn check_resume(&self, stored: &Self) -> Result<Option<Warning>, InferError> {
        let options = stored.configuration.keys().chain(self.configuration.keys());
        for option in options {
            let value = |of: &Self| of.configuration.get(option).map_or("not set", String::as_str).to_owned();
            let (stored, here) = (value(stored), value(self));
            if stored != here {
                let detail = format!("`{option}` was {stored} and is now {here}");
                return Err(InferError::State { detail });
            }
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
            configuration: [("fit.learning_rate".to_owned(), "0.002".to_owned())].into(),
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
        let options =
            [("fit.learning_rate", "0.1", "was 0.1 and is now 0.002"), ("seed", "3", "`seed` was 3")];
        for (option, value, told) in options {
            let mut other = here();
            other.configuration.insert(option.to_owned(), value.to_owned());
            let message = here().check_resume(&other).expect_err("another run").to_string();
            assert!(message.contains(told), "{message}");
        }
        let message = here().check_resume(&Provenance { configuration: BTreeMap::new(), ..here() });
        let message = message.expect_err("another run").to_string();
        assert!(message.contains("was not set and is now 0.002"), "{message}");
    }

    #[test]
    fn the_instruction_set_begins_with_the_architecture() {
        assert!(instruction_set().starts_with(std::env::consts::ARCH));
    }
}
