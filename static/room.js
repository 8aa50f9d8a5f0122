/**
 * The live room: one connection for a page, what it brings, and forms that become commands.
 *
 * Use on a screen:
 *
 *     import * as paint from "./paint.js";
 *     import { openRoom } from "./room.js";
 *     const room = openRoom({ paint });
 *     room.on("view", (payload, region) => …);
 *
 * `openRoom` reads the data attributes of <body> (panel, role, language, version, server-now,
 * texts, watch), connects, morphs each `panel.view` into `[data-region="…"]`, paints tallies,
 * turnout and presence with the given painter, counts down `[data-countdown]`, shows the
 * connection in `[data-line]`, and sends every `form[data-command]` as a command.
 *
 * The room:
 *   room.send(name, payload)   -> Promise of the ack; offline it is {ok: false, code: "line.lost"}
 *   room.post(name, payload)   the same by a plain request, for while there is no connection yet
 *   room.snapshot()            -> asks for a new snapshot, as after a reconnect
 *   room.watch(region, on)     asks for a region's frames, or no longer
 *   room.on(event, listener)   "snapshot" (snapshot), "view" (payload, element), "tally" (frame),
 *                              "turnout" (frame), "presence" (frame), "opened" (frame),
 *                              "closed" (frame), "comment" (frame, event name), "line" (isOnline),
 *                              "held" (payload, element: a view kept back by `hold`),
 *                              "refused" (error, when the server does not let this page in)
 *   room.now()                 seconds since 1970 by the server's clock
 *   room.release()             shows what `hold` has held back
 *   room.show(payload)         shows a view that the page fetched itself, unless a newer one is on
 *   room.isOnline, room.latest (the latest snapshot or null)
 *   room.text(key, values)     a text of this page; {name} is filled in
 *   room.notice(text, {tone, near})   one note for the reader; tone "warn", "ok" or "danger"
 *   room.announce(text)        said by screen readers only
 *
 * The painter gives paintAll(root), paintTally(root, frame), paintPresence(root, present) and,
 * if it likes, paintTurnout(root, frame).
 *
 * In HTML:
 *   <form data-command="poll.open">      its fields become the command's payload; see readFields
 *     data-then="/path"                  where to go when it was done
 *     data-reset                         empty the form when it was done
 *   [data-keep="key"]                    not touched by a morph while the key stays the same
 *   [data-keep-inside]                   attributes are morphed, children are a script's own
 *   A form fires "command:done" (detail: ack) or "command:refused" (detail: ack).
 */

import { fill } from "./plurals.js";
import { Idiomorph } from "./vendor/idiomorph.js";
import { io } from "./vendor/socket.io.js";

export { fill };

const ACK_WAIT_MS = 8000;
const CONNECT_WAIT_MS = 12000;
const LINE_PATIENCE_MS = 2500;
const COUNT_MS = 250;
const LAST_CALL_SECONDS = 10;

/**
 * @typedef {object} Painter
 * @property {(root: ParentNode) => void} paintAll
 * @property {(root: ParentNode, frame: object) => void} paintTally
 * @property {(root: ParentNode, present: number) => void} paintPresence
 * @property {(root: ParentNode, frame: object) => void} [paintTurnout]
 *
 * @typedef {{ok: boolean, code?: string, message?: string, retry_after?: number}} Ack
 * @typedef {ReturnType<typeof openRoom>} Room
 */

/**
 * Connect this page to its panel.
 * @param {{
 *   paint?: Painter,
 *   watch?: () => string[],
 *   hold?: (payload: object, element: Element) => boolean,
 * }} [options]
 *   `watch` says which regions to ask for at each (re)connect; `hold` may keep a new view back
 *   while the reader is in the middle of something, until `room.release()`.
 */
export function openRoom({ paint, watch, hold } = {}) {
  const page = document.body.dataset;
  const texts = JSON.parse(page.texts || "{}");
  const listeners = new Map();
  const versions = new Map();
  const held = new Map();
  const watched = new Set((page.watch || "").split(" ").filter(Boolean));
  let clockAhead = Number(page.serverNow || 0) ? Number(page.serverNow) - Date.now() / 1000 : 0;

  const regionsToWatch = () => [...new Set([...watched, ...(watch ? watch() : [])])];
  const socket = io({
    path: "/socket.io/",
    transports: ["websocket", "polling"],
    // Where a network refuses WebSockets, long-polling takes their place within the same try.
    tryAllTransports: true,
    timeout: CONNECT_WAIT_MS,
    query: { spread: randomSpread() },
    reconnectionDelay: 500,
    reconnectionDelayMax: 5000,
    randomizationFactor: 0.6,
    auth: (give) =>
      give({
        panel: page.panel,
        role: page.role,
        language: page.language,
        watch: regionsToWatch(),
      }),
  });

  const room = {
    isOnline: false,
    latest: null,
    now: () => Date.now() / 1000 + clockAhead,
    text: (key, values = {}) => fill(texts[key] || "", values),
    announce,
    notice: (text, options = {}) => showNotice(text, { closeText: texts.close, ...options }),
    on(event, listener) {
      listeners.set(event, [...(listeners.get(event) || []), listener]);
    },
    send,
    post,
    async snapshot() {
      const ack = await send("panel.snapshot", {});
      if (ack.ok) takeSnapshot(ack.snapshot);
      return ack;
    },
    show: takeView,
    release() {
      const views = [...held.values()];
      held.clear();
      views.forEach(showView);
    },
    watch(region, on) {
      if (on) watched.add(region);
      else watched.delete(region);
      if (room.isOnline) send("panel.watch", { region, on });
    },
  };

  function tell(event, ...details) {
    for (const listener of listeners.get(event) || []) listener(...details);
  }

  /** @returns {Promise<Ack>} */
  function send(name, payload) {
    if (!socket.connected) return Promise.resolve(lost());
    return socket.timeout(ACK_WAIT_MS).emitWithAck(name, payload).catch(() => lost("no_answer"));
  }

  /**
   * Give a command by a plain request: one round trip, where a socket has to greet first.
   * @returns {Promise<Ack>}
   */
  async function post(name, payload) {
    if (navigator.onLine === false) return lost();
    const hurry = new AbortController();
    const timer = setTimeout(() => hurry.abort(), ACK_WAIT_MS);
    try {
      const answer = await fetch(`/api/v1/panels/${page.panel}/commands/${name}`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(payload),
        signal: hurry.signal,
      });
      const ack = await answer.json();
      return typeof ack.ok === "boolean" ? ack : lost("no_answer");
    } catch {
      return lost(hurry.signal.aborted ? "no_answer" : "offline");
    } finally {
      clearTimeout(timer);
    }
  }

  function lost(key = "offline") {
    return { ok: false, code: "line.lost", message: texts[key] };
  }

  function takeSnapshot(snapshot) {
    if (typeof snapshot.now === "number") clockAhead = snapshot.now - Date.now() / 1000;
    room.latest = snapshot;
    tell("snapshot", snapshot);
    if (paint) {
      paint.paintPresence(document, snapshot.present);
      if (snapshot.tally) paint.paintTally(document, snapshot.tally);
    }
  }

  function takeView(payload) {
    const element = document.querySelector(`[data-region="${payload.region}"]`);
    const shown = versions.get(payload.region) ?? Number(page.version || 0);
    if (!element || payload.version < shown) return;
    versions.set(payload.region, payload.version);
    if (payload.announcement) announce(payload.announcement);
    if (hold && hold(payload, element)) {
      held.set(payload.region, payload);
      tell("held", payload, element);
    } else {
      held.delete(payload.region);
      showView(payload);
    }
  }

  function showView(payload) {
    const element = document.querySelector(`[data-region="${payload.region}"]`);
    const hadFocus = element.contains(document.activeElement);
    morphInside(element, payload.html);
    if (hadFocus && !element.contains(document.activeElement)) focusHeading(element);
    if (paint) paint.paintAll(element);
    countDown();
    tell("view", payload, element);
  }

  socket.on("connect", () => {
    room.isOnline = true;
    showLine(true);
    tell("line", true);
  });
  socket.on("disconnect", (reason) => {
    room.isOnline = false;
    showLine(false);
    tell("line", false);
    if (reason === "io server disconnect") socket.connect();
  });
  socket.on("connect_error", (error) => {
    const refusal = refusalOf(error);
    // Where a network swallows WebSockets without a word, only waiting tells.
    if (!refusal && error.message === "timeout") socket.io.opts.transports = ["polling", "websocket"];
    showLine(Boolean(refusal) && !isPassing(refusal));
    if (refusal && isPassing(refusal)) setTimeout(() => socket.connect(), retryMs(refusal));
    else if (refusal) tell("refused", refusal);
  });
  socket.on("panel.snapshot", takeSnapshot);
  socket.on("panel.view", takeView);
  socket.on("poll.tally", (frame) => {
    if (paint) paint.paintTally(document, frame);
    tell("tally", frame);
  });
  socket.on("poll.turnout", (frame) => {
    if (paint && paint.paintTurnout) paint.paintTurnout(document, frame);
    tell("turnout", frame);
  });
  socket.on("panel.presence", (frame) => {
    if (paint) paint.paintPresence(document, frame.present);
    tell("presence", frame);
  });
  socket.on("panel.pace", ({ finished, present }) => {
    if (paint) paint.paintTurnout(document, { poll: "pace", round: 0, turnout: finished, present });
  });
  socket.on("poll.opened", (frame) => {
    if (paint?.forget) paint.forget(frame.poll);
    tell("opened", frame);
  });
  socket.on("poll.closed", (frame) => tell("closed", frame));
  for (const name of ["comment.posted", "comment.changed"]) {
    socket.on(name, (frame) => tell("comment", frame, name));
  }

  wakeUp(socket);
  closeMenus();
  interceptForms(room);
  const countDown = startCountdowns(room);
  const showLine = connectionLine();
  if (paint) paint.paintAll(document);
  return room;
}

/** A number of this page, so that a balancer can keep its requests together. */
function randomSpread() {
  return Math.floor(Math.random() * 1e9);
}

/** Change a text only if it is another one: screen readers and morphs stay quiet otherwise. */
export function setText(element, text) {
  if (element && element.textContent !== text) element.textContent = text;
}

/** The server could not let anyone in just now; it is worth another try. */
const isPassing = ({ code }) =>
  ["server.failed", "store.unavailable", "rate.limited"].includes(code);

const retryMs = ({ retry_after: seconds = 2 }) => (seconds + Math.random() * 2) * 1000;

/** What the server said when it did not let a socket in; null for a lost line. */
function refusalOf(error) {
  const data = error && error.data;
  return data && data.code ? data : null;
}

/* Morphing */

/**
 * Make the inside of an element equal to `html`, keeping focus, typed text and what is marked.
 * @param {Element} element
 * @param {string} html
 */
export function morphInside(element, html) {
  Idiomorph.morph(element, html, {
    morphStyle: "innerHTML",
    ignoreActiveValue: isBeingTyped(document.activeElement),
    callbacks: { beforeNodeMorphed: spareKept },
  });
}

const isBeingTyped = (field) => Boolean(field && field.matches("input, textarea, select"));

/** What had the focus is gone: the new heading takes it, so that reading goes on there. */
export function focusHeading(element) {
  const heading = element.querySelector(":is(h1, h2):not([hidden] *)");
  if (!heading) return;
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
}

function spareKept(old, fresh) {
  if (old.nodeType !== 1 || fresh.nodeType !== 1) return true;
  if (old.hasAttribute("data-keep") && old.getAttribute("data-keep") === fresh.getAttribute("data-keep")) {
    return false;
  }
  if (old.hasAttribute("data-keep-inside") && fresh.hasAttribute("data-keep-inside")) {
    copyAttributes(old, fresh);
    return false;
  }
  return true;
}

/** Attributes of a picture that only scripts set. */
const OF_SCRIPTS = new Set(["viewBox", "data-mine", "data-seed"]);

function copyAttributes(old, fresh) {
  for (const { name } of [...old.attributes]) {
    if (!fresh.hasAttribute(name) && !OF_SCRIPTS.has(name)) old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
}

/* Time */

/** Count every [data-countdown] down; returns a function that does so at once. */
function startCountdowns(room) {
  const called = new Set();
  const count = () => {
    for (const element of document.querySelectorAll("[data-countdown]")) {
      const end = Number(element.dataset.countdown);
      const left = Math.max(0, Math.ceil(end - room.now()));
      const text = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
      if (element.textContent !== text) element.textContent = text;
      if (left === LAST_CALL_SECONDS && !called.has(end)) {
        called.add(end);
        announce(room.text("seconds_left"));
      }
    }
  };
  setInterval(count, COUNT_MS);
  return count;
}

/* The connection */

/** A phone that wakes up does not wait for its next try. */
/** A socket that is on its way is left alone: a second greeting would be refused. */
function wakeUp(socket) {
  const knock = () => {
    if (document.visibilityState === "visible" && !socket.active) socket.connect();
  };
  document.addEventListener("visibilitychange", knock);
  window.addEventListener("online", knock);
  window.addEventListener("pageshow", knock);
  window.addEventListener("offline", () => socket.io.engine && socket.io.engine.close());
}

/** Returns a function that shows, after a moment's patience, that the line is lost. */
function connectionLine() {
  let waiting = 0;
  return (isOnline) => {
    const line = document.querySelector("[data-line]");
    document.body.toggleAttribute("data-is-offline", !isOnline);
    if (!line) return;
    if (isOnline) {
      clearTimeout(waiting);
      waiting = 0;
      line.textContent = "";
    } else if (!waiting) {
      const patience = navigator.onLine === false ? 0 : LINE_PATIENCE_MS;
      waiting = setTimeout(() => (line.textContent = line.dataset.offlineText), patience);
    }
  };
}

/* Words to the reader */

const STALE_WORDS_MS = 15000;
let lastWords = 0;

/** Say a sentence to screen readers, also when it is the same as the one before. */
export function announce(text) {
  const place = document.querySelector("[data-announce]");
  if (!place || !text) return;
  place.textContent = "";
  clearTimeout(lastWords);
  lastWords = setTimeout(() => {
    place.textContent = text;
    // Later, who reads the page to its end would take it for news.
    lastWords = setTimeout(() => (place.textContent = ""), STALE_WORDS_MS);
  }, 60);
}

/**
 * Show one note, near a form if it has a place for it, else in the page's [data-notices].
 * An empty text takes the note away.
 */
function showNotice(text, { tone = "warn", near = null, closeText = "" } = {}) {
  const place =
    (near && near.querySelector("[data-notices]")) || document.querySelector("[data-notices]");
  if (!place) return;
  place.textContent = "";
  if (!text) return;
  const note = document.createElement("div");
  note.className = `note note-${tone}`;
  const words = document.createElement("p");
  words.textContent = text;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "note-close";
  close.setAttribute("aria-label", closeText || "×");
  close.textContent = "×";
  close.addEventListener("click", () => note.remove());
  note.append(words, close);
  place.append(note);
  note.scrollIntoView({ block: "nearest" });
}

/* Menus */

/** Menus close by Escape and by a click outside. */
function closeMenus() {
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details[data-menu][open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of document.querySelectorAll("details[data-menu][open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
}

/* Forms that become commands */

/**
 * Read a form as a command's payload. Fields are text unless they say otherwise:
 *   data-type="number" | "boolean" | "json" | "list" (each line of a textarea)
 *   data-optional          an empty field is left out
 * A name with a dot goes inside (title.fr -> {title: {fr: …}}); a name with [] collects a list.
 * A checkbox with data-type="boolean" is true or false; other checkboxes only when checked.
 * `back` belongs to browsers without script and is left out.
 * @param {HTMLFormElement} form
 * @param {HTMLElement|null} submitter
 */
export function readFields(form, submitter = null) {
  const payload = {};
  for (const field of form.elements) {
    if (!field.name || field.disabled || field.name === "back") continue;
    if (field.type === "submit" || field.type === "button") {
      if (field === submitter) put(payload, field.name, typed(field));
    } else if (field.type === "radio" || field.type === "checkbox") {
      if (field.dataset.type === "boolean" && field.type === "checkbox") {
        put(payload, field.name, field.checked);
      } else if (field.checked) put(payload, field.name, typed(field));
    } else if (!("optional" in field.dataset && field.value.trim() === "")) {
      put(payload, field.name, typed(field));
    }
  }
  return payload;
}

function typed(field) {
  const { value } = field;
  switch (field.dataset.type) {
    case "number":
      return value.trim() === "" ? null : Number(value);
    case "boolean":
      return ["true", "1", "on", "yes"].includes(value);
    case "json":
      return JSON.parse(value);
    case "list":
      return value.split("\n").map((line) => line.trim()).filter(Boolean);
    default:
      return value;
  }
}

function put(payload, name, value) {
  if (name.endsWith("[]")) {
    const key = name.slice(0, -2);
    put(payload, key, [...(payload[key] || []), value]);
    return;
  }
  const path = name.split(".");
  const last = path.pop();
  let place = payload;
  for (const part of path) {
    place[part] = place[part] || {};
    place = place[part];
  }
  place[last] = value;
}

function interceptForms(room) {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !form.dataset.command || event.defaultPrevented) return;
    event.preventDefault();
    sendForm(room, form, event.submitter);
  });
}

/** Send a form once; a second press while it is under way does nothing. */
export async function sendForm(room, form, submitter = null) {
  if (form.getAttribute("aria-busy") === "true") return null;
  form.setAttribute("aria-busy", "true");
  const ack = await room.send(form.dataset.command, readFields(form, submitter));
  form.removeAttribute("aria-busy");
  const detail = { bubbles: true, detail: ack };
  if (ack.ok) {
    room.notice("", { near: form });
    if ("reset" in form.dataset) form.reset();
    form.dispatchEvent(new CustomEvent("command:done", detail));
    if (form.dataset.then) location.assign(form.dataset.then);
  } else if (form.dispatchEvent(new CustomEvent("command:refused", { ...detail, cancelable: true }))) {
    room.notice(ack.message || room.text("refused"), { near: form });
  }
  return ack;
}
