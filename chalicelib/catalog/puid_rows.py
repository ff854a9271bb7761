"""What the catalog's tables share: rows that keep PUIDs unique, and look-ups by PUID."""

from pynamodb.attributes import UnicodeAttribute

from chalicelib.tables import Row

PUID = "PUID"


class PuidRow(Row):
    """Base of each table's PUID rows: `PUID#<puid>` is the PUID of the group, project, sample or file with the id
    `target_id`."""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default=PUID)
    target_id = UnicodeAttribute()
    sample_id = UnicodeAttribute(null=True)


def puid_key(puid: str) -> str:
    return f"PUID#{puid}"
