/**
 * The agenda by drag; the buttons beside each item do the same.
 */

const EDGE_PIXELS = 40;
const SCROLL_PIXELS = 8;
const GAP_PIXELS = 4;

let room = null;
let drag = null;

/** @param {object} givenRoom */
export function startDragging(givenRoom) {
  room = givenRoom;
  document.addEventListener("pointerdown", lift);
  document.addEventListener("pointermove", move);
  document.addEventListener("pointerup", drop);
  document.addEventListener("pointercancel", drop);
}

export const isDragging = () => drag !== null;

function lift(event) {
  const grip = event.target.closest("[data-grip]");
  if (!grip || event.button !== 0) return;
  const item = grip.closest("[data-item]");
  event.preventDefault();
  drag = {
    item,
    pointer: event.pointerId,
    startY: event.clientY,
    scroller: item.closest(".pane"),
    startScroll: item.closest(".pane").scrollTop,
    rows: [...item.parentElement.querySelectorAll("[data-item]")].map((row) => {
      const box = row.getBoundingClientRect();
      return { row, middle: box.top + box.height / 2 };
    }),
    height: item.getBoundingClientRect().height,
    place: Number(item.dataset.place),
  };
  drag.from = drag.rows.findIndex(({ row }) => row === item);
  grip.setPointerCapture(event.pointerId);
  item.classList.add("is-lifted");
  document.body.classList.add("is-dragging");
}

function move(event) {
  if (!drag || event.pointerId !== drag.pointer) return;
  const edge = drag.scroller.getBoundingClientRect();
  if (event.clientY < edge.top + EDGE_PIXELS) drag.scroller.scrollTop -= SCROLL_PIXELS;
  if (event.clientY > edge.bottom - EDGE_PIXELS) drag.scroller.scrollTop += SCROLL_PIXELS;
  const moved = event.clientY - drag.startY + drag.scroller.scrollTop - drag.startScroll;
  const middle = drag.rows[drag.from].middle + moved;
  let to = drag.from;
  drag.rows.forEach(({ middle: other }, index) => {
    if (index < drag.from && middle < other) to = Math.min(to, index);
    if (index > drag.from && middle > other) to = Math.max(to, index);
  });
  drag.place = to + 1;
  drag.item.style.transform = `translateY(${moved}px)`;
  drag.rows.forEach(({ row }, index) => {
    if (row === drag.item) return;
    const shift = index > drag.from && index <= to ? -1 : index < drag.from && index >= to ? 1 : 0;
    row.style.transform = shift ? `translateY(${shift * (drag.height + GAP_PIXELS)}px)` : "";
  });
}

async function drop(event) {
  if (!drag || event.pointerId !== drag.pointer) return;
  const { item, rows, place, from } = drag;
  drag = null;
  document.body.classList.remove("is-dragging");
  item.classList.remove("is-lifted");
  const isMoved = event.type === "pointerup" && place !== from + 1 && item.isConnected;
  const ack = isMoved ? await room.send("agenda.move", { item: item.dataset.item, place }) : null;
  for (const { row } of rows) row.style.transform = "";
  if (ack && !ack.ok) room.notice(ack.message || room.text("refused"));
  if (ack && ack.ok) room.announce(room.text("moved", { place, total: rows.length }));
}
