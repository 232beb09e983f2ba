"""Divergences by quadrature and summation of the densities themselves, with mpmath: no closed form enters."""

import mpmath

m = mpmath.mpf
MPMATH = f"mpmath {mpmath.__version__}"


def normal(mean, std):
    return lambda x: -((x - mean) / std) ** 2 / 2 - mpmath.log(std) - mpmath.log(2 * mpmath.pi) / 2


def laplace(location, scale):
    return lambda x: -abs(x - location) / scale - mpmath.log(2 * scale)


def logistic(location, scale):
    return lambda x: -(x - location) / scale - 2 * mpmath.log1p(mpmath.exp(-(x - location) / scale)) - mpmath.log(scale)


def gumbel(location, scale):
    return lambda x: -(x - location) / scale - mpmath.exp(-(x - location) / scale) - mpmath.log(scale)


def gamma(concentration, rate):
    constant = concentration * mpmath.log(rate) - mpmath.loggamma(concentration)
    return lambda x: constant + (concentration - 1) * mpmath.log(x) - rate * x


def beta(a, b):
    constant = mpmath.loggamma(a + b) - mpmath.loggamma(a) - mpmath.loggamma(b)
    return lambda x: constant + (a - 1) * mpmath.log(x) + (b - 1) * mpmath.log1p(-x)


def grid(family, a, b):
    """Where the density of `family` has its mass: ends, and points between which it is smooth."""
    if family is gamma:
        middle, spread = a / b, mpmath.sqrt(a) / b
        low = max(m(0), middle - 25 * spread)
        return [low, *(x for k in (-6, -2, 0, 2, 6, 12, 25) if (x := middle + k * spread) > low), middle + 25 * spread + 80 / b]
    if family is beta:
        middle = a / (a + b)
        spread = mpmath.sqrt(middle * (1 - middle) / (a + b + 1))
        return [m(0), *(x for k in (-12, -4, -1, 1, 4, 12) if 0 < (x := middle + k * spread) < 1), m(1)]
    reach = {normal: (13, 13), laplace: (60, 60), logistic: (60, 60), gumbel: (5, 60)}[family]
    return [a + b * x for x in (-reach[0], -3, -1, 0, 1, 3, 8, reach[1])]


def integral(f, points, *kinks):
    inner = {x for x in kinks if points[0] < x < points[-1]}
    return mpmath.quad(f, sorted({*points, *inner}))


def kl(q_family, p_family, q, p):
    log_q, log_p = q_family(*q), p_family(*p)
    kinks = [values[0] for family, values in ((q_family, q), (p_family, p)) if family is laplace]
    return integral(lambda x: mpmath.exp(log_q(x)) * (log_q(x) - log_p(x)), grid(q_family, *q), *kinks)


def renyi(family, q, p, alpha):
    log_q, log_p = family(*q), family(*p)
    # Where q^α p^{1−α} has its mass: the grids of both and of what lies between and beyond them.
    points = sorted({*grid(family, *q), *grid(family, *p)})
    if family is gamma:
        points = sorted({*points, *grid(gamma, alpha * q[0] + (1 - alpha) * p[0], alpha * q[1] + (1 - alpha) * p[1])})
    if family is beta:
        points = sorted({*points, *grid(beta, alpha * q[0] + (1 - alpha) * p[0], alpha * q[1] + (1 - alpha) * p[1])})
    if family is laplace:
        # The slowest tail of the product, from either kink.
        slope = alpha / q[1] + (1 - alpha) / p[1]
        points = sorted({*points, *(x + k / slope for x in (q[0], p[0]) for k in (-60, -8, -1, 1, 8, 60))})
    if family is normal:
        precision = alpha / q[1] ** 2 + (1 - alpha) / p[1] ** 2
        middle = (alpha * q[0] / q[1] ** 2 + (1 - alpha) * p[0] / p[1] ** 2) / precision
        points = sorted({*points, *grid(normal, middle, 1 / mpmath.sqrt(precision))})
    total = integral(lambda x: mpmath.exp(alpha * log_q(x) + (1 - alpha) * log_p(x)), points)
    return mpmath.log(total) / (alpha - 1)


def pairs(write, f32):
    real = [(0, 1, 0, 1), (0.5, 0.8, -0.2, 1.3), (-1, 0.05, 2, 1), (3, 2, 0, 4), (1, 1.5, 20, 5)]
    cases = {
        "laplace_normal": (laplace, normal, real), "logistic_normal": (logistic, normal, real),
        "gumbel_normal": (gumbel, normal, real), "normal_laplace": (normal, laplace, real),
        "normal_gumbel": (normal, gumbel, real),
        "gamma_normal": (gamma, normal, [(1, 1, 0, 1), (0.5, 2, 1, 3), (20, 4, 5, 1), (400, 2, 200, 10), (3, 0.1, 0, 50)]),
        "gamma_gumbel": (gamma, gumbel, [(1, 1, 0, 1), (0.5, 2, 1, 3), (20, 4, 5, 1), (400, 2, 195, 10), (3, 0.1, 0, 50)]),
        "beta_normal": (beta, normal, [(1, 1, 0, 1), (0.5, 0.7, 0.5, 0.3), (20, 4, 0.8, 0.1), (300, 500, 0.4, 0.02), (2, 9, 3, 2)]),
        "beta_gamma": (beta, gamma, [(1, 1, 1, 1), (0.5, 0.7, 0.5, 3), (20, 4, 7, 9), (300, 500, 1000, 2500), (2, 9, 40, 0.5)]),
    }
    for name, (q_family, p_family, cases) in cases.items():
        cases = f32(cases)
        with mpmath.workdps(25):
            values = [kl(q_family, p_family, (m(a), m(b)), (m(c), m(d))) for a, b, c, d in cases]
        write(f"kl_{name}", MPMATH, q_first=cases[:, 0], q_second=cases[:, 1], p_first=cases[:, 2], p_second=cases[:, 3], kl=values)

    def bernoulli_poisson(l, eta):
        one = 1 / (1 + mpmath.exp(-m(l)))
        return sum(p * (mpmath.log(p) - (x * m(eta) - mpmath.exp(m(eta)))) for x, p in ((1, one), (0, 1 - one)))

    cases = f32([(0, 0), (-3, -2.5), (2, 0.5), (30, -10), (-30, 3)])
    write("kl_bernoulli_poisson", MPMATH, q=cases[:, 0], p=cases[:, 1], kl=[bernoulli_poisson(*case) for case in cases])


def of_positive(write, f32):
    """Divergences of positive numbers, integrated over their logarithms."""

    def exponential(rate, _):
        return lambda x: mpmath.log(rate) - rate * x

    def half_normal(scale, _):
        return lambda x: normal(0, scale)(x) + mpmath.log(2)

    def log_normal(mean, std):
        return lambda x: normal(mean, std)(mpmath.log(x)) - mpmath.log(x)

    def weibull(k, scale):
        return lambda x: mpmath.log(k / scale) + (k - 1) * mpmath.log(x / scale) - (x / scale) ** k

    def pareto(alpha, scale):
        return lambda x: mpmath.log(alpha) + alpha * mpmath.log(scale) - (alpha + 1) * mpmath.log(x)

    def uniform(low, high):
        return lambda x: -mpmath.log(high - low)

    def continuous_bernoulli(logit, _):
        constant = mpmath.log(logit / mpmath.expm1(logit)) if logit else m(0)
        return lambda x: constant + logit * x

    ends = {
        exponential: lambda a, b: (-70 - mpmath.log(a), mpmath.log(120 / a)),
        half_normal: lambda a, b: (-70 + mpmath.log(a), mpmath.log(15 * a)),
        log_normal: lambda a, b: (a - 15 * b, a + b * b + 15 * b),
        weibull: lambda a, b: (mpmath.log(b) - 75 / a, mpmath.log(b) + mpmath.log(120) / a),
        pareto: lambda a, b: (mpmath.log(b), mpmath.log(b) + 80 / (a - 1)),
        gamma: lambda a, b: (-80 / min(a, 1) - mpmath.log(b), mpmath.log((2 * a + 120) / b)),
        beta: lambda a, b: (-80 / min(a, 1), m(0)),
    }

    def divergence(q_family, p_family, q, p):
        log_q, log_p = q_family(*q), p_family(*p)
        excess = lambda x: mpmath.exp(log_q(x)) * (log_q(x) - log_p(x))
        if q_family in (uniform, continuous_bernoulli):
            low, high = q if q_family is uniform else (m(0), m(1))
            return integral(excess, mpmath.linspace(low, high, 41))
        low, high = ends[q_family](*q)
        return integral(lambda y: mpmath.exp(y) * excess(mpmath.exp(y)), mpmath.linspace(low, high, 61))

    cases = {
        "exponential_gamma": (exponential, gamma, [(1, 1, 1, 1), (2, 1, 0.5, 3), (0.01, 1, 7, 0.2), (40, 1, 2, 90)]),
        "exponential_gumbel": (exponential, gumbel, [(1, 1, 0, 1), (2, 1, 0.5, 3), (0.01, 1, 70, 20), (40, 1, 0.1, 0.05)]),
        "exponential_normal": (exponential, normal, [(1, 1, 0, 1), (2, 1, 0.5, 3), (0.01, 1, 70, 20), (40, 1, 0.1, 0.05)]),
        "half_normal_normal": (half_normal, normal, [(1, 1, 0, 1), (2, 1, 0.5, 3), (100, 1, 70, 20), (0.02, 1, 0.1, 0.05)]),
        "uniform_normal": (uniform, normal, [(0, 1, 0, 1), (-2, 3, 0.5, 3), (99, 101, 100, 0.5), (-1, 1, 20, 5)]),
        "continuous_bernoulli_normal": (continuous_bernoulli, normal, [(0, 1, 0, 1), (-2, 1, 0.5, 3), (9, 1, 0.8, 0.1), (-30, 1, 0, 0.1)]),
        "gamma_exponential": (gamma, exponential, [(1, 1, 1, 1), (0.5, 2, 0.3, 1), (20, 4, 0.2, 1), (3, 0.1, 5, 1)]),
        "beta_exponential": (beta, exponential, [(1, 1, 1, 1), (0.5, 0.7, 3, 1), (20, 4, 1.2, 1), (2, 9, 50, 1)]),
        "half_normal_exponential": (half_normal, exponential, [(1, 1, 1, 1), (2, 1, 0.5, 1), (100, 1, 0.02, 1), (0.02, 1, 3, 1)]),
        "log_normal_exponential": (log_normal, exponential, [(0, 1, 1, 1), (2, 0.1, 0.5, 1), (-1, 2, 0.02, 1), (0.5, 0.5, 3, 1)]),
        "weibull_exponential": (weibull, exponential, [(1, 1, 1, 1), (2, 0.1, 0.5, 1), (0.5, 2, 0.02, 1), (9, 0.5, 3, 1)]),
        "pareto_exponential": (pareto, exponential, [(2, 1, 1, 1), (3, 0.1, 0.5, 1), (30, 2, 0.02, 1), (1.5, 0.5, 0.3, 1)]),
        "continuous_bernoulli_exponential": (continuous_bernoulli, exponential, [(0, 1, 1, 1), (-2, 1, 0.5, 1), (9, 1, 0.02, 1), (-30, 1, 31, 1)]),
    }
    for name, (q_family, p_family, cases) in cases.items():
        cases = f32(cases)
        with mpmath.workdps(25):
            values = [divergence(q_family, p_family, (m(a), m(b)), (m(c), m(d))) for a, b, c, d in cases]
        write(f"kl_{name}", MPMATH, q_first=cases[:, 0], q_second=cases[:, 1], p_first=cases[:, 2], p_second=cases[:, 3], kl=values)


ORDERS = [0.01, 0.25, 0.5, 0.999, 0.9999990463256836, 1.0001, 1.25, 3.0]


def renyi_divergences(write, f32):
    families = {
        "normal": (normal, [(0, 1, 0, 1.5), (0.5, 0.8, -0.2, 1.3), (2, 1, 2.01, 1.001), (-3, 0.1, 1, 2)]),
        "laplace": (laplace, [(0, 1, 0, 1.5), (0.5, 0.8, -0.2, 1.3), (2, 1, 2.01, 1.001), (-3, 0.1, 1, 2), (1, 2, 3, 2.9)]),
        "gamma": (gamma, [(3, 1, 2, 0.5), (0.7, 2, 0.5, 1.5), (300, 3, 290, 2.9), (5, 1, 5, 1)]),
        "beta": (beta, [(3, 4, 2, 2), (0.7, 0.6, 0.5, 0.5), (200, 300, 190, 290), (5, 1, 4, 0.9)]),
    }
    for name, (family, cases) in families.items():
        rows = f32([(*case, order) for case in cases for order in ORDERS])
        with mpmath.workdps(30):
            values = [renyi(family, (m(a), m(b)), (m(c), m(d)), m(order)) for a, b, c, d, order in rows]
        write(f"renyi_{name}", MPMATH, q_first=rows[:, 0], q_second=rows[:, 1], p_first=rows[:, 2], p_second=rows[:, 3],
              order=rows[:, 4], divergence=values)

    def of_sum(log_q, log_p, order):
        total = sum(mpmath.exp(order * a + (1 - order) * b) for a, b in zip(log_q, log_p))
        return mpmath.log(total) / (order - 1)

    def log_bernoulli(l):
        return [-mpmath.log1p(mpmath.exp(-m(l))), -mpmath.log1p(mpmath.exp(m(l)))]

    rows = f32([(*pair, order) for pair in [(0, 1), (-3, -2.99), (40, -40), (0.3, 5)] for order in ORDERS])
    values = [of_sum(log_bernoulli(a), log_bernoulli(b), m(order)) for a, b, order in rows]
    write("renyi_bernoulli", MPMATH, q=rows[:, 0], p=rows[:, 1], order=rows[:, 2], divergence=values)

    def log_poisson(eta):
        return [x * m(eta) - mpmath.exp(m(eta)) - mpmath.loggamma(x + 1) for x in range(700)]

    rows = f32([(*pair, order) for pair in [(0, 1), (-3, -2.99), (3, 2), (-8, 1)] for order in ORDERS])
    with mpmath.workdps(30):
        values = [of_sum(log_poisson(a), log_poisson(b), m(order)) for a, b, order in rows]
    write("renyi_poisson", MPMATH, q=rows[:, 0], p=rows[:, 1], order=rows[:, 2], divergence=values)


def jensen_shannon(write, f32):
    logits = f32([[0, 0, 0], [1, -2, 0.5], [60, 0, -60], [0, 0.001, 0], [5, 5, -90]])
    other = f32([[1, 2, 3], [1, -2, 0.5], [-60, 0, 60], [0, 0, 0], [5, -5, 0]])

    def probabilities(row):
        weights = [mpmath.exp(m(x)) for x in row]
        return [w / sum(weights) for w in weights]

    def divergence(a, b):
        a, b = probabilities(a), probabilities(b)
        return sum(p * mpmath.log(2 * p / (p + q)) + q * mpmath.log(2 * q / (p + q)) for p, q in zip(a, b)) / 2

    values = [divergence(a, b) for a, b in zip(logits, other)]
    write("jensen_shannon", MPMATH, q=logits, p=other, divergence=values)


def write_all(write, f32):
    pairs(write, f32)
    of_positive(write, f32)
    renyi_divergences(write, f32)
    jensen_shannon(write, f32)
