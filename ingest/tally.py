"""What ingest counts, as Prometheus metrics; a summary line in the log shows them every few seconds."""

from collections.abc import Collection, Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from ingest.batch import Answer, Judged


class Tally:
    """The counters of one ingest."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.messages = Counter("ingest_messages", "messages committed", registry=self.registry)
        self.stored = Counter("ingest_stored", "fixes new in the database", registry=self.registry)
        self.duplicate = Counter("ingest_duplicate", "fixes that were there already", registry=self.registry)
        self.rejected = Counter(
            "ingest_rejected", "fixes and messages in quarantine", ["reason"], registry=self.registry
        )
        self.answers_refused = Counter(
            "ingest_answers_refused", "connections on which the broker refused to take answers", registry=self.registry
        )
        self.stale = Counter(
            "ingest_stale_batches", "batches whose connection was gone before the commit", registry=self.registry
        )
        self.sessions_absent = Counter(
            "ingest_sessions_absent", "connections the broker had no session for", registry=self.registry
        )
        self.database_lost = Counter(
            "ingest_database_lost", "times the database did not answer", registry=self.registry
        )
        self.holding = Gauge("ingest_holding", "1 = works, 0 = stands by", registry=self.registry)
        self.term = Gauge("ingest_term", "the lease's term while it was last held here", registry=self.registry)
        self.leases_lost = Counter(
            "ingest_leases_lost", "times the lease ended here without being handed on", registry=self.registry
        )
        self.unacknowledged = Gauge(
            "ingest_unacknowledged", "messages received and not yet acknowledged", registry=self.registry
        )
        self.waited_s = Histogram(
            "ingest_waited_seconds",
            "from arrival to commit, the oldest message of each batch",
            buckets=(0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 5, 10, 60, 300),
            registry=self.registry,
        )

    def committed(self, messages: Collection[Judged], answers: Iterable[Answer]) -> None:
        """Count a committed batch."""
        stored = duplicate = 0
        for said in answers:
            stored += said.stored
            duplicate += said.duplicate
            for _, reason in said.rejected:
                self.rejected.labels(reason.value).inc()
        self.messages.inc(len(messages))
        self.stored.inc(stored)
        self.duplicate.inc(duplicate)

    def summary(self) -> dict[str, int]:
        """Totals since the start, without those that are zero."""
        totals: dict[str, int] = {}
        for metric in self.registry.collect():
            for sample in metric.samples:
                if sample.name.endswith(("_total", "_unacknowledged", "_holding", "_term")) and sample.value:
                    label = sample.labels.get("reason")
                    name = sample.name.removeprefix("ingest_").removesuffix("_total")
                    totals[f"{name}_{label}" if label else name] = int(sample.value)
        return totals
