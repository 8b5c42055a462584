"""EM for Gaussian mixtures: one E-step, one M-step, one loop of passes."""
