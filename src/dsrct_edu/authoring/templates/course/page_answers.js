/* Guesses, as predicting.py and numberline.py take and show them. */
const line = (ask, values) => {
  const label = (name, value) => `${name} <b>${escaped(told(ask, value))}</b>`;
  const given = [["said", "You said", "▽", values.guess], ["is", "It is", "▲", values.result]]
    .filter((mark) => mark[3] !== null);
  const numbers = given.map((mark) => mark[3]);
  if (!numbers.every((value) => typeof value === "number" && isFinite(value))) {
    return `<div class="words">${given.map((m) => `<span>${label(m[1], m[3])}</span>`).join("")}</div>`;
  }
  const low = Math.min(ask.low, ...numbers), high = Math.max(ask.high, ...numbers);
  const row = (at, text) => `<div><i style="flex-grow:${at.toFixed(1)}"></i><span>${text}</span>` +
    `<i style="flex-grow:${(100 - at).toFixed(1)}"></i></div>`;
  const rows = given.map(([kind, name, sign, value]) => {
    const at = 100 * (value - low) / (high - low || 1);
    const both = [row(at, label(name, value)), row(at, `<span aria-hidden="true">${sign}</span>`)];
    return kind === "is" ? "<hr>" + both.reverse().join("") : both.join("");
  });
  return `${rows.join("")}<div class="ends"><span>${told(ask, low)}</span><span>${told(ask, high)}</span></div>`;
};

/* What a result is: a number where one is guessed, or the words that are told. */
const resultOf = (ask) => {
  if (ask.kind !== "number") return ask.told.replace(/ \(.*\)$/, "");
  const text = ask.told.endsWith(ask.unit) ? ask.told.slice(0, ask.told.length - ask.unit.length) : ask.told;
  return numeral(text.replace(/,/g, "")) ?? ask.told;
};

const take = (ask, given) => {
  if (ask.kind !== "number") return given || null;
  const value = numeral(given, ask.unit);
  return value !== null && value >= (ask.low ?? -Infinity) && value <= (ask.high ?? Infinity) ? value : null;
};

for (const place of all(".guess")) {
  const key = place.dataset.key, ask = data.asks[key], form = find("form", place);
  const status = find("[role=status]", place), reveal = find(".reveal", place);
  const show = (guess, note) => {
    const result = resultOf(ask), about = ask.about[0].toUpperCase() + ask.about.slice(1);
    const said = guess === null ? "no guess" : told(ask, guess);
    if (guess !== null) say(status, "guessed", `Your guess for ${ask.about}: ${told(ask, guess)}. Noted.`);
    else say(status, "guessed", `Guess left out: ${ask.about}.`);
    status.insertAdjacentHTML("beforeend",
      `<p class="unseen">${inline(`${about}. You said: ${said}. It is: ${ask.told}.`)}</p>`);
    find(".result .line", place).innerHTML = line(ask, { guess, result });
    form.hidden = true;
    reveal.hidden = false;
    reveal.open = true;
    if (!note) return;
    save((kept) => { (kept.guesses ??= {})[key] = { guess, result: ask.told, unit: ask.unit }; });
    find("div", reveal).focus();
  };
  reveal.hidden = true;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const given = form.elements.g.value;
    const guess = take(ask, given);
    if (guess !== null) show(guess, true);
    else if (!given.trim()) say(status, "", `Guess first: ${ask.about}.`);
    else say(status, "", `Your guess is ${numeral(given) === null ? quoted(given) : digits(numeral(given))}. ` +
      `What is expected is ${ask.wanted}. Change it.`);
    if (guess === null) form.elements.g.focus?.();
  });
  find(".quiet", form).addEventListener("click", () => show(null, true));
  const kept = load().guesses?.[key];
  if (kept) show(kept.guess, false);
}

/* Exercises, as verifiers.py judges them. Each judge returns whether it is right, and what to say. */
const near = (a, b, tolerance) => isFinite(a) && isFinite(b) ? Math.abs(a - b) <= tolerance : a === b;
const known = (task, matches, otherwise) => {
  const found = task.wrong.find((record) => matches(record[0]));
  return found ? [false, found[1]] : [false, otherwise];
};
const JUDGES = {
  value(task, given) {
    const text = given.trim().toLowerCase();
    const value = /^[+−-]?inf(inity)?$/.test(text) ? (/^[−-]/.test(text) ? -Infinity : Infinity) : numeral(given);
    if (value === null) {
      return [false, `This is a text: ${quoted(given)}. The exercise asks for one number, in digits, without quotation marks.`];
    }
    const expected = Number(task.expected), tolerance = task.tolerance;
    if (near(value, expected, tolerance)) return [true, task.right];
    const share = "a share between 0 and 1", percent = "a percentage";
    for (const [factor, said, other] of [[100, percent, share], [0.01, share, percent]]) {
      if (expected && near(value / factor, expected, tolerance)) {
        return [false, `This looks like ${said}. The exercise asks for ${other}.`];
      }
    }
    const count = task.about.includes("share") && expected > 0 && expected < 1 && value > 1 && value === Math.round(value);
    return known(task, (answer) => near(value, Number(answer), tolerance), count
      ? `${digits(value)} looks like a count. The exercise asks for a share: divide it by the number of those of whom it is a part.`
      : `${digits(value)} is not ${task.about}.`);
  },
  choice(task, given) {
    return given === task.expected ? [true, task.right]
      : known(task, (answer) => answer === given, "This option does not fit.");
  },
  order(task, given) {
    const letters = Object.keys(task.lines).sort();
    const order = [...given.toLowerCase()].filter((letter) => /[\p{L}\p{N}]/u.test(letter));
    const strange = order.find((letter) => !letters.includes(letter)), text = order.join("");
    if (strange) {
      return [false, `There is no line "${strange}". The lines are ${listed(letters.map((l) => `\`${l}\``), "and")}.`];
    }
    if (task.expected.includes(text)) return [true, task.right];
    if (new Set(order).size < order.length) return [false, "A line stands twice. Each line is used once at most."];
    const found = known(task, (answer) => answer === text, "");
    if (found[1]) return found;
    const needed = task.expected[0].length;
    if (order.length !== needed) return [false, `${needed} lines are needed; found ${order.length}.`];
    const agree = (target) => [...order, ""].findIndex((letter, at) => letter !== target[at]);
    const kept = Math.max(...task.expected.map(agree));
    if (!kept) return [false, "Another line comes first. Which one needs nothing else before it?"];
    return [false, `${kept === 1 ? "The first line stands" : `The first ${kept} lines stand`} right. Look at what comes after.`];
  },
};

const hint = (hints, attempt) => {
  const step = Math.min(attempt, hints.length);
  const text = hints.length ? `Hint ${step} of ${hints.length}: ${hints[step - 1]}` : "";
  return attempt > hints.length ? `${text}\n\nTo see a worked answer, open it below.` : text;
};

for (const place of all(".exercise")) {
  const key = place.dataset.key, task = data.tasks[key], form = find("form", place);
  if (!form) continue;
  const status = find("[role=status]", place);
  const judge = (given, attempt) => {
    const [passed, message] = JUDGES[task.kind](task, given);
    say(status, passed ? "right" : "notyet", `**${passed ? "Right" : "Not yet"} (${key}).** ${message}` +
      (passed ? "" : `\n\n${hint(task.hints || [], attempt)}`));
    return passed;
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const given = form.elements.a.value;
    if (!given.trim()) return say(status, "", `**To do (${key}).** Nothing to check yet.`);
    const attempt = (load().answers?.[key]?.attempts || 0) + 1;
    const passed = judge(given, attempt);
    save((kept) => { (kept.answers ??= {})[key] = { answer: given, passed, attempts: attempt }; });
  });
  const kept = load().answers?.[key];
  if (kept) { form.elements.a.value = kept.answer; judge(kept.answer, kept.attempts); }
}

for (const form of all(".item")) {
  const number = Number(form.dataset.item), key = `${data.lesson}.q${number}`;
  const status = find("[role=status]", form);
  const judge = (place) => {
    const [why, right] = data.quiz[number - 1][place];
    say(status, right ? "right" : "notyet", `${right ? "Right." : "Not yet."} ${why}`);
    return right;
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const given = form.elements.a.value;
    if (!given) return say(status, "", "Choose one of the options first.");
    const passed = judge(given);
    save((kept) => {
      const attempts = (kept.quiz?.[key]?.attempts || 0) + 1;
      (kept.quiz ??= {})[key] = { answer: "abcdefgh"[given], passed, attempts };
    });
  });
  /* What was said belongs to the option that was chosen then. */
  form.addEventListener("change", () => say(status, "", ""));
  const kept = load().quiz?.[key];
  if (kept) { form.elements.a.value = "abcdefgh".indexOf(kept.answer); judge(form.elements.a.value); }
}
