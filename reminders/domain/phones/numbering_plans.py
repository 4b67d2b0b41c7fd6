"""The numbering plans of the world, for reading numbers by the hundred thousand.

Built from the metadata of `phonenumbers` and giving exactly its answers for plainly written
numbers, at a fraction of the time; whatever is not plain is answered None and left to that library
by `phone_numbers`.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import NamedTuple

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata, PhoneNumberDesc

NO_REGION = "001"  # satellite and other world-wide services


class PhoneKind(StrEnum):
    """What a number can be told to be from its digits alone."""

    MOBILE = "mobile"
    LANDLINE = "landline"
    EITHER = "either"
    OTHER = "other"


_BY_NAME: dict[str | None, PhoneKind] = {kind.value: kind for kind in PhoneKind}


class NumberLine(NamedTuple):
    """A valid number: E.164, kind, and ISO region."""

    e164: str
    kind: PhoneKind
    region: str


# Numbers that the regulators keep free for stories and demonstrations, where the library calls them
# invalid: Ofcom 07700 900000 to 900999, Arcep 06 39 98 00 00 to 99. The Australian and American
# ones count as valid.
FICTIONAL = {"GB": r"7700900\d{3}", "FR": r"63998\d{4}"}

# Regions with calling codes of their own that dial each other as one country: by law "06 12 34 56
# 78" is the same phone from Paris and from La Réunion. Those that share a code need no such table.
ONE_COUNTRY = ("FR", "GP", "MQ", "GF", "RE", "YT", "PM", "BL", "MF")

# The library's order: the first that matches is the type of the number.
_OTHER_TYPES = (
    "premium_rate",
    "toll_free",
    "shared_cost",
    "voip",
    "personal_number",
    "pager",
    "uan",
    "voicemail",
)


@lru_cache(maxsize=512)
def region_plan(region: str) -> "RegionPlan | None":
    """The plan of an ISO region such as "AU"; None when there is none."""
    metadata = PhoneMetadata.metadata_for_region(region, None)
    return None if metadata is None else RegionPlan(metadata)


@lru_cache(maxsize=512)
def calling_code_plan(code: int) -> "CallingCodePlan | None":
    """The plan of a calling code such as 61; None for unknown codes and world-wide services."""
    regions = COUNTRY_CODE_TO_REGION_CODE.get(code, (NO_REGION,))
    plans = [plan for plan in map(region_plan, regions) if plan is not None]
    return CallingCodePlan(f"+{code}", tuple(plans)) if plans and NO_REGION not in regions else None


def read_international(digits: str) -> NumberLine | None:
    """The number whose calling code and rest are `digits`, without the plus; None when it is not
    plain.
    """
    # The shortest that is one: no calling code is the beginning of another.
    for length in (1, 2, 3):
        code = digits[:length]
        if code.isdecimal() and int(code) in COUNTRY_CODE_TO_REGION_CODE and digits[0] != "0":
            plan = calling_code_plan(int(code))
            return None if plan is None else plan.read(digits[length:])
    return None


class RegionPlan:
    """What one region's numbers look like, and how they are dialled at home."""

    def __init__(self, metadata: PhoneMetadata) -> None:
        self.metadata = metadata
        self.region: str = metadata.id
        self.code = str(metadata.country_code)
        self.leading = re.compile(metadata.leading_digits) if metadata.leading_digits else None
        self.viable = re.compile(
            getattr(metadata.general_desc, "national_number_pattern", None) or r"(?!)"
        )
        self._patterns: dict[int, _Patterns] = {}
        self.trunk = re.compile(metadata.national_prefix_for_parsing or r"(?!)")
        self.abroad = re.compile(metadata.international_prefix or r"(?!)")
        # Argentina and others put digits in when read: that is left to the library.
        self.rewrites = bool(metadata.national_prefix_transform_rule)

    @cached_property
    def shared(self) -> "CallingCodePlan | None":
        """The plan of all regions behind this one's calling code."""
        return calling_code_plan(int(self.code))

    def is_possible(self, significant: str) -> bool:
        """Whether this region may have such a number, of whatever kind."""
        general = self._of_length(len(significant)).general
        return general.fullmatch(significant) is not None

    def kind(self, significant: str) -> PhoneKind | None:
        """The kind of a national significant number; None when this region has no such number."""
        found = self._of_length(len(significant)).kinds.match(significant)
        return None if found is None else _BY_NAME[found.lastgroup]

    def _of_length(self, length: int) -> "_Patterns":
        found = self._patterns.get(length)
        if found is None:
            found = self._patterns[length] = self._patterns_of(length)
        return found

    def _patterns_of(self, length: int) -> "_Patterns":
        """The expressions for numbers of one length, whose kinds are few: told four times as fast
        as by one expression for all lengths.
        """
        metadata = self.metadata
        other = [_pattern(getattr(metadata, name), length) for name in _OTHER_TYPES]
        fixed, mobile = _pattern(metadata.fixed_line, length), _pattern(metadata.mobile, length)
        if metadata.same_mobile_and_fixed_line_pattern:
            either, fixed, mobile = fixed, "", ""
        else:
            either = f"(?={mobile}\\Z){fixed}" if fixed and mobile else ""
        # In the library's order; one expression whose alternatives are the kinds.
        groups = [
            (PhoneKind.OTHER, "|".join(filter(None, other))),
            (PhoneKind.EITHER, either),
            (PhoneKind.LANDLINE, fixed),
            (PhoneKind.MOBILE, "|".join(filter(None, [mobile, FICTIONAL.get(self.region)]))),
        ]
        alternatives = "|".join(f"(?P<{kind}>{pattern})" for kind, pattern in groups if pattern)
        general = _pattern(metadata.general_desc, length) or "(?!)"
        kinds = f"(?={general}\\Z)(?:{alternatives or '(?!)'})\\Z"
        return _Patterns(re.compile(general), re.compile(kinds))

    def without_trunk(self, dialled: str) -> str | None:
        """`dialled` without the prefix for calls inside the country; None when that is not
        plain.
        """
        found = self.trunk.match(dialled)
        if found is None:
            return dialled
        if self.rewrites and found.group(found.re.groups) is not None:
            return None
        rest = dialled[found.end() :]
        # A number may begin with what looks like the prefix; taking it off would leave another one.
        return rest if self.is_possible(rest) else None

    def read(self, dialled: str) -> NumberLine | None:
        """The number that the ASCII digits `dialled` reach from inside this region; None when not
        plain.
        """
        abroad = self.abroad.match(dialled)
        if abroad and dialled[abroad.end() : abroad.end() + 1] != "0":
            return read_international(dialled[abroad.end() :])
        plan = self.shared
        if plan is None:
            return None
        if dialled.startswith(self.code) and not self.viable.fullmatch(dialled):
            rest = dialled[len(self.code) :]
            plain = self.is_possible(rest) and not self.trunk.match(rest)
            return plan.read(rest) if plain else None
        if self is plan.regions[0] and self.leading is None:
            # Nearly all numbers: the main region's, with the prefix for calls inside the country.
            found = self.trunk.match(dialled)
            if found is not None and not self.rewrites:
                rest = dialled[found.end() :]
                kind = self.kind(rest)
                if kind is not None:
                    return NumberLine(plan.plus_code + rest, kind, self.region)
        significant = self.without_trunk(dialled)
        return None if significant is None else plan.line(significant)


@dataclass(frozen=True, slots=True)
class CallingCodePlan:
    """The regions that share a calling code, the main one first."""

    plus_code: str
    regions: tuple[RegionPlan, ...]

    def read(self, rest: str) -> NumberLine | None:
        """The number with this calling code and the ASCII digits `rest` behind it; None when not
        plain.
        """
        significant = self.regions[0].without_trunk(rest)
        return None if significant is None else self.line(significant)

    def line(self, significant: str) -> NumberLine | None:
        """The line with this national significant number; None when no region has it."""
        for plan in self.regions:
            if plan.leading is not None:
                # Regions with digits of their own (Kazakhstan beside Russia) are asked by those
                # alone.
                if not plan.leading.match(significant):
                    continue
                kind = plan.kind(significant)
                return (
                    None
                    if kind is None
                    else NumberLine(self.plus_code + significant, kind, plan.region)
                )
            kind = plan.kind(significant)
            if kind is not None:
                return NumberLine(self.plus_code + significant, kind, plan.region)
        return None


class _Patterns(NamedTuple):
    """For numbers of one length: what they look like, and which kind is which alternative."""

    general: re.Pattern[str]
    kinds: re.Pattern[str]


def _pattern(desc: PhoneNumberDesc | None, length: int) -> str:
    """The description's own expression; "" when there is none for numbers of this length."""
    if desc is None or not desc.national_number_pattern:
        return ""
    fits = not desc.possible_length or length in desc.possible_length
    return f"(?:{desc.national_number_pattern})" if fits else ""
