/**
 * "Because…" on the phone: one line for an option that I have voted for, and what became of it.
 * It is a comment to the outbox, so it waits there without a connection; a draft is kept until
 * it is sent. A poll shows its part (`data-needs="reasons"`) once my vote is counted.
 */

import { countLetters } from "./comments.js";
import { newId } from "./outbox.js";

/** In which round a reason was written here; the server tells it with the next snapshot. */
const rounds = new Map();
let desk = null;

export function paint(given, part) {
  if (!desk) listen((desk = given));
  if (!desk.mine.isKnown) return;
  const { poll, pollRound } = part.closest("[data-poll]").dataset;
  const stand = desk.standOf(desk.keyOf(poll, pollRound));
  const chosen = stand.receipt ? [stand.answer].flat() : [];
  const mine = myReasons(part);
  part.hidden = !chosen.length && !mine.length;
  listMine(part, mine);
  const form = part.querySelector("form");
  if (!form) return;
  offer(form, chosen.filter((option) => !mine.some((reason) => reason.option === option)));
  const { text } = form.elements;
  const draft = desk.store.read(draftOf(part), "");
  if (draft && !text.value && document.activeElement !== text) text.value = draft;
}

/** The server did not take a reason: its words go back to where they were written. */
export function refused(_desk, { payload }, ack) {
  if (payload.kind !== "reason") return false;
  const part = document.querySelector(`[data-needs="reasons"][data-about="${payload.about}"]`);
  const form = part?.querySelector("form");
  if (!form) return false;
  form.hidden = false;
  if (!form.elements.text.value) form.elements.text.value = payload.text;
  desk.room.notice(ack.message, { near: form });
  return true;
}

const draftOf = (part) => `reason:${part.dataset.roundId}`;

function myReasons({ dataset: { about, roundId } }) {
  const pending = desk.outbox
    .all("comment:")
    .filter(({ payload }) => payload.about === about)
    .map(({ payload, state }) => ({ ...payload, state: state === "waiting" ? "sending" : state }));
  const settled = [...desk.mine.comments.values()].filter((comment) => comment.round_id || rounds.has(comment.id));
  return [...settled, ...pending].filter(
    (reason) => reason.kind === "reason" && (reason.round_id || rounds.get(reason.id) || roundId) === roundId,
  );
}

function listMine(part, mine) {
  const list = part.querySelector("[data-given]");
  const picture = JSON.stringify(mine);
  if (list.dataset.picture === picture) return;
  list.dataset.picture = picture;
  list.textContent = "";
  list.append(...mine.map((reason) => lineOf(part, reason)));
}

function lineOf(part, { option, text, state }) {
  const line = document.createElement("li");
  const words = document.createElement("p");
  const fate = document.createElement("span");
  fate.className = "small soft";
  fate.textContent = part.dataset[state] || "";
  words.append(`${part.dataset.because} ${text}`, document.createElement("br"), fate);
  const sign = part.querySelector(`[data-for="${option}"] .sign`);
  line.append(...(sign ? [sign.cloneNode(true)] : []), words);
  return line;
}

function offer(form, free) {
  form.hidden = !free.length;
  const choices = [...form.querySelectorAll("[data-for]")];
  for (const choice of choices) choice.hidden = !free.includes(choice.dataset.for);
  form.querySelector("[data-reason-options]").hidden = free.length < 2;
  if (!free.includes(form.elements.option.value)) form.elements.option.value = free[0] ?? "";
}

function listen({ outbox, room, store }) {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("[data-reason-form]")) return;
    event.preventDefault();
    const part = form.closest("[data-needs]");
    const { about, option, text } = form.elements;
    const words = text.value.trim();
    if (!words) return room.notice(room.text("no_text"), { near: form });
    const id = newId();
    rounds.set(id, part.dataset.roundId);
    const chosen = option.value;
    form.reset();
    store.remove(draftOf(part));
    room.notice("", { near: form });
    const payload = { id, text: words, kind: "reason", about: about.value, option: chosen };
    outbox.put({ key: `comment:${id}`, command: "comment.post", payload });
    countLetters(document);
    part.querySelector("[data-given]").focus({ preventScroll: true });
    room.release();
  });
  document.addEventListener("input", ({ target }) => {
    if (target.matches("[data-reason-form] [name=text]")) {
      store.write(draftOf(target.closest("[data-needs]")), target.value);
    }
  });
}
