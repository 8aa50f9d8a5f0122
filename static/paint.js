/**
 * Paints tallies, turnout and presence on all screens: numbers into the page the server drew.
 *
 * A frame is the whole state of a tally. Of several that come in while the page is busy only
 * the newest is painted, once for each picture the browser shows; an older one is ignored.
 */

import { drawHemicycle, inWords } from "./seats.js";

/** The newest frame of each poll and round. */
const latest = new Map();
let presentNow = null;
let isScheduled = false;
const waiting = new Set();

const keyOf = (poll, round) => `${poll}:${round}`;
const keyOfContainer = (container) => keyOf(container.dataset.tally, container.dataset.round);

/** Draw all pictures below `root`, with the newest numbers known. */
export function paintAll(root) {
  for (const svg of root.querySelectorAll("svg[data-hemicycle]")) drawHemicycle(svg);
  for (const container of root.querySelectorAll("[data-tally]")) {
    const frame = latest.get(keyOfContainer(container));
    if (frame) paintContainer(container, frame);
  }
  if (presentNow !== null) paintPresentNumbers(root, presentNow);
  drawClouds(root);
}

/** Take in a tally frame; it is painted with the next picture. */
export function paintTally(root, frame) {
  const key = keyOf(frame.poll, frame.round);
  const known = latest.get(key);
  if (known && known.version !== undefined && frame.version <= known.version) return;
  latest.set(key, frame);
  schedule(root, key);
}

/** Take in how many voted, for a screen that may not see the counts. */
export function paintTurnout(root, frame) {
  const key = keyOf(frame.poll, frame.round);
  const known = latest.get(key);
  if (known && known.counts && frame.turnout < known.turnout) return;
  latest.set(key, { ...known, ...frame });
  schedule(root, key);
}

/** Take in how many people are here. */
export function paintPresence(root, present) {
  presentNow = present;
  for (const frame of latest.values()) frame.present = Math.max(present, frame.turnout);
  for (const container of root.querySelectorAll("[data-tally]")) {
    if (latest.has(keyOfContainer(container))) schedule(root, keyOfContainer(container));
  }
  paintPresentNumbers(root, present);
}

/** Forget a poll's frames: it was opened, perhaps after its votes had been cleared. */
export function forget(poll) {
  for (const key of latest.keys()) if (key.startsWith(`${poll}:`)) latest.delete(key);
}

function schedule(root, key) {
  waiting.add(key);
  if (isScheduled) return;
  isScheduled = true;
  requestAnimationFrame(() => {
    isScheduled = false;
    const keys = new Set(waiting);
    waiting.clear();
    for (const container of root.querySelectorAll("[data-tally]")) {
      const found = keyOfContainer(container);
      if (keys.has(found)) paintContainer(container, latest.get(found));
    }
  });
}

function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

function fill(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
}

function paintPresentNumbers(root, present) {
  for (const node of root.querySelectorAll("[data-present]")) setText(node, inWords(present));
}

function paintContainer(container, frame) {
  if (frame === undefined) return;
  const words = { turnout: inWords(frame.turnout), present: inWords(frame.present) };
  container.classList.toggle("is-empty", frame.turnout === 0);
  for (const node of container.querySelectorAll("[data-turnout]")) setText(node, words.turnout);
  for (const node of container.querySelectorAll("[data-turnout-sentence]")) {
    setText(node, fill(node.dataset.sentence, words));
  }
  if (frame.counts) paintCounts(container, frame);
  for (const svg of container.querySelectorAll("svg[data-hemicycle]")) paintSeats(svg, frame, words);
  if (frame.counts) paintClouds(container, frame);
}

function paintCounts(container, { counts, percents, details, turnout }) {
  for (const node of container.querySelectorAll("[data-count]")) {
    setText(node, inWords(counts[node.dataset.count] || 0));
  }
  for (const node of container.querySelectorAll("[data-percent]")) {
    const percent = (percents[node.dataset.percent] || 0) / 100;
    setText(node, turnout ? percent.toLocaleString(document.documentElement.lang || "en", { style: "percent" }) : "");
  }
  for (const svg of container.querySelectorAll("svg[data-bar]")) paintBar(svg, percents[svg.dataset.bar] || 0);
  for (const node of container.querySelectorAll("[data-detail]")) {
    const value = details[node.dataset.detail];
    setText(node, value === null || value === undefined ? "–" : inWords(value));
  }
}

function paintBar(svg, percent) {
  const value = svg.querySelector(".val");
  if (value.hasAttribute("data-column")) {
    value.setAttribute("y", 100 - percent);
    value.setAttribute("height", percent);
  } else value.setAttribute("width", percent);
}

function paintSeats(svg, frame, words) {
  const { dataset } = svg;
  dataset.room = frame.present;
  if (dataset.hidden !== undefined) dataset.taken = frame.turnout;
  else if (frame.counts && dataset.keys) {
    dataset.counts = dataset.keys.split(",").map((key) => frame.counts[key] || 0).join(",");
  }
  if (dataset.mid !== undefined) dataset.mid = words.turnout;
  if (dataset.capSentence) dataset.cap = fill(dataset.capSentence, words);
  drawHemicycle(svg);
}

/* Clouds: the list of words is the picture's text twin, and what it is drawn from */

function paintClouds(container, { counts }) {
  for (const cloud of container.querySelectorAll("[data-cloud]")) {
    const list = cloud.querySelector("[data-words]");
    list.replaceChildren(
      ...Object.entries(counts).map(([word, count]) => {
        const item = document.createElement("li");
        item.dataset.word = word;
        item.dataset.times = count;
        const times = document.createElement("b");
        times.textContent = inWords(count);
        item.append(word, " ", times);
        return item;
      }),
    );
  }
  drawClouds(container);
}

function drawClouds(root) {
  const clouds = root.querySelectorAll("[data-cloud]");
  if (!clouds.length) return;
  import("./cloud.js").then(({ drawCloud }) => clouds.forEach(drawCloud));
}
