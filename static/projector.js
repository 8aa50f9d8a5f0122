/**
 * The projector: shows what is on, fits long texts, keeps the screen awake, and comes back by
 * itself from sleep, reload and a lost line. It keeps its last picture meanwhile.
 */

import { followWindow, isEnlarged, refitWhenSpaced } from "./enlarged.js";
import { doLettersAct, offerSwitch } from "./letter-keys.js";
import * as paint from "./paint.js";
import { fill, openRoom } from "./room.js";

const room = openRoom({ paint });

/* Long texts: the type goes down in steps until nothing is cut and no word is broken. The last
   steps give up the bars and then the seats, never the words. Nothing goes below 3 vh. Two
   languages that do not fit together take turns. */

const STEPS = ["no-reasons", "fit-1", "fit-2", "fit-3", "fit-4", "fit-5", "fit-6"];
const LEAST_BOARD = 0.36; // of the screen's height
const CAPTION_LEAST_VH = 0.0295;
const CAPTION_UNITS = 42;
const shortened = new WeakSet();

function fit() {
  const main = document.querySelector("main");
  document.body.classList.remove(...STEPS, "in-turns");
  followWindow();
  const areTogether = main.querySelector(".tongues:not(.tongues-turns)");
  if (!areTogether || !goDown(main, STEPS.slice(0, -1))) {
    document.body.classList.remove(...STEPS);
    if (areTogether) document.body.classList.add("in-turns");
    if (!goDown(main, STEPS)) followWindow({ mustScroll: true });
  }
  for (const quotes of document.querySelectorAll("[data-quotes]")) showWhole(quotes);
  for (const seats of document.querySelectorAll("svg[data-cap-short]")) fitCaption(seats);
}

/** Take as many steps as it needs; returns whether they were enough. */
function goDown(main, steps) {
  if (isEnlarged()) return true;
  for (const step of steps) {
    if (!isCut(main)) return true;
    document.body.classList.add(step);
  }
  return !isCut(main);
}

/** Whether something does not fit into the picture above the bench. */
function isCut(main) {
  if ([...main.querySelectorAll("[data-fit]")].some((part) => isCramped(part, main))) return true;
  const board = main.querySelector(".board");
  if (!board) return false;
  const box = board.getBoundingClientRect();
  if (box.height < LEAST_BOARD * window.innerHeight) return true;
  return [...board.querySelectorAll(".beside, .beside > :not(.vh), .results, .results li, .label, [data-within]")].some((part) => {
    const rect = part.getBoundingClientRect();
    if (!rect.width) return false; // not shown
    return rect.bottom > box.bottom + 1 || rect.top < box.top - 1 || isTooWide(part);
  });
}

/** Whether a part runs into what stands above or below it, or out of the picture. */
function isCramped(part, main) {
  const rect = part.getBoundingClientRect();
  const frame = main.getBoundingClientRect();
  const above = part.previousElementSibling?.getBoundingClientRect();
  const below = part.nextElementSibling?.getBoundingClientRect();
  const isBeside = above && above.right <= rect.left;
  return (
    rect.bottom > frame.bottom + 1 ||
    rect.top < frame.top - 1 ||
    (above && !isBeside && above.bottom > rect.top + 1) ||
    (below && below.top < rect.bottom - 1) ||
    isTooWide(part)
  );
}

function isTooWide(part) {
  return part.scrollWidth > part.clientWidth + 1;
}

/** Show the first quotes that fit whole; a half one is no quote. */
function showWhole(quotes) {
  const items = [...quotes.children];
  const more = quotes.parentElement.querySelector("[data-more]");
  for (const item of items) item.hidden = false;
  if (more) more.hidden = true;
  let hidden = 0;
  while (hidden < items.length - 1 && (quotes.scrollHeight > quotes.clientHeight + 1 || isTooWide(quotes))) {
    hidden += 1;
    items[items.length - hidden].hidden = true;
    if (!more) continue;
    more.hidden = false;
    more.textContent = fill(more.dataset.sentence, { count: hidden });
  }
}

/** Words under the number that would be too small to read become fewer and larger. */
function fitCaption(svg) {
  if (shortened.delete(svg)) {
    delete svg.dataset.compact;
    paint.drawHemicycle(svg);
  }
  const matrix = svg.getScreenCTM();
  const isLegible = matrix && matrix.a * CAPTION_UNITS >= CAPTION_LEAST_VH * window.innerHeight;
  if (isLegible || !matrix || "compact" in svg.dataset) return;
  svg.dataset.compact = "";
  shortened.add(svg);
  paint.drawHemicycle(svg);
}

let digits = "";

/** Numbers that grow by a digit may need the room of a word. */
function fitIfLonger() {
  const now = [...document.querySelectorAll("[data-count]")].map((node) => node.textContent.length).join();
  if (now !== digits) fit();
  digits = now;
}

const watchSpacing = refitWhenSpaced(fit);
room.on("view", fit);
room.on("view", watchSpacing);
watchSpacing();
room.on("tally", () => requestAnimationFrame(() => requestAnimationFrame(fitIfLonger)));
window.addEventListener("resize", fit);
// A kind's own styles arrive after the page that asks for them.
document.addEventListener("load", ({ target }) => target.localName === "link" && fit(), { capture: true });
/** Styles that a picture brings along may come after it. */
document.addEventListener("load", ({ target }) => target.matches?.("link") && fit(), true);
document.fonts.ready.then(fit);

/* Two languages in turns. Interface words follow the first, which the moderator may change. */

const TURN_MS = 10_000;
const TURNING = ".tongues-turns, .in-turns .tongues";
const holder = document.querySelector("[data-hold-language]");
let isHeld = false;

function takeTurns() {
  const isTurning = Boolean(document.querySelector(TURNING));
  if (!isTurning) document.body.classList.remove("turn-2");
  else if (!isHeld) document.body.classList.toggle("turn-2");
}

function followLanguages() {
  document.documentElement.lang = document.querySelector("[data-language-now]").dataset.languageNow;
  holder.hidden = !document.querySelector(TURNING);
}

function holdLanguage() {
  isHeld = !isHeld;
  holder.setAttribute("aria-pressed", String(isHeld));
}

holder.addEventListener("click", holdLanguage);
setInterval(takeTurns, TURN_MS);
room.on("view", followLanguages);
followLanguages();

/* The line */

const PATIENCE_MS = 2000;
const FIRST_PATIENCE_MS = 6000;
const lastSeen = document.querySelector("[data-last-seen]");
const refusal = document.querySelector("[data-refusal]");
let seenAt = Date.now();
let tagTimer = setTimeout(showLastSeen, FIRST_PATIENCE_MS);

room.on("line", (isOnline) => {
  clearTimeout(tagTimer);
  if (isOnline) {
    lastSeen.hidden = true;
    refusal.hidden = true;
    return;
  }
  seenAt = Date.now();
  tagTimer = setTimeout(showLastSeen, PATIENCE_MS);
});

function showLastSeen() {
  const time = new Date(seenAt).toLocaleTimeString(document.documentElement.lang, {
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
  lastSeen.textContent = room.text("last_seen", { time });
  lastSeen.hidden = false;
}

/** The server does not let this screen in, and trying again will not help: say so. */
room.on("refused", ({ message = "" }) => {
  refusal.querySelector("[data-refusal-text]").textContent = message;
  refusal.hidden = false;
  lastSeen.hidden = true;
  clearTimeout(tagTimer);
});

/* Awake: the browser's lock where there is one (https, localhost), else a silent moving picture
   of two pixels, which browsers count as a film that is watched */

let lock = null;
let film = null;

async function stayAwake() {
  if (document.visibilityState !== "visible") return;
  if (await takeLock()) return;
  document.querySelector("[data-awake-note]").hidden = await playFilm();
}

async function takeLock() {
  if (!navigator.wakeLock) return false;
  if (lock && !lock.released) return true;
  try {
    lock = await navigator.wakeLock.request("screen");
    return true;
  } catch {
    return false;
  }
}

async function playFilm() {
  film = film || makeFilm();
  if (!film) return false;
  try {
    await film.play();
    return true;
  } catch {
    return false;
  }
}

function makeFilm() {
  const canvas = document.createElement("canvas");
  if (!canvas.captureStream) return null;
  canvas.width = canvas.height = 2;
  const brush = canvas.getContext("2d");
  let isLight = false;
  setInterval(() => {
    isLight = !isLight;
    brush.fillStyle = isLight ? "#fff" : "#eee";
    brush.fillRect(0, 0, 2, 2);
  }, 1000);
  const video = document.createElement("video");
  video.className = "film";
  video.muted = true;
  video.loop = true;
  video.playsInline = true;
  video.tabIndex = -1;
  video.setAttribute("aria-hidden", "true");
  video.srcObject = canvas.captureStream(1);
  document.body.append(video);
  return video;
}

document.addEventListener("visibilitychange", stayAwake);
stayAwake();

/* Full screen, and tools that rest with the pointer */

const REST_MS = 3000;
const button = document.querySelector("[data-full-screen]");
let resting = 0;

function toggleFullScreen() {
  if (document.fullscreenElement) document.exitFullscreen();
  else document.documentElement.requestFullscreen?.().catch(() => {});
}

function showButton() {
  button.hidden = Boolean(document.fullscreenElement) || !document.fullscreenEnabled;
}

function wakePointer() {
  document.body.classList.remove("is-idle");
  clearTimeout(resting);
  resting = setTimeout(() => document.body.classList.add("is-idle"), REST_MS);
}

offerSwitch(document.querySelector("[data-letter-keys]"));
button.addEventListener("click", toggleFullScreen);
document.addEventListener("fullscreenchange", showButton);
document.addEventListener("keydown", (event) => {
  const isPlain = doLettersAct() && !event.ctrlKey && !event.metaKey && !event.altKey && !event.repeat;
  if (isPlain && event.key.toLowerCase() === "f") toggleFullScreen();
  if (isPlain && event.key.toLowerCase() === "l" && !holder.hidden) holdLanguage();
});
for (const event of ["pointermove", "pointerdown", "keydown", "focusin"]) {
  document.addEventListener(event, wakePointer);
}
showButton();
document.body.classList.add("is-idle");
fit();
