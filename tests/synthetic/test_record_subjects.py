"""What the other subjects say about each other: links between them that a reader can follow, and known sums."""

import csv
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from python_calamine import CalamineWorkbook

from regions.folder import RegionFolder, load_region
from regions.month import Month
from regions.source import RecordSource
from synthetic.care import CareYear
from synthetic.deliveries import make_deliveries
from synthetic.records import MAKERS, record_files
from synthetic.table import Table
from synthetic.visits import make_world

OREBRO = pytest.mark.xdist_group("care_years")
HOUR = np.timedelta64(60, "m")


def _made(care: CareYear, source_id: str) -> Table:
    source = care.world.folder.sources_by_id[source_id]
    assert isinstance(source, RecordSource)
    return MAKERS[source.subject](care, source)


@OREBRO
def test_most_notices_of_admission_are_sent_within_24_hours(orebro_2025: CareYear) -> None:
    stays, messages = _made(orebro_2025, "cosmic_admissions"), _made(orebro_2025, "discharge_messages")
    admitted = dict(zip(stays["record_id"].tolist(), stays["admitted_at"], strict=True))
    notices = messages.take(messages["message"] == "admission_notice")
    after = np.array([at - admitted[stay] for at, stay in _pairs(notices, "sent_at", "admission_record_id")])
    assert (after >= HOUR).all()
    late = (after > 24 * HOUR).mean()
    assert 0.05 < late < 0.20
    assert set(messages["admission_record_id"].tolist()) <= admitted.keys()
    assert len(set(messages["message"].tolist())) == 5


def _pairs(rows: Table, *names: str) -> list[tuple[object, ...]]:
    return list(zip(*(rows[name] for name in names), strict=True))


@OREBRO
def test_some_decisions_to_stay_at_home_are_followed_by_an_emergency_visit(orebro_2025: CareYear) -> None:
    assessed, visits = _made(orebro_2025, "visam_assessments"), _made(orebro_2025, "cosmic_emergency_visits")
    arrived: dict[int, list[np.datetime64]] = {}
    for person, at in zip(visits["person"].tolist(), visits["arrived_at"], strict=True):
        arrived.setdefault(person, []).append(at)
    stayed = assessed.take(assessed["outcome"] == "stay_home")
    soon = [
        any(at < when <= at + 72 * HOUR for when in arrived.get(person, []))
        for person, at in zip(stayed["person"].tolist(), stayed["assessed_at"], strict=True)
    ]
    assert 0.03 < np.mean(soon) < 0.15


@OREBRO
def test_stays_end_after_they_begin_and_most_are_of_persons_in_home_health_care(orebro_2025: CareYear) -> None:
    stays = _made(orebro_2025, "cosmic_admissions")
    assert (stays["discharged_at"] > stays["admitted_at"]).all()
    noted = ~np.isnat(stays["discharge_ready_at"])
    assert (stays["discharge_ready_at"][noted] <= stays["discharged_at"][noted]).all()
    assert (stays["discharge_ready_at"][noted] > stays["admitted_at"][noted]).all()
    assert np.isin(stays["person"], orebro_2025.at_home).mean() > 0.5
    assert (stays["care_unit"] >= 0).all()


@OREBRO
def test_enrolments_cover_most_but_not_all_of_those_whom_the_municipalities_visit(orebro_2025: CareYear) -> None:
    visits = orebro_2025.visits
    visited = np.unique(visits["person"][visits["municipal"]])
    systems = ("procapita", "magna", "treserva")
    enrolled = np.unique(np.concatenate([_made(orebro_2025, f"{system}_enrolments")["person"] for system in systems]))
    share = np.isin(visited, enrolled).mean()
    assert 0.85 < share < 0.97


@OREBRO
def test_each_enrolment_is_delivered_by_one_municipal_system(orebro_2025: CareYear) -> None:
    shown = Counter[tuple[str, str]]()
    for system in ("procapita", "magna", "treserva"):
        source = orebro_2025.world.folder.sources_by_id[f"{system}_enrolments"]
        assert isinstance(source, RecordSource)
        served = orebro_2025.world.folder.municipalities_of(source)
        for file in record_files(orebro_2025, source):
            assert set(file.rows["municipality_code"].tolist()) <= set(served)
            right = file.rows.take(file.rows["fault"] == 0)
            shown.update((str(file.month), person) for person in right["person"].tolist())
    assert max(shown.values()) == 1


@OREBRO
def test_the_register_s_persons_are_those_with_municipal_visits(orebro_2025: CareYear) -> None:
    visits = orebro_2025.visits.take(orebro_2025.visits["municipal"])
    persons = _made(orebro_2025, "khsl1")
    months = visits["started"].astype("datetime64[M]")
    visited = set(zip(months.astype(str).tolist(), visits["person"].tolist(), strict=True))
    told = persons["month"].astype("datetime64[M]").astype(str).tolist()
    assert set(zip(told, persons["person"].tolist(), strict=True)) == visited
    actions = _made(orebro_2025, "khsl2")
    assert not {"assistant_nurse", "doctor"} & {name for names in actions["professions"] for name in names}
    assert {len(names) for names in actions["professions"]} == {1, 2}


@OREBRO
def test_a_linked_person_is_seen_under_the_former_id_before_and_the_new_one_after(orebro_2025: CareYear) -> None:
    links = orebro_2025.links
    person, day = links["person"][:1], links["linked_on"][:1]
    before, after = (orebro_2025.ids(person, day + step)[0] for step in (-1, 1))
    assert (before, after) == (links["former"][0], links["current"][0])
    assert set(links["reason"].tolist()) == {"changed", "merged"}
    assert not set(links["former"].tolist()) & set(links["current"].tolist())
    known = set(orebro_2025.world.population.ids)
    for row in range(len(links)):
        assert (links["former"][row] in known) != (links["current"][row] in known)


@pytest.fixture(scope="module")
def norrbotten() -> RegionFolder:
    return load_region("norrbotten")


@pytest.fixture(scope="module")
def few_visits(norrbotten: RegionFolder) -> CareYear:
    """Norrbotten's first period without its visits: the ledger and the staff don't depend on them."""
    world = make_world(norrbotten, norrbotten.region.periods[0], None, 2011)
    return CareYear(world, 2013, Table({"person": np.zeros(0, dtype=np.int64)}))


def test_the_ledgers_of_2013_hold_what_moved(few_visits: CareYear) -> None:
    rows = _made(few_visits, "municipal_costs")
    assert int(rows["amount_sek"].sum()) == 11 * round(12_340_000_000 / 12)  # öre, February to December
    earned = rows["amount_sek"][rows["posting_kind"] != "gross_cost"]
    assert (earned <= 0).all()
    assert int(earned.sum()) == -round(250_000_000 / 12) * 11
    region = _made(few_visits, "region_costs")
    january = region["month"] == np.datetime64("2013-01-01")
    assert int(region["amount_sek"][january].sum()) == round(12_340_000_000 / 12)
    assert len(set(rows["municipality_code"].tolist())) == 14


def test_a_file_of_the_ledger_has_most_postings_of_its_own_month(few_visits: CareYear) -> None:
    source = few_visits.world.folder.sources_by_id["municipal_costs"]
    assert isinstance(source, RecordSource)
    months = []
    for file in record_files(few_visits, source):
        counts = Counter(file.rows["month"].astype("datetime64[M]").astype(str).tolist())
        months.append(counts.most_common(1)[0][0])
        assert len(counts) == (2 if file.month == Month(2013, 3) else 3)
    assert months == ["2013-03", "2013-06", "2013-09", "2013-12"]


@pytest.mark.xdist_group("norrbotten_2011")
def test_the_posts_are_those_that_changed_employer(norrbotten_2011) -> None:
    path = norrbotten_2011.inbox / "region_staffing" / "bemanning_region_201111_1.xlsx"
    header, *rows = CalamineWorkbook.from_path(path).get_sheet_by_name("Bemanning").to_python()
    found: dict[str, Decimal] = {}
    for row in rows:
        cells = dict(zip(header, row, strict=True))
        fte = Decimal(str(cells["Årsarbetare"]).replace(",", "."))
        found[str(cells["Yrke"])] = found.get(str(cells["Yrke"]), Decimal(0)) + fte
    assert found == {
        "Distriktssköterska": Decimal("87.3"),
        "Arbetsterapeut": Decimal("24.3"),
        "Fysioterapeut": Decimal("4.4"),
    }


@pytest.mark.xdist_group("norrbotten_2024")
def test_the_register_files_have_the_register_s_shape(norrbotten_2024) -> None:
    inbox = norrbotten_2024.inbox
    persons = (inbox / "khsl1" / "KHSL1_202405_1.txt").read_text(encoding="utf-8").splitlines()
    actions = (inbox / "khsl2" / "KHSL2_202405_1.txt").read_text(encoding="utf-8").splitlines()
    assert not [line for line in persons if line.endswith(";") or line.count(";") != 2]
    assert {line.count(";") for line in actions} == {11}
    assert all(line.endswith(";") for line in actions)  # uppgift 12 is never given
    assert any(line.split(";")[6] for line in actions)


@pytest.mark.xdist_group("norrbotten_2024")
def test_the_ledger_writes_kronor_as_people_do(norrbotten_2024) -> None:
    path = norrbotten_2024.inbox / "region_costs" / "huvudbok_region_202406_1.txt"
    with path.open(encoding="cp1252", newline="") as handle:
        amounts = [row["Belopp"] for row in csv.DictReader(handle, delimiter=";")]
    assert any(text.startswith("-") for text in amounts)
    assert all(text[-3] == "," for text in amounts)


def test_corrected_files_have_no_faults_and_late_ones_are_not_made(tmp_path: Path) -> None:
    folder = load_region("orebro")
    wanted = ("cosmic_emergency_visits", "person_links")
    sources = tuple(source for source in folder.sources if source.id in wanted or source.subject == "visits")
    folder = replace(folder, sources=sources)
    made = {}
    for batch in ("first", "late", "corrected"):
        inbox = tmp_path / batch
        made[batch] = make_deliveries(folder, inbox, first=Month(2025, 3), last=Month(2025, 3), batch=batch)
    (first,) = made["first"].of("emergency_visits").files
    assert sum(first.dirt.values()) >= 3
    assert first.rows == sum(first.counted.values()) + sum(first.dirt.values())
    assert made["late"].of("emergency_visits").files == ()
    (corrected,) = made["corrected"].of("emergency_visits").files
    assert (corrected.rows, corrected.version, corrected.dirt) == (first.rows - sum(first.dirt.values()), 3, {})
    assert made["corrected"].of("person_links").files == ()  # changes are sent once
