/** Says on a phone whether its own answer was right. The answer never comes from the room's page:
    phone.js writes it on the poll's article. */

const watched = new WeakSet();

export function draw(node) {
  const article = node.closest("[data-poll]");
  if (!article) return;
  tell(node, article.dataset.ownAnswer);
  if (watched.has(node)) return;
  watched.add(node);
  const observer = new MutationObserver(() => tell(node, article.dataset.ownAnswer));
  observer.observe(article, { attributes: true, attributeFilter: ["data-own-answer"] });
}

function tell(node, written) {
  if (written === undefined) return; // not known yet: what the server painted stays
  const answer = written ? JSON.parse(written) : null;
  const right = node.dataset.right.split(",");
  const chosen = answer === null ? [] : [answer].flat();
  const isRight = "several" in node.dataset
    ? chosen.length === right.length && chosen.every((option) => right.includes(option))
    : right.includes(chosen[0]);
  node.querySelector('[data-own="yes"]').hidden = !(chosen.length && isRight);
  node.querySelector('[data-own="no"]').hidden = !chosen.length || isRight;
}
