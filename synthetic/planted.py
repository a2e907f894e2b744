"""Effects of a known size in one municipality and some months, which an indicator must find there and nowhere else.

Their sizes stand in `calibration.yaml` (`planted`) and in the manifest of what was made. Each draws numbers of its own.
"""

import numpy as np

from synthetic.calibration import PlantedEffect
from synthetic.table import Array, Table

Effects = tuple[PlantedEffect, ...]
_EVENING = (17 * 60, 21 * 60)
_FIVE = 5


def holds(effect: PlantedEffect, codes: Array, moments: Array) -> Array:
    """Whether an effect holds, by the municipality and the moment of each row."""
    month = moments.astype("datetime64[M]")
    first, last = np.datetime64(str(effect.first), "M"), np.datetime64(str(effect.last), "M")
    within: Array = (codes == effect.municipality) & (month >= first) & (month <= last)
    return within


def shares(effects: Effects, name: str, codes: Array, moments: Array, usual: float) -> Array:
    """The share that each row has: the usual one, or what an effect of that name says."""
    found = np.full(len(codes), usual)
    for effect in effects:
        if effect.effect == name:
            found[holds(effect, codes, moments)] = effect.share
    return found


def readmissions(rng: np.random.Generator, effects: Effects, stays: Table) -> Table:
    """More unplanned stays, 3–25 days after a share of the discharges to the home; none is followed by another."""
    share = shares(effects, "readmission", stays["residence_municipality_code"], stays["discharged_at"], 0.0)
    drawn, days, length = rng.random(len(stays)), rng.integers(3, 26, len(stays)), rng.integers(2, 7, len(stays))
    chosen = (drawn < share) & (stays["discharged_to"] == "home")
    admitted = stays["discharged_at"] + days.astype("timedelta64[D]")
    return stays.with_columns(
        admitted_at=admitted,
        discharged_at=admitted + length.astype("timedelta64[D]"),
        discharge_ready_at=np.full(len(stays), np.datetime64("NaT", "m")),
        planned=np.full(len(stays), "unplanned", dtype=object),
    ).take(chosen)


def moved_to_the_evening(rng: np.random.Generator, effects: Effects, codes: Array, visits: Table) -> Array:
    """When visits start: a share of those of the day in the evening of the same date instead."""
    started = visits["started"]
    day = started.astype("datetime64[D]").astype("datetime64[m]")
    minute = (started - day).astype(np.int64)
    share = shares(effects, "evening", codes, started, 0.0)
    drawn, slot = rng.random(len(visits)), rng.integers(_EVENING[0] // _FIVE, _EVENING[1] // _FIVE, len(visits))
    chosen = (drawn < share) & (minute >= 7 * 60) & (minute < _EVENING[0])
    moved: Array = np.where(chosen, day + (slot * _FIVE).astype("timedelta64[m]"), started)
    return moved
