"""Which Prefect server a run uses: the one that `hemvard up` started, else its own under `--home`.

Everything here is environment, and must be set before Prefect is first imported.
"""

import json
import os
from pathlib import Path

import httpx

CONSOLE = "HEMVARD_CONSOLE"
"""Set where a person watches the run: progress is printed as well as logged."""
_SETTINGS = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "180",
    "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "true",
    "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
    "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",  # no traceback on the console: CONTRACT
    "DO_NOT_TRACK": "1",
}


def up_file(home: Path) -> Path:
    """Where `hemvard up` notes its server's address."""
    return home / "prefect" / "up.json"


def running_server(home: Path) -> str | None:
    """The address of the server that `hemvard up` started, if it answers."""
    try:
        address = str(json.loads(up_file(home).read_text(encoding="utf-8"))["api_url"])
        httpx.get(f"{address}/health", timeout=2).raise_for_status()
    except (OSError, ValueError, KeyError, httpx.HTTPError):
        return None
    return address


def use_prefect(home: Path) -> str | None:
    """Set the environment for a run; the address of the running server, or None for the run's own."""
    for name, value in _SETTINGS.items():
        os.environ.setdefault(name, value)
    os.environ.setdefault("PREFECT_HOME", str(home / "prefect"))
    if "PREFECT_API_URL" not in os.environ and (address := running_server(home)):
        os.environ["PREFECT_API_URL"] = address
    return os.environ.get("PREFECT_API_URL")
