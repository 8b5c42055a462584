"""Mixture Explorer core: Gaussian mixtures, EM and what an analyst does with them, without any user interface."""
