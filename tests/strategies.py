"""Hypothesis strategies for mixtures and rows."""

import numpy as np
from hypothesis import strategies as st

from core.mixture.model import Mixture


@st.composite
def mixtures(draw, most_components=4, most_features=4):
    """A mixture of moderate shape, from a drawn seed: shrinking changes K, d and the seed."""
    components = draw(st.integers(1, most_components))
    features = draw(st.integers(1, most_features))
    rng = np.random.default_rng(draw(st.integers(0, 2**16)))
    factors = rng.normal(size=(components, features, features)) * 0.5 + np.eye(features)
    return Mixture(
        rng.dirichlet(np.full(components, 3.0)),
        rng.normal(0, 2, (components, features)),
        factors @ factors.transpose(0, 2, 1) + 0.05 * np.eye(features),
    )


@st.composite
def clustered_rows(draw, least=20, most=120, most_features=4):
    """(n, d) rows in a few clumps."""
    features = draw(st.integers(1, most_features))
    n = draw(st.integers(least, most))
    rng = np.random.default_rng(draw(st.integers(0, 2**16)))
    centres = rng.normal(0, draw(st.sampled_from([0.5, 2.0, 6.0])), (3, features))
    stretch = rng.uniform(0.3, 2.0, features)
    return centres[rng.integers(0, 3, n)] + rng.normal(size=(n, features)) * stretch
