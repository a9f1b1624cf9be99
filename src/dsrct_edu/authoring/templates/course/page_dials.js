/* Dials, drawn from their layers as dial_drawing.py draws them, as wide as there is room. */
const SIZE = 15, LETTER = 0.58 * SIZE, LINE = 1.25 * SIZE;
const short = (value) => String(Math.round(value * 10) / 10);
const wide = (texts) => Math.max(0, ...texts.map((text) => LETTER * text.length));
const tag = (name, attributes, content = "") => `<${name}${Object.entries(attributes).map(([key, value]) =>
  ` ${key}="${typeof value === "number" ? short(value) : escaped(value).replace(/"/g, "&quot;")}"`).join("")}>${content}</${name}>`;
const write = (x, y, text, anchor = "start", weight = 400) =>
  text ? tag("text", { x, y, "text-anchor": anchor, "font-weight": weight }, escaped(text)) : "";
const stroke = (points, colour, width, dashed) => tag("polyline",
  { points, fill: "none", stroke: colour, "stroke-width": String(width), ...(dashed && { "stroke-dasharray": "7 5" }) });
const dot = (x, y, colour, paper) => tag("circle",
  { cx: x, cy: y, r: paper ? 5 : 7, fill: paper || colour, stroke: colour, "stroke-width": "1.5" });
/* Text in lines that fit; a word is never broken. */
const folded = (text, room) => text.split(" ").reduce((lines, word) => {
  const longer = lines.length ? `${lines.at(-1)} ${word}` : word;
  if (lines.length && LETTER * longer.length <= room) lines[lines.length - 1] = longer;
  else lines.push(word);
  return lines;
}, []);
const block = (x, y, lines, anchor) => lines.map((text, at) =>
  write(x, y + 0.35 * SIZE + LINE * (at - (lines.length - 1) / 2), text, anchor)).join("");

/* A long column is its two ends and two letters for each number. */
const column = (written) => {
  if (typeof written !== "string") return written;
  const [letters, high = 1, low = 0] = written.split(" ").reverse();
  let last;
  return letters.match(/\.|../g).map((two) => {
    if (two !== ".") last = two === "--" ? null : +low + (high - low) * parseInt(two, 36) / 1295;
    return last;
  });
};

/* Labels apart from each other, moved as little as possible: style.py, `spread`. */
const spread = (wanted, heights, low, high) => {
  const clusters = [], sum = (members) => members.reduce((total, i) => total + heights[i], 0);
  const start = (members) => {
    let offset = 0, ideal = 0;
    for (const i of members) { ideal += wanted[i] - offset - heights[i] / 2; offset += heights[i]; }
    return Math.min(Math.max(ideal / members.length, low), high - offset);
  };
  for (const i of wanted.map((_, at) => at).sort((a, b) => wanted[a] - wanted[b] || b - a)) {
    let members = [i];
    while (clusters.length && clusters.at(-1)[0] + sum(clusters.at(-1)[1]) > start(members)) {
      members = [...clusters.pop()[1], ...members];
    }
    clusters.push([start(members), members]);
  }
  const placed = [];
  for (const [begin, members] of clusters) {
    let at = begin;
    for (const i of members) { placed[i] = at + heights[i] / 2; at += heights[i]; }
  }
  return placed;
};

const place = (axis, value, start, end) => {
  const of = axis.log ? Math.log : Number;
  const share = (of(value) - of(axis.low)) / (of(axis.high) - of(axis.low));
  return start + Math.min(Math.max(share, 0), 1) * (end - start);
};

const drawn = (drawing, rows, past, title, words, width) => {
  const { ink, faint, earlier, mist, paper, layers, panels } = drawing;
  const marks = [];
  /* The key above the picture. */
  const bands = (layer) => layer.kind === "band";
  const named = [...layers.filter((l) => !bands(l)), ...layers.filter(bands)].filter((l) => l.label)
    .map((layer) => [layer, layer.label, layer.colour]);
  const ghost = [...layers.filter((l) => !bands(l)), ...layers.filter(bands)].find((layer) => layer.ghost);
  if (ghost) named.push([ghost, "earlier settings", earlier]);
  let x = 8, y = 0.8 * LINE;
  for (const [layer, label, colour] of named) {
    const lines = folded(label, width - 54), room = 52 + wide(lines);
    if (x + room > width && x > 8) { x = 8; y += 1.2 * LINE; }
    if (past.length || colour !== earlier) {
      const old = colour === earlier, ends = `${short(x)},${short(y)} ${short(x + 30)},${short(y)}`;
      marks.push(bands(layer) ? tag("rect", { x, y: y - 7, width: 30, height: 14, fill: old ? mist : colour })
        : layer.kind === "point" ? dot(x + 15, y, colour, old && paper)
          : stroke(ends, colour, layer.kind === "bar" ? 5 : old ? 1.4 : 2.6, layer.dashed));
      lines.forEach((text, at) => marks.push(write(x + 38, y + 0.35 * SIZE + at * LINE, text)));
    }
    y += (lines.length - 1) * LINE;
    x += room;
  }
  let top = named.length ? y + 0.7 * LINE : 0;
  /* Ticks at the left, room for labels at the right; panels below each other where it is narrow. */
  const narrow = width < 560, stacked = narrow && panels.length > 1;
  const texts = layers.filter((layer) => layer.kind === "label").flatMap((layer) => rows[layer.name]?.text || []);
  const most = narrow ? Math.max(0.34 * width, wide(texts.flatMap((text) => text.split(" ")))) : Infinity;
  const ticks = drawing.y.ticks.map((tick) => folded(tick[1], narrow ? 0.36 * width : Infinity));
  const gap = 24 + wide(texts.flatMap((text) => folded(text, most)));
  const left = 20 + wide(ticks.flat());
  const each = stacked ? width - left : (width - left) / panels.length;
  top += 0.5 * LINE + (panels.some(Boolean) ? LINE : 0);
  /* The name of the axis, and what lies to its sides, which go below it where it is narrow. */
  const [less, more] = drawing.x.sides, axis = drawing.x.label;
  const below = !less ? [axis] : narrow ? [axis, `← ${less}\u2003${more} →`] : [`← ${less}\u2003${axis}\u2003${more} →`];
  const tall = drawing.height - 2.7 * LINE - top, step = stacked ? tall + 4.6 * LINE : 0, extra = 1.1 * (below.length - 1) * LINE;
  const height = drawing.height + step * (panels.length - 1) + extra;
  panels.forEach((heading, number) => {
    const from = left + (stacked ? 0 : number * each), to = from + each - gap;
    const high = top + number * step, low = high + tall;
    const across = (value) => place(drawing.x, value, from, to), up = (value) => place(drawing.y, value, low, high);
    const level = (value, colour) => tag("line", { x1: from, y1: up(value), x2: to, y2: up(value), stroke: colour });
    drawing.y.ticks.forEach(([value], at) => {
      marks.push(level(value, faint));
      if (!number || stacked) marks.push(block(from - 8, up(value), ticks[at], "end"));
    });
    marks.push(tag("line", { x1: from, y1: low, x2: to, y2: low, stroke: ink }));
    let free = -Infinity;
    for (const [value, text] of drawing.x.ticks) {
      const at = across(value), half = wide([text]) / 2 + 3;
      marks.push(tag("line", { x1: at, y1: low, x2: at, y2: low + 5, stroke: ink }));
      if (at - half < free) continue;
      marks.push(write(at, low + 1.2 * LINE, text, "middle"));
      free = at + half;
    }
    below.forEach((text, at) => {
      const half = wide([text]) / 2 + 2, middle = Math.min(Math.max((from + to) / 2, half), width - half);
      marks.push(write(middle, low + (2.3 + 1.1 * at) * LINE, text, "middle"));
    });
    marks.push(write(from, high - 0.5 * LINE, heading, "start", 600));
    const path = (xs, ys, steps) => {
      const points = [];
      xs.forEach((value, at) => {
        if (ys[at] === null) return;
        if (steps && points.length) points.push([across(value), points.at(-1)[1]]);
        points.push([across(value), up(ys[at])]);
      });
      return points.map((point) => point.map(short).join(","));
    };
    const put = (layer, found, old) => {
      const one = found[layer.name], colour = old ? earlier : layer.colour;
      if (!one) return;
      if (layer.kind === "line") {
        marks.push(stroke(path(one.x, one.y, layer.steps).join(" "), colour, old ? 1.4 : 2.6, layer.dashed));
      } else if (layer.kind === "band") {
        const points = [...path(one.x, one.high, layer.steps), ...path(one.x, one.low, layer.steps).reverse()];
        marks.push(tag("polygon", { points: points.join(" "), fill: old ? mist : colour }));
      } else if (layer.kind === "bar") {
        one.y.forEach((at, i) => marks.push(stroke(path([one.low[i], one.high[i]], [at, at]).join(" "), colour, 5, layer.dashed)));
      } else if (layer.kind === "point") {
        one.x.forEach((at, i) => marks.push(dot(across(at), up(one.y[i]), colour, old && paper)));
      } else {
        const lines = one.text.map((text) => folded(text, most));
        const centres = spread(one.y.map(up), lines.map((part) => part.length * LINE + (narrow ? 5 : 0)), high, low + LINE / 2);
        lines.forEach((part, i) => marks.push(block(to + 8, centres[i], part, "start")));
      }
    };
    for (const layer of layers.filter((other) => (other.panel || 0) === number)) {
      if (layer.ghost) past.forEach((found) => put(layer, found, true));
      put(layer, rows, false);
    }
  });
  return tag("svg", { role: "img", viewBox: `0 0 ${short(width)} ${short(height)}`, "font-size": SIZE, fill: ink,
    "aria-label": `${title}. ${drawing.alt} ${words}` }, marks.join(""));
};

/* The same values as a table. */
const tabled = (drawing, rows) => {
  const cell = (value) => value === undefined || value === null ? "" : typeof value === "number" ? digits(+value.toPrecision(3)) : escaped(value);
  const seen = new Set(), body = [];
  for (const layer of drawing.layers) {
    const one = rows[layer.name];
    if (!one || seen.has(layer.name) || layer.kind === "label") continue;
    seen.add(layer.name);
    const names = ["x", "y", "low", "high"].map((name) => one[name] || []);
    for (let at = 0; at < Math.max(...names.map((values) => values.length)); at += 1) {
      body.push(`<tr><th scope="row">${escaped(layer.label || layer.name)}</th>${names.map((values) => `<td>${cell(values[at])}</td>`).join("")}</tr>`);
    }
  }
  const heads = ["What", drawing.x.label || "across", drawing.y.label || "up", "from", "to"];
  return `<table><thead><tr>${heads.map((head) => `<th scope="col">${escaped(head)}</th>`).join("")}</tr></thead><tbody>${body.join("")}</tbody></table>`;
};

for (const host of all(".dial")) {
  const dial = data.dials[host.dataset.dial], box = find(".live", host), { controls, drawing } = dial;
  const at = controls.map((control) => control.start);
  const index = () => controls.reduce((total, control, i) => total * control.values.length + at[i], 0);
  const fixed = {};
  for (const [layer, name, values] of dial.fixed) (fixed[layer] ??= {})[name] = column(values);
  const rowsOf = (setting) => {
    const rows = structuredClone(fixed);
    dial.layout.forEach(([layer, name], i) => {
      const values = column(dial.columns[parseInt(dial.settings[setting][0].slice(2 * i, 2 * i + 2), 36)]);
      if (values) (rows[layer] ??= {})[name] = values;
    });
    return rows;
  };
  const wordsOf = (setting) => dial.settings[setting][1].split(";").map((said) => {
    const [sentence, ...numbers] = said.split(" ");
    return dial.sentences[sentence].replace(/#/g, () => numbers.shift());
  }).join(" ");
  const id = host.dataset.dial;
  box.innerHTML = `<p><b>${escaped(dial.title)}</b></p><div class="controls">${controls.map((control, i) => control.button
    ? `<button type="button" data-at="${i}">${escaped(control.label)}</button>`
    : `<div><label for="${id}-${i}">${escaped(control.label)}</label><output for="${id}-${i}"></output><input type="range" id="${id}-${i}" data-at="${i}" min="0" max="${control.values.length - 1}" value="${at[i]}"></div>`).join("")}</div>` +
    `<figure></figure><p role="status"></p><details><summary>The values as a table</summary><div class="table" tabindex="0" role="region" aria-label="${escaped(dial.title)}"></div></details>`;
  const figure = find("figure", box), status = find("[role=status]", box), fold = find("details", box);
  let visited = [index()], width = 0;
  const draw = () => {
    const now = visited.at(-1), past = visited.slice(0, -1).slice(-drawing.ghosts).map(rowsOf), words = wordsOf(now);
    width = Math.max(280, Math.min(box.clientWidth || 760, 760));
    figure.innerHTML = drawn(drawing, rowsOf(now), past, dial.title, words, width);
    if (status.textContent !== words) status.textContent = words;
    if (fold.open) find("div", fold).innerHTML = tabled(drawing, rowsOf(now));
    all("input", box).forEach((input) => {
      const value = controls[input.dataset.at].values[input.value];
      input.setAttribute("aria-valuetext", value);
      input.previousElementSibling.textContent = value;
    });
  };
  const turn = () => {
    const now = index();
    if (now === visited.at(-1)) return;
    visited = [...visited.filter((old) => old !== now), now];
    draw();
  };
  box.addEventListener("input", ({ target }) => { if (target.dataset.at) { at[target.dataset.at] = Number(target.value); turn(); } });
  box.addEventListener("click", ({ target }) => {
    if (target.tagName !== "BUTTON") return;
    const i = Number(target.dataset.at);
    at[i] = (at[i] + 1) % controls[i].values.length;
    turn();
  });
  fold.addEventListener("toggle", draw);
  new ResizeObserver(() => { if (Math.abs(box.clientWidth - width) > 1 && box.clientWidth < 761) draw(); }).observe(box);
  draw();
}
