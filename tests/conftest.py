"""What all tests share: the real services, and a mode in which a skipped test is a failed one."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

# How long one example takes says how busy the machine is, not whether a property holds.
settings.register_profile("hemicycle", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("hemicycle")

pytest_plugins = [
    "tests.support.browser",
    "tests.support.postgres",
    "tests.support.redis_server",
    "tests.support.server",
    "tests.support.wire",
    "tests.support.workers",
]

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
