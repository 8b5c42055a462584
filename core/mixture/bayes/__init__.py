"""The Bayesian mixture: variational EM."""
