"""How large each table is by its parts, how its rows were updated, and what autovacuum would do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple, Self

from django.db import connection

TOLD = 200
"""Tables that take fewer bytes a visit in all are told as one."""


class Parts(NamedTuple):
    """Bytes of one table."""

    heap: int
    toast: int
    indexes: int

    @property
    def total(self) -> int:
        """All of it."""
        return self.heap + self.toast + self.indexes


@dataclass(frozen=True)
class Sizes:
    """Every table of the database by its name."""

    tables: dict[str, Parts]

    @classmethod
    def now(cls) -> Self:
        """As they are on the disk."""
        return cls({name: Parts(*parts) for name, *parts in _rows(_SIZES)})

    @property
    def total(self) -> int:
        """All tables together."""
        return sum(parts.total for parts in self.tables.values())

    def since(self, before: Sizes) -> Sizes:
        """What they have grown by."""
        nothing = Parts(0, 0, 0)
        pairs = ((name, parts, before.tables.get(name, nothing)) for name, parts in self)
        return Sizes({name: Parts(*map(int.__sub__, now, then)) for name, now, then in pairs})

    def __iter__(self) -> Any:  # Any: pairs of name and parts
        return iter(self.tables.items())

    def by_table(self, visits: int) -> dict[str, dict[str, int]]:
        """Bytes a visit of each table that matters, the largest first."""
        rows = sorted(self, key=lambda row: -row[1].total)
        found, rest = {}, 0
        for name, parts in rows:
            each = {part: round(size / visits) for part, size in parts._asdict().items()}
            if parts.total / visits < TOLD:
                rest += parts.total
            else:
                found[name] = each | {"total": round(parts.total / visits)}
        return found | {"the others": {"total": round(rest / visits)}}


def wal_position() -> int:
    """Bytes of WAL that the server has ever written; nothing else should be at work on it."""
    [(position,)] = _rows("SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint")
    return int(position)


def updates() -> dict[str, dict[str, Any]]:
    """Of each large table, how many updates there were, and which share of them was HOT."""
    return {
        name: {"updates": updated, "hot_percent": round(100 * hot / updated)}
        for name, updated, hot in _rows(_UPDATES)
    }


def unused_indexes() -> dict[str, int]:
    """Indexes of some size that nothing has read by, and no constraint needs, with their bytes."""
    return dict(_rows(_UNUSED))


def vacuum_as_autovacuum_would() -> None:
    """Vacuum the tables that have more dead rows than the settings of each allow."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
    for (name,) in _rows(_TO_VACUUM):
        with connection.cursor() as cursor:
            cursor.execute(f'VACUUM (ANALYZE, PARALLEL 0) "{name}"')


def _rows(statement: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())


_SIZES = """
SELECT c.relname, pg_relation_size(c.oid),
       coalesce(pg_total_relation_size(nullif(c.reltoastrelid, 0)), 0), pg_indexes_size(c.oid)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND n.nspname = 'public'
"""
_UPDATES = """
SELECT relname, n_tup_upd, n_tup_hot_upd FROM pg_stat_user_tables
WHERE n_tup_upd > 1000 ORDER BY n_tup_upd DESC
"""
_UNUSED = """
SELECT s.indexrelname, pg_relation_size(s.indexrelid)
FROM pg_stat_user_indexes s JOIN pg_index i USING (indexrelid)
WHERE s.idx_scan = 0 AND NOT i.indisunique AND pg_relation_size(s.indexrelid) > 65536
ORDER BY 2 DESC
"""
# The threshold as the server reckons it, with a table's own settings before the server's.
_TO_VACUUM = """
SELECT s.relname
FROM pg_stat_user_tables s JOIN pg_class c ON c.oid = s.relid
CROSS JOIN LATERAL (
    SELECT max(option_value) FILTER (WHERE option_name = 'autovacuum_vacuum_scale_factor') AS share,
           max(option_value) FILTER (WHERE option_name = 'autovacuum_vacuum_threshold') AS least
    FROM pg_options_to_table(c.reloptions)) own
WHERE s.n_dead_tup > coalesce(own.least, current_setting('autovacuum_vacuum_threshold'))::float
    + coalesce(own.share, current_setting('autovacuum_vacuum_scale_factor'))::float
    * greatest(c.reltuples, 0)
"""
