// Start Pyodide and let it compile wheels: CACHE/<name>.source gives CACHE/<name>.
// Called by tools/lite/compiled.py with one argument, a JSON object.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const { index, cache, names } = JSON.parse(process.argv[2]);
const LONGEST = 2_000; // an error of Pyodide's quotes its own source, a megabyte of it

try {
  const { loadPyodide } = await import(pathToFileURL(join(index, "pyodide.mjs")));
  const pyodide = await loadPyodide({ indexURL: index });
  pyodide.FS.mkdir("/cache");
  pyodide.FS.mount(pyodide.FS.filesystems.NODEFS, { root: cache }, "/cache");
  await pyodide.loadPackage("matplotlib"); // its list of fonts goes into its wheel
  pyodide.globals.set("names", pyodide.toPy(names));
  pyodide.runPython(readFileSync(fileURLToPath(new URL("inside.py", import.meta.url)), "utf-8"));
} catch (error) {
  console.error(String(error?.stack ?? error).slice(-LONGEST));
  process.exitCode = 1;
}
