//! Enums over the families that a configuration can choose.

/// Gives an enum with one family in each variant what all of these families have:
/// `one_of!(Prior { Normal, Flow }: Distribution, Expand)`.
macro_rules! one_of {
    (@Distribution $one:ident { $($family:ident),+ }) => {
        impl jensen_prob::Distribution for $one {
            type Value = burn::tensor::Tensor<2>;

            fn rows(&self) -> usize {
                match self { $(Self::$family(family) => family.rows(),)+ }
            }

            fn sample(&self, rng: &jensen_prob::Rng) -> Self::Value {
                match self { $(Self::$family(family) => family.sample(rng),)+ }
            }

            fn log_prob(&self, value: &Self::Value) -> burn::tensor::Tensor<1> {
                match self { $(Self::$family(family) => family.log_prob(value),)+ }
            }

            fn sample_with_log_prob(&self, rng: &jensen_prob::Rng) -> (Self::Value, burn::tensor::Tensor<1>) {
                match self { $(Self::$family(family) => family.sample_with_log_prob(rng),)+ }
            }
        }
    };
    (@Reparameterized $one:ident { $($family:ident),+ }) => {
        impl jensen_prob::Reparameterized for $one {
            fn rsample(&self, rng: &jensen_prob::Rng) -> Self::Value {
                match self { $(Self::$family(family) => family.rsample(rng),)+ }
            }

            fn rsample_with_log_prob(&self, rng: &jensen_prob::Rng) -> (Self::Value, burn::tensor::Tensor<1>) {
                match self { $(Self::$family(family) => family.rsample_with_log_prob(rng),)+ }
            }
        }
    };
    (@Predict $one:ident { $($family:ident),+ }) => {
        impl jensen_prob::Predict for $one {
            fn expected_statistics(&self) -> burn::tensor::Tensor<2> {
                match self { $(Self::$family(family) => family.expected_statistics(),)+ }
            }

            fn prediction(&self, statistics: burn::tensor::Tensor<2>) -> burn::tensor::Tensor<2> {
                match self { $(Self::$family(family) => family.prediction(statistics),)+ }
            }
        }
    };
    (@DetachParams $one:ident { $($family:ident),+ }) => {
        impl jensen_prob::DetachParams for $one {
            fn detach_params(&self) -> Self {
                match self { $(Self::$family(family) => Self::$family(family.detach_params()),)+ }
            }
        }
    };
    (@Expand $one:ident { $($family:ident),+ }) => {
        impl jensen_prob::Expand for $one {
            fn expand(&self, samples: usize) -> Self {
                match self { $(Self::$family(family) => Self::$family(family.expand(samples)),)+ }
            }
        }
    };
    (@SelectRows $one:ident { $($family:ident),+ }) => {
        impl jensen_prob::SelectRows for $one {
            fn select_rows(&self, rows: &burn::tensor::Tensor<1, burn::tensor::Int>) -> Self {
                match self { $(Self::$family(family) => Self::$family(family.select_rows(rows)),)+ }
            }
        }
    };
    ($one:ident $families:tt: $($capability:ident),+) => {
        $($crate::one_of::one_of!(@$capability $one $families);)+
    };
}

pub(crate) use one_of;
