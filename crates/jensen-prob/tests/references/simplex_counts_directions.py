"""Families on the simplex, counts and directions, for generate.py."""

import itertools

import mpmath
import numpy as np
from scipy import integrate, special, stats

m = mpmath.mpf


def concrete(write, f32, agree, source):
    logits = f32([[0, 0, 0, 0], [1, -2, 0.5, 3], [-80, 10, 0, 1], [30, -30, 2, 2]])
    ratios = f32([[0, 0, 0, 0], [1, -1, 2, 0], [-20, 5, 3, 1], [200, -100, 0, 7]])
    pairs = list(itertools.product(logits, ratios))
    for temperature in (m("0.1"), m("0.5"), m(1), m(4)):
        n = 4
        columns = {"logits": [], "y": [], "log_prob": [], "log_prob_of_points": [], "entropy": []}
        for l, u in pairs:
            y = f32([float(m(a) - mpmath.log(mpmath.fsum(mpmath.exp(m(b)) for b in u))) for a in u])
            # Maddison, Mnih & Teh 2017, definition 1, of the point itself, whose coordinates need not add up to 1 exactly.
            weights = [mpmath.exp(m(a)) * mpmath.exp(-temperature * m(b)) for a, b in zip(l, y)]
            point = mpmath.log(mpmath.factorial(n - 1)) + (n - 1) * mpmath.log(temperature)
            point += mpmath.fsum(mpmath.log(w) - m(b) for w, b in zip(weights, y)) - n * mpmath.log(mpmath.fsum(weights))
            columns["logits"] += [*l]
            columns["y"] += [*y]
            columns["log_prob_of_points"].append(point)
            columns["log_prob"].append(point + mpmath.fsum(m(b) for b in y))
            # H of n exponential numbers up to their scale: see the derivation in concrete.rs, here by the density of
            # the ratios of two, checked below, and the recurrence of the digamma function.
            columns["entropy"].append(n * (mpmath.euler + mpmath.digamma(n)) - mpmath.log(mpmath.factorial(n - 1)) - (n - 1) * mpmath.log(temperature))
        write(f"concrete_{mpmath.nstr(temperature, 2).replace('.0', '') if temperature >= 1 else mpmath.nstr(temperature, 1)}", source, **columns)
    # Of two categories the closed entropy is that of a logistic number.
    agree([2 * (mpmath.euler + mpmath.digamma(2))], [stats.logistic.entropy()])
    # The density of two categories integrates to 1 over the simplex.
    total = mpmath.quad(lambda x: m("0.7") * 2 * x ** m("-1.7") * (1 - x) ** m("-1.7") / (2 * x ** m("-0.7") + (1 - x) ** m("-0.7")) ** 2, [0, 0.1, 0.5, 0.9, 1])
    agree([total], [1.0], 1e-6)


def dirichlet(write, f32, agree, source):
    def log_beta(a):
        return mpmath.fsum(mpmath.loggamma(v) for v in a) - mpmath.loggamma(mpmath.fsum(a))

    rng = np.random.default_rng(3)
    alphas = [(0.01, 0.02, 0.03), (0.5, 1, 1), (1, 1, 1), (7, 2, 0.3), (40, 50, 60), (1e4, 2e4, 5.0), (1e6, 1e6, 3e6)]
    cases = f32([a for a in alphas for _ in range(4)])
    # Shares as they are drawn, and whose sum is 1 but for their rounding.
    x = f32([rng.dirichlet(np.maximum(a, 0.5)) for a in cases])
    last = 1 - (x[:, 0] + x[:, 1])
    exact = [-log_beta([m(v) for v in a]) + mpmath.fsum((m(b) - 1) * mpmath.log(m(v)) for b, v in zip(a[:2], s)) + (m(a[2]) - 1) * mpmath.log1p(-m(s[0]) - m(s[1]))
             for a, s in zip(cases, x)]
    agree(exact, [stats.dirichlet.logpdf([s[0], s[1], t], a) for a, s, t in zip(cases, x, last)], 1e-7)

    def entropy(a):
        a = [m(v) for v in a]
        n = mpmath.fsum(a)
        return log_beta(a) + (n - len(a)) * mpmath.digamma(n) - mpmath.fsum((v - 1) * mpmath.digamma(v) for v in a)

    entropies = [entropy(a) for a in cases]
    moderate = cases.max(axis=1) < 1e3
    agree(np.array(entropies, dtype=float)[moderate], [stats.dirichlet.entropy(a) for a in cases[moderate]], 1e-7)
    write("dirichlet", source, concentration=cases, x=np.column_stack([x[:, :2], last]), log_prob=exact, entropy=entropies)

    q = f32([(1, 1, 1), (2.5, 0.5, 3), (0.01, 1, 2), (5, 2, 7), (1e4, 1e4, 1e4), (1e6, 3, 5), (40, 7, 9)])
    p = f32([(1, 1, 1), (2, 3, 1), (5, 2, 0.5), (0.01, 1, 0.3), (1.001e4, 1e4, 1e4), (1e6, 3, 5), (41, 7, 9)])

    def divergence(a, b):
        a, b = [m(v) for v in a], [m(v) for v in b]
        n = mpmath.fsum(a)
        return log_beta(b) - log_beta(a) + mpmath.fsum((u - v) * (mpmath.digamma(u) - mpmath.digamma(n)) for u, v in zip(a, b))

    kl = [divergence(*pair) for pair in zip(q, p)]
    for i in (0, 3):  # the closed form itself, against quadrature
        a, b = stats.dirichlet(q[i]), stats.dirichlet(p[i])

        def integrand(y, x):
            s = [x, y * (1 - x), (1 - y) * (1 - x)]
            return (1 - x) * a.pdf(s) * (a.logpdf(s) - b.logpdf(s))

        agree([kl[i]], [integrate.dblquad(integrand, 1e-12, 1 - 1e-12, 1e-12, 1 - 1e-12)[0]], 1e-6)
    write("dirichlet_kl", source, q=q, p=p, kl=kl)


def log_odds(l):
    """`log σ(l)` and `log σ(−l)`"""
    l = m(l)
    return -mpmath.log1p(mpmath.exp(-l)), -mpmath.log1p(mpmath.exp(l))


def log_factorial(x):
    return mpmath.loggamma(m(x) + 1)


def binomial(write, f32, agree, source):
    totals, logits, at, other = [], [], [], []
    for n, l in itertools.product([1, 5, 40, 1000, 1e6, 1e7], [-40, -12, -3, -0.7, 0, 0.2, 4, 15, 60]):
        p = 1 / (1 + np.exp(-l))
        deviation = np.sqrt(n * p * (1 - p))
        for x in sorted({0, n} | {float(np.clip(np.round(n * p + z * deviation), 0, n)) for z in (-2, 0, 1, 4)}):
            if n <= 1000 or x not in (0, n):
                totals.append(n), logits.append(l), at.append(x), other.append(l + [-3, 0.01, 0, 1][len(at) % 4])
    totals, logits, at, other = map(f32, (totals, logits, at, other))

    def exact(n, l, x):
        win, lose = log_odds(l)
        return log_factorial(n) - log_factorial(x) - log_factorial(n - x) + m(x) * win + (m(n) - m(x)) * lose

    def divergence(n, q, p):
        return m(n) * mpmath.fsum(mpmath.exp(a) * (a - b) for a, b in zip(log_odds(q), log_odds(p)))

    log_prob = [exact(*case) for case in zip(totals, logits, at)]
    moderate = (np.abs(logits) < 5) & (totals < 1e4)
    agree(np.array(log_prob, dtype=float)[moderate], stats.binom.logpmf(at, totals, special.expit(logits))[moderate], 1e-7)
    kl = [divergence(*case) for case in zip(totals, logits, other)]
    for i in np.flatnonzero(moderate & (totals < 50))[::7]:  # the closed form itself, against a sum
        x = np.arange(totals[i] + 1)
        q, p = (stats.binom(totals[i], special.expit(l[i])) for l in (logits, other))
        agree([kl[i]], [np.sum(q.pmf(x) * (q.logpmf(x) - p.logpmf(x)))], 1e-7)
    mode = [min(mpmath.floor((m(n) + 1) * mpmath.exp(log_odds(l)[0])), m(n)) for n, l in zip(totals, logits)]
    write("binomial", source, total=totals, logits=logits, x=at, log_prob=log_prob, other=other, kl=kl, mode=mode)


def multinomial(write, f32, agree, source):
    rng = np.random.default_rng(5)
    logits = f32([[0, 0, 0, 0], [1, -2, 0.5, 3], [-80, 1, 0, -3], [20, 0, -5, 19.5]])
    cases = [(n, l) for n in (1, 12, 300, 1e6) for l in logits for _ in range(2)]
    totals, logits = f32([n for n, _ in cases]), f32([l for _, l in cases])
    x = f32([rng.multinomial(int(n), special.softmax(l)) for n, l in cases])
    other = f32(logits + np.array([[0.5, 0, -1, 0], [0, 0, 0, 0], [1e-2, 0, 0, 0]])[np.arange(len(cases)) % 3])

    def log_softmax(l):
        total = mpmath.log(mpmath.fsum(mpmath.exp(m(v)) for v in l))
        return [m(v) - total for v in l]

    log_prob = [log_factorial(n) + mpmath.fsum(m(a) * b - log_factorial(a) for a, b in zip(v, log_softmax(l)))
                for n, l, v in zip(totals, logits, x)]
    moderate = (totals < 1e4) & (logits.min(axis=1) > -50)
    agree(np.array(log_prob, dtype=float)[moderate],
          [stats.multinomial.logpmf(v, int(n), special.softmax(l)) for v, n, l in zip(x, totals, logits)] @ np.eye(len(x))[:, moderate], 1e-7)
    kl = [m(n) * mpmath.fsum(mpmath.exp(a) * (a - b) for a, b in zip(log_softmax(q), log_softmax(p))) for n, q, p in zip(totals, logits, other)]
    write("multinomial", source, total=totals, logits=logits, x=x, log_prob=log_prob, other=other, kl=kl)


def geometric(write, f32, agree, source):
    cases = [(l, x, l + d) for l in (-60, -16, -3, -0.5, 0, 2, 14, 60)
             for x, d in zip((0, 1, 2, 17, 5e3, 1e7), (0, 1e-3, -2, 1, 0.1, 3))]
    logits, x, other = f32(cases).T
    log_prob = [m(v) * log_odds(l)[1] + log_odds(l)[0] for l, v in zip(logits, x)]
    cdf = [-mpmath.expm1((m(v) + 1) * log_odds(l)[1]) for l, v in zip(logits, x)]
    entropy = [-log_odds(l)[0] - mpmath.exp(-m(l)) * log_odds(l)[1] for l in logits]
    moderate = np.abs(logits) < 5
    family = stats.geom(special.expit(logits), loc=-1)
    agree(np.array(log_prob, dtype=float)[moderate], family.logpmf(x)[moderate], 1e-7)
    agree(np.array(cdf, dtype=float)[moderate], family.cdf(x)[moderate], 1e-7)
    agree(np.array(entropy, dtype=float)[moderate], family.entropy()[moderate], 1e-6)
    kl = [a[0] - b[0] + mpmath.exp(-m(l)) * (a[1] - b[1]) for l, a, b in zip(logits, map(log_odds, logits), map(log_odds, other))]
    for i in np.flatnonzero(moderate)[::5]:  # the closed form itself, against a sum
        v = np.arange(3000)
        q, p = (stats.geom(special.expit(l[i]), loc=-1) for l in (logits, other))
        agree([kl[i]], [np.nansum(q.pmf(v) * (q.logpmf(v) - p.logpmf(v)))], 1e-7)
    write("geometric", source, logits=logits, x=x, log_prob=log_prob, cdf=cdf, entropy=entropy, other=other, kl=kl)


def negative_binomial(write, f32, agree, source):
    cases = []
    for r, l in itertools.product([1e-3, 0.4, 1, 7, 300, 1e5, 1e7], [-20, -9, -2, 0, 1, 4]):
        mean = r * np.exp(l)
        deviation = np.sqrt(mean * (1 + np.exp(l)))
        cases += [(r, l, x) for x in sorted({0.0, 1.0} | {float(max(np.round(mean + z * deviation), 0)) for z in (-1, 0, 1, 3)})
                  if abs(x - mean) < 6 * deviation + 3 and x < 1e7]
    r, l, x = f32(cases).T

    def exact(r, l, x):
        win, lose = log_odds(l)
        return mpmath.loggamma(m(x) + m(r)) - mpmath.loggamma(m(r)) - log_factorial(x) + m(x) * win + m(r) * lose

    log_prob = [exact(*case) for case in zip(r, l, x)]
    moderate = (np.abs(l) < 5) & (r < 1e3)
    agree(np.array(log_prob, dtype=float)[moderate], stats.nbinom.logpmf(x, r, special.expit(-l))[moderate], 1e-7)
    mode = [mpmath.floor(max(m(a) - 1, 0) * mpmath.exp(m(b))) for a, b in zip(r, l)]
    write("negative_binomial", source, total=r, logits=l, x=x, log_prob=log_prob, mode=mode)


def distribution_functions_of_counts(write, f32, agree, source):
    """By the incomplete gamma and beta functions, against SciPy's where that keeps its digits."""
    beta = lambda a, b, l: mpmath.betainc(a, b, 0, 1 / (1 + mpmath.exp(mpmath.mpf(l))), regularized=True)
    with mpmath.workdps(40):
        log_rate, x = f32([(-30, 0), (-3, 0), (-3, 2), (0, 0), (0, 1.5), (0, 9), (2.5, 1), (2.5, 12), (2.5, 40), (7, 900), (7, 1100), (7, 1300)]).T
        poisson = [mpmath.gammainc(np.floor(k) + 1, mpmath.exp(mpmath.mpf(l)), regularized=True) for l, k in zip(log_rate, x)]
        agree(poisson, stats.poisson.cdf(x, np.exp(log_rate)))
        write("poisson_cdf", source, log_rate=log_rate, x=x, cdf=poisson)

        total, logits, x = f32([(1, 0, 0), (7, -40, 0), (7, -40, 3), (7, 40, 6), (7, 1.5, 2.5), (100, -3, 2), (100, -3, 9), (100, 3, 80), (5000, 0.1, 2600), (5000, -6, 3)]).T
        binomial = [beta(n - np.floor(k), np.floor(k) + 1, l) for n, l, k in zip(total, logits, x)]
        agree(binomial, stats.binom.cdf(x, total, special.expit(logits)))
        write("binomial_cdf", source, total=total, logits=logits, x=x, cdf=binomial)

        total, logits, x = f32([(1, 0, 0), (0.5, -40, 0), (0.5, 4, 3), (7, 40, 6), (7, 1.5, 2.5), (100, -3, 2), (100, -3, 9), (100, 3, 1500), (5000, 0.1, 5600), (5000, -6, 3)]).T
        negative = [beta(r, np.floor(k) + 1, l) for r, l, k in zip(total, logits, x)]
        agree(negative, stats.nbinom.cdf(x, total, special.expit(-logits)))
        write("negative_binomial_cdf", source, total=total, logits=logits, x=x, cdf=negative)


def bessel_ratio(order, x):
    """`I_{ν+1}(x)/I_ν(x)` and its slope"""
    nu = m(order)
    if x == 0:
        return m(0), 1 / (2 * nu + 2)
    x = m(x)
    a = mpmath.besseli(nu + 1, x) / mpmath.besseli(nu, x)
    return a, 1 - a * a - (2 * nu + 1) * a / x


def log_bessel_reduced(order, x):
    """`log e^−x I_ν(x) Γ(ν + 1) (2/x)^ν`"""
    nu, x = m(order), m(x)
    return mpmath.log(mpmath.hyp0f1(nu + 1, x * x / 4)) - x


def bessel(write, f32, agree, source):
    x = f32([0, 1e-30, 1e-6, 1e-2, 0.5, 1, 3, 10, 29, 30, 31, 100, 700, 5000, 1e5, 1e8])
    with mpmath.workdps(80):
        for order in (0, 1 / 2, 1, 4, 31, 39, 63, 499):
            ratios = [bessel_ratio(order, v) for v in x]
            columns = {"x": x, "ratio": [a for a, _ in ratios], "slope": [b for _, b in ratios]}
            if order == 0:
                i0e = [mpmath.besseli(0, m(v)) * mpmath.exp(-m(v)) for v in x]
                i1e = [mpmath.besseli(1, m(v)) * mpmath.exp(-m(v)) for v in x]
                agree(i0e, special.i0e(x), 1e-12)
                agree(i1e, special.i1e(x), 1e-12)
                by_x = [m(v) and a / m(v) for a, v in zip(i1e, x)]
                columns |= {"i0e": i0e, "i0e_slope": [a - b for a, b in zip(i1e, i0e)], "i1e": i1e,
                            "i1e_slope": [a - c - b if v else m("0.5") for a, b, c, v in zip(i0e, i1e, by_x, x)]}
            write(f"bessel_{order:g}", source, **columns)


def von_mises(write, f32, agree, source):
    kappas = [0, 1e-3, 0.7, 5, 40, 1e4, 1e8]
    cases = f32([(mu, k, mu + min(z / max(k, 0.1) ** 0.5, 3), k * f + g, mu + d) for mu, (k, z) in
                 itertools.product((0, -2.5), itertools.product(kappas, (0, 0.5, 3))) for f, g, d in [(1.2, 0.1, 0.01)]])
    mu, kappa, x, other, elsewhere = cases.T

    def log_prob(mu, kappa, x):
        return m(kappa) * (mpmath.cos(m(x) - m(mu)) - 1) - log_bessel_reduced(0, kappa) - mpmath.log(2 * mpmath.pi)

    exact = [log_prob(*case) for case in zip(mu, kappa, x)]
    moderate = (kappa > 0.5) & (kappa < 100)
    agree(np.array(exact, dtype=float)[moderate], stats.vonmises.logpdf(x, kappa, mu)[moderate], 1e-9)
    entropy = [mpmath.log(2 * mpmath.pi) + log_bessel_reduced(0, k) + m(k) * (1 - bessel_ratio(0, k)[0]) for k in kappa]
    agree(np.array(entropy, dtype=float)[moderate], stats.vonmises.entropy(kappa)[moderate], 1e-9)

    def divergence(a, k, b, l):
        length = bessel_ratio(0, k)[0]
        return m(k) * length - m(k) - log_bessel_reduced(0, k) - m(l) * length * mpmath.cos(m(a) - m(b)) + m(l) + log_bessel_reduced(0, l)

    kl = [divergence(*case) for case in zip(mu, kappa, elsewhere, other)]
    for i in np.flatnonzero(moderate)[::3]:  # the closed form itself, against quadrature
        q, p = stats.vonmises(kappa[i], mu[i]), stats.vonmises(other[i], elsewhere[i])
        agree([kl[i]], [integrate.quad(lambda x: q.pdf(x) * (q.logpdf(x) - p.logpdf(x)), mu[i] - np.pi, mu[i] + np.pi, epsabs=1e-12)[0]], 1e-7)
    write("von_mises", source, location=mu, concentration=kappa, x=x, log_prob=exact, entropy=entropy, p_location=elsewhere, p_concentration=other, kl=kl)


def von_mises_fisher(write, f32, agree, source):
    rng = np.random.default_rng(9)
    for d, times in ((2, 3), (3, 3), (8, 2), (40, 1)):
        kappas = f32(np.repeat([0, 1e-2, 1, 30, 1e3, 1e6], times))
        # Directions as they are given, of any length, and points a few deviations from them; both are rounded, and
        # the family takes the first for directions and the second as they are.
        raw = f32(rng.normal(size=(len(kappas), d)))
        unit = [[m(v) / mpmath.sqrt(mpmath.fsum(m(w) ** 2 for w in row)) for v in row] for row in raw]
        points = np.array(unit, dtype=float) + rng.normal(size=raw.shape) / np.sqrt(kappas + 0.3)[:, None]
        points = f32(points / np.linalg.norm(points, axis=1)[:, None])
        half = m(d) / 2
        log_area = mpmath.log(2) + half * mpmath.log(mpmath.pi) - mpmath.loggamma(half)
        log_prob = [-m(k) / 2 * mpmath.fsum((m(a) - b) ** 2 for a, b in zip(x, mu)) - log_area - log_bessel_reduced(half - 1, k)
                    for k, x, mu in zip(kappas, points, unit)]
        moderate = (kappas > 0) & (kappas < 100)
        ours = [stats.vonmises_fisher(np.array(mu, dtype=float) / np.linalg.norm(np.array(mu, dtype=float)), k).logpdf(x / np.linalg.norm(x))
                for mu, k, x in zip(np.array(unit, dtype=float)[moderate], kappas[moderate], points[moderate])]
        agree(np.array(log_prob, dtype=float)[moderate], ours, 1e-5)
        lengths = [bessel_ratio(half - 1, k)[0] for k in kappas]
        entropy = [log_area + log_bessel_reduced(half - 1, k) + m(k) * (1 - a) for k, a in zip(kappas, lengths)]
        other = f32(kappas * 1.2 + 0.1)
        elsewhere = f32(raw + 0.05 * rng.normal(size=raw.shape))

        def cosine(a, b):
            dot = lambda a, b: mpmath.fsum(m(v) * m(w) for v, w in zip(a, b))
            return dot(a, b) / mpmath.sqrt(dot(a, a) * dot(b, b))

        kl = [m(k) * a - m(k) - log_bessel_reduced(half - 1, k) - m(l) * a * cosine(u, v) + m(l) + log_bessel_reduced(half - 1, l)
              for k, l, a, u, v in zip(kappas, other, lengths, raw, elsewhere)]
        uniform = [-m(k) * (1 - a) - log_bessel_reduced(half - 1, k) for k, a in zip(kappas, lengths)]
        write(f"von_mises_fisher_{d}", source, direction=raw, concentration=kappas, x=points, log_prob=log_prob, entropy=entropy,
              p_direction=elsewhere, p_concentration=other, kl=kl, kl_to_uniform=uniform)


def run(write, f32, agree, source):
    for section in (concrete, dirichlet, binomial, multinomial, geometric, negative_binomial,
                    distribution_functions_of_counts, bessel, von_mises, von_mises_fisher):
        section(write, f32, agree, source)
