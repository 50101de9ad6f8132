"""F05: a bad network between vehicle and broker."""

import asyncio
import contextlib
from contextlib import AsyncExitStack
from datetime import timedelta

import pytest

from benchmarks.faults.proxy import Proxy
from benchmarks.faults.scale import progress, seed, size
from benchmarks.faults.schedule import Partition, partitions
from benchmarks.load import Load, utc_now
from benchmarks.site import PASSWORD, Site
from fleet.broker import Address, BrokerLost, Connection
from fleet.broker_device import DeviceLink, device_session
from tests.faults.stage import before, loaded_site, nothing_lost, one_value, until

pytestmark = pytest.mark.fault

DELAY_S = 0.8
RESET_SHARE = 0.05
OFFLINE_WITHIN_S = 3 * 60 + 5  # the locators' keepalive is 60 s
# Batches in which a vehicle's fixes go back in time behind an earlier batch.
OUT_OF_ORDER = """
    SELECT count(*) FROM (
        SELECT min(fixed_at) < max(max(fixed_at)) OVER (PARTITION BY device_no ORDER BY batch
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS back
        FROM position GROUP BY device_no, batch) b
    WHERE back"""
ONLINE = "SELECT (SELECT online FROM device_state JOIN device USING (device_no) WHERE code = %s)"


async def trouble(here: Site, name: str, between: Proxy, partition: Partition) -> None:
    """One partition of one vehicle's way to the broker; a long one is noticed in time."""
    await asyncio.sleep(partition.after_s)
    between.partition()
    seen_s = min(partition.lasts_s, OFFLINE_WITHIN_S)
    await asyncio.sleep(seen_s)
    if partition.lasts_s > OFFLINE_WITHIN_S:
        online = await one_value(here, ONLINE, name)
        progress(f"F05: {name} {seen_s:.0f} s into a partition of {partition.lasts_s:.0f} s: online {online}")
        assert online is False
        await asyncio.sleep(partition.lasts_s - seen_s)
    if partition.resets:
        between.cut(reset=True)
    between.heal()


@pytest.mark.timeout(0)
async def test_f05_partitions_resets_and_a_slow_network_lose_nothing() -> None:
    """30 partitions of 1 s to 10 min, a vehicle each, 5 % resets, 800 ms delay: 0 lost, 0 twice, in order; offline in time."""
    vehicles, longest_s = size(4, 30), size(6.0, 600.0)
    lasts_s = longest_s + size(4.0, 30.0)
    plan = partitions(seed(), vehicles, shortest_s=1.0, longest_s=longest_s, within_s=lasts_s)
    async with AsyncExitStack() as stack:
        here, plain = await stack.enter_async_context(loaded_site(vehicles))
        await asyncio.to_thread(here.start_program, "ingest")
        ways = [(await stack.enter_async_context(before(here.instance.mosquitto.device_url)))[0] for _ in plan]
        names = [vehicle.terminal.device for vehicle in plain.vehicles]
        addresses = {
            name: Address(host="127.0.0.1", port=way.listens_on) for name, way in zip(names, ways, strict=True)
        }
        load = Load(here, names, seed=seed(), clock=utc_now, through=addresses)
        for way in ways:
            way.delay_s, way.jitter_s, way.reset_share = DELAY_S, 0.2, RESET_SHARE
        load.connect()
        stack.push_async_callback(load.disconnect)
        progress(f"F05: {vehicles} partitions, longest {longest_s:.0f} s")
        async with asyncio.TaskGroup() as group:
            group.create_task(load.report(seconds=lasts_s + 5))
            for name, way, partition in zip(names, ways, plan, strict=True):
                group.create_task(trouble(here, name, way, partition))
        for way in ways:
            way.reset_share = 0
        await nothing_lost(here, load, within_s=240)
        assert await one_value(here, OUT_OF_ORDER) == 0


@pytest.mark.timeout(0)
async def test_f05_three_days_without_a_network_are_made_up_for_in_order() -> None:
    """72 hours of fixes, one in 10 s, wait in a vehicle that cannot be reached: all are stored, the oldest first."""
    every_s = size(100, 10)
    async with loaded_site(1, days=4) as (here, _), before(here.instance.mosquitto.device_url) as (between, _):
        await asyncio.to_thread(here.start_program, "ingest")
        way = {"car0": Address(host="127.0.0.1", port=between.listens_on)}
        between.partition()
        load = Load(here, ["car0"], seed=seed(), clock=utc_now, through=way)
        (vehicle,) = load.vehicles
        load.connect()
        began_at = utc_now() - timedelta(hours=72)
        for second in range(0, 72 * 3600, every_s):
            vehicle.report(began_at + timedelta(seconds=second), second, moving=True)
        assert vehicle.terminal.outbox.dropped == 0
        between.heal()
        verdict = await nothing_lost(here, load)
        await load.disconnect()
        assert verdict.made == 72 * 3600 / every_s
        assert await one_value(here, OUT_OF_ORDER) == 0


@pytest.mark.timeout(0)
async def test_f05_a_vehicle_cut_off_is_marked_offline_in_time() -> None:
    """A half-open connection: the broker speaks the last will within three times the keepalive and five seconds."""
    keepalive_s = size(2, 60)
    async with loaded_site(1) as (here, _), before(here.instance.mosquitto.device_url) as (between, url):
        await asyncio.to_thread(here.start_program, "ingest")
        address = Address.parse(url).speaking_as("car0", PASSWORD)
        with contextlib.suppress(BrokerLost):
            async with Connection(address, device_session("car0", keepalive_s=keepalive_s)) as device:
                await DeviceLink(device, "car0").come_online()

                async def is_online() -> bool:
                    return await one_value(here, ONLINE, "car0") is True

                async def is_offline() -> bool:
                    return await one_value(here, ONLINE, "car0") is False

                await until(is_online, within_s=5)
                between.partition()
                took_s = await until(is_offline, within_s=3 * keepalive_s + 5)
                progress(f"F05: offline after {took_s:.1f} s with a keepalive of {keepalive_s} s")
                between.heal()
