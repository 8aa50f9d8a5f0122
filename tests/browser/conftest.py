"""Every browser test gets a panel of its own on a server that it shares with others."""

from __future__ import annotations

import pytest

from tests.browser.panel import Panel, make_panel
from tests.support.server import RunningServer


@pytest.fixture
def panel(shared_server: RunningServer) -> Panel:
    return make_panel(shared_server)
