"""One locator that sends what no broker takes: `python -m benchmarks.flooder`, in a process of its own.

It connects, sends a message of a mebibyte, is thrown out, and connects again at once, as a broken program would. Each
time the broker speaks its last will, so ingest has work with it too.
Standard output says `{"thrown_out": ..., "taken": ...}`.
"""

import argparse
import json
import socket
import sys
import time

from benchmarks.publisher import PUBLISH_QOS1, connect_packet
from fleet.wire import coded_length

SIZE = 1024 * 1024
PATIENCE_S = 30.0  # for an answer of the broker


def oversized(name: str) -> bytes:
    """A PUBLISH of a mebibyte."""
    topic = f"fleet/v1/{name}/pos".encode()
    rest = len(topic).to_bytes(2) + topic + (1).to_bytes(2) + bytes(SIZE)
    return bytes((PUBLISH_QOS1,)) + coded_length(len(rest)) + rest


def send_one(address: tuple[str, int], name: str, packet: bytes) -> bool:
    """Connect and send; whether the broker threw us out for it. Raises ConnectionError when it does not even let us in."""
    with socket.create_connection(address, PATIENCE_S) as broker:
        broker.sendall(connect_packet(name, will=True))
        if broker.recv(4)[3:] != b"\0":
            raise ConnectionError(f"{name} was refused")
        try:
            broker.sendall(packet)
            return not broker.recv(4)
        except ConnectionError:
            return True


def main() -> int:
    """Read the arguments, flood, report."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.flooder", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--device", required=True)
    parser.add_argument("--times", type=int, default=1_000)
    parser.add_argument("--seconds", type=float, default=0, help="spread over so long; 0 = as fast as they go")
    arguments = parser.parse_args()
    packet, start_s = oversized(arguments.device), time.monotonic()
    address = arguments.host, arguments.port
    thrown_out = 0
    for number in range(arguments.times):
        time.sleep(max(0.0, start_s + arguments.seconds * number / arguments.times - time.monotonic()))
        thrown_out += send_one(address, arguments.device, packet)
    print(json.dumps({"thrown_out": thrown_out, "taken": arguments.times - thrown_out}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
