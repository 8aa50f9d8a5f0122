/**
 * Paints numbers and pictures on all screens: tallies, turnout, people here, seats, bars, clouds.
 *
 * The server draws every number into the page; this keeps them current. A frame is the whole
 * state of a tally with a version, so an older one is ignored, and of several that come between
 * two pictures of the screen only the newest is painted. Nodes are kept: a vote more changes a
 * few attributes and texts, never the page.
 *
 * What it finds in a page (`docs` of the fragments: templates/kinds/parts.html):
 *   [data-tally="poll"][data-round][data-tally-version][data-round-id]   a poll's picture; inside:
 *     [data-count="key"], [data-percent="key"], [data-detail="mean"]     texts
 *     svg[data-bar="key"]         a bar; with data-upright a column, as high as its share of most
 *     [data-turnout], [data-turnout-sentence][data-sentence]             texts
 *     [data-spoken][data-sentence]  the sentence for screen readers, now and then
 *     [data-zero]                 shown while nobody has voted
 *     svg[data-hemicycle]         seats; see `drawHemicycle`
 *     [data-cloud]                words; see cloud.js
 *     [data-drawn="name"]         a picture of a kind's own: kinds/name.js exports draw(node, frame);
 *                                 the frame is null when the page itself says all there is
 *   [data-present]                people here, anywhere
 *   svg[data-hemicycle][data-follows-presence]   a seat for everyone here
 */

import { fill } from "./plurals.js";
import {
  EMPTY_FACE,
  LETTERS,
  NOBODY,
  SEATS_MOST,
  TAKEN_FACE,
  assignSeats,
  faceOf,
  layOut,
  rimPlaces,
  roomSeats,
  scatterSeats,
  seatsOf,
  votesPerSeat,
} from "./seats.js";

const SVG = "http://www.w3.org/2000/svg";
const SPEAK_EVERY_MS = 20000;

/**
 * @typedef {object} Frame
 * @property {string} poll
 * @property {number} round
 * @property {number} version
 * @property {number} turnout
 * @property {number} present
 * @property {Record<string, number>} counts
 * @property {Record<string, number>} percents
 * @property {Record<string, any>} details
 */

/* Frames: the newest of each round */

/** @type {Map<string, {version: number, roundId: string|undefined, frame: Frame|null}>} */
const rounds = new Map();
const waiting = new Map();
let isAsked = false;

const keyOf = (poll, round) => `${poll}/${round}`;

/**
 * Draw everything below `root` as its HTML says, or newer where a newer frame is known.
 * Call it after HTML has changed.
 * @param {ParentNode} root
 */
export function paintAll(root) {
  for (const container of find(root, "[data-tally]")) {
    const known = knownRound(container);
    if (known.frame && known.version > htmlVersion(container)) paintFrame(container, known.frame);
    else known.version = Math.max(known.version, htmlVersion(container));
  }
  for (const svg of find(root, "svg[data-hemicycle]")) drawHemicycle(svg);
  for (const node of find(root, "[data-drawn]")) {
    const container = node.closest("[data-tally]");
    drawPicture(node, (container && knownRound(container).frame) || null);
  }
  drawClouds(root);
}

/** Draw a picture whose script only one kind needs; it is fetched when it is first shown. */
function drawPicture(node, frame) {
  import(`./kinds/${node.dataset.drawn}.js`).then(
    ({ draw }) => node.isConnected && draw(node, frame),
    () => {}, // the text beside it says the same
  );
}

/**
 * Paint a tally in all its pictures, with the next picture of the screen.
 * @param {ParentNode} root
 * @param {Frame} frame
 */
export function paintTally(root, frame) {
  const key = keyOf(frame.poll, frame.round);
  const known = rounds.get(key) || { version: -1, roundId: undefined, frame: null };
  if (known.frame && frame.version <= known.version) return;
  if (frame.version < known.version) return;
  rounds.set(key, { ...known, version: frame.version, frame });
  soon(key, () => {
    for (const container of containers(root, frame)) paintFrame(container, rounds.get(key)?.frame || frame);
  });
}

/**
 * Paint how many have voted, where the counts are not shown.
 * @param {ParentNode} root
 * @param {{poll: string, round: number, turnout: number, present: number}} frame
 */
export function paintTurnout(root, frame) {
  soon(`turnout/${keyOf(frame.poll, frame.round)}`, () => {
    for (const container of containers(root, frame)) {
      if (showsAnswers(container)) continue;
      paintTurnoutIn(container, frame);
      for (const svg of find(container, "svg[data-hemicycle]")) seatFrame(svg, frame);
    }
  });
}

/**
 * Paint how many people are here.
 * @param {ParentNode} root
 * @param {number} present
 */
export function paintPresence(root, present) {
  soon("presence", () => {
    for (const node of find(root, "[data-present]")) setText(node, formatted(present));
    for (const svg of find(root, "svg[data-hemicycle][data-follows-presence]")) {
      svg.dataset.taken = present;
      const room = Number(svg.dataset.room || 0);
      if (present > room || present < room / 2) svg.dataset.room = roomFor(present);
      drawHemicycle(svg);
    }
    for (const svg of find(root, "[data-tally][data-is-open] svg[data-hemicycle]")) {
      svg.dataset.room = Math.max(present, takenOf(svg));
      drawHemicycle(svg);
    }
    for (const container of find(root, "[data-tally][data-is-open]")) {
      const turnout = container.dataset.turnoutNow;
      if (turnout !== undefined) paintTurnoutIn(container, { turnout: Number(turnout), present });
    }
  });
}

/**
 * Forget a poll's frames: it was opened, perhaps after its votes had been cleared.
 * @param {string} poll
 */
export function forget(poll) {
  for (const key of [...rounds.keys()]) if (key.startsWith(`${poll}/`)) rounds.delete(key);
}

/** A room with some free seats, so that there is a place for whoever comes next. */
function roomFor(present) {
  return Math.max(24, Math.ceil(present * 1.18));
}

/** Do it before the next picture of the screen; of several of one key only the last. */
function soon(key, paint) {
  waiting.set(key, paint);
  if (isAsked) return;
  isAsked = true;
  const paintNow = () => {
    if (!isAsked) return;
    isAsked = false;
    const paints = [...waiting.values()];
    waiting.clear();
    for (const each of paints) each();
  };
  requestAnimationFrame(paintNow);
}

function containers(root, { poll, round }) {
  return find(root, "[data-tally]").filter(
    ({ dataset }) => dataset.tally === poll && Number(dataset.round) === round,
  );
}

/** Whether a container shows a tally; its turnout then comes with the tally's frames. */
function showsAnswers(container) {
  return container.querySelector("[data-count], [data-cloud], svg[data-counts]") !== null;
}

function htmlVersion(container) {
  return Number(container.dataset.tallyVersion || 0);
}

/** What is known of a container's round; nothing any more when votes were cleared since. */
function knownRound(container) {
  const { tally, round, roundId } = container.dataset;
  const key = keyOf(tally, round);
  let known = rounds.get(key);
  if (!known || (roundId && known.roundId && known.roundId !== roundId)) {
    known = { version: -1, roundId, frame: null };
    rounds.set(key, known);
  }
  if (roundId) known.roundId = roundId;
  return known;
}

/* Numbers */

function paintFrame(container, frame) {
  paintTurnoutIn(container, frame);
  const { counts, percents, details } = frame;
  for (const node of find(container, "[data-count]")) {
    setText(node, formatted(counts[node.dataset.count] || 0));
  }
  for (const node of find(container, "[data-percent]")) {
    setText(node, frame.turnout ? asPercent(percents[node.dataset.percent] || 0) : "");
  }
  for (const node of find(container, "[data-detail]")) {
    const value = details[node.dataset.detail];
    setText(node, typeof value === "number" ? formatted(value) : "–");
  }
  const most = Math.max(1, ...Object.values(counts));
  for (const svg of find(container, "svg[data-bar]")) {
    const key = svg.dataset.bar;
    if ("upright" in svg.dataset) setColumn(svg, ((counts[key] || 0) / most) * 100);
    else setAttribute(svg.querySelector(".val"), "width", percents[key] || 0);
  }
  for (const svg of find(container, "svg[data-hemicycle]")) seatFrame(svg, frame);
  for (const node of find(container, "[data-drawn]")) drawPicture(node, frame);
  for (const cloud of find(container, "[data-cloud]")) listWords(cloud, counts);
  drawClouds(container);
}

function paintTurnoutIn(container, { turnout, present }) {
  const values = { turnout: formatted(turnout), present: formatted(Math.max(present, turnout)) };
  setAttribute(container, "data-turnout-now", turnout);
  for (const node of find(container, "[data-turnout]")) setText(node, values.turnout);
  for (const node of find(container, "[data-turnout-bar] .val")) setAttribute(node, "width", (100 * turnout) / Math.max(present, turnout, 1));
  for (const node of find(container, "[data-turnout-sentence]")) {
    setText(node, fill(node.dataset.sentence, values));
  }
  for (const node of find(container, "[data-zero]")) node.hidden = turnout > 0;
  for (const node of find(container, "[data-spoken]")) {
    speak(node, fill(node.dataset.sentence, values));
  }
}

function setColumn(svg, share) {
  const value = svg.querySelector(".val");
  setAttribute(value, "y", 100 - share);
  setAttribute(value, "height", share);
}

const spoken = new WeakMap();

/** Put a sentence into a live region, at once or when the last one is some time ago. */
function speak(node, sentence) {
  const state = spoken.get(node) || { at: 0, next: sentence, timer: 0 };
  spoken.set(node, state);
  state.next = sentence;
  if (state.timer || node.textContent === sentence) return;
  const say = () => {
    state.timer = 0;
    state.at = Date.now();
    if (node.isConnected) setText(node, state.next);
  };
  state.timer = setTimeout(say, Math.max(0, state.at + SPEAK_EVERY_MS - Date.now()));
}

/* Seats */

/** What was drawn into a picture of seats. */
const pictures = new WeakMap();
const RADIUS = 500;
const FADES_MOST = 12;

function seatFrame(svg, frame) {
  const { dataset } = svg;
  dataset.room = Math.max(frame.present, frame.turnout);
  if ("taken" in dataset) dataset.taken = frame.turnout;
  if ("counts" in dataset && frame.counts) {
    dataset.counts = list(dataset.keys).map((key) => frame.counts[key] || 0).join(",");
  }
  drawHemicycle(svg);
}

function takenOf({ dataset }) {
  return "counts" in dataset ? sum(list(dataset.counts).map(Number)) : Number(dataset.taken || 0);
}

/**
 * Draw the seats an `svg[data-hemicycle]` describes in its data attributes:
 *   data-room          people in the room: that many seats
 *   data-counts        "14,9,27": blocks of seats by option (data-keys names the options), or
 *   data-taken         that many grey seats at scattered places (data-seed), saying nothing else
 *   data-max           seats at most; beyond it one seat stands for 2, 5, 10… votes
 *   data-rim           letters and counts around the circle; "letters" for letters alone
 *   data-mid           the turnout where the speaker stands, with words under it (data-cap, or
 *                      data-cap-short with data-compact): "of {present} have voted"
 *   data-mine          the place of the ringed seat, from 0; on a phone only
 * @param {SVGSVGElement} svg
 */
export function drawHemicycle(svg) {
  const { dataset } = svg;
  const state = JSON.stringify(dataset);
  const before = pictures.get(svg);
  if (before && before.state === state && before.floor.isConnected) return;
  const counts = "counts" in dataset ? list(dataset.counts).map(Number) : null;
  const taken = counts ? sum(counts) : Number(dataset.taken || 0);
  const people = Math.max(Number(dataset.room || 0), taken);
  const perSeat = votesPerSeat(people, Number(dataset.max || SEATS_MOST));
  const seats = seatsOf(counts || [taken], perSeat);
  const total = roomSeats(people, seats, perSeat);
  const layout = layOut(total);
  const picture = pictureOf(svg, before);
  picture.state = state;

  const owners = counts ? assignSeats(total, seats) : null;
  const faces = owners
    ? owners.map((option) => (option === NOBODY ? EMPTY : faceFor(option)))
    : scatterSeats(total, seats[0], Number(dataset.seed || 7)).map((is) => (is ? TAKEN : EMPTY));
  const hasRim = "rim" in dataset;
  const margin = layout.radius * RADIUS + (hasRim ? rimWidth(people, dataset.rim) : 6);
  const width = 2 * (RADIUS + margin);
  const foot = layout.radius * RADIUS + 8;
  const box = [-RADIUS - margin, -RADIUS - margin, width, RADIUS + margin + foot];
  setAttribute(svg, "viewBox", box.map((value) => value.toFixed(1)).join(" "));
  placeSeats(picture, layout, faces, before !== undefined);
  writeRim(picture, hasRim && owners ? rimLabels(layout, owners, counts, dataset.rim) : []);
  writeMiddle(picture, dataset, taken, people, roomInside(layout));
  ringMine(picture, layout, dataset.mine, perSeat);
  noteScale(svg, perSeat);
}

const EMPTY = { path: EMPTY_FACE, name: "seat f-fill seat-empty" };
const TAKEN = { path: TAKEN_FACE, name: "seat f-fill seat-taken" };
const optionFaces = [];

function faceFor(option) {
  if (!optionFaces[option]) {
    optionFaces[option] = { path: faceOf(option), name: `seat f-fill o${option % LETTERS.length}` };
  }
  return optionFaces[option];
}

function pictureOf(svg, before) {
  if (before && before.floor.isConnected) return before;
  svg.textContent = "";
  const picture = {
    state: "",
    floor: draw("g", {}, svg),
    rim: draw("g", {}, svg),
    middle: draw("text", { x: 0, class: "mid" }, svg),
    caption: draw("text", { x: 0, y: -2, class: "mid-cap" }, svg),
    mine: null,
    seats: [],
    faces: [],
    layout: null,
  };
  pictures.set(svg, picture);
  return picture;
}

function placeSeats(picture, layout, faces, wasDrawn) {
  const { seats } = picture;
  while (seats.length > faces.length) {
    seats.pop().remove();
    picture.faces.pop();
  }
  const fresh = [];
  faces.forEach((face, index) => {
    if (index >= seats.length) seats.push(draw("path", {}, picture.floor));
    if (picture.layout !== layout) {
      const { x, y } = layout.seats[index];
      const place = `translate(${(x * RADIUS).toFixed(1)} ${(y * RADIUS).toFixed(1)})`;
      setAttribute(seats[index], "transform", `${place} scale(${(layout.radius * RADIUS).toFixed(2)})`);
    }
    if (picture.faces[index] === face) return;
    picture.faces[index] = face;
    setAttribute(seats[index], "d", face.path);
    setAttribute(seats[index], "class", face.name);
    fresh.push(seats[index]);
  });
  picture.layout = layout;
  if (wasDrawn && fresh.length <= FADES_MOST && !prefersStillness()) fresh.forEach(fadeIn);
}

function prefersStillness() {
  return window.matchMedia("(prefers-reduced-motion: reduce)").matches;
}

function fadeIn(node) {
  if (node.animate) node.animate({ opacity: [0, 1] }, { duration: 140, easing: "ease-out" });
}

const RIM_NUMBERS_MOST = 999;
const RIM_LETTER_WIDTH = 58;
const RIM_DIGIT_WIDTH = 31;

/** Room for a letter and a number beside the seats; by the people, so that it stays the same. */
function rimWidth(people, wish) {
  const digits = wish === "letters" ? 0 : Math.min(3, String(people).length);
  return RIM_LETTER_WIDTH + digits * RIM_DIGIT_WIDTH;
}

function rimLabels(layout, owners, counts, wish) {
  const isLettersOnly = wish === "letters" || Math.max(0, ...counts) > RIM_NUMBERS_MOST;
  const places = rimPlaces(layout, owners, counts.length, 1 + layout.radius + 0.048);
  return places.flatMap((place, option) =>
    place ? [{ ...place, option, count: isLettersOnly ? "" : formatted(counts[option]) }] : [],
  );
}

function writeRim({ rim }, labels) {
  while (rim.children.length > labels.length) rim.lastChild.remove();
  labels.forEach((label, index) => {
    const text = rim.children[index] || newRimLabel(rim);
    setAttribute(text, "class", `rim o${label.option % LETTERS.length}${label.count ? "" : " rim-only"}`);
    setAttribute(text, "x", (label.x * RADIUS).toFixed(1));
    setAttribute(text, "y", (label.y * RADIUS + (label.isOnTop ? -2 : 16)).toFixed(1));
    setAttribute(text, "text-anchor", label.anchor);
    setText(text.firstChild, LETTERS[label.option % LETTERS.length]);
    setText(text.lastChild, label.count);
  });
}

function newRimLabel(rim) {
  const text = draw("text", { class: "rim" }, rim);
  draw("tspan", { class: "rim-letter" }, text);
  draw("tspan", { dx: 8 }, text);
  return text;
}

/** How wide words may be under the number, between the innermost seats. */
function roomInside({ seats, radius }) {
  const beside = seats.filter(({ y }) => -y < 2 * radius).map(({ x }) => Math.abs(x));
  return 2 * RADIUS * (Math.min(1, ...beside) - radius);
}

function writeMiddle({ middle, caption }, dataset, taken, people, room) {
  if (!("mid" in dataset)) return;
  const number = formatted(taken);
  const isCompact = "compact" in dataset;
  const words = isCompact || people > RIM_NUMBERS_MOST ? dataset.capShort : dataset.cap;
  const step = number.length > 6 ? " mid-7" : number.length > 3 ? " mid-5" : isCompact ? " mid-s" : "";
  setText(middle, number);
  setAttribute(middle, "class", `mid${step}`);
  setAttribute(middle, "y", words ? (isCompact ? -62 : -54) : -8);
  const values = { turnout: number, present: formatted(people) };
  setText(caption, words ? fill(words, values) : "");
  setAttribute(caption, "class", isCompact ? "mid-cap cap-s" : "mid-cap");
  const isTooLong = words && words !== dataset.capShort && caption.getComputedTextLength() > room;
  if (isTooLong) setText(caption, fill(dataset.capShort, values));
}

function ringMine(picture, layout, mine, perSeat) {
  const isShown = mine !== undefined && mine !== "" && layout.seats.length > 0;
  if (!isShown) {
    if (picture.mine) picture.mine.remove();
    picture.mine = null;
    return;
  }
  picture.mine = picture.mine || draw("circle", { class: "seat-mine" }, picture.floor.parentNode);
  const seat = layout.seats[Math.min(layout.seats.length - 1, Math.floor(Number(mine) / perSeat))];
  const radius = layout.radius * RADIUS;
  const values = { cx: seat.x * RADIUS, cy: seat.y * RADIUS, r: radius * 1.42, "stroke-width": radius * 0.3 };
  for (const [name, value] of Object.entries(values)) setAttribute(picture.mine, name, value.toFixed(1));
}

function noteScale(svg, perSeat) {
  const note = svg.parentElement?.querySelector("[data-scale-note]");
  if (!note) return;
  note.hidden = perSeat === 1;
  if (perSeat > 1) setText(note, fill(note.dataset.sentence, { votes: formatted(perSeat) }));
}

/* Words */

/** Keep the list of words current: it is the cloud's text twin and what it is drawn from. */
function listWords(cloud, counts) {
  const words = Object.entries(counts);
  const items = cloud.querySelector("[data-words]");
  while (items.children.length > words.length) items.lastElementChild.remove();
  words.forEach(([word, count], index) => {
    const item = items.children[index] || items.appendChild(newWord());
    setAttribute(item, "data-word", word);
    setAttribute(item, "data-times", count);
    setText(item.querySelector("[data-word-text]"), word);
    setText(item.querySelector("b"), formatted(count));
  });
}

function newWord() {
  const item = document.createElement("li");
  const word = document.createElement("span");
  word.dataset.wordText = "";
  word.dir = "auto";
  item.append(word, " ", document.createElement("b"));
  return item;
}

function drawClouds(root) {
  const clouds = find(root, "[data-cloud]");
  if (clouds.length === 0) return;
  Promise.all([import("./cloud.js"), document.fonts.ready]).then(([{ drawCloud }]) => {
    for (const cloud of clouds) if (cloud.isConnected) drawCloud(cloud);
  });
}

/* Small things */

function find(root, selector) {
  return [...root.querySelectorAll(selector)];
}

function draw(name, attributes, parent) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  parent.append(node);
  return node;
}

function setText(node, text) {
  if (node && node.textContent !== text) node.textContent = text;
}

function setAttribute(node, name, value) {
  const text = String(value);
  if (node.getAttribute(name) !== text) node.setAttribute(name, text);
}

function list(text) {
  return (text || "").split(",").filter(Boolean);
}

function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0);
}

const formats = new Map();

function format(style) {
  const language = document.documentElement.lang || "en";
  const key = `${language}/${style}`;
  if (!formats.has(key)) formats.set(key, new Intl.NumberFormat(language, { style }));
  return formats.get(key);
}

function formatted(value) {
  return format("decimal").format(value);
}

function asPercent(value) {
  return format("percent").format(value / 100);
}
