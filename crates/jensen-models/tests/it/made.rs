use burn::module::Module;
use burn::tensor::{Device, Int, Tensor, TensorData};
use jensen_models::nets::{Activation, ConditionerNet, GivenContext, Made, Scope};
use jensen_prob::bijector::{
    AffineMaps, Bijector, Coupling, InverseAutoregressive, MapFamily, MaskedAutoregressive, Permutation,
    SplineMaps,
};
use jensen_prob::{DetachParams, Distribution, Normal, Reparameterized, Rng, SelectRows, Transformed};
use jensen_testing::{Conformance, Nonconformance, double};

fn made(dims: usize, context: usize, widths: &[usize], outputs: usize, device: &Device) -> Made {
    Made::init(dims, context, widths, outputs, Activation::Tanh, &Scope::new(Rng::seed(7), device))
}

fn numbers(x: Tensor<2>) -> Vec<f32> {
    x.into_data().try_into_vec().expect("f32 tensors")
}

/// Each output changes with the context and with every dimension before its own, and with no other.
#[test]
fn an_output_sees_the_dimensions_before_its_own() {
    let device = Device::flex();
    for (dims, context, widths) in [
        (1, 0, vec![4]),
        (1, 2, vec![4]),
        (4, 0, vec![]),
        (4, 0, vec![12, 9]),
        (4, 2, vec![]),
        (4, 2, vec![16, 16]),
    ] {
        let (outputs, width) = (3, context + dims);
        let net = made(dims, context, &widths, outputs, &device);
        let x = Rng::seed(1).normals(1, width);
        let at = |x: &[f32]| {
            numbers(net.forward(Tensor::from_data(TensorData::new(x.to_vec(), [1, width]), &device)))
        };
        let before = at(&x);
        assert_eq!(before.len(), outputs * dims);
        for input in 0..width {
            let mut moved = x.clone();
            moved[input] += 1.0;
            for (i, (a, b)) in before.iter().zip(at(&moved)).enumerate() {
                let sees = input < context || input - context < i % dims;
                assert_eq!(*a != b, sees, "input {input} and output {i} of {dims} dimensions, {widths:?}");
            }
        }
    }
}

#[test]
fn flows_of_nets_are_densities_and_invertible() -> Result<(), Nonconformance> {
    let device = Device::flex();
    let (affine, spline) = (AffineMaps::default(), SplineMaps { bins: 5, bound: 4.0 });
    let made = |outputs| made(2, 0, &[8, 8], outputs, &device);
    let masked = MaskedAutoregressive::new(made(2), affine).then(Permutation::reversal(2));
    conforms(masked.then(InverseAutoregressive::new(made(spline.width()), spline)))?;
    let scope = Scope::new(Rng::seed(3), &device);
    let net = ConditionerNet::init(1, &[8], spline.width(), Activation::Silu, &scope);
    conforms(Coupling::new(net, spline, 1))
}

fn conforms<B: Bijector + 'static>(map: B) -> Result<(), Nonconformance> {
    let x = Rng::seed(5).normal([64, 2], &Device::flex());
    let back = map.inverse(map.forward(x.clone()));
    assert!(back.all_close(x, Some(1e-4), Some(1e-4)));
    let parameters = [double(&[1, 2], &[0.3, -0.2]), double(&[1, 2], &[1.0, 0.7])];
    Conformance::joint(&parameters, move |p| {
        Transformed::new(Normal::new(p[0].clone(), p[1].clone()), map.clone())
    })
    .normalisation_in_the_plane(-8.0, 8.0, 711)
    .rows()
    .verdict()
}

/// As a posterior: a context for each row, draws with their density in one pass.
#[test]
fn a_flow_given_a_context_learns_and_can_be_detached() {
    let device = Device::flex().autodiff();
    let net = made(3, 2, &[16], 2, &device);
    let context = Rng::seed(1).normal([4, 2], &device).require_grad();
    let flow = InverseAutoregressive::new(net.given(context.clone()), AffineMaps::default());
    let posterior = Transformed::new(Normal::standard(12, 3, &device), flow);
    let (z, log_prob) = posterior.rsample_with_log_prob(&Rng::seed(2));
    assert!(log_prob.clone().inner().all_close(posterior.log_prob(&z).inner(), Some(1e-4), Some(1e-4)));
    // Row 5 is the second sample of the context in row 1.
    let one = InverseAutoregressive::new(net.given(context.clone().narrow(0, 1, 1)), AffineMaps::default());
    let one = Transformed::new(Normal::standard(1, 3, &device), one).log_prob(&z.clone().narrow(0, 5, 1));
    assert!(one.inner().all_close(log_prob.clone().inner().narrow(0, 5, 1), Some(1e-4), Some(1e-4)));

    let detached = posterior.detach_params().log_prob(&z.clone().inner());
    assert!(log_prob.is_tracked() && !detached.is_tracked());
    let gradients = (log_prob.sum() + z.sum()).backward();
    let slopes = numbers(context.grad(&gradients).expect("a gradient"));
    assert!(slopes.iter().all(|slope| slope.is_finite() && *slope != 0.0), "{slopes:?}");
    assert_eq!(net.num_params(), 5 * 16 + 16 + 16 * 6 + 6);
}

/// A mixture chooses rows of its components: of a flow those of the base and of the context, through the same net.
#[test]
fn rows_of_a_flow_are_rows_of_its_context() {
    let device = Device::flex();
    let rows = Tensor::<2>::from_data([[0.1f32, -0.3], [0.7, 0.2], [-0.5, 1.1]], &device);
    let flow = |context: Tensor<2>, mean: Tensor<2>| {
        let net = GivenContext::new(made(2, 2, &[8], AffineMaps::default().width(), &device), context);
        let map = MaskedAutoregressive::new(net, AffineMaps::default());
        Transformed::new(Normal::new(mean, Tensor::ones([1, 1], &device)), map)
    };
    let chosen = Tensor::<1, Int>::from_data([2, 0], &device);
    let picked = rows.clone().select(0, chosen.clone());
    let value = Tensor::<2>::from_data([[0.4f32, -0.9], [1.3, 0.6]], &device);
    let selected = flow(rows.clone(), rows).select_rows(&chosen).log_prob(&value);
    let made_so = flow(picked.clone(), picked).log_prob(&value);
    assert_eq!(
        selected.into_data().iter::<f32>().collect::<Vec<_>>(),
        made_so.into_data().iter::<f32>().collect::<Vec<_>>()
    );
}
