//! Values of PyTorch, TensorFlow Probability and NumPyro: a second reference for every family that they
//! share.

use burn::tensor::{DType, Tensor};
use jensen_prob::{
    Bernoulli, Beta, Binomial, Categorical, Cauchy, ContinuousBernoulli, Dirichlet, Distribution, Entropy,
    Exponential, Gamma, Geometric, Gumbel, HalfNormal, InverseGamma, KlDivergence, Kumaraswamy, Laplace,
    LogNormal, Logistic, LowRankNormal, Mean, Mixture, Multinomial, MultivariateNormal, NegativeBinomial,
    Normal, OneHotCategorical, Pareto, Poisson, RelaxedBernoulli, StudentT, TanhNormal, TruncatedNormal,
    Uniform, Variance, VonMises, VonMisesFisher, Weibull,
};
use jensen_testing::{Golden, GoldenError, Tolerance, double};

use crate::golden;

/// Rows of each family.
const ROWS: usize = 3;

/// Of numbers up to 1e4, by peers whose own rounding is that of a difference of such.
const DOUBLE: Tolerance = Tolerance { relative: 1e-9, absolute: 1e-9 };
const SINGLE: Tolerance = Tolerance { relative: 1e-5, absolute: 1e-5 };

/// Columns of a table by the name of a family, in one precision.
struct Columns<'a> {
    table: &'a Golden,
    name: String,
    dtype: DType,
}

impl Columns<'_> {
    fn of(&self, column: &str) -> Result<Tensor<2>, GoldenError> {
        let numbers = self.table.column(&format!("{}.{column}", self.name))?;
        Ok(double(&[ROWS, numbers.len() / ROWS], numbers).cast(self.dtype))
    }

    fn parameters(&self, side: &str, count: usize) -> Result<Vec<Tensor<2>>, GoldenError> {
        (0..count).map(|i| self.of(&format!("{side}{i}"))).collect()
    }

    fn compare<const D: usize>(&self, column: &str, ours: &Tensor<D>) -> Result<(), GoldenError> {
        assert_eq!(ours.dtype(), self.dtype, "{}", self.name);
        let tolerance = if self.dtype == DType::F64 { DOUBLE } else { SINGLE };
        self.table.compare(&format!("{}.{column}", self.name), ours, tolerance)
    }
}

/// How a family is made of its columns.
struct Family<D> {
    name: &'static str,
    count: usize,
    new: fn(&[Tensor<2>]) -> D,
}

fn family<D>(name: &'static str, count: usize, new: fn(&[Tensor<2>]) -> D) -> Family<D> {
    Family { name, count, new }
}

/// A check of a family in both precisions.
fn in_both<D>(
    of: &Family<D>,
    check: impl Fn(&Columns<'_>, &D) -> Result<(), GoldenError>,
) -> Result<(), GoldenError> {
    let table = golden(include_str!("../references/peers.json"));
    [DType::F32, DType::F64].into_iter().try_for_each(|dtype| {
        let columns = Columns { table: &table, name: of.name.to_owned(), dtype };
        check(&columns, &(of.new)(&columns.parameters("", of.count)?))
    })
}

type Check = Result<(), GoldenError>;

impl<D: Distribution<Value = Tensor<2>>> Family<D> {
    fn density(&self) -> Check {
        in_both(self, |columns, family| columns.compare("log_prob", &family.log_prob(&columns.of("x")?)))
    }

    fn entropy(&self) -> Check
    where
        D: Entropy,
    {
        in_both(self, |columns, family| columns.compare("entropy", &family.entropy()))
    }

    fn mean(&self) -> Check
    where
        D: Mean,
    {
        in_both(self, |columns, family| columns.compare("mean", &family.mean()))
    }

    fn moments(&self) -> Check
    where
        D: Variance,
    {
        self.mean()?;
        in_both(self, |columns, family| columns.compare("variance", &family.variance()))
    }

    fn all(&self) -> Check
    where
        D: Variance + Entropy,
    {
        self.density()?;
        self.entropy()?;
        self.moments()
    }
}

fn two<D>(name: &'static str, new: fn(&[Tensor<2>]) -> D) -> Family<D> {
    family(name, 2, new)
}

fn one<D>(name: &'static str, new: fn(&[Tensor<2>]) -> D) -> Family<D> {
    family(name, 1, new)
}

fn matrices(flat: &Tensor<2>, height: usize) -> Tensor<3> {
    let [rows, size] = flat.dims();
    flat.clone().reshape([rows, height, size / height])
}

fn normal() -> Family<Normal> {
    two("normal", |p| Normal::new(p[0].clone(), p[1].clone()))
}

fn laplace() -> Family<Laplace> {
    two("laplace", |p| Laplace::new(p[0].clone(), p[1].clone()))
}

fn gumbel() -> Family<Gumbel> {
    two("gumbel", |p| Gumbel::new(p[0].clone(), p[1].clone()))
}

fn cauchy() -> Family<Cauchy> {
    two("cauchy", |p| Cauchy::new(p[0].clone(), p[1].clone()))
}

fn log_normal() -> Family<LogNormal> {
    two("log_normal", |p| LogNormal::new(Normal::new(p[0].clone(), p[1].clone())))
}

fn exponential() -> Family<Exponential> {
    one("exponential", |p| Exponential::new(p[0].clone()))
}

fn half_normal() -> Family<HalfNormal> {
    one("half_normal", |p| HalfNormal::new(p[0].clone()))
}

fn weibull() -> Family<Weibull> {
    two("weibull", |p| Weibull::new(p[0].clone(), p[1].clone()))
}

fn gamma() -> Family<Gamma> {
    two("gamma", |p| Gamma::new(p[0].clone(), p[1].clone()))
}

fn pareto() -> Family<Pareto> {
    two("pareto", |p| Pareto::new(p[0].clone(), p[1].clone()))
}

fn uniform() -> Family<Uniform> {
    two("uniform", |p| Uniform::new(p[0].clone(), p[1].clone()))
}

fn beta() -> Family<Beta> {
    two("beta", |p| Beta::new(p[0].clone(), p[1].clone()))
}

fn continuous_bernoulli() -> Family<ContinuousBernoulli> {
    one("continuous_bernoulli", |p| ContinuousBernoulli::from_logits(p[0].clone()))
}

fn bernoulli() -> Family<Bernoulli> {
    one("bernoulli", |p| Bernoulli::from_logits(p[0].clone()))
}

fn categorical() -> Family<Categorical> {
    one("categorical", |p| Categorical::from_logits(p[0].clone()))
}

fn one_hot_categorical() -> Family<OneHotCategorical> {
    one("one_hot_categorical", |p| OneHotCategorical::from_logits(p[0].clone()))
}

fn binomial() -> Family<Binomial> {
    two("binomial", |p| Binomial::from_logits(p[0].clone(), p[1].clone()))
}

fn poisson() -> Family<Poisson> {
    one("poisson", |p| Poisson::from_log_rate(p[0].clone()))
}

fn geometric() -> Family<Geometric> {
    one("geometric", |p| Geometric::from_logits(p[0].clone()))
}

fn dirichlet() -> Family<Dirichlet> {
    one("dirichlet", |p| Dirichlet::new(p[0].clone()))
}

fn von_mises() -> Family<VonMises> {
    two("von_mises", |p| VonMises::new(p[0].clone(), p[1].clone()))
}

fn multivariate_normal() -> Family<MultivariateNormal> {
    two("multivariate_normal", |p| MultivariateNormal::from_covariance(p[0].clone(), matrices(&p[1], 2)))
}

fn low_rank_normal() -> Family<LowRankNormal> {
    family("low_rank_normal", 3, |p| {
        LowRankNormal::new(Normal::new(p[0].clone(), p[1].clone()), matrices(&p[2], 2))
    })
}

#[test]
fn families_of_numbers() -> Check {
    normal().all()?;
    laplace().all()?;
    two("logistic", |p| Logistic::new(p[0].clone(), p[1].clone())).all()?;
    gumbel().all()?;
    cauchy().density()?;
    cauchy().entropy()?;
    family("student_t", 3, |p| StudentT::new(p[0].clone(), p[1].clone(), p[2].clone())).all()?;
    log_normal().all()?;
    exponential().all()?;
    half_normal().all()?;
    weibull().all()?;
    gamma().all()?;
    two("inverse_gamma", |p| InverseGamma::new(Gamma::new(p[0].clone(), p[1].clone()))).all()?;
    pareto().all()
}

#[test]
fn families_of_intervals_and_angles() -> Check {
    uniform().all()?;
    beta().all()?;
    two("kumaraswamy", |p| Kumaraswamy::new(p[0].clone(), p[1].clone())).all()?;
    continuous_bernoulli().all()?;
    let truncated = |p: &[Tensor<2>]| {
        TruncatedNormal::new(Normal::new(p[0].clone(), p[1].clone()), p[2].clone(), p[3].clone())
    };
    family("truncated_normal", 4, truncated).all()?;
    two("tanh_normal", |p| TanhNormal::new(Normal::new(p[0].clone(), p[1].clone()))).density()?;
    von_mises().density()?;
    von_mises().entropy()
}

#[test]
fn families_of_counts() -> Check {
    bernoulli().all()?;
    one_hot_categorical().all()?;
    binomial().density()?;
    binomial().moments()?;
    let multinomial = two("multinomial", |p| Multinomial::from_logits(p[0].clone(), p[1].clone()));
    multinomial.density()?;
    multinomial.moments()?;
    poisson().density()?;
    poisson().moments()?;
    let negative_binomial =
        two("negative_binomial", |p| NegativeBinomial::from_logits(p[0].clone(), p[1].clone()));
    negative_binomial.density()?;
    negative_binomial.moments()?;
    geometric().all()?;
    in_both(&categorical(), |columns, family| {
        let place = columns.of("x")?.reshape([ROWS]).int();
        columns.compare("log_prob", &family.log_prob(&place))?;
        columns.compare("entropy", &family.entropy())
    })
}

#[test]
fn families_of_vectors() -> Check {
    dirichlet().all()?;
    let fisher = two("von_mises_fisher", |p| VonMisesFisher::new(p[0].clone(), p[1].clone()));
    fisher.density()?;
    fisher.entropy()?;
    fisher.mean()?;
    multivariate_normal().all()?;
    low_rank_normal().all()
}

/// Two normal components of each row, whose columns stand side by side.
#[test]
fn a_mixture_and_a_relaxation() -> Check {
    let mixture = family("mixture", 3, |p| {
        let component_major = |t: &Tensor<2>| t.clone().transpose().reshape([2 * ROWS, 1]);
        let components = Normal::new(component_major(&p[1]), component_major(&p[2]));
        Mixture::new(Categorical::from_logits(p[0].clone()), components)
    });
    mixture.density()?;
    mixture.moments()?;
    one("relaxed_bernoulli", |p| RelaxedBernoulli::from_logits(p[0].clone(), 0.5)).density()
}

impl<Q> Family<Q> {
    /// The divergence to another family, in both precisions.
    fn to<P: Distribution>(self, p: &Family<P>) -> Result<Self, GoldenError>
    where
        Q: KlDivergence<P>,
    {
        let table = golden(include_str!("../references/kl_peers.json"));
        for dtype in [DType::F32, DType::F64] {
            let columns = Columns { table: &table, name: format!("{}_{}", self.name, p.name), dtype };
            let of_q = (self.new)(&columns.parameters("q.", self.count)?);
            let of_p = (p.new)(&columns.parameters("p.", p.count)?);
            columns.compare("kl", &of_q.kl_divergence(&of_p))?;
        }
        Ok(self)
    }
}

#[test]
fn divergences_of_numbers() -> Check {
    cauchy().to(&cauchy())?;
    gumbel().to(&gumbel())?.to(&normal())?;
    laplace().to(&laplace())?.to(&normal())?;
    normal().to(&gumbel())?.to(&laplace())?.to(&normal())?;
    exponential().to(&exponential())?.to(&gamma())?.to(&gumbel())?.to(&normal())?;
    gamma().to(&exponential())?.to(&gamma())?.to(&gumbel())?.to(&normal())?;
    half_normal().to(&half_normal())?;
    log_normal().to(&log_normal())?;
    pareto().to(&exponential())?.to(&gamma())?.to(&normal())?.to(&pareto())?;
    weibull().to(&gamma())?.to(&weibull())?;
    von_mises().to(&von_mises())?;
    Ok(())
}

#[test]
fn divergences_of_intervals() -> Check {
    let of_beta = beta().to(&beta())?.to(&continuous_bernoulli())?.to(&exponential())?;
    of_beta.to(&gamma())?.to(&normal())?.to(&uniform())?;
    let of_grey = continuous_bernoulli().to(&continuous_bernoulli())?.to(&exponential())?;
    of_grey.to(&normal())?.to(&uniform())?;
    let of_uniform = uniform().to(&beta())?.to(&continuous_bernoulli())?.to(&exponential())?.to(&gamma())?;
    of_uniform.to(&gumbel())?.to(&normal())?.to(&pareto())?.to(&uniform())?;
    Ok(())
}

#[test]
fn divergences_of_counts_and_vectors() -> Check {
    bernoulli().to(&bernoulli())?.to(&poisson())?;
    binomial().to(&binomial())?;
    categorical().to(&categorical())?;
    one_hot_categorical().to(&one_hot_categorical())?;
    geometric().to(&geometric())?;
    poisson().to(&poisson())?;
    dirichlet().to(&dirichlet())?;
    low_rank_normal().to(&low_rank_normal())?.to(&multivariate_normal())?;
    multivariate_normal().to(&low_rank_normal())?.to(&multivariate_normal())?;
    Ok(())
}
