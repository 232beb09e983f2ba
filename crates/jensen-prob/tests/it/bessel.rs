use burn::tensor::{DType, Device, Tensor};
use jensen_prob::special::{bessel_i0e, bessel_i1e, bessel_ratio};
use jensen_testing::{Golden, GoldenError, Tolerance, double};

use crate::golden;

/// Values and slopes of a function against two columns, in single precision and in double.
fn check(
    table: &Golden,
    [value, slope]: [&str; 2],
    f: impl Fn(Tensor<2>) -> Tensor<2>,
) -> Result<(), GoldenError> {
    for (dtype, relative) in [(DType::F32, 2e-7), (DType::F64, 1e-12)] {
        let x = table.column("x")?;
        let x = double(&[x.len(), 1], x).cast(dtype).autodiff().require_grad();
        let y = f(x.clone());
        let tolerance = Tolerance { relative, absolute: 1e-37 };
        table.compare(value, &y.clone().inner(), tolerance)?;
        let gradient = x.grad(&y.sum().backward()).expect("a gradient");
        table.compare(slope, &gradient, tolerance)?;
    }
    Ok(())
}

#[test]
fn the_ratio_of_neighbouring_orders() -> Result<(), GoldenError> {
    for (order, json) in [
        (0.0, include_str!("../references/bessel_0.json")),
        (0.5, include_str!("../references/bessel_0.5.json")),
        (1.0, include_str!("../references/bessel_1.json")),
        (4.0, include_str!("../references/bessel_4.json")),
        (31.0, include_str!("../references/bessel_31.json")),
        (39.0, include_str!("../references/bessel_39.json")),
        (63.0, include_str!("../references/bessel_63.json")),
        (499.0, include_str!("../references/bessel_499.json")),
    ] {
        check(&golden(json), ["ratio", "slope"], |x| bessel_ratio(order, x))?;
    }
    Ok(())
}

#[test]
fn the_scaled_functions_of_orders_0_and_1() -> Result<(), GoldenError> {
    let table = golden(include_str!("../references/bessel_0.json"));
    check(&table, ["i0e", "i0e_slope"], bessel_i0e)?;
    check(&table, ["i1e", "i1e_slope"], bessel_i1e)
}

#[test]
fn below_0_they_are_no_number() {
    let x = Tensor::<1>::from_data([-1.0f32, f32::NAN], &Device::flex());
    for y in [bessel_i0e(x.clone()), bessel_i1e(x.clone()), bessel_ratio(2.0, x)] {
        assert!(y.into_data().iter::<f32>().all(f32::is_nan));
    }
}
