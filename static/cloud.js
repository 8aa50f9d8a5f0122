/**
 * The word cloud: words placed by d3-cloud with a fixed seed, sized by how often they were
 * written. Drawn from the list beside it, which stays as its text twin.
 */

import layoutCloud from "./vendor/d3-cloud.js";
import { element } from "./seats.js";

const WIDTH = 1600;
const HEIGHT = 760;
const SMALLEST = 44;
const LARGEST = 190;
const WORDS_MOST = 60;

/** The same numbers each time, so that the same words give the same picture. */
function seeded(seed) {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

function wordsOf(cloud) {
  return [...cloud.querySelectorAll("[data-words] > li")]
    .slice(0, WORDS_MOST)
    .map((item) => ({ text: item.dataset.word, count: Number(item.dataset.times) }));
}

function sized(words) {
  const most = Math.max(...words.map((word) => word.count));
  const crowd = Math.max(0.42, Math.min(1, Math.sqrt(14 / words.length)));
  return words.map((word, index) => ({
    ...word,
    index,
    size: (SMALLEST + (LARGEST - SMALLEST) * Math.sqrt(word.count / most)) * (word.count === most ? Math.max(crowd, 0.7) : crowd),
  }));
}

/** Draw the cloud of one `[data-cloud]`; nothing happens if its words are as they were. */
export function drawCloud(cloud) {
  const words = wordsOf(cloud);
  const state = JSON.stringify(words);
  const svg = cloud.querySelector("svg");
  if (cloud.drawn === state && svg.firstChild) return;
  cloud.drawn = state;
  cloud.classList.toggle("is-drawn", words.length > 0);
  if (!words.length) return void svg.replaceChildren();
  const font = getComputedStyle(cloud).fontFamily;
  layoutCloud()
    .size([WIDTH, HEIGHT])
    .words(sized(words))
    .font(font)
    .fontWeight(700)
    .fontSize((word) => word.size)
    .padding(9)
    .rotate(0)
    .random(seeded(7))
    .on("end", (placed) => cloud.drawn === state && show(svg, placed))
    .start();
}

function show(svg, placed) {
  svg.setAttribute("viewBox", box(placed));
  const known = new Map([...svg.children].map((node) => [node.textContent, node]));
  for (const word of placed) {
    const node = known.get(word.text) || element("text", { "text-anchor": "middle" }, svg, word.text);
    known.delete(word.text);
    node.setAttribute("class", `word w${word.index % 4}`);
    node.setAttribute("font-size", word.size.toFixed(1));
    node.setAttribute("transform", `translate(${word.x} ${word.y})`);
  }
  for (const node of known.values()) node.remove();
}

function box(placed) {
  const left = Math.min(...placed.map((word) => word.x + word.x0)) - 10;
  const right = Math.max(...placed.map((word) => word.x + word.x1)) + 10;
  const top = Math.min(...placed.map((word) => word.y + word.y0)) - 10;
  const bottom = Math.max(...placed.map((word) => word.y + word.y1)) + 10;
  return [left, top, right - left, bottom - top].join(" ");
}
