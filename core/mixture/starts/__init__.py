"""Where EM begins."""
