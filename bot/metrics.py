"""What is counted for operators, in Prometheus's form; no label says anything about a person."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_LATENCIES = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class Metrics:
    """One process's figures, in a registry of their own: two applications in one process do not mix."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Histogram(
            "opine_request_seconds",
            "Time until an answer began.",
            ("method", "route", "status"),
            buckets=_LATENCIES,
            registry=self.registry,
        )
        self.opinions = Counter("opine_opinions", "Opinions accepted.", ("channel",), registry=self.registry)
        self.readings = Counter("opine_readings", "Opinions read.", ("language",), registry=self.registry)
        self.streams = Gauge("opine_event_streams", "Event streams that are open.", registry=self.registry)
        self.work = Gauge("opine_work", "Units of reading work.", ("state",), registry=self.registry)
        self.work_age = Gauge(
            "opine_work_age_seconds", "How long the oldest unread opinion has waited.", registry=self.registry
        )
