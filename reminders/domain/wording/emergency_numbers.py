"""Whom a patient calls in an emergency, by the country of the location; the table is data."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Final

EVERYWHERE: Final = "112"
"""Every mobile phone takes it for an emergency call, whatever the network."""
_DATA = Path(__file__).with_name("data") / "emergency_numbers.toml"


def emergency_number(country: str) -> str:
    """The number for an ambulance in a country, by its two letters in any case."""
    return _by_country().get(country.strip().upper(), EVERYWHERE)


@cache
def _by_country() -> dict[str, str]:
    table: dict[str, list[str]] = tomllib.loads(_DATA.read_text(encoding="utf-8"))
    return {country: number for number, countries in table.items() for country in countries}
