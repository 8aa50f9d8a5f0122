"""Every browser test gets a panel of its own on a server that its file shares."""

from __future__ import annotations

import pytest

from tests.browser.panel import Panel, make_panel
from tests.support.server import RunningServer


@pytest.fixture
def panel(module_server: RunningServer) -> Panel:
    return make_panel(module_server)
