// A student's changed notebooks are kept by the browser, each under the path of its edition. When
// the site has a newer edition, the old folder is no longer on the server, and JupyterLite would
// list it nowhere. This lists it again, and says so where the same lesson is opened.
//
// A prebuilt extension, written as what JupyterLite's loader asks for: nothing has to be built.
(function () {
  "use strict";

  const STORE = "files"; // where JupyterLite keeps notebooks, in a database of the browser's
  const folder = (path) => path.split("/").slice(0, -1).join("/");
  const file = (path) => path.split("/").pop();

  const asked = (request) =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });

  // Paths of everything that this browser keeps for this site.
  async function keptPaths(site) {
    const own = [site.pathname, site.href].map((place) => `JupyterLite Storage - ${place}`);
    const paths = [];
    for (const { name } of await indexedDB.databases()) {
      if (!own.includes(name)) continue;
      const database = await asked(indexedDB.open(name));
      if (database.objectStoreNames.contains(STORE)) {
        const store = database.transaction(STORE).objectStore(STORE);
        paths.push(...(await asked(store.getAllKeys())));
      }
      database.close();
    }
    return paths.filter((path) => typeof path === "string");
  }

  // A folder that is nowhere else is written down beside its notebooks, so that it is listed.
  async function list(contents, paths) {
    const { content } = await contents.get("");
    const known = new Set([...paths, ...content.map((one) => one.path)]);
    for (const path of new Set(paths.map(folder))) {
      if (!path || path.includes("/") || known.has(path)) continue;
      const { path: made } = await contents.newUntitled({ type: "directory" });
      await contents.rename(made, path);
    }
  }

  function offer(earlier) {
    const box = document.createElement("div");
    box.className = "dsrct-earlier";
    box.setAttribute("role", "status");
    box.style.cssText =
      "position:fixed;right:1rem;bottom:1rem;z-index:10000;max-width:24rem;padding:0.75rem 1rem;" +
      "background:#fff;color:#222;border:2px solid #0072b2;border-radius:4px;font:15px/1.4 sans-serif";
    const link = document.createElement("a");
    link.href = `?path=${encodeURIComponent(earlier)}`;
    link.textContent = "Open your copy";
    link.style.color = "#005a8f";
    const close = document.createElement("button");
    close.type = "button";
    close.textContent = "Close";
    close.onclick = () => box.remove();
    box.append("You worked on this lesson before it was changed. Nothing is lost. ", link, " ", close);
    document.body.append(box);
  }

  async function activate(app) {
    if (!window.indexedDB || !indexedDB.databases) return;
    const here = new URLSearchParams(location.search).get("path") || "";
    const paths = await keptPaths(new URL(app.serviceManager.serverSettings.baseUrl, location.href));
    const same = paths.filter((path) => file(path) === file(here) && path !== here);
    if (file(here).endsWith(".ipynb") && !paths.includes(here) && same.length) offer(same.pop());
    await list(app.serviceManager.contents, paths);
  }

  const plugin = {
    id: "dsrct-edu-earlier:plugin",
    autoStart: true,
    // A browser that keeps nothing, or tells nothing, still runs the lesson.
    activate: (app) => void app.restored.then(() => activate(app)).catch(() => {}),
  };
  window._JUPYTERLAB = window._JUPYTERLAB || {};
  window._JUPYTERLAB["dsrct-edu-earlier"] = {
    init() {},
    get: async () => () => ({ __esModule: true, default: plugin }),
  };
})();
