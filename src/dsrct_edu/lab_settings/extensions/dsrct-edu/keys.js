// Keys pressed in a quiz or a dial stay there. In JupyterLab's command mode a and b would insert
// cells, d d would delete the quiz, and arrows would leave it.
//
// A prebuilt extension of JupyterLab, Notebook 7 and JupyterLite, written as what their loader asks
// for, so that nothing has to be built: a container with init() and get().
(function () {
  "use strict";

  const HOME = ".dsrct-quiz, .dsrct-dial";
  const ITEM = ".dsrct-item"; // one question with its options and its button
  const SUPPRESS = "data-lm-suppress-shortcuts"; // shortcuts ignore an element that has it
  let groups = 0;

  const within = (element, selector) => (element instanceof Element ? element.closest(selector) : null);

  // Of the keys with a modifier, only those that type a capital or go backwards are the widget's.
  function isPlain(event) {
    const other = event.ctrlKey || event.metaKey || event.altKey;
    return !other && !(event.shiftKey && event.key === "Enter");
  }

  // ipywidgets gives its radio buttons no common name, so each is a tab stop and arrows do nothing.
  function group(item) {
    const radios = [...item.querySelectorAll("input[type=radio]")];
    const box = within(radios[0], ".widget-radio-box");
    if (box && !radios[0].name) {
      groups += 1;
      radios.forEach((radio) => (radio.name = `dsrct-${groups}`));
      box.setAttribute("role", "radiogroup");
      box.setAttribute("aria-label", item.querySelector("h4").textContent);
    }
    return radios;
  }

  // A slider of ipywidgets says the place of its value in a list, and not its own name.
  function name(handle) {
    const slider = within(handle, ".widget-slider");
    if (slider) {
      handle.setAttribute("aria-label", slider.querySelector(".widget-label").textContent);
      handle.setAttribute("aria-valuetext", slider.querySelector(".widget-readout").textContent);
    }
  }

  function answer(event, item) {
    const radios = group(item);
    const onButton = within(event.target, "button");
    if (event.key === "Enter" && !onButton) {
      item.querySelector("button").click();
    } else if (/^[a-h]$/i.test(event.key) && radios["abcdefgh".indexOf(event.key.toLowerCase())]) {
      const radio = radios["abcdefgh".indexOf(event.key.toLowerCase())];
      radio.focus();
      radio.click();
    } else {
      return;
    }
    event.preventDefault();
  }

  function onKey(event) {
    const home = within(event.target, HOME);
    if (!home) return;
    event.target.toggleAttribute(SUPPRESS, isPlain(event));
    const item = within(event.target, ITEM);
    if (item && isPlain(event)) answer(event, item);
    setTimeout(name, 0, event.target);
  }

  function onFocus(event) {
    const item = within(event.target, ITEM);
    if (item) group(item);
    if (within(event.target, HOME)) name(event.target);
  }

  // A click on the words of a question puts the focus on the question, so that letters work there.
  function onPress(event) {
    const item = within(event.target, ITEM);
    if (item) item.tabIndex = -1;
  }

  function activate() {
    document.body.classList.add("dsrct-keys"); // the quiz then says which keys there are
    window.addEventListener("keydown", onKey, true);
    window.addEventListener("focusin", onFocus, true);
    window.addEventListener("pointerdown", onPress, true);
  }

  const plugin = { id: "dsrct-edu:keys", autoStart: true, activate };
  window._JUPYTERLAB = window._JUPYTERLAB || {};
  window._JUPYTERLAB["dsrct-edu"] = {
    init() {},
    get: async () => () => ({ __esModule: true, default: plugin }),
  };
})();
