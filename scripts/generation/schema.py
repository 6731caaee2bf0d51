"""docs/schema.md, made from the models: tables, columns, keys, indexes and a diagram."""

from sqlalchemy import Column, Index, Table, UniqueConstraint
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex

import app.images.album_models
import app.images.fingerprint_models
import app.images.models
import app.images.tag_models
import app.integrity.purges
import app.integrity.scan_state
import app.timeline.models  # noqa: F401 - with accounts, all tables
from app.accounts.models import map_all
from app.database import Base

DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]

HEAD = """\
# The database

Made from the models by `./scripts/generate`; edit those, not this page. PostgreSQL, one schema.
Migrations live in `app/migrations/` and a test compares them with the models. `timestamptz`
columns are moments; `timestamp` columns are wall clocks.
"""


def schema_page() -> str:
    """Return the page as Markdown."""
    map_all()
    tables = sorted(Base.metadata.tables.values(), key=lambda table: table.name)
    parts = [HEAD, _diagram(tables), *(_section(table) for table in tables)]
    return "\n".join(parts)


def _diagram(tables: list[Table]) -> str:
    lines = ["```mermaid", "erDiagram"]
    for table in tables:
        for column in table.columns:
            lines += [
                f'    {key.column.table.name} ||--o{{ {table.name} : "{column.name}"'
                for key in column.foreign_keys
            ]
    for table in tables:
        lines.append(f"    {table.name} {{")
        for column in table.columns:
            kind = _type(column).replace(" ", "_").replace("[]", "_array")
            lines.append(f"        {kind.partition('(')[0]} {column.name}{_mark(column)}")
        lines.append("    }")
    return "\n".join([*lines, "```", ""])


def _section(table: Table) -> str:
    lines = [f"## {table.name}", "", table.comment or "", ""]
    lines += ["| column | type | null | what it holds |", "|---|---|---|---|"]
    for column in table.columns:
        lines.append(
            f"| `{column.name}` | {_type(column)} | {'yes' if column.nullable else 'no'}"
            f" | {_meaning(column)} |"
        )
    keys = [*_unique(table), *(_index(index) for index in sorted(table.indexes, key=_name))]
    return "\n".join([*lines, "", *keys, ""])


def _unique(table: Table) -> list[str]:
    found = [item for item in table.constraints if isinstance(item, UniqueConstraint)]
    columns = sorted(", ".join(column.name for column in item.columns) for item in found)
    return [f"- unique: `{names}`" for names in columns]


def _index(index: Index) -> str:
    statement = str(CreateIndex(index).compile(dialect=DIALECT))
    on = statement.partition(" ON ")[2].replace("\n", " ")
    return f"- index `{index.name}` on `{on}`"


def _name(index: Index) -> str:
    return str(index.name)


def _type(column: Column[object]) -> str:
    text = column.type.compile(dialect=DIALECT).lower()
    long = {"timestamp with time zone": "timestamptz", "timestamp without time zone": "timestamp"}
    return long.get(text, text)


def _mark(column: Column[object]) -> str:
    if column.primary_key:
        return " PK"
    return " FK" if column.foreign_keys else ""


def _meaning(column: Column[object]) -> str:
    said = [column.comment] if column.comment else []
    if column.primary_key:
        said.insert(0, "Primary key.")
    said += [
        f"References `{key.target_fullname}` ({(key.ondelete or 'no action').lower()} on delete)."
        for key in column.foreign_keys
    ]
    return " ".join(said)
