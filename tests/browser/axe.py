"""axe-core, which finds what a page keeps from readers; from npm, the only bytes that are taken."""

import json
import tarfile

import pytest

from tools.wasm import fixture

AXE = fixture.Archive(
    "axe-core-4.14.1.tgz", "e6b0ce02b84d892e2e33e403485e7f3d6c29e2be6df65daf44d89ba564139745"
)
_SERIOUS = """async () => {
  const found = await axe.run(document, { resultTypes: ["violations"], preload: false });
  return found.violations.filter((rule) => ["serious", "critical"].includes(rule.impact))
    .map((rule) => [rule.id, rule.help, rule.nodes.slice(0, 3).map((node) => node.html)]);
}"""


def script():
    """The script of axe-core; the test is skipped, loudly, where it cannot be had."""
    try:
        packed = AXE.path(
            "npm", "pack", "axe-core@4.14.1", "--pack-destination", str(fixture.CACHE)
        )
    except fixture.Unavailable as why:
        pytest.skip(f"NOT CHECKED: axe-core is not to be had here: {why}")
    with tarfile.open(packed) as archive:
        return archive.extractfile("package/axe.min.js").read().decode("utf-8")


def serious(page):
    """What axe-core calls serious or critical on a page, as text."""
    page.evaluate(script())
    return json.dumps(page.evaluate(_SERIOUS), indent=1)
