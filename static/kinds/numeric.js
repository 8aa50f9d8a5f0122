/** Keeps the histogram of an estimate current: columns, the middle half, the median, and words. */

const number = new Intl.NumberFormat(document.documentElement.lang || "en", {
  maximumFractionDigits: 6,
  useGrouping: "min2",
});

const formatted = (value) => (typeof value === "number" ? number.format(value) : "–");
const fill = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

function write(node, text) {
  if (node && node.textContent !== text) node.textContent = text;
}

function place(node, values) {
  for (const [name, value] of Object.entries(values)) node.setAttribute(name, value);
}

/**
 * @param {SVGSVGElement} svg
 * @param {{version: number, turnout: number, counts: Record<string, number>, details: Record<string, any>} | null} frame
 */
export function draw(svg, frame) {
  const container = svg.closest("[data-tally]");
  if (!frame || frame.version < Number(container.dataset.tallyVersion || 0)) return;
  const { details, counts, turnout } = frame;
  svg.classList.toggle("is-empty", turnout === 0);
  const [pad, span, floor, room] = ["pad", "span", "floor", "room"].map((name) => Number(svg.dataset[name]));
  raiseColumns(svg, counts, floor, room);
  if (turnout > 0) {
    const from = pad + span * details.lower_at;
    place(svg.querySelector("[data-half]"), { x: from, width: pad + span * details.upper_at - from });
    moveMedian(svg, pad + span * details.median_at, floor, details);
  }
  write(container.querySelector('[data-estimate="median"]'), formatted(details.median));
  const pair = container.querySelector("[data-estimate-pair]");
  const ends = { lower: formatted(details.lower), upper: formatted(details.upper) };
  write(pair, turnout > 0 ? fill(pair.dataset.estimatePair, ends) : "–");
}

function raiseColumns(svg, counts, floor, room) {
  const most = Math.max(1, ...Object.values(counts));
  for (const column of svg.querySelectorAll("[data-column]")) {
    const key = column.dataset.column;
    const height = ((counts[key] || 0) / most) * room;
    place(column, { y: floor - height, height });
    const times = svg.querySelector(`[data-times="${CSS.escape(key)}"]`);
    place(times, { y: floor - height - Number(svg.dataset.size) * 0.25 });
    const text = counts[key] ? number.format(counts[key]) : "";
    write(times, text.length <= Number(svg.dataset.digits) ? text : "");
  }
}

function moveMedian(svg, x, floor, { median, median_at: at }) {
  const mark = svg.querySelector('[data-mark="median"]');
  mark.removeAttribute("visibility");
  for (const path of mark.querySelectorAll("path")) {
    const top = path.getAttribute("d").split(" ")[1].split("V")[0];
    path.setAttribute("d", `M${x} ${top}V${floor}`);
  }
  const text = mark.querySelector("text");
  place(text, { x, "text-anchor": at < 0.2 ? "start" : at > 0.8 ? "end" : "middle" });
  write(text, fill(svg.dataset.medianSentence, { number: formatted(median) }));
}
