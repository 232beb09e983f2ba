"""Special functions and one-dimensional continuous families."""

import itertools

import mpmath
import numpy as np
from scipy import integrate, special, stats

m = mpmath.mpf


def normal_functions(write, f32, agree, source):
    x = f32([-1e15, -1e4, -300, -38, -20.5, -19.5, -7.5, -1, -1e-3, 0, 0.5, 3, 9])

    def log_cdf(v):
        # The asymptotic series where Φ leaves even the exponents of mpmath.
        if v > -1e3:
            return mpmath.log(mpmath.erfc(-m(v) / mpmath.sqrt(2)) / 2)
        s = 1 + sum((-1) ** n * mpmath.fac2(2 * n - 1) / m(v) ** (2 * n) for n in range(1, 8))
        return -m(v) ** 2 / 2 - mpmath.log(2 * mpmath.pi) / 2 - mpmath.log(-m(v)) + mpmath.log(s)

    def hazard(v):
        if v > -1e3:
            return mpmath.npdf(m(v)) / (mpmath.erfc(-m(v) / mpmath.sqrt(2)) / 2)
        return -m(v) / (1 + sum((-1) ** n * mpmath.fac2(2 * n - 1) / m(v) ** (2 * n) for n in range(1, 8)))

    values = [log_cdf(v) for v in x]
    agree(values, special.log_ndtr(x), 1e-12)
    write("log_normal_cdf", source, x=x, value=values, slope=[hazard(v) for v in x])

    p = f32([1e-35, 1e-10, 1e-3, 0.0499, 0.0501, 0.3, 0.4999, 0.5, 0.6, 0.9, 0.999, 1 - 2**-24])

    def icdf(v):
        if v > 0.5:
            return -icdf(1 - m(v))
        start = special.ndtri(float(v))
        return mpmath.findroot(lambda t: mpmath.log(mpmath.erfc(-t / mpmath.sqrt(2)) / 2) - mpmath.log(m(v)), start)

    values = [icdf(v) for v in p]
    agree(values, special.ndtri(p), 1e-12)
    write("normal_icdf", source, x=p, value=values, slope=[1 / mpmath.npdf(v) for v in values])
    y = f32([-1 + 2**-24, -0.95, -0.8, -1e-3, 1e-30, 0.3, 0.8999, 0.9001, 1 - 2**-24])
    values = [icdf((1 + m(v)) / 2) / mpmath.sqrt(2) if abs(v) > 1e-20 else m(v) * mpmath.sqrt(mpmath.pi) / 2 for v in y]
    agree(values, special.erfinv(y), 1e-12)
    write("erfinv", source, x=y, value=values, slope=[mpmath.sqrt(mpmath.pi) / 2 * mpmath.exp(v**2) for v in values])


def lower_gamma(a, x):
    """P(a, x) by its series, whose terms are positive."""
    term = total = 1 / m(a)
    n = m(a)
    while term > total * m(10) ** -50:
        n += 1
        term *= m(x) / n
        total += term
    return mpmath.exp(m(a) * mpmath.log(m(x)) - m(x) - mpmath.loggamma(m(a))) * total


def incomplete_gamma(write, f32, agree, source):
    a = [1e-3, 0.3, 1.0, 2.5, 40.0, 3e3, 9e4, 2e5, 1e7]
    cases = f32([(s, max(s + z * s**0.5, s * 0.01)) for s in a for z in (-5, -1, 0, 0.4, 1.6, 5)] +
                [(0.01, 1e-20), (0.3, 1e-8), (0.3, 25), (2.5, 1e-6), (1, 40), (40, 4), (40, 150)])
    lower, upper, by_a = [], [], []
    for s, x in cases:
        h = m(10) ** -20 * m(s)
        with mpmath.workdps(60 + int(x / 2) if x < 1000 else 60):
            p = lower_gamma(s, x)
            lower.append(p)
            upper.append(1 - p)
            by_a.append((lower_gamma(m(s) + h, x) - lower_gamma(m(s) - h, x)) / (2 * h))
    by_x = [mpmath.exp((m(s) - 1) * mpmath.log(m(x)) - m(x) - mpmath.loggamma(m(s))) for s, x in cases]
    moderate = cases[:, 0] < 1e6  # beyond, SciPy cuts its continued fraction off after 2000 terms
    agree(np.array(lower, dtype=float)[moderate], special.gammainc(*cases[moderate].T), 1e-9)
    agree(np.array(upper, dtype=float)[moderate], special.gammaincc(*cases[moderate].T), 1e-9)
    write("incomplete_gamma", source, a=cases[:, 0], x=cases[:, 1], lower=lower, upper=upper, by_a=by_a, by_x=by_x,
          upper_by_a=[-v for v in by_a], upper_by_x=[-v for v in by_x])


def lower_beta(a, b, x):
    """I_x(a, b) by the series of positive terms Σ (a + b)_n/(a + 1)_n xⁿ."""
    a, b, x = m(a), m(b), m(x)
    if x > mpmath.mpf(1) / 2:
        return 1 - lower_beta(b, a, 1 - x)
    term = total = 1 / a
    n = m(0)
    while term > total * m(10) ** -mpmath.mp.dps:
        term *= (a + b + n) / (a + 1 + n) * x
        n += 1
        total += term
    log_beta = mpmath.loggamma(a) + mpmath.loggamma(b) - mpmath.loggamma(a + b)
    return mpmath.exp(a * mpmath.log(x) + b * mpmath.log(1 - x) - log_beta) * total


def incomplete_beta(write, f32, agree, source):
    pairs = [(0.01, 0.02), (0.5, 0.5), (1, 3), (7, 0.3), (300, 2), (40, 60), (1e3, 1e3), (3e4, 2e4), (1e5, 5)]
    cases = f32([(a, b, x) for a, b in pairs for z in (-4, -1, 0, 0.7, 2)
                 for x in [a / (a + b) + z * (a * b / (a + b) ** 2 / (a + b + 1)) ** 0.5] if 1e-6 < x < 1 - 1e-6] +
                [(0.3, 2, 1e-12), (3, 0.5, 0.999999), (20, 30, 0.01), (2, 2, 1e-6)])
    value = [lower_beta(*case) for case in cases]
    by_a, by_b = [], []
    for a, b, x in cases:
        h = m(10) ** -15
        by_a.append((lower_beta(m(a) * (1 + h), b, x) - lower_beta(m(a) * (1 - h), b, x)) / (2 * h * m(a)))
        by_b.append((lower_beta(a, m(b) * (1 + h), x) - lower_beta(a, m(b) * (1 - h), x)) / (2 * h * m(b)))
    by_x = [mpmath.exp((m(a) - 1) * mpmath.log(m(x)) + (m(b) - 1) * mpmath.log(1 - m(x)) + mpmath.loggamma(m(a) + m(b))
                       - mpmath.loggamma(m(a)) - mpmath.loggamma(m(b))) for a, b, x in cases]
    agree(value, special.betainc(*cases.T), 1e-9)
    write("incomplete_beta", source, a=cases[:, 0], b=cases[:, 1], x=cases[:, 2], value=value, by_a=by_a, by_b=by_b, by_x=by_x)


def log_normal(write, f32, agree, source):
    cases = f32([(mu, sigma, z) for mu in (-3, 0, 2.5) for sigma in (0.05, 1, 6) for z in (-4, -1, 0, 0.5, 3)])
    mu, sigma, z = cases.T
    x = f32(np.exp(mu + sigma * z))
    log_prob = [mpmath.log(mpmath.npdf(mpmath.log(m(v)), m(a), m(s))) - mpmath.log(m(v)) for a, s, v in zip(mu, sigma, x)]
    cdf = [mpmath.erfc((m(a) - mpmath.log(m(v))) / m(s) / mpmath.sqrt(2)) / 2 for a, s, v in zip(mu, sigma, x)]
    family = stats.lognorm(sigma, scale=np.exp(mu))
    agree(log_prob, family.logpdf(x), 1e-8)
    agree(cdf, family.cdf(x), 1e-8)
    mean = [mpmath.exp(m(a) + m(s) ** 2 / 2) for a, s in zip(mu, sigma)]
    variance = [mpmath.expm1(m(s) ** 2) * v**2 for s, v in zip(sigma, mean)]
    agree(np.array(variance, dtype=float), family.var(), 1e-8)
    write("log_normal", source, mean=mu, std=sigma, x=x, log_prob=log_prob, cdf=cdf, entropy=family.entropy(),
          first=mean, second=variance)


def inverse_gamma(write, f32, agree, source):
    cases = f32([(a, b, b / max(a + z * a**0.5, 0.05 * a)) for a in (0.01, 0.5, 2.5, 40, 1e4) for b in (0.1, 1, 200)
                 for z in (-2, 0, 1, 3)])
    exact = [m(a) * mpmath.log(m(b)) - (m(a) + 1) * mpmath.log(m(x)) - m(b) / m(x) - mpmath.loggamma(m(a)) for a, b, x in cases]
    a, b, x = cases.T
    family = stats.invgamma(a, scale=b)
    agree(exact, family.logpdf(x), 1e-7)
    entropy = [m(s) + mpmath.log(m(t)) + mpmath.loggamma(m(s)) - (1 + m(s)) * mpmath.digamma(m(s)) for s, t, _ in cases]
    agree(entropy, family.entropy(), 1e-7)
    cdf = [1 - lower_gamma(s, m(t) / m(v)) for s, t, v in cases]
    agree(cdf, family.cdf(x), 1e-8)
    write("inverse_gamma", source, concentration=a, scale=b, x=x, log_prob=exact, cdf=cdf, entropy=entropy)


def student_t(write, f32, agree, source):
    cases = f32([(nu, mu, sigma, mu + sigma * z) for nu in (0.01, 0.5, 1, 2.5, 30, 1e4, 1e6) for mu, sigma in ((0, 1), (-4, 0.25), (8, 512))
                 for z in (-1e10, -40, -3, -0.25, 0, 1, 5)])
    nu, mu, sigma, x = cases.T

    def log_prob(n, a, s, v):
        n, z = m(n), (m(v) - m(a)) / m(s)
        return (mpmath.loggamma((n + 1) / 2) - mpmath.loggamma(n / 2) - mpmath.log(mpmath.pi * n) / 2 - mpmath.log(m(s))
                - (n + 1) / 2 * mpmath.log1p(z * z / n))

    def entropy(n, s):
        n = m(n)
        rise = mpmath.digamma((n + 1) / 2) - mpmath.digamma(n / 2)
        log_beta = mpmath.loggamma(n / 2) + mpmath.loggamma(m(1) / 2) - mpmath.loggamma((n + 1) / 2)
        return (n + 1) / 2 * rise + mpmath.log(n) / 2 + log_beta + mpmath.log(m(s))

    def cdf(n, a, s, v):
        n, z = m(n), (m(v) - m(a)) / m(s)
        if z == 0:
            return m(1) / 2
        with mpmath.workdps(400):  # the tail may be 1 less a number near it
            tail = lower_beta(n / 2, m(1) / 2, n / (n + z * z)) / 2
        return tail if z < 0 else 1 - tail

    family = stats.t(nu, mu, sigma)
    values, shares = [log_prob(*case) for case in cases], [cdf(*case) for case in cases]
    entropies = [entropy(n, s) for n, _, s, _ in cases]
    # SciPy subtracts logarithms of Γ of large arguments, and its tails are squares of large numbers.
    moderate = (nu < 1e3) & (np.abs(x - mu) < 1e3 * sigma)
    agree(np.array(values, dtype=float)[moderate], family.logpdf(x)[moderate], 1e-8)
    agree(np.array(shares, dtype=float)[moderate], family.cdf(x)[moderate], 1e-8)
    agree(np.array(entropies, dtype=float)[moderate], family.entropy()[moderate], 1e-7)
    write("student_t", source, degrees=nu, location=mu, scale=sigma, x=x, log_prob=values, cdf=shares, entropy=entropies)


def kumaraswamy(write, f32, agree, source):
    pairs = list(itertools.product([0.02, 0.7, 1, 3, 500], [0.05, 1, 2.5, 40, 1e5]))
    cases = f32([(a, b, x) for a, b in pairs for p in (1e-6, 0.05, 0.5, 0.97)
                 for x in [(1 - (1 - p) ** (1 / b)) ** (1 / a)] if 1e-30 < x < 1 - 1e-6])
    a, b, x = cases.T
    log_prob = [mpmath.log(m(p)) + mpmath.log(m(q)) + (m(p) - 1) * mpmath.log(m(v)) + (m(q) - 1) * mpmath.log(1 - m(v) ** m(p))
                for p, q, v in cases]
    cdf = [1 - (1 - m(v) ** m(p)) ** m(q) for p, q, v in cases]

    def moment(n, p, q):
        return m(q) * mpmath.beta(1 + n / m(p), m(q))

    first = [moment(1, p, q) for p, q, _ in cases]
    second = [moment(2, p, q) - v**2 for (p, q, _), v in zip(cases, first)]
    entropy = [1 - 1 / m(q) + (1 - 1 / m(p)) * mpmath.harmonic(m(q)) - mpmath.log(m(p) * m(q)) for p, q, _ in cases]
    for i in (21, 30, 41):  # the closed forms themselves, against quadrature
        p, q = a[i], b[i]
        density = lambda t: p * q * t ** (p - 1) * (1 - t**p) ** (q - 1)
        with mpmath.workdps(20):
            agree(mpmath.quad(lambda t: -density(t) * mpmath.log(density(t)), [0, 0.5, 1]), float(entropy[i]), 1e-6)
            agree(mpmath.quad(lambda t: t * density(t), [0, 0.5, 1]), float(first[i]), 1e-6)
    write("kumaraswamy", source, a=a, b=b, x=x, log_prob=log_prob, cdf=cdf, first=first, second=second, entropy=entropy)


def tanh_normal(write, f32, agree, source):
    cases = f32([(mu, sigma, y) for mu in (-3, 0, 2) for sigma in (0.1, 1, 5) for y in (-1 + 1e-4, -0.7, 0, 1e-4, 0.3, 1 - 2**-20)])
    log_prob = [mpmath.log(mpmath.npdf(mpmath.atanh(m(y)), m(mu), m(sigma))) - mpmath.log(1 - m(y) ** 2) for mu, sigma, y in cases]
    cdf = [mpmath.erfc((m(mu) - mpmath.atanh(m(y))) / m(sigma) / mpmath.sqrt(2)) / 2 for mu, sigma, y in cases]
    mu, sigma, y = cases.T
    agree(log_prob, stats.norm.logpdf(np.arctanh(y), mu, sigma) - np.log1p(-y * y), 1e-6)
    write("tanh_normal", source, mean=mu, std=sigma, x=y, log_prob=log_prob, cdf=cdf)


def continuous_bernoulli(write, f32, agree, source):
    logits = [-1e4, -90, -20, -1, -0.2000001, -0.1999999, -1e-3, -1e-8, 0, 1e-20, 1e-5, 0.19, 0.5, 3, 30, 200, 1e5]
    cases = f32([(l, x) for l in logits for x in (0, 1e-3, 0.3, 0.5, 0.9, 1)])

    def normaliser(l):
        l = m(l)
        return mpmath.log(mpmath.expm1(l) / l) if l else m(0)

    def mean(l):
        l = m(l)
        return 1 + 1 / mpmath.expm1(l) - 1 / l if l else m(1) / 2

    def variance(l):
        l = m(l)
        return 1 / l**2 - 1 / (4 * mpmath.sinh(l / 2) ** 2) if l else m(1) / 12

    def share(l, x):
        l, x = m(l), m(x)
        return mpmath.expm1(l * x) / mpmath.expm1(l) if l else x

    with mpmath.workdps(200):
        columns = dict(
            log_prob=[m(l) * m(x) - normaliser(l) for l, x in cases], cdf=[share(l, x) for l, x in cases],
            first=[mean(l) for l, _ in cases], second=[variance(l) for l, _ in cases],
            entropy=[normaliser(l) - m(l) * mean(l) for l, _ in cases])
        pairs = f32([(q, p) for q in logits for p in (-1e4, -3, -1e-4, 0, 1e-8, 2, 3.001, 200)])
        kl = [normaliser(p) - normaliser(q) - (m(p) - m(q)) * mean(q) for q, p in pairs]
    for l in (-3.0, 1e-3, 5.0):  # the closed forms themselves, against quadrature
        density = lambda x: mpmath.exp(l * x - normaliser(l))
        agree(mpmath.quad(lambda x: x * density(x), [0, 1]), float(mean(l)))
        agree(mpmath.quad(lambda x: (x - mean(l)) ** 2 * density(x), [0, 1]), float(variance(l)))
    write("continuous_bernoulli", source, logits=cases[:, 0], x=cases[:, 1], **columns)
    write("continuous_bernoulli_kl", source, q=pairs[:, 0], p=pairs[:, 1], kl=kl)


def truncated_normal(write, f32, agree, source):
    ends = [(-1, 2), (-8, 8), (0, 1e-3), (-0.5, 30), (3, 4), (20, 1e4), (100, 100.5), (3000, 1e5), (-41, -40), (-1e4, -5e3), (-2, -0.01), (0, 5)]

    def point(low, high, share):  # where the probability is: about 0, or near the end that is nearest to 0
        if low > 0:
            return low + share * min(high - low, 3 / (1 + low))
        if high < 0:
            return high - share * min(high - low, 3 / (1 - high))
        return max(low, -5) + share * (min(high, 5) - max(low, -5))

    cases = f32([(mu, sigma, mu + sigma * low, mu + sigma * high, mu + sigma * point(low, high, share))
                 for mu, sigma in ((0, 1), (0.5, 4)) for low, high in ends for share in (0, 0.1, 0.5, 1)])
    columns = {name: [] for name in ("log_prob", "cdf", "first", "second", "entropy")}
    for mu, sigma, low, high, x in cases:
        a, b, z = ((m(v) - m(mu)) / m(sigma) for v in (low, high, x))
        with mpmath.workdps(60):
            def upper(t):  # Φ(−t); the exponents of mpmath have no end
                return mpmath.erfc(t / mpmath.sqrt(2)) / 2
            total = upper(a) - upper(b) if a > 0 else upper(-b) - upper(-a)
            part = upper(a) - upper(z) if a > 0 else upper(-z) - upper(-a)
            phi = lambda t: mpmath.exp(-t * t / 2) / mpmath.sqrt(2 * mpmath.pi)
            first = (phi(a) - phi(b)) / total
            second = 1 + (a * phi(a) - b * phi(b)) / total - first**2
            assert low <= x <= high
            columns["log_prob"].append(-z * z / 2 - mpmath.log(2 * mpmath.pi) / 2 - mpmath.log(total) - mpmath.log(m(sigma)))
            columns["cdf"].append(part / total)
            columns["first"].append(m(mu) + m(sigma) * first)
            columns["second"].append(m(sigma) ** 2 * second)
            columns["entropy"].append(mpmath.log(m(sigma) * total * mpmath.sqrt(2 * mpmath.pi)) + (second + first**2) / 2)
    mu, sigma, low, high, x = cases.T
    moderate = (np.abs(low - mu) < 5 * sigma) & (high - low > 0.1)
    family = stats.truncnorm((low - mu) / sigma, (high - mu) / sigma, mu, sigma)
    for name, theirs in [("log_prob", family.logpdf(x)), ("cdf", family.cdf(x)), ("first", family.mean()), ("entropy", family.entropy())]:
        agree(np.array(columns[name], dtype=float)[moderate], theirs[moderate], 1e-7)
    write("truncated_normal", source, mean=mu, std=sigma, low=low, high=high, x=x, **columns)

    cases = f32([(0, 1, -1, 2, 0.3, 2, -1.5, 2.5), (0, 1, -1, 2, 0, 1, -1, 2), (0, 1, 20, 30, 0, 1.0001, 20, 30), (-1, 0.5, 3, 1e4, 0, 1, 2, 1e5),
                 (5, 1, -40, -30, 6, 2, -41, 9), (0, 1, 0, 1e-3, 1, 3, 0, 1e-3), (0, 1e3, 0, 1, 0, 1e-3, 0, 1), (100, 1, -3, 3, -100, 1, -3, 3)])

    def divergence(mu, sigma, low, high, nu, tau, a, b):
        mu, sigma, low, high, nu, tau, a, b = map(m, (mu, sigma, low, high, nu, tau, a, b))

        def log_total(mean, std, one, two):
            one, two = (one - mean) / std / mpmath.sqrt(2), (two - mean) / std / mpmath.sqrt(2)
            return mpmath.log((mpmath.erfc(one) - mpmath.erfc(two) if one > 0 else mpmath.erfc(-two) - mpmath.erfc(-one)) / 2)

        total = mpmath.exp(log_total(mu, sigma, low, high))
        one, two = (low - mu) / sigma, (high - mu) / sigma
        phi = lambda t: mpmath.exp(-t * t / 2) / mpmath.sqrt(2 * mpmath.pi)
        first = (phi(one) - phi(two)) / total
        square = 1 + (one * phi(one) - two * phi(two)) / total
        about = sigma**2 * square + 2 * sigma * (mu - nu) * first + (mu - nu) ** 2
        return (log_total(nu, tau, a, b) - mpmath.log(total) + mpmath.log(tau / sigma) - square / 2 + about / tau**2 / 2)

    with mpmath.workdps(6000):
        kl = [divergence(*case) for case in cases]
    for i in (0, 3):  # the closed form itself, against quadrature
        q, p = (stats.truncnorm((c[2] - c[0]) / c[1], (c[3] - c[0]) / c[1], c[0], c[1]) for c in (cases[i][:4], cases[i][4:]))
        end = min(cases[i][3], 6)
        agree(kl[i], integrate.quad(lambda x: q.pdf(x) * (q.logpdf(x) - p.logpdf(x)), cases[i][2], end, epsabs=1e-12)[0], 1e-7)
    names = [f"{side}_{name}" for side in "qp" for name in ("mean", "std", "low", "high")]
    write("truncated_normal_kl", source, **dict(zip(names, cases.T)), kl=kl)


def weibull(write, f32, agree, source):
    cases = f32([(k, s, s * y ** (1 / k)) for k in (0.25, 0.7, 1, 3, 300) for s in (0.01, 1, 50) for y in (1e-6, 0.1, 1, 9)])
    k, s, x = cases.T
    family = stats.weibull_min(k, scale=s)
    log_prob = [mpmath.log(m(a) / m(b)) + (m(a) - 1) * mpmath.log(m(v) / m(b)) - (m(v) / m(b)) ** m(a) for a, b, v in cases]
    cdf = [-mpmath.expm1(-(m(v) / m(b)) ** m(a)) for a, b, v in cases]
    agree(log_prob, family.logpdf(x), 1e-8)
    agree(cdf, family.cdf(x), 1e-8)
    first = [m(b) * mpmath.gamma(1 + 1 / m(a)) for a, b, _ in cases]
    second = [m(b) ** 2 * (mpmath.gamma(1 + 2 / m(a)) - mpmath.gamma(1 + 1 / m(a)) ** 2) for a, b, _ in cases]
    agree(np.array(second, dtype=float), family.var(), 1e-8)
    write("weibull", source, concentration=k, scale=s, x=x, log_prob=log_prob, cdf=cdf, entropy=family.entropy(),
          first=first, second=second)


def continuous(write, f32, agree, source):
    for section in (normal_functions, incomplete_gamma, incomplete_beta, log_normal, inverse_gamma, student_t, kumaraswamy,
                    tanh_normal, continuous_bernoulli, truncated_normal, weibull):
        section(write, f32, agree, source)
