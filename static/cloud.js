/**
 * The word cloud: words placed by d3-cloud, sized by how often they were written.
 *
 * Drawn from the list of words in the page, which stays as its text twin. There is no chance in
 * it: the same words give the same picture. When counts change, a word begins its search for a
 * place where it stood before, so that it stays there unless a larger one needs the room.
 */

import layoutCloud from "./vendor/d3-cloud.js";

const SVG = "http://www.w3.org/2000/svg";
const WORDS_MOST = 60;
const SIZES = 7;
const FEW = 8;
const SOME = 20;
const LARGEST_TIMES_LEAST = 4.4;
const LARGEST_SHARE_OF_HEIGHT = 0.3;
const WIDTH_OF_A_LETTER = 0.58;
const TRIES = 6;
const REST_MS = 2000;
const SHRINK = 0.82;
const BOARD_STEP = 32; // d3-cloud keeps its board in words of 32 bits
const GOLDEN_ANGLE = 2.399963;

/**
 * What is drawn in a cloud: its box and state, when it was placed, each word's place and step.
 * @type {WeakMap<SVGElement, {state: string, box: string, at: number, timer: number,
 *   places: Map<string, {x: number, y: number}>, steps: Map<string, number>}>}
 */
const clouds = new WeakMap();

/**
 * Draw the cloud of one `[data-cloud]`; nothing happens if its words are as they were. The size
 * of the smallest word is the font size of its svg, set by the screen's style.
 * @param {HTMLElement} cloud
 */
export function drawCloud(cloud) {
  const svg = cloud.querySelector("svg");
  const words = wordsOf(cloud);
  cloud.classList.toggle("is-drawn", words.length > 0);
  if (!words.length) {
    svg.textContent = "";
    return undefined;
  }
  const box = boxOf(svg);
  if (!box.width || !box.height) return undefined;
  const drawn = clouds.get(svg) || newDrawing();
  clouds.set(svg, drawn);
  if (drawn.box !== JSON.stringify(box)) Object.assign(drawn, newDrawing(), { box: JSON.stringify(box) });
  const wait = drawn.at + REST_MS - performance.now();
  if (drawn.at && wait > 0 && svg.firstChild) {
    drawn.timer = drawn.timer || setTimeout(() => {
      drawn.timer = 0;
      if (cloud.isConnected) drawCloud(cloud);
    }, wait);
    return undefined;
  }
  const sized = sizeWords(words, box, drawn.steps);
  const state = JSON.stringify(sized.map(({ text, size }) => [text, size]));
  if (drawn.state === state && svg.firstChild) return undefined;
  Object.assign(drawn, { state, at: performance.now() });
  drawn.steps = new Map(sized.map(({ text, step }) => [text, step]));
  return place(sized, box, drawn.places, TRIES, (placed) => {
    if (drawn.state !== state) return;
    drawn.places = new Map(placed.map(({ text, x, y }) => [text, { x, y }]));
    show(svg, placed, box);
  });
}

function newDrawing() {
  return { state: "", box: "", at: 0, timer: 0, places: new Map(), steps: new Map() };
}

window.addEventListener("resize", () => {
  for (const cloud of document.querySelectorAll("[data-cloud]")) drawCloud(cloud);
});

function wordsOf(cloud) {
  return [...cloud.querySelectorAll("[data-words] > li")]
    .slice(0, WORDS_MOST)
    .map(({ dataset }) => ({ text: dataset.word, count: Number(dataset.times) }));
}

function boxOf(svg) {
  const style = getComputedStyle(svg);
  return {
    width: svg.clientWidth - (svg.clientWidth % BOARD_STEP),
    height: Math.round(svg.clientHeight),
    least: parseFloat(style.fontSize),
    font: style.fontFamily,
  };
}

/** Sizes come in steps, so that one more vote seldom changes any. */
function sizeWords(words, { width, height, least }, stepsBefore) {
  const most = Math.max(...words.map(({ count }) => count));
  const smallest = least * (words.length <= FEW ? 1.8 : words.length <= SOME ? 1.35 : 1);
  const longest = Math.max(...words.map(({ text }) => text.length));
  const largest = Math.max(
    smallest,
    Math.min(
      least * LARGEST_TIMES_LEAST,
      height * LARGEST_SHARE_OF_HEIGHT,
      (width * 0.8) / (longest * WIDTH_OF_A_LETTER),
    ),
  );
  return words
    .map(({ text, count }) => {
      const share = most > 1 ? Math.sqrt((count - 1) / (most - 1)) : 0.5;
      const step = steady(share * SIZES, stepsBefore.get(text));
      return { text, step, size: Math.round(smallest + ((largest - smallest) * step) / SIZES) };
    })
    .sort((a, b) => b.size - a.size);
}

/** Keep a word's step until it is clearly another one. */
function steady(exact, before) {
  return before !== undefined && Math.abs(exact - before) < 0.85 ? before : Math.round(exact);
}

/** Place the words; when some find no room, again with the larger ones smaller. */
function place(words, box, places, triesLeft, done) {
  layoutCloud()
    .size([box.width, box.height])
    .words(words.map((word) => ({ ...word })))
    .font(box.font)
    .fontWeight((word) => weightOf(word.step))
    .fontSize((word) => word.size)
    .padding((word) => Math.max(2, word.size * 0.1))
    .rotate(0)
    .random(() => 0.5)
    .spiral(searchFrom(words, box, places))
    .on("end", (placed) => {
      if (placed.length === words.length || triesLeft === 0) return done(placed);
      const smaller = words.map((word) => ({
        ...word,
        size: Math.max(box.least, Math.round(word.size * SHRINK)),
      }));
      return place(smaller, box, new Map(), triesLeft - 1, done);
    })
    .start();
}

/**
 * How a word searches for its place: outwards from where it stood, else from a place near the
 * middle that its rank gives it. d3-cloud asks for one search for each word, in their order.
 */
function searchFrom(words, box, places) {
  let rank = 0;
  return (size) => {
    const word = words[Math.min(rank, words.length - 1)];
    const start = places.get(word.text) || firstPlace(rank, box);
    rank += 1;
    const flat = size[0] / size[1];
    return (step) => {
      const turn = step * 0.1;
      return [start.x + flat * turn * Math.cos(turn), start.y + turn * Math.sin(turn)];
    };
  };
}

function firstPlace(rank, { width, height }) {
  const distance = Math.min(0.3, 0.09 * Math.sqrt(rank));
  return {
    x: Math.round(Math.cos(rank * GOLDEN_ANGLE) * distance * width),
    y: Math.round(Math.sin(rank * GOLDEN_ANGLE) * distance * height),
  };
}

function weightOf(step) {
  return step >= SIZES / 2 ? 800 : 600;
}

function show(svg, placed, { width, height }) {
  svg.setAttribute("viewBox", `${-width / 2} ${-height / 2} ${width} ${height}`);
  const known = new Map([...svg.children].map((node) => [node.textContent, node]));
  for (const word of placed) {
    const node = known.get(word.text) || newWord(svg, word.text);
    known.delete(word.text);
    node.setAttribute("class", `word word-${word.step}`);
    node.setAttribute("font-size", word.size);
    node.setAttribute("font-weight", weightOf(word.step));
    node.setAttribute("transform", `translate(${word.x} ${word.y})`);
  }
  for (const node of known.values()) node.remove();
}

function newWord(svg, text) {
  const node = document.createElementNS(SVG, "text");
  node.textContent = text;
  node.setAttribute("text-anchor", "middle");
  svg.append(node);
  return node;
}
