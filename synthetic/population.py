"""The region's inhabitants on 31 December, made up: calibrated totals, an age pyramid of our own."""

import numpy as np

from regions.source import RecordSource
from synthetic.calibration import InhabitantBand
from synthetic.care import CareYear
from synthetic.economy import split
from synthetic.table import Array, Table

_COUNTY = 0
"""The county's rows have no municipality: they are delivered with those of the first."""


def population(care: CareYear, _source: RecordSource) -> Table:
    """Persons by municipality, single age (100: and above) and sex, and the county as exactly their sum."""
    region, volumes = care.world.folder.region, care.world.volumes
    ages, sexes, shares = _cells(care.world.calibration.inhabitants)
    totals = [round(volumes.weights.get(code, 1) * volumes.persons_per_weight) for code in region.municipalities]
    municipal = np.stack([split(total, shares) for total in totals])
    persons = np.concatenate([municipal, municipal.sum(axis=0, keepdims=True)])
    areas = np.array([*region.municipalities, region.county_code], dtype=object)
    places = np.array([*range(len(region.municipalities)), _COUNTY])
    return Table(
        {
            "area_code": np.repeat(areas, len(ages)),
            "measured_on": np.full(persons.size, np.datetime64(f"{care.year}-12-31")),
            "age": np.tile(ages, len(areas)),
            "sex": np.tile(sexes, len(areas)),
            "persons": persons.ravel(),
            "place": np.repeat(places, len(ages)),
        }
    )


def _cells(bands: tuple[InhabitantBand, ...]) -> tuple[Array, Array, Array]:
    """Age, sex and share of every cell; a band's ages are equally many."""
    ages, sexes, shares = [], [], []
    for band in bands:
        first, last = band.ages
        each = band.share / (last - first + 1)
        for age in range(first, last + 1):
            ages += [age, age]
            sexes += ["female", "male"]
            shares += [each * band.female, each * (1 - band.female)]
    return np.array(ages), np.array(sexes, dtype=object), np.array(shares)
