"""The private servers as tests and developers use them."""

import psycopg

from local import mosquitto
from tests.servers import Database


def test_a_fresh_database_is_migrated_and_empty(database: Database) -> None:
    """Every test starts from all migrations and no rows, with the role it asked for."""
    with psycopg.connect(database.engine) as connection:
        row = connection.execute("SELECT current_user, count(*) FROM position").fetchone()
    assert row == ("fleet_engine", 0)


def test_two_tests_never_share_rows(database: Database) -> None:
    """What one test leaves behind is gone in the next: the copy has a name of its own."""
    with psycopg.connect(database.owner) as connection:
        row = connection.execute("SELECT current_database(), current_setting('timescaledb.license')").fetchone()
    assert row is not None
    assert row[0].startswith("t_")
    assert row[1] == "apache"


def test_a_test_has_a_broker_of_its_own(broker: mosquitto.Mosquitto) -> None:
    """Device and service listener have different ports, so the latter can stay unpublished."""
    assert broker.device_port != broker.service_port
    assert broker.url("ingest").startswith("mqtt://ingest:")
