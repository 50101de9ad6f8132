"""Which test runs on which worker: files stay together, and the stories follow one another on one worker.

The latter keep both cores busy by themselves; two of them at once would only be slow and unsteady. The browser's files
spread over the workers, each of which has a town of its own.
"""

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

WHOLE_SYSTEM = ("tests/story/",)


class WholeSystemOnOneWorker(LoadScopeScheduling):  # type: ignore[misc]  # xdist publishes no types
    """The longest group is handed out first, so that no worker waits for the other at the end."""

    def __init__(self, config: pytest.Config, log: Producer) -> None:
        config.option.loadscopereorder = False  # in the order of collection
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        """The name of the group a test belongs to."""
        return "the whole system" if nodeid.startswith(WHOLE_SYSTEM) else nodeid.partition("::")[0]
