"""The registry's tables for SQLAlchemy Core, as service/schema/tables/ makes them: only the columns queries need."""

from sqlalchemy import BigInteger, Column, DateTime, Integer, LargeBinary, MetaData, Table, Text

metadata = MetaData()

contacts = Table(
    "contacts",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("unit_id", Integer, nullable=False),
    Column("audience", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("ended_by", BigInteger),
)

contact_points = Table(
    "contact_points",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("unit_id", Integer, nullable=False),
    Column("contact_id", BigInteger, nullable=False),
    Column("audience", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("address_hash", LargeBinary, nullable=False),
    Column("address_sealed", LargeBinary, nullable=False),
    Column("data_key_id", BigInteger, nullable=False),
    Column("ended_by", BigInteger),
)

enrolments = Table(
    "enrolments",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("unit_id", Integer, nullable=False),
    Column("contact_id", BigInteger, nullable=False),
    Column("grade", Text),
    Column("class_name", Text, nullable=False),
    Column("sheet", Text),
    Column("row", Integer),
    Column("ended_by", BigInteger),
)

suppressions = Table(
    "suppressions",
    metadata,
    Column("unit_id", Integer, primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("address_hash", LargeBinary, primary_key=True),
    Column("reason", Text, primary_key=True),
)

consents = Table(
    "consents",
    metadata,
    Column("unit_id", Integer, nullable=False),
    Column("channel", Text, nullable=False),
    Column("address_hash", LargeBinary, nullable=False),
    Column("withdrawn_at", DateTime(timezone=True)),
)
