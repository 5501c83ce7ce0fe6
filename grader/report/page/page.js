"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const byId = (id) => document.getElementById(id);

// element makes an element. What is in it is text, or elements.
function element(name, attributes, ...children) {
  const e = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (key.startsWith("on")) e.addEventListener(key.slice(2), value);
    else if (value !== undefined && value !== false) e.setAttribute(key, value);
  }
  e.append(...children.filter((c) => c !== ""));
  return e;
}

const symbols = { pass: "✓", fail: "✗", part: "✗", skip: "–", error: "!", none: "·" };
const number = (n) => String(Math.round(n * 100) / 100);
const marks = (r) => (r.score === null ? "–" : number(r.score) + "/" + number(r.max));
const share = (r) => (r.score === null || r.max === 0 ? -1 : r.score / r.max);
const kind = (c) => (c.status === "fail" && c.score > 0 ? "part" : c.status);
const statusKind = (s) => (s === "pass" ? "pass" : s === "infra_error" ? "error" : "fail");
const compare = (a, b) => (typeof a === "number" ? a - b : a.localeCompare(b, undefined, { numeric: true, sensitivity: "base" }));

// The mistakes of a result: what was recognised, else the checks that failed.
function mistakes(r) {
  const found = new Set();
  if (r.score === null) return found; // the grader's
  if (r.diagnosis) found.add(r.diagnosis);
  else if (r.checks.length === 0 && r.status !== "pass") found.add(r.status);
  for (const c of r.checks) {
    if (c.diagnosis) found.add(c.diagnosis);
    else if (c.status === "fail") found.add("fails: " + c.name);
  }
  return found;
}

const rows = data.results.map((result, index) => ({
  result, index,
  mistakes: mistakes(result),
  text: [result.name, result.exercise, result.status, result.message, ...mistakes(result)].join("\n").toLowerCase(),
}));
const exercises = [...new Set(data.results.map((r) => r.exercise))];
const statuses = [...new Set(data.results.map((r) => r.status))].sort();
const view = { sort: "name", down: false, search: "", status: "", exercise: exercises.length === 1 ? exercises[0] : "", mistake: "" };
let shown = [];

function about() {
  const graded = data.results.filter((r) => r.score !== null);
  const seconds = data.results.map((r) => r.seconds).sort((a, b) => a - b);
  const mean = graded.reduce((sum, r) => sum + Math.max(share(r), 0), 0) / (graded.length || 1);
  byId("about").textContent = [
    data.results.length + " submissions",
    graded.length ? "mean " + Math.round(100 * mean) + " %" : "",
    graded.length < data.results.length ? data.results.length - graded.length + " not graded" : "",
    seconds.length ? "median " + seconds[Math.floor(seconds.length / 2)].toFixed(1) + " s each" : "",
    "Linux " + [...new Set(data.results.map((r) => r.kernel))].join(", "),
    data.tool,
  ].filter(Boolean).join(" · ");
  document.title = "Marks: " + exercises.join(", ");
}

// bars fills a list with labels, bars and counts.
function bars(list, entries, most) {
  list.replaceChildren(...entries.map(([label, count, text]) => {
    const bar = element("span", { class: "bar", "aria-hidden": "true" });
    bar.style.setProperty("--part-of", (100 * count) / (most || 1) + "%");
    return element("li", {}, label, bar, element("span", {}, text || String(count)));
  }));
}

function spread(results) {
  const bins = Array(11).fill(0);
  for (const r of results) if (share(r) >= 0) bins[share(r) >= 1 ? 10 : Math.floor(share(r) * 10)]++;
  const entries = bins.map((n, i) => [element("span", {}, i === 10 ? "100 %" : i * 10 + "–" + (i * 10 + 9) + " %"), n]);
  bars(byId("spread"), entries.reverse(), Math.max(...bins));
}

function common(results) {
  const count = new Map();
  for (const row of results) for (const m of row.mistakes) count.set(m, (count.get(m) || 0) + 1);
  const top = [...count].sort((a, b) => b[1] - a[1] || compare(a[0], b[0])).slice(0, 10);
  bars(byId("mistakes"), top.map(([name, n]) => [element("button", {
    type: "button", title: name, "aria-pressed": String(view.mistake === name),
    onclick: () => { view.mistake = view.mistake === name ? "" : name; update(); },
  }, name), n]), top.length ? top[0][1] : 1);
}

// columns are the checks of the exercises that are shown.
function columns() {
  const all = new Map();
  for (const r of data.results) {
    if (view.exercise && r.exercise !== view.exercise) continue;
    for (const c of r.checks) all.set(r.exercise + "\n" + c.name, { exercise: r.exercise, name: c.name, hidden: c.hidden });
  }
  return [...all.values()].sort((a, b) => exercises.indexOf(a.exercise) - exercises.indexOf(b.exercise));
}
const checkOf = (r, column) => (r.exercise === column.exercise ? r.checks.find((c) => c.name === column.name) : undefined);

function passed(results) {
  bars(byId("passed"), columns().map((column) => {
    const reached = results.filter((r) => r.exercise === column.exercise);
    const n = reached.filter((r) => (checkOf(r, column) || {}).status === "pass").length;
    const label = (exercises.length > 1 && !view.exercise ? column.exercise + ": " : "") + column.name;
    return [element("span", { title: label }, label), reached.length ? n / reached.length : 0, n + "/" + reached.length];
  }), 1);
}

const keys = {
  name: (r) => r.name, exercise: (r) => r.exercise, status: (r) => r.status, marks: share, seconds: (r) => r.seconds,
};
function sortKey(r) {
  if (keys[view.sort]) return keys[view.sort](r);
  const check = checkOf(r, view.sort);
  return check ? ["none", "skip", "error", "fail", "part", "pass"].indexOf(kind(check)) : -1;
}

function header(label, sort, attributes) {
  const same = view.sort === sort || (view.sort.name && view.sort.name === sort.name && view.sort.exercise === sort.exercise);
  const th = element("th", { scope: "col", ...attributes, "aria-sort": same ? (view.down ? "descending" : "ascending") : "none" },
    element("button", { type: "button", title: "Sort by " + label, onclick: () => {
      view.down = same ? !view.down : sort === "marks" || sort === "seconds";
      view.sort = sort;
      update();
      [...byId("heat").tHead.rows].at(-1).cells[th.cellIndex].querySelector("button").focus();
    } }, label + (same ? (view.down ? " ▼" : " ▲") : "")));
  return th;
}

function line(row, position, shape) {
  const r = row.result;
  const status = element("span", { class: "status " + statusKind(r.status) }, r.status);
  const tr = element("tr", {},
    element("td", {}, element("button", { type: "button", title: r.name, onclick: () => detail(position) }, r.name || "(no name)")));
  if (exercises.length > 1) tr.append(element("td", {}, r.exercise));
  tr.append(element("td", {}, status), element("td", { class: "number" }, marks(r)), element("td", { class: "number" }, r.seconds.toFixed(1) + " s"));
  for (const column of shape) {
    const c = checkOf(r, column);
    const k = c ? kind(c) : "none";
    const says = column.name + ": " + (c ? c.status + ", " + number(c.score) + "/" + number(c.max) : "not reached");
    tr.append(element("td", { class: "cell " + k, title: says + (c && c.message ? "\n" + c.message : ""), "aria-label": says }, symbols[k]));
  }
  return tr;
}

// groups is a row with the exercises of the columns, where there are several.
function groups(shape, before) {
  const names = [...new Set(shape.map((c) => c.exercise))];
  if (names.length < 2) return [];
  const span = (name) => shape.filter((c) => c.exercise === name).length;
  return [element("tr", {}, element("th", { colspan: before }),
    ...names.map((name) => element("th", { class: "group", scope: "colgroup", colspan: span(name), title: name }, name)))];
}

function update() {
  const shape = columns();
  if (typeof view.sort === "object" && !shape.some((c) => c.name === view.sort.name && c.exercise === view.sort.exercise)) view.sort = "name";
  shown = rows.filter((row) => (!view.exercise || row.result.exercise === view.exercise) &&
    (!view.status || row.result.status === view.status) && (!view.mistake || row.mistakes.has(view.mistake)) &&
    row.text.includes(view.search));
  const key = new Map(shown.map((row) => [row, sortKey(row.result)]));
  shown.sort((a, b) => (view.down ? -1 : 1) * compare(key.get(a), key.get(b)) || a.index - b.index);

  const head = [header("Submission", "name")];
  if (exercises.length > 1) head.push(header("Exercise", "exercise"));
  head.push(header("Status", "status"), header("Marks", "marks", { class: "number" }), header("Time", "seconds", { class: "number" }));
  for (const c of shape) head.push(header(c.name + (c.hidden ? " (hidden)" : ""), c, { class: "check" }));
  byId("heat").tHead.replaceChildren(...groups(shape, head.length - shape.length), element("tr", {}, ...head));
  byId("heat").tBodies[0].replaceChildren(...shown.map((row, i) => line(row, i, shape)));
  byId("shown").textContent = shown.length + " of " + rows.length + (view.mistake ? " with “" + view.mistake + "”" : "");
  spread(shown.map((row) => row.result));
  common(rows.filter((row) => !view.exercise || row.result.exercise === view.exercise));
  passed(shown.map((row) => row.result));
}

// detail opens one submission of those that are shown.
function detail(position) {
  const r = shown[position].result, dialog = byId("detail");
  const step = (by) => element("button", {
    type: "button", disabled: shown[position + by] === undefined && "", onclick: () => detail(position + by),
  }, by < 0 ? "← Previous" : "Next →");
  const facts = (pairs) => element("dl", {}, ...pairs.filter(([, text]) => text).flatMap(([name, text]) => [element("dt", {}, name), element("dd", {}, text)]));
  const children = [
    element("nav", {}, step(-1), step(1), element("button", { type: "button", id: "close", onclick: () => dialog.close() }, "Close")),
    element("h2", { id: "detail-name", tabindex: "-1" }, r.name || "(no name)"),
    element("p", {}, element("span", { class: "status " + statusKind(r.status) }, r.status), " " + marks(r)),
    facts([["Exercise", r.exercise], ["Reason", r.message], ["Look at", r.help], ["Diagnosis", r.diagnosis],
      ["Kernel", r.kernel], ["Seed", r.seed], ["Time", r.seconds.toFixed(1) + " s"]]),
  ];
  for (const c of r.checks) {
    children.push(element("article", { class: kind(c) },
      element("h3", {}, symbols[kind(c)] + " " + c.name + (c.hidden ? " (hidden)" : "") + ", " + number(c.score) + "/" + number(c.max)),
      element("p", {}, c.message),
      facts([["Expected", c.expected], ["Found", c.actual], ["Look at", c.help], ["Diagnosis", c.diagnosis]]),
      c.output ? element("pre", {}, c.output) : ""));
  }
  if (r.log) children.push(element("h3", {}, "Log"), element("pre", {}, r.log));
  for (const a of r.advice || []) children.push(element("p", {}, "Advice: " + a));
  dialog.replaceChildren(...children);
  dialog.dataset.position = position;
  if (!dialog.open) dialog.showModal();
  byId("detail-name").focus();
}

function options(select, all, names) {
  select.replaceChildren(element("option", { value: "" }, all), ...names.map((n) => element("option", { value: n }, n)));
}

options(byId("exercise"), "all", exercises);
options(byId("status"), "all", statuses);
byId("exercise-label").hidden = exercises.length < 2;
byId("search").addEventListener("input", (e) => { view.search = e.target.value.toLowerCase(); update(); });
byId("exercise").addEventListener("change", (e) => { view.exercise = e.target.value; update(); });
byId("status").addEventListener("change", (e) => { view.status = e.target.value; update(); });
byId("filter").addEventListener("submit", (e) => e.preventDefault());
byId("filter").addEventListener("reset", () => {
  Object.assign(view, { search: "", status: "", exercise: exercises.length === 1 ? exercises[0] : "", mistake: "" });
  update();
});
document.addEventListener("keydown", (e) => {
  const dialog = byId("detail");
  if (dialog.open && (e.key === "ArrowLeft" || e.key === "ArrowRight")) {
    const next = Number(dialog.dataset.position) + (e.key === "ArrowLeft" ? -1 : 1);
    if (shown[next]) detail(next);
  }
});
document.addEventListener("keyup", (e) => {
  if (e.key === "/" && !byId("detail").open && !/^(INPUT|SELECT)$/.test(document.activeElement.tagName)) byId("search").focus();
});
// A click beside the dialog closes it.
byId("detail").addEventListener("click", (e) => { if (e.target === e.currentTarget) e.currentTarget.close(); });
about();
update();
