/**
 * Several steps at one's own pace, polls and what stands between them: shows one of those that the
 * page holds, goes back and forth, and paints how many polls I have answered. Where I am is kept on
 * this phone alone, so that neither a reload nor a change of the page leads me elsewhere. Without
 * this script the links do the same.
 */

import { fill, setText } from "./room.js";

let desk = null;
/** The steps that are on together: rounds, and other items after a dash. */
let pace = "";
/** The step I am at, from 1; null until the first is known. */
let at = null;

export function paint(given, part) {
  if (!desk) listen((desk = given));
  const steps = [...part.querySelectorAll("[data-step]")];
  if (pace !== part.dataset.pace) begin(part, steps);
  if (!desk.mine.isKnown && at === null) return;
  const stands = steps.map(standOf);
  at = Math.min(at ?? firstToDo(stands), steps.length);
  steps.forEach((step, index) => (step.hidden = index + 1 !== at));
  paintProgress(part, stands.slice(0, -1));
}

/** Other steps are on: begin where I was in them, if I was. */
function begin(part, steps) {
  const isFirst = !pace;
  const kept = at ? { pace, at } : desk.store.read("pace", {});
  pace = part.dataset.pace;
  const shown = steps.findIndex((step) => !step.hidden) + 1;
  const isAsked = isFirst && new URLSearchParams(location.search).has("step");
  at = isAsked ? shown : placeIn(pace, kept);
}

/** Where I am once steps have come or gone; null if these are the steps of another part. */
function placeIn(now, kept) {
  if (!kept.pace || kept.pace === now) return kept.at ?? null;
  const [before, after] = [kept.pace.split(" "), now.split(" ")];
  if (!after.some((step) => !step.startsWith("-") && before.includes(step))) return null;
  return after.indexOf(before[kept.at - 1]) + 1 || null;
}

/** "done" or "open" or "closed" for a poll, null for what is only read or written. */
function standOf(step) {
  const poll = step.querySelector("[data-poll]");
  if (!poll) return null;
  const { state, receipt } = desk.standOf(desk.keyOf(poll.dataset.poll, poll.dataset.pollRound));
  if (receipt || ["sending", "kept", "waiting"].includes(state)) return "done";
  return "takesBallots" in poll.dataset ? "open" : "closed";
}

/** The first poll that I can still answer, or what stands right before it to be read. */
function firstToDo(stands) {
  let place = stands.indexOf("open");
  if (place < 0) place = stands.length - 1;
  while (place > 0 && stands[place - 1] === null) place -= 1;
  return place + 1;
}

function paintProgress(part, stands) {
  const polls = stands.filter(Boolean);
  const answered = polls.filter((stand) => stand === "done").length;
  const count = part.querySelector("[data-pace-count]");
  setText(count, fill(count.dataset.sentence, { answered, count: polls.length }));
  stands.forEach((stand, index) => paintStep(part, index + 1, stand));
  const isAll = !polls.includes("open");
  part.querySelector("[data-all-done]").hidden = !isAll;
  part.querySelector("[data-some-left]").hidden = isAll;
}

function paintStep(part, place, stand) {
  const isDone = stand === "done";
  const dot = part.querySelector(`[data-dot="${place}"]`);
  dot.classList.toggle("is-done", isDone);
  dot.classList.toggle("is-here", place === at);
  const link = part.querySelector(`.pace-list [data-step-link="${place}"]`);
  if (place === at) link.setAttribute("aria-current", "step");
  else link.removeAttribute("aria-current");
  if (stand === null) return;
  part.querySelector(`[data-left="${place}"]`).hidden = stand !== "open";
  const next = part.querySelector(`[data-step="${place}"] [data-next]`);
  next.classList.toggle("btn-main", isDone);
  for (const words of [link, next]) {
    words.querySelector("[data-is-done]").hidden = !isDone;
    words.querySelector("[data-is-open]").hidden = isDone;
  }
}

function go(step) {
  at = step;
  desk.store.write("pace", { pace, at });
  if (location.search) history.replaceState(history.state, "", location.pathname);
  document.getElementById("pace-list").open = false;
  desk.paint();
  document.querySelector("[data-scroll]").scrollTop = 0;
  const shown = document.querySelector(`[data-step="${step}"]`);
  const heading = [...shown.querySelectorAll("h1")].find((one) => one.offsetParent);
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
  document.title = `${heading.textContent} · Hemicycle`;
}

function listen() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-step-link]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    go(Number(link.dataset.stepLink));
  });
}
