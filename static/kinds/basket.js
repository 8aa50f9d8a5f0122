/** The form of a budget: what is chosen, what it costs together, and what still fits. */

const boxes = (form) => [...form.querySelectorAll('[name="answer"]')];
const basketOf = (form) => form.querySelector("[data-basket]").dataset;
/** In cents, so that no sum is a little wrong. */
const cents = (amount) => Math.round(Number(amount) * 100);

function read(form) {
  return boxes(form).filter((box) => box.checked).map((box) => box.value);
}

function spentOf(form) {
  return boxes(form).reduce((sum, box) => sum + (box.checked ? cents(box.dataset.cost) : 0), 0);
}

function paint(form, answer) {
  for (const box of boxes(form)) box.checked = (answer || []).includes(box.value);
  weigh(form);
}

function weigh(form) {
  const basket = basketOf(form);
  const budget = cents(basket.budget);
  const spent = spentOf(form);
  const left = budget - spent;
  const purse = form.querySelector("[data-purse]");
  const line = purse.querySelector("[data-spent]");
  purse.hidden = false;
  purse.classList.toggle("is-over", left < 0);
  write(line, left < 0 ? line.dataset.sentenceOver : line.dataset.sentence, basket, { spent, budget, left, over: -left });
  purse.querySelector("[data-filled]").setAttribute("width", Math.min(100, (100 * spent) / budget));
  for (const box of boxes(form)) {
    const more = cents(box.dataset.cost) - Math.max(left, 0);
    const note = box.parentElement.querySelector("[data-too-much]");
    note.hidden = box.checked || more <= 0;
    if (!note.hidden) write(note, basket.more, basket, { more });
  }
}

function write(node, sentence, basket, amounts) {
  const text = sentence.replace(/\{(\w+)\}/g, (whole, name) => (name in amounts ? money(amounts[name], basket) : whole));
  if (node.textContent !== text) node.textContent = text;
}

function money(amount, { currency, unit }) {
  const digits = amount % 100 ? 2 : 0;
  const style = currency ? { style: "currency", currency } : {};
  const written = new Intl.NumberFormat(document.documentElement.lang || "en", {
    ...style,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(amount / 100);
  return currency || !unit ? written : `${written}\u00a0${unit}`;
}

function problem(answer, form) {
  const basket = basketOf(form);
  const over = spentOf(form) - cents(basket.budget);
  if (over <= 0) return answer.length ? "" : basket.none;
  return basket.over.replace("{over}", money(over, basket));
}

function start(form, { answer }) {
  if (answer) paint(form, answer);
  else weigh(form);
  form.addEventListener("change", () => {
    weigh(form);
    form.querySelector("[data-problem]").hidden = true;
  });
}

export const shape = { read, paint, problem, start };
