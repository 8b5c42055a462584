"""One thread of BLAS: several are slower at these shapes, and the runs are spread over processes already."""

import os

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")

from hypothesis import HealthCheck, settings  # noqa: E402

settings.register_profile("project", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("project")


def pytest_configure(config):
    """Compile once, before there are several processes that would each do it."""
    if not hasattr(config, "workerinput"):
        from core.mixture import compiled

        compiled.build()
