//! The parameters of a module by their paths, in PyTorch's layout.

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{Device, Tensor, TensorData};

use crate::{InferError, StateDict};

/// The parameters of `module` as named arrays, as a PyTorch user would expect them.
///
/// Names are paths (`encoder.mean.weight`). A linear layer's weight is `[in, out]` in memory and
/// `[out, in]` in the state, as in PyTorch.
pub fn parameters<M: Module>(module: &M) -> StateDict {
    let mut reader = Reader::default();
    module.visit(&mut reader);
    reader.state
}

/// The module with the parameters of `state`, on the device it is on.
///
/// # Errors
/// [`InferError::State`] if an entry is missing, unknown or of another shape.
pub fn with_parameters<M: Module>(module: M, state: &StateDict) -> Result<M, InferError> {
    state.check_against(&parameters(&module))?;
    Ok(module.map(&mut Writer { path: Path::default(), state }))
}

/// Where a visit is: the field names, and whether the owner of the parameter is a linear layer.
#[derive(Default)]
pub(crate) struct Path {
    names: Vec<String>,
    owners: Vec<String>,
}

impl Path {
    pub(crate) fn enter(&mut self, name: &str, owner: &str) {
        // An enum's variant is a choice of configuration, not a part of the model's structure.
        if !owner.starts_with("Enum:") {
            self.names.push(name.to_owned());
        }
        self.owners.push(owner.to_owned());
    }

    pub(crate) fn exit(&mut self) {
        if self.owners.pop().is_some_and(|owner| !owner.starts_with("Enum:")) {
            self.names.pop();
        }
    }

    pub(crate) fn join(&self) -> String {
        self.names.join(".")
    }

    fn is_linear_weight(&self) -> bool {
        self.owners.last().is_some_and(|owner| owner == "Struct:Linear")
            && self.names.last().is_some_and(|name| name == "weight")
    }
}

/// Forwards a visit's steps to its `path` field.
macro_rules! track_path {
    () => {
        fn enter_module(&mut self, name: &str, container_type: &str) {
            self.path.enter(name, container_type);
        }

        fn exit_module(&mut self, _name: &str, _container_type: &str) {
            self.path.exit();
        }
    };
}
pub(crate) use track_path;

#[derive(Default)]
struct Reader {
    path: Path,
    state: StateDict,
}

impl ModuleVisitor for Reader {
    track_path!();

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let value = param.val().inner();
        let value = if self.path.is_linear_weight() { value.swap_dims(0, 1) } else { value };
        self.state.insert(self.path.join(), value.into_data());
    }
}

struct Writer<'a> {
    path: Path,
    state: &'a StateDict,
}

impl ModuleMapper for Writer<'_> {
    track_path!();

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let data = self.state.get(&self.path.join()).expect("checked against the module").clone();
        let transposed = self.path.is_linear_weight();
        param.map(|old| replace(old, data, transposed))
    }
}

fn replace<const D: usize>(old: Tensor<D>, data: TensorData, transposed: bool) -> Tensor<D> {
    let device: Device = old.device();
    let new = Tensor::from_data(data, &device);
    // A transposed view would make every product slower: copy it into place once.
    let new = if transposed { contiguous(new.swap_dims(0, 1), &device) } else { new };
    if old.is_require_grad() { new.require_grad() } else { new }
}

fn contiguous<const D: usize>(tensor: Tensor<D>, device: &Device) -> Tensor<D> {
    Tensor::from_data(tensor.into_data(), device)
}
