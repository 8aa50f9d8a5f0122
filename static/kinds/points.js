/**
 * Points on a phone: buttons that give and take, a line that says what is left, and help to make
 * it come out. The sentences are in the data attributes of [data-points].
 */

import { fill } from "../plurals.js";

const rowsOf = (form) => [...form.querySelectorAll(".points-row")];
const fieldOf = (row) => row.querySelector("input");
const pad = (form) => form.querySelector("[data-points]");
const totalOf = (form) => Number(pad(form).dataset.points);

/** The points in a field; NaN where it holds something else than a whole number. */
function pointsIn(field) {
  const text = field.value.trim();
  return /^\d{0,4}$/.test(text) ? Number(text) : NaN;
}

const given = (form) => rowsOf(form).map((row) => pointsIn(fieldOf(row)));
const sum = (numbers) => numbers.reduce((all, number) => all + (number || 0), 0);

/** A button moves by a round number: 5 of 100. */
function strideOf(total) {
  return [50, 20, 10, 5, 2, 1].find((stride) => stride <= Math.max(1, total / 20));
}

/** Split a total in proportion to weights; the largest remainders get what is left over. */
function shares(total, weights) {
  const whole = sum(weights);
  const parts = weights.map((weight) => Math.floor((total * weight) / whole));
  const order = weights
    .map((weight, place) => ({ place, rest: (total * weight) % whole }))
    .sort((one, other) => other.rest - one.rest || one.place - other.place);
  for (const { place } of order.slice(0, total - sum(parts))) parts[place] += 1;
  return parts;
}

function write(form, numbers) {
  rowsOf(form).forEach((row, place) => (fieldOf(row).value = numbers[place] || ""));
  tell(form);
}

/** Say what is left, and offer the help that goes with it. */
function tell(form) {
  const total = totalOf(form);
  const numbers = given(form);
  const left = total - sum(numbers);
  const { dataset } = pad(form);
  const foot = form.querySelector(".points-foot");
  const line = foot.querySelector("[data-points-left]");
  const words = left > 0 ? fill(dataset.left, { points: left }) : left < 0 ? fill(dataset.over, { points: -left }) : dataset.all;
  if (line.textContent !== words) line.textContent = words;
  foot.classList.toggle("is-over", left < 0);
  foot.classList.toggle("is-all", left === 0);
  const help = foot.querySelector("[data-points-help]");
  const label = left < 0 ? dataset.fit : dataset.share;
  if (help.textContent !== label) help.textContent = label;
  if (left === 0 && document.activeElement === help) form.querySelector("[data-send]")?.focus();
  help.hidden = left === 0;
  form.querySelector("[data-problem]").hidden = true;
  rowsOf(form).forEach((row, place) => {
    const share = Math.min(100, ((numbers[place] || 0) / total) * 100);
    row.querySelector(".bar .val").setAttribute("width", share);
  });
}

function help(form) {
  const total = totalOf(form);
  const numbers = given(form).map((number) => number || 0);
  const left = total - sum(numbers);
  if (left < 0) return write(form, shares(total, numbers));
  const more = shares(left, numbers.map(() => 1));
  write(form, numbers.map((number, place) => number + more[place]));
}

/** Go on to the next round number, so that 12 and a press is 15. */
function give(form, button) {
  const field = fieldOf(button.closest(".points-row"));
  const total = totalOf(form);
  const stride = strideOf(total);
  const before = pointsIn(field) || 0;
  const after = Number(button.dataset.give) > 0
    ? (Math.floor(before / stride) + 1) * stride
    : (Math.ceil(before / stride) - 1) * stride;
  field.value = Math.min(total, Math.max(0, after)) || "";
  tell(form);
}

export const shape = {
  read(form) {
    const found = {};
    for (const row of rowsOf(form)) {
      const field = fieldOf(row);
      const points = pointsIn(field);
      if (points || Number.isNaN(points)) found[field.name.slice("points.".length)] = points;
    }
    return found;
  },
  paint(form, answer) {
    write(form, rowsOf(form).map((row) => (answer || {})[fieldOf(row).name.slice("points.".length)]));
  },
  problem(answer, form) {
    const { dataset } = pad(form);
    const total = totalOf(form);
    const numbers = Object.values(answer);
    if (numbers.some((number) => Number.isNaN(number) || number > total)) return dataset.refuseNumber;
    const left = total - sum(numbers);
    if (left > 0) return fill(dataset.refuseLeft, { points: left });
    return left < 0 ? fill(dataset.refuseOver, { points: -left }) : "";
  },
  start(form) {
    form.addEventListener("input", () => tell(form));
    form.addEventListener("click", ({ target }) => {
      const button = target.closest("[data-give]");
      if (button) give(form, button);
      else if (target.closest("[data-points-help]")) help(form);
    });
    tell(form);
  },
};
