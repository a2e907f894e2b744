"""What all tests share: hypothesis' profile, a quick DuckDB, and an environment in which nothing reaches outside."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from quick_duckdb import use_quick_duckdb

settings.register_profile(
    "hemvard", max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("hemvard")
use_quick_duckdb()

# Read when Prefect is imported, hence before any test.
os.environ["PREFECT_SERVER_ANALYTICS_ENABLED"] = "false"
os.environ["DO_NOT_TRACK"] = "1"
os.environ["PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS"] = "180"
for name in ("HEMVARD_HOME", "HEMVARD_PSEUDONYM_KEY", "HEMVARD_STORE_KEY", "PREFECT_API_URL"):
    os.environ.pop(name, None)


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Every test has a home of its own; none reads or writes the checkout's var/."""
    monkeypatch.setenv("HEMVARD_HOME", str(tmp_path / "home"))
    yield tmp_path / "home"
