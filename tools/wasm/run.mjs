// Start Pyodide, lay the checkout and the pure wheels into its file system, and run the suite.
// Called by `python -m tools.wasm` with one argument, a JSON object.
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const { index, site, checkout, packages, chosen } = JSON.parse(process.argv[2]);
const LONGEST = 2_000; // an error of Pyodide's quotes its own source, a megabyte of it

try {
  const { loadPyodide } = await import(pathToFileURL(join(index, "pyodide.mjs")));
  const pyodide = await loadPyodide({ indexURL: index });
  await pyodide.loadPackage(packages, { messageCallback: () => {} });
  for (const [inside, outside] of [["/site", site], ["/checkout", checkout]]) {
    pyodide.FS.mkdir(inside);
    pyodide.FS.mount(pyodide.FS.filesystems.NODEFS, { root: outside }, inside);
  }
  pyodide.globals.set("chosen", pyodide.toPy(chosen));
  process.exitCode = pyodide.runPython(`
import os, sys
os.chdir("/checkout")
sys.path[:0] = ["/checkout/src", "/checkout", "/site"]
from tools.wasm import inside
inside.run(chosen)
`);
} catch (error) {
  console.error(String(error?.stack ?? error).slice(-LONGEST));
  process.exitCode = 1;
}
