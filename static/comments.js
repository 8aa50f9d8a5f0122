/**
 * Comments on the phone: writing one, what became of mine, supporting those of others.
 *
 * Every function is given the desk: {room, outbox, store, mine}, where `mine` holds what the
 * server has confirmed of this reader (`comments` by id, `upvoted` ids, `isKnown`). A draft is
 * kept in the store, so that neither a reload nor a new item on screen loses a word of it.
 */

import { newId } from "./outbox.js";
import { fill, setText } from "./room.js";

/** Fields of one draft; a statement for a poll is another draft than a comment. */
const draftFields = (name = "") =>
  [...document.querySelectorAll("[data-draft]")].filter((field) => field.dataset.draft === name);
/** A comment round that is one of several steps has a draft of its own as well. */
const draftOf = ({ kind, about }) => (kind === "statement" ? kind : draftFields(about).length ? about : "");

export function postComment(desk, form) {
  const text = form.elements.text.value.trim();
  if (!text) {
    desk.room.notice(desk.room.text("no_text"), { near: form });
    form.elements.text.focus();
    return;
  }
  const id = newId();
  const payload = { id, text, kind: form.elements.kind.value };
  if (form.elements.about) payload.about = form.elements.about.value;
  desk.outbox.put({ key: `comment:${id}`, command: "comment.post", payload });
  keepDraft(desk, "", null, draftOf(payload));
  form.reset();
  desk.room.notice("", { near: form });
  countLetters(document);
  if (!desk.room.isOnline) sayInRound(desk, "comment_kept", "warn");
  desk.room.release();
}

/** In a comment round the list of my comments is on the other tab, so say it here. */
function sayInRound(desk, key, tone) {
  const form = document.querySelector('.tab:not([hidden])[data-tab="now"] [data-comment-form]:not([data-step][hidden] *)');
  if (form) desk.room.notice(desk.room.text(key), { tone, near: form });
}

export function commentSettled(desk, { payload }, ack) {
  const comment = { ...payload, state: ack.state, reason: "", answered: false };
  desk.mine.comments = new Map([[payload.id, comment], ...desk.mine.comments]);
  sayInRound(desk, ack.state === "waiting" ? "comment_waiting" : "comment_shown", "ok");
}

export function commentRefused(desk, { payload }, ack) {
  const name = draftOf(payload);
  const fields = draftFields(name);
  const field = fields.find((one) => one.closest(".tab:not([hidden])")) || fields[0];
  // What is being written already stays; the refused text goes before it.
  keepDraft(desk, [payload.text, field && field.value].filter(Boolean).join("\n\n"), null, name);
  desk.room.notice(ack.message, { near: field && field.closest("form") });
}

export function paintComments(desk) {
  const list = document.querySelector("[data-my-comments]");
  const template = document.querySelector('[data-template="my-comment"]');
  if (!list || !template || !desk.mine.isKnown) return;
  const pending = desk.outbox.all("comment:").map(({ payload, state }) => ({
    ...payload,
    state: state === "waiting" ? "sending" : state,
  }));
  const all = [...pending.reverse(), ...desk.mine.comments.values()];
  const picture = JSON.stringify(all);
  if (list.dataset.picture === picture) return;
  list.dataset.picture = picture;
  list.textContent = "";
  list.append(...all.map((comment) => myComment(desk, template, comment)));
}

function myComment(desk, template, comment) {
  const element = template.content.firstElementChild.cloneNode(true);
  const isDone = comment.answered && comment.state === "shown";
  const state = isDone ? (comment.kind === "statement" ? "admitted" : "answered") : comment.state;
  element.className = `mine mine-${state}`;
  element.dataset.comment = comment.id;
  for (const part of element.querySelectorAll("[data-when]")) part.hidden = part.dataset.when !== state;
  setText(element.querySelector("[data-text]"), comment.text);
  element.querySelector("[data-because]").hidden = comment.kind !== "reason";
  const { reason = "" } = comment;
  setText(element.querySelector("[data-reason]"), desk.room.text(`reason.${reason}`) || reason);
  return element;
}

/** The server told what became of a comment of desk.mine. */
export function commentChanged(desk, frame) {
  const known = desk.mine.comments.get(frame.comment);
  if (known) {
    const isAdmitted = known.kind === "statement" && frame.answered && !known.answered;
    Object.assign(known, { state: frame.state, reason: frame.reason, answered: frame.answered });
    if (isAdmitted) sayInRound(desk, "statement_admitted", "ok");
    paintComments(desk);
  } else if (!desk.outbox.pending(`comment:${frame.comment}`)) {
    desk.room.snapshot();
  }
}

export function paintUpvotes(desk) {
  if (!desk.mine.isKnown) return;
  for (const item of document.querySelectorAll("[data-room-comment]")) {
    const id = item.dataset.roomComment;
    const form = item.querySelector("[data-upvote-form]");
    const isOwn = desk.mine.comments.has(id);
    item.toggleAttribute("data-is-mine", isOwn);
    form.hidden = isOwn;
    item.querySelector("[data-own]").hidden = !isOwn;
    const isOn = supports(desk, id);
    form.querySelector("button").setAttribute("aria-pressed", String(isOn));
    form.querySelector("[data-on]").value = String(!isOn);
  }
}

function supports(desk, id) {
  const pending = desk.outbox.pending(`upvote:${id}`);
  return pending ? pending.payload.on : desk.mine.upvoted.has(id);
}

export function upvote(desk, form) {
  const id = form.elements.comment.value;
  const payload = { comment: id, on: !supports(desk, id), sequence: desk.outbox.nextSequence() };
  desk.outbox.put({ key: `upvote:${id}`, command: "comment.upvote", payload });
}

export function upvoteSettled(desk, { payload }, ack) {
  if (payload.on) desk.mine.upvoted.add(payload.comment);
  else desk.mine.upvoted.delete(payload.comment);
  const item = document.getElementById(`comment-${payload.comment}`);
  if (!item || typeof ack.upvotes !== "number") return;
  for (const count of item.querySelectorAll("[data-upvotes]")) {
    setText(count, ack.upvotes.toLocaleString(document.documentElement.lang));
  }
}

/* What is being written */

/** A view is held back while someone writes a comment that it would take away. */
export function isWriting({ region, html }, element) {
  const active = document.activeElement;
  if (region !== "now" || !element.contains(active) || !active.matches("[data-draft], [data-held]")) return false;
  return active.value.trim() !== "" && !html.includes(active.closest("form").dataset.keep);
}

const draftKey = (name) => (name ? `draft:${name}` : "draft");

export function keepDraft(desk, text, from = null, name = from?.dataset.draft || "") {
  desk.store.write(draftKey(name), text);
  for (const field of draftFields(name)) if (field !== from) field.value = text;
}

export function restoreDraft(desk) {
  for (const field of document.querySelectorAll("[data-draft]")) {
    const text = desk.store.read(draftKey(field.dataset.draft), "");
    if (text && !field.value && field !== document.activeElement) field.value = text;
  }
  countLetters(document);
}

export function countLetters(root) {
  for (const field of root.querySelectorAll("[data-counted]")) {
    const counter = field.form.querySelector("[data-counter]");
    const length = [...field.value].length;
    const most = Number(field.dataset.counted);
    if (counter.dataset.empty === undefined) counter.dataset.empty = counter.textContent;
    const { sentence, empty } = counter.dataset;
    setText(counter, length ? fill(sentence, { length, most }) : empty);
    counter.toggleAttribute("data-is-near", length > most * 0.9);
  }
}
