/**
 * The form of a ranking: one's own order, and below it what is not in it. People tap what comes
 * next, and move what is in by buttons, by arrow keys, or by dragging its number.
 */

const find = (form, name) => form.querySelector(`[data-${name}]`);
const rows = (list) => [...list.children];
const isLocked = (form) => form.querySelector("[data-answers]").disabled;

function read(form) {
  return rows(find(form, "ranked")).map((row) => row.dataset.optionId);
}

function paint(form, answer) {
  const order = answer || [];
  find(form, "ranker").classList.add("is-live");
  if (read(form).join() !== order.join()) {
    remember(form);
    for (const row of rows(find(form, "ranked"))) leave(form, row);
    for (const option of order) {
      const row = form.querySelector(`[data-option-id="${CSS.escape(option)}"]`);
      if (row) find(form, "ranked").append(row);
    }
    say(form, "");
  }
  number(form);
}

/** The rows of a form as it first showed them, which may be an order of this phone's own. */
const shown = new WeakMap();

function remember(form) {
  const all = rows(find(form, "pool"));
  if (find(form, "ranked").children.length === 0) shown.set(form, all);
}

/** What is taken out stands again where the form first showed it. */
function leave(form, row) {
  const pool = find(form, "pool");
  const order = shown.get(form);
  const next = rows(pool).find((other) => order.indexOf(other) > order.indexOf(row));
  pool.insertBefore(row, next || null);
}

function number(form) {
  const ranked = rows(find(form, "ranked"));
  ranked.forEach((row, index) => {
    find(row, "number").textContent = index + 1;
    find(row, "up").setAttribute("aria-disabled", index === 0);
    find(row, "down").setAttribute("aria-disabled", index === ranked.length - 1);
  });
  find(form, "empty").hidden = ranked.length > 0;
  find(form, "line").hidden = find(form, "pool").children.length === 0;
  for (const row of rows(find(form, "pool"))) find(row, "number").textContent = "";
}

function say(form, name, row) {
  const said = find(form, "said");
  const sentence = name ? find(form, "ranker").dataset[name] : "";
  const values = row && {
    label: find(row, "label").textContent,
    place: read(form).indexOf(row.dataset.optionId) + 1,
    count: read(form).length,
  };
  said.textContent = sentence.replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
  for (const other of form.querySelectorAll(".is-moved")) other.classList.remove("is-moved");
  if (row) row.classList.add("is-moved");
}

function add(form, row) {
  const next = row.nextElementSibling || row.previousElementSibling;
  remember(form);
  find(form, "ranked").append(row);
  number(form);
  say(form, "moved", row);
  (next ? find(next, "add") : find(row, "up")).focus({ preventScroll: true });
}

function takeOut(form, row) {
  leave(form, row);
  number(form);
  say(form, "out", row);
  find(row, "add").focus({ preventScroll: true });
}

/** Move a row by moving its neighbour, so that the row keeps focus and pointer. */
function move(form, row, step) {
  const other = step < 0 ? row.previousElementSibling : row.nextElementSibling;
  if (!other) return;
  if (step < 0) row.after(other);
  else row.before(other);
  number(form);
  say(form, "moved", row);
}

/* Dragging by the number */

function drag(form, grip, down) {
  const row = grip.closest("[data-option-id]");
  if (down.button !== 0 || isLocked(form) || !find(form, "ranked").contains(row)) return;
  down.preventDefault();
  grip.setPointerCapture(down.pointerId);
  row.classList.add("is-dragged");
  const follow = ({ clientY }) => {
    const before = row.previousElementSibling;
    const after = row.nextElementSibling;
    if (before && clientY < middleOf(before)) move(form, row, -1);
    else if (after && clientY > middleOf(after)) move(form, row, 1);
    row.classList.toggle("is-leaving", clientY > find(form, "line").getBoundingClientRect().bottom && !find(form, "line").hidden);
  };
  const stop = () => {
    grip.removeEventListener("pointermove", follow);
    const isLeaving = row.classList.contains("is-leaving");
    row.classList.remove("is-dragged", "is-leaving");
    if (isLeaving) takeOut(form, row);
  };
  grip.addEventListener("pointermove", follow);
  grip.addEventListener("lostpointercapture", stop, { once: true });
}

function middleOf(row) {
  const { top, height } = row.getBoundingClientRect();
  return top + height / 2;
}

function start(form, { answer }) {
  paint(form, answer);
  form.addEventListener("click", ({ target }) => {
    const row = target.closest("[data-option-id]");
    if (!row || isLocked(form)) return;
    if (target.closest("[data-up]")) move(form, row, -1);
    else if (target.closest("[data-down]")) move(form, row, 1);
    else if (target.closest("[data-take-out]")) takeOut(form, row);
    else if (find(form, "pool").contains(row)) add(form, row);
  });
  form.addEventListener("keydown", (event) => {
    const row = event.target.closest("[data-ranked] [data-option-id]");
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!row || !step) return;
    event.preventDefault();
    move(form, row, step);
  });
  form.addEventListener("pointerdown", (event) => {
    const grip = event.target.closest("[data-grip]");
    if (grip) drag(form, grip, event);
  });
}

export const shape = {
  read,
  paint,
  problem: (answer, form) => (answer.length ? "" : find(form, "ranker").dataset.none),
  start,
};
