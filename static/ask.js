/**
 * Asking on the spot: a question, how it is answered, and whether it opens at once.
 */

const QUESTION_LENGTH_MOST = 300;

const find = (selector, root = document) => root.querySelector(selector);

const ask = find("#ask");
const askForm = find("[data-ask-form]");
const askParts = {
  question: find("#ask-question"),
  own: find("#ask-own"),
  many: find("#ask-many"),
  time: find("#ask-time"),
  visibility: find("#ask-visibility"),
  problem: find("#ask-problem"),
};
let askAbout = null;
let room = null;
let sent = null;

/**
 * @param {object} givenRoom
 * @param {(asked: {isOpening: boolean}) => void} onSent called once the server has the question
 */
export function startAsking(givenRoom, onSent) {
  [room, sent] = [givenRoom, onSent];
  askForm.addEventListener("change", (event) => {
    showOwn();
    if (event.target.value === "own") askParts.own.focus();
  });
  askParts.question.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    askForm.requestSubmit(find("button[value=open]", askForm));
  });
  askForm.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (askForm.getAttribute("aria-busy") === "true") return;
    const isOpening = !event.submitter || event.submitter.value === "open";
    const payload = askedQuestion();
    if (typeof payload === "string") return;
    askForm.setAttribute("aria-busy", "true");
    const ack = await room.send("poll.create", { ...payload, open: isOpening });
    askForm.removeAttribute("aria-busy");
    if (!ack.ok) {
      say(ack.message || room.text("refused"));
      return;
    }
    askForm.reset();
    askAbout = null;
    ask.close("");
    sent({ isOpening });
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-ask]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    openAsk({ comment: link.dataset.comment, text: link.dataset.text });
  });
}

/** @param {{comment?: string, text?: string}} [about] a comment to make a question of */
export function openAsk(about = {}) {
  const like = find("[data-like]");
  const hasLike = Boolean(like && like.dataset.like);
  const pickLike = find("[data-pick-like]");
  const isOther = (about.comment || null) !== askAbout;
  pickLike.hidden = !hasLike;
  find("[data-like-text]").textContent = hasLike ? like.dataset.likeLabels : "";
  const chosen = askForm.elements.answers;
  if (hasLike && (isOther || !askParts.question.value)) chosen.value = "like";
  else if (!hasLike && chosen.value === "like") chosen.value = "yesno";
  if (about.text !== undefined && isOther) askParts.question.value = about.text.slice(0, QUESTION_LENGTH_MOST);
  else if (isOther) askParts.question.value = "";
  askAbout = about.comment || null;
  if (like) askParts.visibility.value = like.dataset.visibility;
  say("");
  showOwn();
  ask.showModal();
  askParts.question.focus();
  askParts.question.select();
}

function say(text) {
  askParts.problem.textContent = text;
  askParts.problem.hidden = !text;
}

function showOwn() {
  find("[data-ask-own]").hidden = askForm.elements.answers.value !== "own";
}

/** @returns {object|string} the command's payload, or what is missing, already said */
function askedQuestion() {
  const title = askParts.question.value.trim();
  if (!title) {
    askParts.question.focus();
    say(room.text("write_question"));
    return "question";
  }
  const payload = { title, visibility: askParts.visibility.value };
  const seconds = Number(askParts.time.value);
  if (seconds) payload.countdown_seconds = seconds;
  if (askAbout) payload.comment = askAbout;
  switch (askForm.elements.answers.value) {
    case "like":
      payload.like = find("[data-like]").dataset.like;
      return payload;
    case "yesno":
      return { ...payload, kind: "single_choice", options: [room.text("yes"), room.text("no")] };
    case "yesnodepends":
      return {
        ...payload,
        kind: "single_choice",
        options: [room.text("yes"), room.text("no"), room.text("depends")],
      };
    case "own": {
      const options = askParts.own.value.split("\n").map((line) => line.trim()).filter(Boolean);
      if (options.length < 2) {
        askParts.own.focus();
        say(room.text("write_answers"));
        return "answers";
      }
      return { ...payload, kind: askParts.many.checked ? "multiple_choice" : "single_choice", options };
    }
    default:
      return { ...payload, kind: askForm.elements.answers.value };
  }
}
