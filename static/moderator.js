/**
 * The moderator's screen: keys of a clicker, one step at a time, and everything that must
 * survive a morph (open parts, the chosen list, focus, a refusal's words).
 */

import { isDragging, startDragging } from "./agenda-drag.js";
import { openAsk, startAsking } from "./ask.js";
import { doLettersAct, offerSwitch } from "./letter-keys.js";
import * as paint from "./paint.js";
import { openRoom } from "./room.js";

const BREATH_MS = 600;
const REFUSAL_MS = 8000;

document.documentElement.classList.add("js");
document.addEventListener("submit", askFirst, true);
document.addEventListener("submit", oneStepAtATime, true);
const room = openRoom({ paint });
const page = document.body.dataset;

const find = (selector, root = document) => root.querySelector(selector);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];

/* What a morph must not undo */

const opened = new Set();
const refusals = new Map();
let listShown = document.querySelector("[data-lists]").dataset.first;

/** Put back, after each change of the page, what belongs to this reader and not to the room. */
function settle() {
  for (const part of all("details[id]")) part.open = opened.has(part.id);
  settleLists();
  settleTabs();
  settleRefusals();
  for (const part of all("#live, .now-body")) {
    const scrolls = part.scrollHeight > part.clientHeight + 1 && getComputedStyle(part).overflowY === "auto";
    if (scrolls) part.tabIndex = 0;
    else part.removeAttribute("tabindex");
  }
  watcher.takeRecords();
}

function settleLists() {
  const comments = find("#comments");
  comments.dataset.list = listShown;
  for (const tab of all("[data-lists] [role=tab]")) {
    const isOn = tab.dataset.list === listShown;
    tab.setAttribute("aria-selected", String(isOn));
    tab.tabIndex = isOn ? 0 : -1;
  }
  for (const queue of all("[data-queue]")) queue.setAttribute("role", "tabpanel");
}

function settleTabs() {
  const place = location.hash.slice(1);
  const current = ["agenda", "comments", "panel"].includes(place) ? place : "run";
  for (const tab of all(".mtabs a")) {
    if (tab.hash.slice(1) === current) tab.setAttribute("aria-current", "page");
    else tab.removeAttribute("aria-current");
  }
}

const watcher = new MutationObserver(settle);
for (const region of all("[data-region]")) {
  watcher.observe(region, { childList: true, subtree: true, attributes: true });
}
/** Remember what the reader opens, before the browser does it. */
document.addEventListener(
  "click",
  (event) => {
    const part = event.target.closest("summary")?.parentElement;
    if (!(part instanceof HTMLDetailsElement) || !part.id) return;
    const isOpening = !part.open;
    if (isOpening && part.name) {
      for (const other of all(`details[name="${part.name}"]`)) opened.delete(other.id);
    }
    if (isOpening) opened.add(part.id);
    else opened.delete(part.id);
  },
  true,
);
window.addEventListener("hashchange", settle);

/* Refusals stand beside what was pressed */

function keyOf(form) {
  const fields = all("input[type=hidden]", form).map((field) => `${field.name}=${field.value}`);
  return ["mainAction" in form.dataset, form.dataset.command, ...fields].join("&");
}

document.addEventListener("command:refused", (event) => {
  event.preventDefault();
  const key = keyOf(event.target);
  refusals.set(key, event.detail.message || room.text("refused"));
  setTimeout(() => {
    refusals.delete(key);
    settle();
  }, REFUSAL_MS);
  settle();
});
document.addEventListener("command:done", (event) => {
  refusals.delete(keyOf(event.target));
  const part = event.target.closest("details.careful, details.why, #open-several");
  if (part) opened.delete(part.id);
  settle();
});

function settleRefusals() {
  for (const words of all(".refused[data-of]")) {
    if (refusals.get(words.dataset.of) !== words.lastChild.textContent) words.remove();
  }
  for (const [key, text] of refusals) {
    if (all(".refused[data-of]").some((words) => words.dataset.of === key)) continue;
    const form = all("form[data-command]").find((candidate) => keyOf(candidate) === key);
    if (!form) {
      refusals.delete(key);
      room.notice(text);
      continue;
    }
    const words = document.createElement("p");
    words.className = "refused";
    words.dataset.of = key;
    words.setAttribute("role", "alert");
    words.append(document.createTextNode(text));
    const group = form.closest(".seg, .tools, .acts, .go, .items li");
    if (form.classList.contains("oneline")) form.append(words);
    else (group || form).after(words);
  }
}

/* One step at a time */

let lastStepAt = 0;

/** A second press of the main action, by a double click or a nervous thumb, does nothing. */
function oneStepAtATime(event) {
  const form = event.target;
  if (!("mainAction" in form.dataset)) return;
  const now = Date.now();
  if (now - lastStepAt < BREATH_MS || form.getAttribute("aria-busy") === "true") {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  lastStepAt = now;
}

document.addEventListener("command:done", (event) => {
  if ("mainAction" in event.target.dataset) lastStepAt = Date.now();
});

function takeNextStep() {
  const form = find("[data-main-action]");
  const button = form && find("button", form);
  if (button && !button.disabled && form.getAttribute("aria-busy") !== "true") form.requestSubmit(button);
}

function showItemBefore() {
  const current = find("[data-agenda] .is-current");
  const before = current && current.previousElementSibling;
  const form = before && find("[data-show]", before);
  if (form) form.requestSubmit();
  else room.announce(room.text("nothing_before"));
}

function toggleBlank() {
  const forms = all("form[data-command='projector.show']");
  const wanted = forms.map((form) => [form.elements.view.value, form]);
  const isBlank = wanted.some(
    ([view, form]) => view === "blank" && find("[aria-pressed=true]", form),
  );
  const [, form] = wanted.find(([view]) => view === (isBlank ? "item" : "blank")) || [];
  if (form) form.requestSubmit();
}

/* Keys */

const isTyping = (element) =>
  Boolean(element && element.closest("input, textarea, select, [contenteditable], [role=tablist]"));

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (isTyping(event.target) || find("dialog[open]")) return;
  const action = actionOf(event);
  if (!action) return;
  event.preventDefault();
  if (!event.repeat) action();
});

let isByKeyboard = false;
document.addEventListener("pointerdown", () => (isByKeyboard = false), true);
document.addEventListener(
  "keydown",
  (event) => {
    if (["Tab", "Enter", "Escape", "Home", "End"].includes(event.key)) isByKeyboard = true;
  },
  true,
);

/** Letters act only where the page names them. */
const lettersWork = () => doLettersAct() && find(".keys").getClientRects().length > 0;
offerSwitch(find("[data-letter-keys]"));

/** Space stays with a button that was reached by keyboard; after a click it is the clicker's. */
function actionOf(event) {
  switch (event.key) {
    case " ": {
      const held = event.target.closest("button, a[href], summary");
      if (held && isByKeyboard) return null;
      if (held) held.blur();
      return takeNextStep;
    }
    case "PageDown":
    case "ArrowRight":
      return takeNextStep;
    case "PageUp":
    case "ArrowLeft":
      return showItemBefore;
    case "n":
    case "N":
      return lettersWork() ? () => openAsk() : null;
    case "b":
    case "B":
      return lettersWork() ? toggleBlank : null;
    default:
      return null;
  }
}

/* Tabs of the page, and lists of comments */

document.addEventListener("click", (event) => {
  const link = event.target.closest(".mtabs a, .side-tabs a, a[data-focus]");
  if (!link) return;
  event.preventDefault();
  location.replace(link.hash);
  settle();
  const pane = document.getElementById(link.hash.slice(1));
  const wanted = link.dataset.focus && document.getElementById(link.dataset.focus);
  (wanted || pane).focus({ preventScroll: !wanted });
});

document.addEventListener("click", (event) => {
  const tab = event.target.closest("[data-lists] [role=tab]");
  if (tab) showList(tab.dataset.list);
});
document.addEventListener("keydown", (event) => {
  const tab = event.target.closest("[data-lists] [role=tab]");
  if (!tab) return;
  const tabs = all("[data-lists] [role=tab]");
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  let next = step ? (tabs.indexOf(tab) + step + tabs.length) % tabs.length : -1;
  if (event.key === "Home") next = 0;
  if (event.key === "End") next = tabs.length - 1;
  if (next < 0) return;
  event.preventDefault();
  showList(tabs[next].dataset.list);
  tabs[next].focus();
});

function showList(list) {
  listShown = list;
  settle();
}

/* Dialogs */

let askedFirst = null;

/** A form with `data-confirm` is sent only after the moderator said yes. */
function askFirst(event) {
  const form = event.target;
  if (!form.dataset.confirm || form === askedFirst) {
    askedFirst = null;
    return;
  }
  event.preventDefault();
  event.stopImmediatePropagation();
  const dialog = find("#confirm");
  find("#confirm-title").textContent = form.dataset.confirmTitle;
  find("#confirm-text").textContent = form.dataset.confirm;
  find("[data-confirm-yes]").textContent = form.dataset.confirmLabel;
  const key = keyOf(form);
  dialog.returnValue = "";
  dialog.onclose = () => {
    if (dialog.returnValue !== "yes") return;
    const found = form.isConnected && keyOf(form) === key
      ? form
      : all("form[data-confirm]").find((candidate) => keyOf(candidate) === key);
    if (!found) return;
    askedFirst = found;
    found.requestSubmit();
  };
  dialog.showModal();
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-close]")) event.target.closest("dialog").close("");
  else if (event.target instanceof HTMLDialogElement) event.target.close("");
});

/* A PIN that nobody thought of */

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-random-pin]")) return;
  const form = event.target.closest("form");
  const [number] = crypto.getRandomValues(new Uint32Array(1));
  form.elements.pin.value = String(number % 10000).padStart(4, "0");
  form.requestSubmit();
});

/* Focus that a morph took away goes to the nearest sensible place */

let focus = null;

document.addEventListener("focusin", (event) => {
  const region = event.target.closest("[data-region]");
  const card = event.target.closest(".qc, [data-item], .answer-list li");
  focus = region && {
    element: event.target,
    region: region.dataset.region,
    queue: event.target.closest("[data-queue]"),
    item: event.target.closest("[data-item]")?.id,
    pane: event.target.closest(".pane")?.id,
    index: card ? all(`:scope > ${card.localName}`, card.parentElement).indexOf(card) : 0,
  };
});

room.on("view", (payload, region) => {
  settle();
  keepInSight();
  if (!focus || focus.region !== payload.region) return;
  const active = document.activeElement;
  if (active && active !== document.body && active.offsetParent) return;
  const target = newFocus(region);
  focus = null;
  if (target) target.focus({ preventScroll: true });
});

function newFocus(region) {
  if (focus.element.isConnected && focus.element.offsetParent) return focus.element;
  if (focus.queue) {
    const cards = all(`[data-queue="${focus.queue.dataset.queue}"] .qc`, region);
    const card = cards[Math.min(focus.index, cards.length - 1)];
    return card ? find("button, a, summary", card) : find("[data-lists] [aria-selected=true]", region);
  }
  if (focus.item) {
    const item = document.getElementById(focus.item) || all("[data-item]")[focus.index];
    return item ? find("[data-show] button", item) : find("#agenda");
  }
  return document.getElementById(focus.pane) || find("#main-action");
}

/* The agenda keeps the current item in sight */

let inSight = "";

function keepInSight() {
  const current = find("[data-agenda] .is-current");
  if (!current || current.id === inSight || isDragging()) return;
  inSight = current.id;
  (current.nextElementSibling || current).scrollIntoView({ block: "nearest" });
  current.scrollIntoView({ block: "nearest" });
}

/* Small things */

/** The clock goes on in the time of the place, which the server knows. */
function runClock() {
  const place = find("[data-clock]");
  const [hours, minutes] = place.textContent.split(":").map(Number);
  const start = new Date(Number(page.serverNow) * 1000);
  const ahead = hours * 60 + minutes - start.getUTCHours() * 60 - start.getUTCMinutes();
  setInterval(() => {
    const now = new Date((room.now() + ahead * 60) * 1000);
    const text = [now.getUTCHours(), now.getUTCMinutes()]
      .map((part) => String(part).padStart(2, "0"))
      .join(":");
    if (place.textContent !== text) place.textContent = text;
  }, 2000);
}
runClock();

room.on("refused", (error) => room.notice(error.message || room.text("link_lost"), { tone: "danger" }));

startDragging(room);
startAsking(room, ({ isOpening }) => {
  lastStepAt = Date.now();
  if (isOpening) location.replace("#run");
  settle();
  (find("#main-action") || find("#run")).focus({ preventScroll: true });
  if (!isOpening) room.announce(room.text("kept"));
});
settle();
keepInSight();

