/**
 * The phone: tabs and voting; comments.js has the comments. What is on comes from room.js; what is mine (my answer,
 * my receipt, my comments, what I support) is painted here, after every change of the page.
 */

import {
  commentChanged,
  commentRefused,
  commentSettled,
  countLetters,
  isWriting,
  keepDraft,
  paintComments,
  paintUpvotes,
  postComment,
  restoreDraft,
  upvote,
  upvoteSettled,
} from "./comments.js";
import { openOutbox, openStore } from "./outbox.js";
import * as paint from "./paint.js";
import { fill, focusHeading, openRoom, setText } from "./room.js";
import { assignSeats, roomSeats, scatterSeats, seatsOf, votesPerSeat } from "./seats.js";

const REFRESH_SPREAD_MS = 800;
/** After all that the page needs itself. */
const SHELL_AFTER_MS = 2000;
const TOO_LATE = ["poll.not_open", "poll.counting", "poll.wrong_round", "poll.unknown"];

const page = document.body.dataset;
const store = openStore(`hemicycle:${page.panel}:`);
const room = openRoom({
  paint,
  watch: () => (tabShown() === "comments" ? ["comments"] : []),
  hold: isWriting,
});
const outbox = openOutbox({ room, panel: page.panel });

/** What the server has confirmed of mine. */
const mine = {
  isKnown: false,
  /** @type {Map<string, {answer: any, receipt: string}|null>} by outbox key */
  ballots: new Map(),
  comments: new Map(),
  upvoted: new Set(),
};
const desk = { room, outbox, store, mine, keyOf, standOf, paint: paintMine };
/** What the reader is in the middle of, by outbox key. */
const changing = new Set();
const withdrawn = new Set();
const refusals = new Map();
/** Forms whose kind has made them live. */
const started = new WeakSet();

document.documentElement.classList.add("js");

/* Answers: from and into a form, by the poll's shape */

const fieldsOf = (form) => [...form.querySelectorAll('[name="answer"]')];

const firstField = (form) =>
  form.querySelector('[name="answer"]:checked') ||
  form.querySelector("[data-answers] :is(input, textarea, button):not([type=hidden])");

const SHAPES = {
  one: { read: (form) => checked(form)[0] ?? null, paint: check },
  many: { read: checked, paint: check },
  number: { read: (form) => (checked(form).length ? Number(checked(form)[0]) : null), paint: check },
  list: {
    read: (form) => fieldsOf(form).map((field) => field.value.trim()).filter(Boolean),
    paint: (form, answer) =>
      fieldsOf(form).forEach((field, place) => (field.value = (answer || [])[place] || "")),
  },
  text: {
    read: (form) => fieldsOf(form)[0].value.trim(),
    paint: (form, answer) => (fieldsOf(form)[0].value = answer || ""),
  },
};

/* A kind that asks in a way of its own brings a module, `kinds/<shape>.js`, which exports
   `shape`: read, paint, and perhaps problem (what is missing, in words) and start (once a form). */

const asked = new Set();

/** The shape of a poll's answers; undefined while its module is on the way. */
function shapeOf(poll) {
  const { shape } = poll.dataset;
  if (!SHAPES[shape] && !asked.has(shape)) {
    asked.add(shape);
    import(`./kinds/${shape}.js`).then(
      (module) => {
        SHAPES[shape] = module.shape;
        paintMine();
      },
      () => asked.delete(shape),
    );
  }
  return SHAPES[shape];
}

function checked(form) {
  return fieldsOf(form).filter((field) => field.checked).map((field) => field.value);
}

function check(form, answer) {
  const chosen = (Array.isArray(answer) ? answer : [answer]).map(String);
  for (const field of fieldsOf(form)) field.checked = chosen.includes(field.value);
}

/** What is missing in an answer, in words; empty when it can be sent. */
function problemOf(shape, answer, form) {
  if (SHAPES[shape].problem) return SHAPES[shape].problem(answer, form);
  if (shape === "text") return answer ? "" : room.text("no_text");
  if (shape === "list") return answer.length ? "" : room.text("no_word");
  if (shape !== "many") return answer === null ? room.text("no_choice") : "";
  const { least, most } = form.querySelector("[data-most]").dataset;
  if (answer.length < Number(least)) return room.text("too_few", { least });
  return answer.length > Number(most) ? room.text("too_many", { most }) : "";
}

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

/* Voting */

function keyOf(poll, round) {
  return `ballot:${poll}:${round}`;
}
/** The poll that is on; of several that are on together the one in sight. */
const article = () => document.querySelector('[data-region="now"] [data-poll]:not([data-step][hidden] *)');

/** Where a vote stands: what is shown follows from this alone. */
function standOf(key) {
  const pending = outbox.pending(key);
  if (pending) return { state: pending.state, answer: pending.payload.answer };
  const ballot = mine.ballots.get(key);
  if (refusals.has(key)) return { ...ballot, state: "refused", problem: refusals.get(key) };
  if (ballot) return { state: "counted", ...ballot };
  return { state: withdrawn.has(key) ? "withdrawn" : "none" };
}

function paintVote() {
  const poll = article();
  if (!poll) return paintNews();
  const form = poll.querySelector("[data-vote-form]");
  if (form) form.noValidate = true;
  const key = keyOf(poll.dataset.poll, poll.dataset.pollRound);
  if (!mine.isKnown && !outbox.pending(key)) return;
  const stand = standOf(key);
  poll.dataset.vote = stand.state;
  for (const block of poll.querySelectorAll("[data-my-vote] [data-when]")) {
    const { when } = block.dataset;
    // A refused change leaves the earlier ballot counted, so both are said.
    const isHidden = when !== stand.state && !(when === "counted" && stand.receipt);
    if (block.hidden !== isHidden) block.hidden = isHidden;
  }
  setText(poll.querySelector("[data-receipt]"), stand.receipt || "");
  setText(poll.querySelector("[data-refusal]"), stand.problem || "");
  poll.dataset.ownAnswer = stand.receipt ? JSON.stringify(stand.answer) : "";
  paintAnswer(poll, stand);
  if (form) paintForm(poll, form, key, stand);
  paintNews();
}

/** An answer the way people read it: labels instead of ids. */
function paintAnswer(poll, stand) {
  const place = poll.querySelector("[data-answer]");
  if (!place || !stand.receipt) return;
  const labels = new Map(JSON.parse(place.dataset.labels));
  const answer = partsOf(stand.answer)
    .map(([part, value]) => isolated(labels.get(part) ?? written(part)) + (value === undefined ? "" : `: ${value}`))
    .join(", ");
  setText(place, fill(place.dataset.sentence, { answer }));
}

/** A text that runs from right to left does not turn round what stands beside it. */
const isolated = (text) => (/[\u0590-\u08ff\ufb1d-\ufefc]/.test(text) ? `\u2068${text}\u2069` : text);

/** A number with the decimal sign of the reader's language. */
function written(part) {
  return typeof part === "number" ? part.toLocaleString(document.documentElement.lang, { useGrouping: false }) : part;
}

function partsOf(answer) {
  if (Array.isArray(answer)) return answer.map((part) => [part]);
  return answer !== null && typeof answer === "object" ? Object.entries(answer) : [[answer]];
}

/** Forms whose button had the focus and is away while the answer is on its way. */
const lostFocus = new WeakSet();
const isNowhere = (focused) => !focused || focused === document.body || Boolean(focused.closest("[hidden]"));

function paintForm(poll, form, key, stand) {
  const shape = shapeOf(poll);
  if (!shape) return;
  if (shape.start && !started.has(form)) {
    started.add(form);
    shape.start(form, { cast: () => cast(form), room, store, answer: stand.answer });
  }
  const typed = takeTyped(key);
  if (typed) changing.add(key);
  const isGiven = ["counted", "kept", "waiting"].includes(stand.state);
  // A ballot that grows is never done: the next answer may come at once.
  const isLocked = isGiven && !changing.has(key) && !shape.grows;
  const answers = form.querySelector("[data-answers]");
  const change = poll.querySelector("[data-change]");
  const isSending = stand.state === "sending";
  const hadFocus = form.contains(document.activeElement) || lostFocus.has(form);
  const after = poll.querySelector("[data-after]");
  if ((isSending && hadFocus) || (!isGiven && after.contains(document.activeElement))) lostFocus.add(form);
  if (isGiven && !changing.has(key)) shape.paint(form, stand.answer);
  if (typed) shape.paint(form, typed.answer);
  after.hidden = !isGiven;
  change.hidden = changing.has(key) || Boolean(shape.grows);
  const send = form.querySelector("[data-send]");
  send.hidden = isLocked || Boolean(shape.grows) || isSending;
  answers.disabled = isLocked;
  if (isLocked && hadFocus) change.focus({ preventScroll: true });
  else if (!isSending && lostFocus.has(form) && isNowhere(document.activeElement)) send.focus({ preventScroll: true });
  if (!isSending) lostFocus.delete(form);
  countLetters(form);
}

/** Half an answer outlives a change of language. */
function keepTyped() {
  const poll = article();
  const form = poll?.querySelector("[data-vote-form]");
  const shape = form && SHAPES[poll.dataset.shape];
  if (!shape || shape.grows || form.querySelector("[data-answers]").disabled) return;
  store.write("typed", { key: keyOf(poll.dataset.poll, poll.dataset.pollRound), answer: shape.read(form) });
}

function takeTyped(key) {
  const typed = store.read("typed", null);
  if (typed?.key !== key) return null;
  store.remove("typed");
  return typed;
}

/** Send the answer of a voting form. */
function cast(form) {
  const poll = form.closest("[data-poll]");
  const { shape } = poll.dataset;
  const key = keyOf(poll.dataset.poll, poll.dataset.pollRound);
  const answer = SHAPES[shape].read(form);
  const problem = problemOf(shape, answer, form);
  showProblem(form, problem);
  if (problem) return;
  const stand = standOf(key);
  changing.delete(key);
  if (["counted", "sending", "kept", "waiting"].includes(stand.state) && same(stand.answer, answer)) {
    paintVote();
    return;
  }
  refusals.delete(key);
  withdrawn.delete(key);
  putBallot(poll, "ballot.cast", { answer });
}

function putBallot(poll, command, more) {
  const id = poll.dataset.poll;
  const round = Number(poll.dataset.pollRound);
  const payload = { poll: id, round, ...more, sequence: outbox.nextSequence() };
  const title = poll.querySelector("h1").textContent;
  outbox.put({ key: keyOf(id, round), command, payload, title });
}

function showProblem(form, problem) {
  const place = form.querySelector("[data-problem]");
  setText(place, problem);
  place.hidden = !problem;
  if (problem) firstField(form)?.focus();
}

function ballotSettled({ key, command, payload }, ack) {
  const isCast = command === "ballot.cast";
  mine.ballots.set(key, isCast ? { answer: payload.answer, receipt: ack.receipt } : null);
  mine.isKnown = true;
  const poll = article();
  if (!poll || keyOf(poll.dataset.poll, poll.dataset.pollRound) !== key) return;
  if (!isCast) {
    withdrawn.add(key);
    changing.delete(key);
    const form = poll.querySelector("[data-vote-form]");
    if (form) shapeOf(poll)?.paint(form, null);
  }
  if ("afterVoting" in poll.dataset) setTimeout(refreshNow, Math.random() * REFRESH_SPREAD_MS);
}

function ballotRefused({ key }, ack) {
  const late = mine.ballots.get(key) ? "too_late_earlier" : "too_late";
  refusals.set(key, TOO_LATE.includes(ack.code) ? room.text(late) : ack.message);
  changing.delete(key);
}

/** Results that only voters see are not in what the room is sent: fetch my own page. */
async function refreshNow() {
  try {
    const answer = await fetch(`/p/${page.panel}`, { headers: { Accept: "text/html" } });
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const found = fresh.querySelector('[data-region="now"]');
    const version = Number(fresh.body.dataset.version);
    if (found) room.show({ region: "now", version, html: found.innerHTML, isMine: true });
  } catch {
    /* the next change of the page brings it */
  }
}

function needsOwnResults() {
  const poll = article();
  if (poll?.querySelector("[data-own-part]:empty")) return true;
  if (!poll || !("afterVoting" in poll.dataset) || poll.querySelector(".result")) return false;
  return standOf(keyOf(poll.dataset.poll, poll.dataset.pollRound)).state === "counted";
}

/** A tap on a single choice or a step sends it at once; arrow keys only move. */
function castByTap() {
  let isByPointer = false;
  document.addEventListener("pointerdown", () => (isByPointer = true), { capture: true, passive: true });
  document.addEventListener("keydown", () => (isByPointer = false), { capture: true });
  document.addEventListener("click", ({ target }) => {
    if (!isByPointer || !isRadio(target)) return;
    const form = target.closest("[data-vote-form]");
    if (form) cast(form);
  });
  castEarlyTap();
}

const isRadio = (field) => field instanceof HTMLInputElement && field.type === "radio";

/** Whoever tapped before this script was here has answered too; a restored page has not. */
function castEarlyTap() {
  const visit = performance.getEntriesByType("navigation")[0];
  if (visit && visit.type !== "navigate") return;
  for (const form of document.querySelectorAll("[data-vote-form]")) {
    if (fieldsOf(form).some((field) => isRadio(field) && field.checked && !field.defaultChecked)) cast(form);
  }
}

/** Of a limited number of choices, one too many is not taken. */
function limitChoices(field) {
  const list = field.closest("[data-most]");
  const form = field.closest("[data-vote-form]");
  if (!list || !form || field.type !== "checkbox") return;
  const isOver = checked(form).length > Number(list.dataset.most);
  if (isOver) field.checked = false;
  const place = form.querySelector("[data-problem]");
  setText(place, isOver ? room.text("too_many", { most: list.dataset.most }) : "");
  place.hidden = !isOver;
  if (isOver) place.scrollIntoView({ block: "nearest" });
}

/* Tabs and news */

function tabShown() {
  const shown = document.querySelector(".tab:not([hidden])");
  return shown ? shown.dataset.tab : "now";
}

function showTab(name, { push = true } = {}) {
  if (name === "now") room.release();
  if (name === tabShown()) return;
  for (const tab of document.querySelectorAll(".tab")) tab.hidden = tab.dataset.tab !== name;
  for (const link of document.querySelectorAll(".tabs [data-tab-link]")) {
    if (link.dataset.tabLink === name) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  if (push) {
    history.pushState({ tab: name }, "", `/p/${page.panel}${name === "comments" ? "/comments" : ""}`);
  }
  room.watch("comments", name === "comments");
  const section = document.querySelector(`.tab[data-tab="${name}"]`);
  document.querySelector("[data-scroll]").scrollTop = 0;
  paint.paintAll(section);
  focusHeading(section);
  nameTab();
  paintMine();
}

function nameTab() {
  const heading = document.querySelector(".tab:not([hidden]) h1:not([hidden] *)");
  if (heading) document.title = `${heading.textContent} · Hemicycle`;
}

let isHeld = false;

/** Whoever is elsewhere hears that a question is open; nothing moves under their hands. */
function paintNews() {
  const poll = article();
  const isOpen = poll && "takesBallots" in poll.dataset;
  const isToDo = isOpen && ["none", "withdrawn", "refused"].includes(poll.dataset.vote);
  const isAway = tabShown() !== "now";
  document.querySelector("[data-badge]").hidden = !(isHeld || (isToDo && isAway));
  const banner = document.querySelector("[data-banner]");
  banner.hidden = !(isHeld || (isToDo && isAway));
  setText(banner.querySelector("[data-banner-text]"), room.text(isHeld ? "show_now" : "answer_now"));
}

/* My seat: a place in this phone's own picture; nobody else is shown it */

function paintSeat() {
  const seed = mySeed();
  for (const svg of document.querySelectorAll("svg[data-my-seat], [data-result] svg[data-keys]")) {
    const mineNow = "keys" in svg.dataset ? seatInBlock(svg, seed) : seatInRoom(svg, seed);
    if (mineNow >= 0) svg.dataset.mine = mineNow;
    else delete svg.dataset.mine;
    paint.paintAll(svg.parentElement);
  }
}

/** Among grey seats: the first that is taken, in an order of this phone's own. */
function seatInRoom(svg, seed) {
  if (!isSeated(svg)) return -1;
  const { dataset } = svg;
  const taken = Number(dataset.taken || 0);
  const people = Math.max(Number(dataset.room || 0), taken);
  const perSeat = votesPerSeat(people, Number(dataset.max));
  dataset.seed = seed;
  return scatterSeats(roomSeats(people, seatsOf([taken], perSeat), perSeat), 1, seed).indexOf(true) * perSeat;
}

/** Among the seats of the options: one in the block of my answer. */
function seatInBlock(svg, seed) {
  const { dataset } = svg;
  const poll = svg.closest("[data-poll]");
  const stand = poll ? standOf(keyOf(poll.dataset.poll, poll.dataset.pollRound)) : {};
  if (!stand.receipt) return -1;
  const option = dataset.keys.split(",").indexOf(stand.answer);
  const counts = dataset.counts.split(",").map(Number);
  const people = Math.max(Number(dataset.room || 0), counts.reduce((all, count) => all + count, 0));
  const perSeat = votesPerSeat(people, Number(dataset.max));
  const seats = seatsOf(counts, perSeat);
  if (!seats[option]) return -1;
  const first = assignSeats(roomSeats(people, seats, perSeat), seats).indexOf(option);
  return (first + (seed % seats[option])) * perSeat;
}

/** While people wait everyone has a seat; in a poll whoever has voted. */
function isSeated(svg) {
  const poll = svg.closest("[data-poll]");
  return !poll || poll.dataset.vote === "counted";
}

function mySeed() {
  const seed = store.read("seat", 0) || 1 + Math.floor(Math.random() * 1e6);
  store.write("seat", seed);
  return seed;
}

/* What only some polls need: `data-needs="orders reasons"` names modules that export
   paint(desk, part), which is called after every change */

const helpers = new Map();

function paintParts() {
  for (const part of document.querySelectorAll('[data-region="now"] [data-needs]')) {
    for (const name of part.dataset.needs.split(" ")) {
      if (!helpers.has(name)) fetchHelper(name);
      helpers.get(name).paint?.(desk, part);
    }
  }
}

function fetchHelper(name) {
  const taken = (module) => helpers.set(name, module) && paintMine();
  helpers.set(name, import(`./${name}.js`).then(taken, () => helpers.delete(name)));
}

/* All of it */

function paintMine() {
  paintParts();
  paintVote();
  paintComments(desk);
  paintUpvotes(desk);
  paintSeat();
}

room.on("snapshot", (snapshot) => {
  const { you } = snapshot;
  if (you.key) return location.reload();
  mine.isKnown = true;
  if (snapshot.poll && snapshot.round) {
    const key = keyOf(snapshot.poll.id, snapshot.round);
    mine.ballots.set(key, you.ballot);
    if (you.ballot) outbox.raiseSequence(you.ballot.sequence || 0);
  }
  for (const { poll, round, ballot } of you.ballots) {
    mine.ballots.set(keyOf(poll, round), ballot);
    if (ballot) outbox.raiseSequence(ballot.sequence);
  }
  mine.comments = new Map(you.comments.map((comment) => [comment.id, comment]));
  mine.upvoted = new Set(you.upvoted);
  paintMine();
});
room.on("held", () => {
  isHeld = true;
  paintNews();
});
room.on("view", (payload) => {
  if (payload.region === "now") isHeld = false;
  restoreDraft(desk);
  paintMine();
  nameTab();
  if (payload.region === "now" && !payload.isMine && needsOwnResults()) setTimeout(refreshNow, Math.random() * REFRESH_SPREAD_MS);
});
room.on("opened", ({ poll }) => paint.forget?.(poll));
room.on("comment", (frame) => commentChanged(desk, frame));
for (const event of ["presence", "turnout", "tally"]) room.on(event, () => requestAnimationFrame(paintSeat));
room.on("refused", ({ code, message }) => {
  if (code === "seat.gone" || code === "panel.ended") location.reload();
  else room.notice(message, { tone: "danger" });
});

const SETTLED = {
  ballot: ballotSettled,
  comment: (entry, ack) => commentSettled(desk, entry, ack),
  upvote: (entry, ack) => upvoteSettled(desk, entry, ack),
};
const REFUSED = {
  ballot: ballotRefused,
  comment: (entry, ack) =>
    helpers.get("reasons")?.refused?.(desk, entry, ack) || commentRefused(desk, entry, ack),
  upvote: (_entry, ack) => room.notice(ack.message),
};
outbox.on("settled", (entry, ack) => SETTLED[entry.key.split(":")[0]](entry, ack));
outbox.on("refused", (entry, ack) => REFUSED[entry.key.split(":")[0]](entry, ack));
outbox.on("changed", paintMine);
outbox.on("elsewhere", () => outbox.all("").length || room.snapshot());

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.getAttribute("action") === "/language") keepTyped();
  if (form.matches("[data-vote-form]")) {
    if (!shapeOf(form.closest("[data-poll]"))) return; // its module is missing: the page sends it
    cast(form);
  } else if (form.matches("[data-withdraw-form]")) {
    changing.clear();
    putBallot(form.closest("[data-poll]"), "ballot.withdraw", {});
  } else if (form.matches("[data-comment-form]")) postComment(desk, form);
  else if (form.matches("[data-upvote-form]")) upvote(desk, form);
  else return;
  event.preventDefault();
});
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-tab-link]");
  if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    showTab(link.dataset.tabLink);
  }
  const change = event.target.closest("[data-change]");
  if (change) {
    const poll = change.closest("[data-poll]");
    changing.add(keyOf(poll.dataset.poll, poll.dataset.pollRound));
    paintVote();
    const form = poll.querySelector("[data-vote-form]");
    firstField(form)?.focus();
    form.scrollIntoView({ block: "nearest" });
  }
});
document.addEventListener("input", ({ target }) => {
  if (target.matches("[data-draft]")) keepDraft(desk, target.value, target);
  if (target.matches("[data-counted], [data-draft]")) countLetters(document);
  if (target.matches('[name="answer"]')) limitChoices(target);
});
window.addEventListener("popstate", () => {
  showTab(location.pathname.endsWith("/comments") ? "comments" : "now", { push: false });
});

/** Over https a page stands in when this one is loaded anew without a connection. */
function keepShell() {
  const isSafe = location.protocol === "https:" || location.hostname === "localhost";
  if (!isSafe || !navigator.serviceWorker) return;
  const address = `/sw.js?language=${page.language}`;
  navigator.serviceWorker.register(address, { scope: "/p/" }).catch(() => {}); // then without it
}
window.addEventListener("load", () => setTimeout(keepShell, SHELL_AFTER_MS));

castByTap();
restoreDraft(desk);
paintMine();
