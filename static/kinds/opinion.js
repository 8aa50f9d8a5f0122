/**
 * The form of an opinion poll: one statement at a time, one tap answers it and shows the next.
 *
 * Every tap sends all answers of this phone, so nothing is lost when a line breaks in between. The
 * statements stand beside the form, where new ones appear while people answer. Those that few have
 * answered come first; among equals the order is this phone's own.
 */

import { drawHemicycle } from "../paint.js";

/** What a form is in the middle of. */
const states = new WeakMap();

const pollOf = (form) => form.closest("[data-poll]");
const part = (form, name) => form.querySelector(`[data-${name}]`);

function start(form, { cast, room, store, answer }) {
  const seed = store.read("seat", 0) || 1 + Math.floor(Math.random() * 1e6);
  store.write("seat", seed);
  states.set(form, { answers: answer || {}, path: [], at: -1, seed, receipt: "", wasDone: false });
  form.addEventListener("click", (event) => {
    const button = event.target.closest('button[name="answer"]');
    if (button) {
      event.preventDefault();
      say(form, button.value);
      cast();
    } else if (event.target.closest("[data-back]")) step(form, -1);
    else if (event.target.closest("[data-on]")) step(form, 1);
  });
  pollOf(form).addEventListener("click", ({ target }) => {
    const change = target.closest("[data-change-one]");
    if (change) show(form, change.dataset.changeOne);
  });
  room.on("view", () => form.isConnected && draw(form));
  draw(form);
  part(form, "opinion").classList.add("is-live");
}

function read(form) {
  return { ...states.get(form)?.answers };
}

function problem(answer, form) {
  return Object.keys(answer).length ? "" : part(form, "opinion").dataset.noneSentence;
}

/** Take what the server has confirmed, or what is on its way there. */
function paint(form, answer) {
  const state = states.get(form);
  if (!state) return;
  if (!answer) Object.assign(state, { path: [], at: -1, receipt: "" });
  state.answers = { ...answer };
  draw(form);
}

/* Which statement is on */

/** The statements there are, from the list that the page keeps current. */
function statements(form) {
  return [...pollOf(form).querySelectorAll("[data-statement]")].map((item) => ({
    id: item.dataset.statement,
    answered: Number(item.dataset.answered),
    text: item.textContent,
    language: item.lang,
  }));
}

/** A number that is this phone's own for each statement. */
function chance(seed, id) {
  let hash = seed | 0;
  for (const letter of `${id}/${seed}`) hash = Math.imul(hash ^ letter.codePointAt(0), 0x9e3779b1) ^ (hash >>> 15);
  return hash >>> 0;
}

function inOrder(list, seed) {
  return [...list].sort((a, b) => a.answered - b.answered || chance(seed, a.id) - chance(seed, b.id));
}

/** The path holds what was shown, in that order; at its end the statement to answer next. */
function findPath(form) {
  const state = states.get(form);
  const list = statements(form);
  const known = new Set(list.map(({ id }) => id));
  const current = state.path[state.at];
  state.path = state.path.filter((id) => known.has(id));
  const isAnswered = (id) => id in state.answers;
  const unseen = list.filter(({ id }) => isAnswered(id) && !state.path.includes(id));
  state.path = [...inOrder(unseen, state.seed).map(({ id }) => id), ...state.path];
  if (state.path.every(isAnswered)) {
    const left = inOrder(list.filter(({ id }) => !isAnswered(id)), state.seed);
    if (left.length) state.path.push(left[0].id);
  }
  state.at = state.path.indexOf(current);
  if (state.at < 0) state.at = state.path.findIndex((id) => !isAnswered(id));
  return list;
}

function say(form, word) {
  const state = states.get(form);
  const id = state.path[state.at];
  if (!id) return;
  state.answers = { ...state.answers, [id]: word };
  const isNewest = state.at === state.path.length - 1;
  state.at = isNewest || state.isFromReview ? -1 : state.at + 1;
  state.isFromReview = false;
  draw(form);
}

function step(form, by) {
  const state = states.get(form);
  const from = state.at < 0 ? state.path.length : state.at;
  state.at = Math.max(0, from + by);
  if (state.at >= state.path.length) state.at = -1;
  draw(form);
  form.querySelector('[name="answer"]').focus({ preventScroll: true });
}

/** Show one statement again, from the list of answers. */
function show(form, id) {
  const state = states.get(form);
  state.at = state.path.indexOf(id);
  state.isFromReview = true;
  draw(form);
  form.querySelector('[name="answer"]').focus({ preventScroll: true });
  part(form, "opinion").scrollIntoView({ block: "nearest" });
}

/* Drawing */

function draw(form) {
  const state = states.get(form);
  const list = findPath(form);
  const texts = part(form, "opinion").dataset;
  const on = list.find(({ id }) => id === state.path[state.at]);
  const done = list.filter(({ id }) => id in state.answers).length;
  const isDone = !on && list.length > 0;
  if (on) drawStatement(form, state, on, texts, list.length);
  else setText(part(form, "place"), fill(texts.placeSentence, { place: done, count: list.length }));
  part(form, "asking").hidden = !on;
  part(form, "all-said").hidden = !isDone;
  part(form, "no-statement").hidden = list.length > 0;
  drawArc(form, done, list.length);
  drawReceipt(form, state, texts);
  drawReview(form, state, list, isDone);
  if (isDone && !state.wasDone && form.contains(document.activeElement)) {
    part(form, "all-said").focus({ preventScroll: true });
  }
  state.wasDone = isDone;
}

function drawStatement(form, state, on, texts, count) {
  const says = part(form, "says");
  const quote = says.querySelector("q") || says.appendChild(document.createElement("q"));
  setText(quote, on.text);
  quote.lang = on.language;
  setText(part(form, "place"), fill(texts.placeSentence, { place: state.at + 1, count }));
  for (const button of form.querySelectorAll('[name="answer"]')) {
    button.setAttribute("aria-pressed", String(state.answers[on.id] === button.value));
  }
  const back = part(form, "back");
  back.hidden = state.at === 0;
  setText(back, fill(texts.backSentence, { place: state.at }));
  const further = part(form, "on");
  further.hidden = state.at >= state.path.length - 1;
  setText(further, fill(texts.onSentence, { place: state.at + 2 }));
}

function drawArc(form, done, count) {
  const arc = form.querySelector(".arc svg");
  arc.dataset.counts = done;
  arc.dataset.room = count;
  drawHemicycle(arc);
}

/** The receipt stays in sight while the next answer is on its way. */
function drawReceipt(form, state, texts) {
  const receipt = pollOf(form).querySelector("[data-receipt]")?.textContent;
  if (receipt) state.receipt = receipt;
  const line = part(form, "counted-line");
  setText(line, state.receipt ? fill(texts.countedSentence, { receipt: state.receipt }) : "");
}

function drawReview(form, state, list, isDone) {
  const place = pollOf(form).querySelector("[data-review-part]");
  if (!place) return;
  place.hidden = !isDone;
  if (!isDone) return;
  const template = place.querySelector("[data-review-row]");
  const rows = list.filter(({ id }) => id in state.answers).map(({ id, text, language }) => {
    const row = template.content.firstElementChild.cloneNode(true);
    const says = row.querySelector("p");
    setText(says, text);
    says.lang = language;
    const word = place.querySelector(`template[data-word="${state.answers[id]}"]`);
    row.querySelector(".word").append(word.content.cloneNode(true));
    row.querySelector("button").dataset.changeOne = id;
    setText(row.querySelector(".vh"), `: ${text}`);
    return row;
  });
  const picture = JSON.stringify([list, state.answers]);
  const review = place.querySelector("[data-review]");
  if (review.dataset.picture === picture && review.childElementCount === rows.length) return;
  review.dataset.picture = picture;
  review.textContent = "";
  review.append(...rows);
}

function setText(node, text) {
  if (node && node.textContent !== text) node.textContent = text;
}

function fill(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

export const shape = { read, paint, problem, start, grows: true };
