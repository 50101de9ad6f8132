"""Servers that speak for many locators, among several tenants: each writes below its own name and nowhere else."""

import json
import os
from typing import Any

from fleet import db
from fleet.broker import Address, Connection, ConnectRefused, PublishRefused, Session
from local.mosquitto import Mosquitto
from tests.commands import ran
from tests.db import town as town_of
from tests.db.test_fleet_policies import seed_other
from tests.servers import Database


def forwarder(database: Database, broker: Mosquitto, *words: str) -> tuple[int, dict[str, Any]]:
    """`python -m fleet device forwarder ...`: exit code and its line."""
    environment = {**os.environ, "FLEET_DATABASE_URL": database.owner, "FLEET_MQTT_ADMIN_URL": broker.url("admin")}
    environment["FLEET_MQTT_URL"] = broker.url("admin")
    done = ran("fleet", "device", "forwarder", *words, environment=environment)
    return done.returncode, json.loads(done.stdout) if done.returncode == 0 else {}


async def writes(broker: Mosquitto, account: dict[str, Any], topic: str) -> str:
    """What becomes of a message on this topic."""
    address = Address.parse(broker.device_url).speaking_as(account["username"], account["password"])
    try:
        async with Connection(address, Session(client_id=account["client_id"])) as server:
            await server.publish(topic, b"{}")
    except PublishRefused:
        return "refused"
    except ConnectRefused:
        return "out"
    return "taken"


async def test_with_several_tenants_a_server_has_a_name_and_writes_below_it_only(
    database: Database, broker: Mosquitto
) -> None:
    """Alone a tenant may have one without; with a second tenant that one is closed, and a name is taken once."""
    async with await db.connect(database.owner) as owner:
        await town_of.build(owner)
        code, shared = forwarder(database, broker, "traccar")
        assert (code, await writes(broker, shared, "traccar/ours/x")) == (0, "taken")
        await seed_other(owner)
        cursor = await owner.execute("SELECT code FROM tenant ORDER BY created_at")
        first, second = [row[0] for row in await cursor.fetchall()]
        assert forwarder(database, broker, "traccar")[0] == 2
        assert forwarder(database, broker, "traccar", "--name", "a/b", "--tenant", first)[0] == 2
        code, ours = forwarder(database, broker, "traccar", "--name", "ours", "--tenant", first)
        assert (code, ours["topics"]) == (0, ["traccar/ours/#"])
        assert await writes(broker, shared, "traccar/ours/x") == "out"
        assert await writes(broker, ours, "traccar/ours/x") == "taken"
        assert await writes(broker, ours, "traccar/theirs/x") == "refused"
        assert await writes(broker, ours, "traccar/ours2/x") == "refused"
        assert forwarder(database, broker, "traccar", "--name", "ours", "--tenant", second)[0] == 2
        assert forwarder(database, broker, "traccar", "--name", "ours", "--tenant", first)[0] == 0
        entered = await (await owner.execute("SELECT count(*) FROM forwarder")).fetchone()
        assert entered == (1,)
