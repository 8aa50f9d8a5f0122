/**
 * Options in an order of this phone's own: a poll with `data-shuffle` keeps its `[data-options]`
 * out of sight until their children, `[data-option-id]`, stand as the snapshot says
 * (`you.order`). They are moved, not painted, so that the keyboard goes the way the eye does.
 * The server arranges a page that it makes for one reader; it has `data-ordered` already.
 */

const SPREAD_MS = 400;
const PATIENCE_MS = 2000;

let isAsking = false;

export function paint(desk, poll) {
  const lists = poll.querySelectorAll("[data-options]:not([data-ordered])");
  if (!lists.length) return;
  const order = ownOrder(desk.room.latest, poll.dataset.poll, Number(poll.dataset.pollRound));
  if (!order) return ask(desk);
  for (const list of lists) arrange(list, order);
}

function ownOrder(snapshot, poll, round) {
  if (!snapshot) return null;
  const { you } = snapshot;
  const current = { poll: snapshot.poll?.id, round: snapshot.round, order: you.order };
  const own = [current, ...(you.ballots || [])];
  return own.find((one) => one.poll === poll && one.round === round)?.order;
}

function arrange(list, order) {
  const rows = new Map([...list.children].map((row) => [row.dataset.optionId, row]));
  const after = [...list.children].filter((row) => row.dataset.optionId).pop()?.nextSibling ?? null;
  for (const id of order) if (rows.has(id)) list.insertBefore(rows.get(id), after);
  list.dataset.ordered = "";
}

/** A hall that is asked a question does not ask back all at once; one answer is for all polls. */
function ask({ room, paint: again }) {
  if (isAsking) return;
  isAsking = true;
  setTimeout(async () => {
    await room.snapshot();
    setTimeout(() => ((isAsking = false), again()), PATIENCE_MS);
  }, Math.random() * SPREAD_MS);
}
