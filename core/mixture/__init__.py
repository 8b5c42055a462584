"""Gaussian mixtures and EM: families, moments, the model, the steps, starts, stopping and fitting."""
