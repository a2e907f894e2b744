"""One person is gone from everything that is kept, and everything else stands as it was; killed anywhere, it goes on."""

import io
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from small_region import (
    ALPHA,
    BETA,
    GAMMA,
    MONTHS,
    SMALL,
    Deliveries,
    copy_home,
    figure_hashes,
    lake_rows,
    person,
    plausible,
    region_home,
    rows,
    run_plain,
    visit,
)
from test_key_rotation import CARE, KEYS, LINKS, care, link, put, rotated

from flows.cli import main
from flows.erasing import describe_erasures
from regions.errors import UsageError
from tasks.reading.rows import ROW_NUMBER
from warehouse.keys import PSEUDONYM_KEY, find_keys, keys_in_force
from warehouse.lake import open_lake
from warehouse.sql import identifier

pytestmark = pytest.mark.slow
FIRST, SECOND, THIRD = MONTHS
WHO, BEFORE, TWIN = person(701), person(702), person(703)
OTHER = person(704)
DECIDED = ["--reason", "gdpr_17", "--record", "RS 2026-123"]
RECORD = re.compile(r"E\d{8}T\d{6}Z-[0-9a-f]{8}")


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small region with sources of links and of care recipients."""
    folder = tmp_path_factory.mktemp("erasure") / "region"
    shutil.copytree(SMALL, folder)
    (folder / "sources" / "links.yaml").write_text(LINKS, encoding="utf-8")
    (folder / "sources" / "care.yaml").write_text(CARE, encoding="utf-8")
    return folder


def deliver(home: Path, *, with_person: bool = True) -> None:
    """Two months in which the person has rows of every sort; without, the same files with empty rows in their place."""
    inbox = Deliveries(home)
    own = [
        visit(ALPHA, FIRST, 61, person_id=f"{WHO[:8]}-{WHO[8:]}"),
        visit(ALPHA, FIRST, 62, person_id=BEFORE[2:]),
        visit(ALPHA, FIRST, 63, person_id=WHO) | {"vårdform": "??"},  # goes to quarantine
        visit(ALPHA, FIRST, 64, person_id="", note=f"gäller {WHO}"),  # so does this one
    ]
    empty = {name: "" for name in own[0]}
    alpha = [row if with_person else empty for row in own]
    told = visit(ALPHA, FIRST, 65, person_id=OTHER, note=f"granne till {WHO[2:8]}-{WHO[8:]}")
    masked = told | {} if with_person else told | {"anteckning": "granne till ******-****"}
    inbox.put(ALPHA, FIRST, [*plausible(ALPHA, FIRST, 60), *alpha, *plausible(ALPHA, FIRST, 40, seed=2)[30:], masked])
    twin = visit(BETA, SECOND, 61, person_id=TWIN)
    inbox.put(BETA, SECOND, [*plausible(BETA, SECOND, 20), twin if with_person else {name: "" for name in twin}])
    for source in (ALPHA, GAMMA):
        inbox.put(source, SECOND, plausible(source, SECOND, 20))
    inbox.put(BETA, FIRST, plausible(BETA, FIRST, 20))
    inbox.put(GAMMA, FIRST, plausible(GAMMA, FIRST, 20))
