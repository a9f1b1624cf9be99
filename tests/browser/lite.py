"""Drives the browser edition: opens a notebook, runs it, and reads what its cells show."""

import json
import re

PATIENCE_MS = 240_000
PICTURE = re.compile(r"data:image/png;base64,[A-Za-z0-9+/=\s]+")
READY = """() => {
  const widget = window.jupyterapp?.shell?.currentWidget;
  const kernel = widget?.context?.sessionContext?.session?.kernel;
  return widget?.content?.widgets?.length > 0 && kernel?.status === 'idle';
}"""
LOADED = """() => {
  const widget = window.jupyterapp?.shell?.currentWidget;
  return widget?.context?.isReady && widget.content.widgets.length > 0;
}"""
RUN_ALL = "() => { window.jupyterapp.commands.execute('notebook:run-all-cells'); }"
DONE = """() => {
  const panel = window.jupyterapp.shell.currentWidget;
  const code = [...panel.content.widgets].filter((one) => one.model.type === 'code');
  return code.every((one) => one.model.executionCount !== null)
    && code.every((one) => one.model.executionState !== 'running')
    && code.every((one) => !one.node.querySelector('.jp-InputPrompt')?.textContent.includes('*'));
}"""
MODEL = "() => JSON.stringify(window.jupyterapp.shell.currentWidget.content.model.toJSON())"


def watched(page):
    """Note what the page asks for, and what it complains about."""
    page.requested, page.complaints = [], []
    page.context.on("request", lambda request: page.requested.append(request.url))
    page.on(
        "console",
        lambda said: (
            said.type == "error" and page.complaints.append(f"{said.text} {said.location}")
        ),
    )
    page.context.on(
        "response",
        lambda answer: (
            answer.status >= 400 and page.complaints.append(f"{answer.status} {answer.url}")
        ),
    )
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    return page


def open_lesson(page, address):
    """Open a notebook and wait until its kernel can work."""
    page.goto(address)
    wait_for_kernel(page)


def open_text(page, address):
    """Open a notebook to read and write in, with or without its kernel."""
    page.goto(address)
    page.wait_for_function(LOADED)


def wait_for_kernel(page):
    """Wait until a notebook is open and its kernel can work."""
    page.wait_for_selector(".jp-Notebook .jp-Cell")
    page.wait_for_function(READY, timeout=PATIENCE_MS)


def run_all(page):
    """Run every cell, and return the notebook as it then is."""
    page.evaluate(RUN_ALL)
    page.wait_for_function(DONE, timeout=PATIENCE_MS)
    return json.loads(page.evaluate(MODEL))


def shown(cell):
    """Return what a cell says, pictures aside: one entry for each output and kind."""
    said = []
    for output in cell.get("outputs", []):
        if output["output_type"] == "stream":
            said.append((output["name"], _text(output["text"])))
        elif output["output_type"] == "error":
            said.append(("error", output["ename"], output["evalue"]))
        else:
            kinds = sorted(set(output["data"]) & {"text/plain", "text/html", "text/markdown"})
            said += [(kind, _text(output["data"][kind])) for kind in kinds]
    return said


def _text(text):
    return PICTURE.sub("PICTURE", text if isinstance(text, str) else "".join(text))


def differences(ran, committed):
    """Return the cells that show something else than the committed notebook."""
    found = []
    for at, (one, other) in enumerate(zip(ran["cells"], committed["cells"], strict=True)):
        if _text(one["source"]) != _text(other["source"]):
            found.append((at, "source", "", ""))
        elif shown(one) != shown(other):
            found.append((at, "output", shown(one), shown(other)))
    return found


def cell(page, text):
    """Return the code cell whose code holds a text; it stays the same when the code changes."""
    at = page.evaluate(
        """(text) => window.jupyterapp.shell.currentWidget.content.widgets.findIndex(
            (one) => one.model.type === 'code' && one.model.sharedModel.source.includes(text))""",
        text,
    )
    assert at >= 0, f"no cell holds {text}"
    return page.locator(".jp-Notebook .jp-Cell").nth(at)


def write(page, one, code):
    """Put code into a cell, as a student would."""
    one.locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(code)


def run(page, one, code=None):
    """Run a cell, with new code if it is given, and wait for it."""
    if code is None:
        one.locator(".cm-content").click()
    else:
        write(page, one, code)
    one.locator(".jp-InputPrompt").evaluate("(prompt) => { prompt.textContent = ''; }")
    page.keyboard.press("Control+Enter")
    page.wait_for_function(
        "(prompt) => /\\d/.test(prompt.textContent)",
        arg=one.locator(".jp-InputPrompt").element_handle(),
        timeout=PATIENCE_MS,
    )
