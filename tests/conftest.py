"""What all tests share: the real services, and a mode in which a skipped test is a failed one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# How long one example takes says how busy the machine is, not whether a property holds.
# Fifty examples find what a change breaks; HEMICYCLE_TEST_EXAMPLES asks for more at leisure.
settings.register_profile(
    "hemicycle",
    deadline=None,
    max_examples=int(os.environ.get("HEMICYCLE_TEST_EXAMPLES", "50")),
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("hemicycle")

pytest_plugins = [
    "tests.support.browser",
    "tests.support.postgres",
    "tests.support.redis_server",
    "tests.support.server",
    "tests.support.wire",
    "tests.support.workers",
]

LONG_FIRST = ("workers", "deploy", "browser", "bench")
"""Folders whose files take longest; what is begun last should be short, or a core waits for it."""

FOLDER = Path(__file__).resolve().parent
SKIPS_FAIL = os.environ.get("HEMICYCLE_TEST_NO_SKIPS") == "1"


class SkipsAreFailures:
    """For machines that must have everything: there a skip means that nobody looked."""

    def __init__(self) -> None:
        self.skipped: dict[str, str] = {}

    def note(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        # An expected failure is reported as skipped too, but it did run.
        if report.skipped and not hasattr(report, "wasxfail"):
            reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else ""
            self.skipped[report.nodeid] = str(reason)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.note(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self.note(report)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.skipped and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self.skipped:
            terminalreporter.section("skipped, which counts as failed here", red=True)
            for name, reason in self.skipped.items():
                terminalreporter.line(f"{name}: {reason}")


def pytest_configure(config: pytest.Config) -> None:
    if SKIPS_FAIL:
        config.pluginmanager.register(SkipsAreFailures())


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def place(item: pytest.Item) -> int:
        folder = item.path.relative_to(FOLDER).parts[0]
        return LONG_FIRST.index(folder) if folder in LONG_FIRST else len(LONG_FIRST)

    items.sort(key=place)
