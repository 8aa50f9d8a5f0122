/**
 * Several questions at one's own pace: shows one of the steps that the page holds, goes back and
 * forth, and paints how many I have answered. Where I am is kept on this phone, so that neither
 * a reload nor a change of the page leads me elsewhere. Without this script the links do the same.
 */

import { fill, setText } from "./room.js";

let desk = null;
/** The rounds that are on together, and the step I am at; null until the first is known. */
let pace = "";
let at = null;

export function paint(given, part) {
  if (!desk) listen((desk = given));
  const steps = [...part.querySelectorAll("[data-step]")];
  if (pace !== part.dataset.pace) begin(part, steps);
  if (!desk.mine.isKnown && at === null) return;
  const done = steps.map(isAnswered);
  at = Math.min(at ?? firstOpen(done), steps.length);
  steps.forEach((step, index) => (step.hidden = index + 1 !== at));
  paintProgress(part, done.slice(0, -1));
}

/** Other rounds are on: begin where I was in them, if I was. */
function begin(part, steps) {
  pace = part.dataset.pace;
  const kept = desk.store.read("pace", {});
  const shown = steps.findIndex((step) => !step.hidden) + 1;
  const isAsked = new URLSearchParams(location.search).has("step");
  at = isAsked ? shown : kept.pace === pace ? kept.at : null;
}

function isAnswered(step) {
  const poll = step.querySelector("[data-poll]");
  if (!poll) return false;
  const { state, receipt } = desk.standOf(desk.keyOf(poll.dataset.poll, poll.dataset.pollRound));
  return Boolean(receipt) || ["sending", "kept", "waiting"].includes(state);
}

function firstOpen(done) {
  return done.indexOf(false) + 1;
}

function paintProgress(part, done) {
  const answered = done.filter(Boolean).length;
  const count = part.querySelector("[data-pace-count]");
  setText(count, fill(count.dataset.sentence, { answered, count: done.length }));
  done.forEach((isDone, index) => {
    const place = index + 1;
    const dot = part.querySelector(`[data-dot="${place}"]`);
    dot.className = [isDone && "is-done", place === at && "is-here"].filter(Boolean).join(" ");
    part.querySelector(`[data-left="${place}"]`).hidden = isDone;
    const link = part.querySelector(`.pace-list [data-step-link="${place}"]`);
    if (place === at) link.setAttribute("aria-current", "step");
    else link.removeAttribute("aria-current");
    const next = part.querySelector(`[data-step="${place}"] [data-next]`);
    next.classList.toggle("btn-main", isDone);
    for (const words of [link, next]) {
      words.querySelector("[data-is-done]").hidden = !isDone;
      words.querySelector("[data-is-open]").hidden = isDone;
    }
  });
  const isAll = answered === done.length;
  part.querySelector("[data-all-done]").hidden = !isAll;
  part.querySelector("[data-some-left]").hidden = isAll;
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
