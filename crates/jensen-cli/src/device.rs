//! Where tensors live: `--device auto|cpu|cuda|wgpu`.

use burn::tensor::Device;

use crate::error::CliError;

/// The devices that the command knows, compiled in or not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum DeviceKind {
    /// The best device compiled in: CUDA, then WebGPU, then the CPU.
    #[default]
    Auto,
    /// The processor, with fused operations (Burn's Flex backend).
    Cpu,
    /// An NVIDIA GPU; needs a build with `--features cuda`.
    Cuda,
    /// Any GPU by Vulkan, Metal, DirectX or WebGPU; needs a build with `--features wgpu`.
    Wgpu,
}

impl DeviceKind {
    /// The device itself, without gradients.
    ///
    /// # Errors
    /// If this binary was built without it.
    pub fn open(self) -> Result<Device, CliError> {
        match self {
            Self::Auto => Ok(Self::best()),
            Self::Cpu => Ok(Device::flex()),
            #[cfg(feature = "cuda")]
            Self::Cuda => Ok(Device::cuda(0)),
            #[cfg(not(feature = "cuda"))]
            Self::Cuda => Err(absent("cuda")),
            #[cfg(feature = "wgpu")]
            Self::Wgpu => Ok(Device::wgpu(burn::tensor::DeviceKind::DefaultDevice)),
            #[cfg(not(feature = "wgpu"))]
            Self::Wgpu => Err(absent("wgpu")),
        }
    }

    fn best() -> Device {
        for kind in [Self::Cuda, Self::Wgpu] {
            if let Ok(device) = kind.open() {
                return device;
            }
        }
        Device::flex()
    }
}

fn absent(feature: &str) -> CliError {
    CliError::usage(
        format!("this jensen was built without the {feature} device"),
        format!(
            "build it with `cargo install --path crates/jensen-cli --features {feature}`, or use `--device cpu`"
        ),
    )
}
