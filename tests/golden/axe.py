"""axe-core over a page in a browser: what stands in the way of somebody who uses keys, a reader or a magnifier."""

from __future__ import annotations

from importlib.resources import files

import axe_core_python

from tests.golden.chromium import Tab

_SOURCE = (files(axe_core_python) / "axe.min.js").read_text(encoding="utf-8")
_RUN = """axe.run(document, {resultTypes: ['violations']}).then(found => found.violations
    .map(each => each.id + ': ' + each.nodes.slice(0, 3).map(node => node.html.slice(0, 200)).join(' | ')))"""


def obstacles(tab: Tab, width: int) -> list[str]:
    """Rules that the page breaks in a window of that many pixels, each with three places."""
    tab.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
    try:
        tab.evaluate(_SOURCE)
        return list(tab.evaluate(_RUN))
    finally:
        tab.call("Emulation.clearDeviceMetricsOverride")
