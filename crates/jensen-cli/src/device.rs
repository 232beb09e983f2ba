//! Where tensors live: `--device auto|cpu|cuda|wgpu`.

use burn::tensor::Device;

use crate::error::CliError;

/// The devices that the command knows, compiled in or not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum DeviceKind {
    /// The best that is there: CUDA, then WebGPU, then the CPU.
    #[default]
    Auto,
    /// The processor, with fused operations (Burn's Flex backend).
    Cpu,
    /// An NVIDIA GPU; needs a build with `--features cuda`.
    Cuda,
    /// Any GPU by Vulkan, Metal or WebGPU; needs a build with `--features wgpu`.
    Wgpu,
}

impl DeviceKind {
    /// The device itself, without gradients.
    ///
    /// # Errors
    /// If this binary was built without it, or the machine has none.
    pub fn open(self) -> Result<Device, CliError> {
        match self {
            Self::Auto => {
                Ok(Self::Cuda.open().or_else(|_| Self::Wgpu.open()).unwrap_or_else(|_| Device::flex()))
            }
            Self::Cpu => Ok(Device::flex()),
            #[cfg(feature = "cuda")]
            Self::Cuda => first(burn::tensor::DeviceType::Cuda, "CUDA"),
            #[cfg(not(feature = "cuda"))]
            Self::Cuda => Err(not_built_in("cuda")),
            #[cfg(feature = "wgpu")]
            Self::Wgpu => first(burn::tensor::DeviceType::Wgpu, "WebGPU"),
            #[cfg(not(feature = "wgpu"))]
            Self::Wgpu => Err(not_built_in("wgpu")),
        }
    }
}

/// The first device of a type on this machine.
#[cfg(any(feature = "cuda", feature = "wgpu"))]
fn first(kind: burn::tensor::DeviceType, name: &str) -> Result<Device, CliError> {
    let found = Device::enumerate(kind).into_iter().next();
    found.ok_or_else(|| CliError::usage(format!("this machine has no {name} device"), "use `--device cpu`"))
}

#[cfg(not(all(feature = "cuda", feature = "wgpu")))]
fn not_built_in(feature: &str) -> CliError {
    CliError::usage(
        format!("this jensen was built without the {feature} device"),
        format!(
            "build it with `cargo install --path crates/jensen-cli --features {feature}`, or use `--device cpu`"
        ),
    )
}
