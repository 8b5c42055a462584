"""The part of a report for the statistician: the model in numbers, how it was found, and where that is written."""

from __future__ import annotations

from collections.abc import Iterator

from ...analysis.anomaly.policies import FalseDiscoveryRate
from ...data.table import Shape
from ...numbers import count, figure
from ..answered import Answered
from ..recipe.recipe import Recipe
from .markup import Markup, joined, listed, table, tag

SOURCES = (
    "EM: Dempster, Laird and Rubin (1977), J. R. Stat. Soc. B 39.",
    "Families of covariances: Celeux and Govaert (1995), Pattern Recognition 28.",
    "BIC: Schwarz (1978), Ann. Stat. 6; for mixtures Fraley and Raftery (2002), JASA 97. ICL: Biernacki et al. (2000).",
    "Components that make up a group: Baudry et al. (2010), JCGS 19; Hennig (2010), Adv. Data Anal. Classif. 4.",
    "Valleys: Silverman (1981), J. R. Stat. Soc. B 43.",
)
DISCOVERIES = "Odd rows by false discovery rate: Benjamini and Hochberg (1995), J. R. Stat. Soc. B 57."


def for_the_statistician(answer: Answered, recipe: Recipe | None) -> Markup:
    """Method, numbers and sources."""
    sources = [*SOURCES, *([DISCOVERIES] if isinstance(answer.anomalies.policy, FalseDiscoveryRate) else [])]
    return joined(
        [
            tag("p", answer.method),
            table(("What", "Value"), _numbers(answer)),
            tag("h3", "Columns, as they were fitted"),
            table(("Column", "Transform", "Centre", "Scale"), _columns(answer), frozenset({2, 3})),
            tag("h3", "Sources"),
            listed(sources),
            _made_with(recipe),
        ]
    )


def _numbers(answer: Answered) -> Iterator[tuple[str, object]]:
    fitted, odd = answer.fit, answer.anomalies
    noise = " and a noise component" if fitted.mixture.noise is not None else ""
    yield "Model", f"Gaussian mixture {fitted.family.name}, {count(fitted.components, 'component')}{noise}"
    yield (
        "Components of each group",
        "; ".join(
            f"{name}: {', '.join(str(k + 1) for k in part)}"
            for name, part in zip(answer.grouping.names, answer.grouping.parts, strict=True)
        ),
    )
    yield "Mixing weights", ", ".join(figure(each) for each in fitted.mixture.weights.tolist())
    yield "Rows that were fitted", figure(fitted.n_rows, 6)
    yield "Free parameters", f"{fitted.n_parameters:,}"
    yield "Log-likelihood", figure(fitted.log_likelihood, 8)
    yield "BIC, AIC, ICL (hard)", ", ".join(figure(each, 8) for each in (fitted.bic, fitted.aic, fitted.icl))
    yield "How EM ended", fitted.outcome.value
    yield "Seed, starts, tolerance", f"{fitted.plan.seed}, {fitted.plan.restarts}, {fitted.plan.tolerance:g}"
    yield "Line for odd rows", f"-log p of {figure(odd.threshold, 6)} or more; {odd.policy}"
    yield "Expected by chance", f"{figure(odd.expected_false_alarms)} of {len(odd.score):,} rows"


def _columns(answer: Answered) -> Iterator[tuple[object, ...]]:
    transform = answer.matrix.transform
    for j, (center, scale, power) in enumerate(zip(transform.centers, transform.scales, transform.powers, strict=True)):
        how = "none"
        if power is not None:
            how = "logarithm" if power.shape is Shape.LOG else f"Yeo-Johnson, power {figure(power.power)}"
        yield transform.titled(j), how, figure(center, 5), figure(scale, 5)
    for each in transform.categories:
        yield each.column, f"chances of {count(len(each.levels), 'level')}", "", ""


def _made_with(recipe: Recipe | None) -> Markup:
    if recipe is None:
        return Markup()
    used = ", ".join(f"{name} {number}" for name, number in recipe.libraries)
    return tag(
        "p", f"Mixture Explorer {recipe.engine}; {used}. SHA-256 of the data: {recipe.data.sha256}.", class_="soft"
    )
