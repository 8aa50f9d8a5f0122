/**
 * The seats of a half circle: where they are, whose they are, what they look like.
 *
 * Geometry and counting only: no document, no clock, no chance. The same counts always give
 * the same picture, so a reload draws what was there before. paint.js does the drawing.
 *
 * The circle has radius 1 around (0, 0); y points down, so seats lie at y <= 0.
 *
 * @typedef {object} Seat
 * @property {number} row    0 is the innermost
 * @property {number} along  0 at the left end, 1 at the right end
 * @property {number} x
 * @property {number} y
 *
 * @typedef {object} Layout
 * @property {Seat[]} seats  in the order in which blocks fill them, left to right
 * @property {number} radius of one seat
 * @property {number} rows
 */

export const NOBODY = -1;
export const LETTERS = "ABCDEFGHIJKL";

/** Seats at most before one seat stands for several votes. */
export const SEATS_MOST = 500;

const INNER_RADIUS = 0.44;
const ROWS_MOST = 24;
const PITCH_MOST = 0.24;
const SINGLE_ROW = { radius: 0.8, pitch: 0.3 };
const SEAT_SHARE_OF_PITCH = 0.4;
const LAYOUTS_KEPT = 40;

/**
 * Split `total` in proportion to `weights`, so that the parts add up (largest remainder).
 * @param {number} total
 * @param {number[]} weights
 * @returns {number[]}
 */
export function shareOut(total, weights) {
  const whole = weights.reduce(add, 0) || 1;
  const exact = weights.map((weight) => (weight / whole) * total);
  const parts = exact.map(Math.floor);
  const left = total - parts.reduce(add, 0);
  exact
    .map((value, index) => [value - parts[index], index])
    .sort((a, b) => b[0] - a[0] || a[1] - b[1])
    .slice(0, left)
    .forEach(([, index]) => (parts[index] += 1));
  return parts;
}

const layouts = new Map();

/**
 * Rows and seats of a half circle. Seats are shared among rows in proportion to their radius;
 * the number of rows that gives the largest seat wins.
 * @param {number} count
 * @param {number} [inner]  radius of the innermost row
 * @returns {Layout}
 */
export function layOut(count, inner = INNER_RADIUS) {
  const key = `${count}/${inner}`;
  if (!layouts.has(key)) {
    if (layouts.size >= LAYOUTS_KEPT) layouts.delete(layouts.keys().next().value);
    layouts.set(key, count < 1 ? { seats: [], radius: 0.1, rows: 0 } : bestLayout(count, inner));
  }
  return layouts.get(key);
}

function bestLayout(count, inner) {
  let best = null;
  for (let rows = 1; rows <= Math.min(ROWS_MOST, count); rows += 1) {
    if (best && rows > 2 && (1 - inner) / (rows - 1) < best.pitch) break; // more rows, smaller seats
    const tried = rowsOf(count, rows, inner);
    if (!best || tried.pitch > best.pitch + 1e-9) best = tried;
  }
  const seats = best.perRow.flatMap((seatsInRow, row) =>
    Array.from({ length: seatsInRow }, (_, place) =>
      seatAt(row, seatsInRow === 1 ? 0.5 : place / (seatsInRow - 1), best.radii[row]),
    ),
  );
  seats.sort(bySeatOrder);
  return { seats, radius: best.pitch * SEAT_SHARE_OF_PITCH, rows: best.radii.length };
}

function rowsOf(count, rows, inner) {
  const isSingle = rows === 1;
  const radii = Array.from({ length: rows }, (_, row) =>
    isSingle ? SINGLE_ROW.radius : inner + ((1 - inner) * row) / (rows - 1),
  );
  const perRow = shareOut(count, radii);
  let pitch = isSingle ? SINGLE_ROW.pitch : (1 - inner) / (rows - 1);
  perRow.forEach((seatsInRow, row) => {
    if (seatsInRow > 1) pitch = Math.min(pitch, (Math.PI * radii[row]) / (seatsInRow - 1));
  });
  return { radii, perRow, pitch: Math.min(pitch, PITCH_MOST) };
}

function seatAt(row, along, radius) {
  const angle = Math.PI * (1 - along);
  return { row, along, x: radius * Math.cos(angle), y: -radius * Math.sin(angle) };
}

/** By angle, left to right; at the ends from the outer row in, and back out. */
function bySeatOrder(a, b) {
  if (Math.abs(a.along - b.along) > 1e-9) return a.along - b.along;
  return a.along < 0.5 ? b.row - a.row : a.row - b.row;
}

/**
 * How many votes one seat stands for: 1, 2, 5, 10, 20, 50…
 * @param {number} people
 * @param {number} [most]  seats that can be told apart on this screen
 */
export function votesPerSeat(people, most = SEATS_MOST) {
  for (let power = 1; ; power *= 10) {
    for (const step of [1, 2, 5]) {
      if (people / (step * power) <= most) return step * power;
    }
  }
}

/**
 * Seats of each option; any option with a vote keeps one.
 * @param {number[]} counts
 * @param {number} perSeat
 */
export function seatsOf(counts, perSeat) {
  return counts.map((count) => (count > 0 ? Math.max(1, Math.round(count / perSeat)) : 0));
}

/**
 * Seats of the whole room: enough for everyone present and for every option's seats.
 * @param {number} people
 * @param {number[]} seats  of each option
 * @param {number} perSeat
 */
export function roomSeats(people, seats, perSeat) {
  return Math.max(Math.ceil(people / perSeat), seats.reduce(add, 0));
}

/**
 * Which option each seat belongs to, NOBODY for a free one. Blocks keep the order of the
 * options, free seats lie shared out in the gaps between them; so a full room has no gaps, and
 * one more vote changes at most one seat per block.
 * @param {number} total
 * @param {number[]} counts  seats of each option
 * @returns {number[]}
 */
export function assignSeats(total, counts) {
  const used = counts.reduce(add, 0);
  const free = Math.max(0, total - used);
  const gaps = Math.max(1, counts.length - 1);
  const owners = new Array(total).fill(NOBODY);
  let start = 0;
  counts.forEach((count, option) => {
    const first = start + (counts.length > 1 ? Math.round((option * free) / gaps) : 0);
    for (let seat = first; seat < Math.min(total, first + count); seat += 1) owners[seat] = option;
    start += count;
  });
  return owners;
}

/**
 * Which seats are taken while the result is hidden: scattered, so that no place says anything.
 * One more vote takes one more seat and leaves all others as they were.
 * @param {number} total
 * @param {number} taken
 * @param {number} [seed]
 * @returns {boolean[]}
 */
export function scatterSeats(total, taken, seed = 7) {
  const order = Array.from({ length: total }, (_, index) => index);
  let state = seed >>> 0;
  for (let index = total - 1; index > 0; index -= 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const other = Math.floor((state / 2 ** 32) * (index + 1)); // the high bits are the random ones
    [order[index], order[other]] = [order[other], order[index]];
  }
  const seats = new Array(total).fill(false);
  for (const seat of order.slice(0, taken)) seats[seat] = true;
  return seats;
}

/**
 * Where the label of each option's block stands on the rim; null for an option without seats.
 * @param {Layout} layout
 * @param {number[]} owners
 * @param {number} optionCount
 * @param {number} distance  from the centre
 * @returns {({x: number, y: number, anchor: string, isOnTop: boolean}|null)[]}
 */
export function rimPlaces(layout, owners, optionCount, distance) {
  const sums = Array.from({ length: optionCount }, () => ({ along: 0, seats: 0 }));
  layout.seats.forEach((seat, index) => {
    const owner = owners[index];
    if (owner === NOBODY) return;
    sums[owner].along += seat.along;
    sums[owner].seats += 1;
  });
  return sums.map(({ along, seats }) => {
    if (!seats) return null;
    const angle = Math.PI * (1 - along / seats);
    const across = Math.cos(angle);
    return {
      x: distance * across,
      y: -distance * Math.sin(angle),
      anchor: across < -0.25 ? "end" : across > 0.25 ? "start" : "middle",
      isOnTop: Math.sin(angle) > 0.9,
    };
  });
}

/* Faces. Each is one path of a circle of radius 1, filled by the non-zero rule: what runs the
   other way round is a hole. So a seat is a single element, whatever it looks like. */

const disc = (r) => `M${-r} 0A${r} ${r} 0 0 1 ${r} 0A${r} ${r} 0 0 1 ${-r} 0Z`;
const hole = (r) => `M${-r} 0A${r} ${r} 0 0 0 ${r} 0A${r} ${r} 0 0 0 ${-r} 0Z`;
const box = (x, y) => `M${-x} ${-y}H${x}V${y}H${-x}Z`;

/** Solid, ring, target, half, bar, cross; then the cycle repeats with other colours. */
export const FACES = [
  disc(1),
  disc(1) + hole(0.6),
  disc(1) + hole(0.76) + disc(0.45),
  `${disc(1)}${hole(0.76)}M0 -.8A.8 .8 0 0 1 0 .8Z`,
  "M-.98 -.2A1 1 0 0 1 .98 -.2ZM.98 .2A1 1 0 0 1 -.98 .2Z",
  disc(1) + hole(0.76) + box(0.135, 0.8) + box(0.8, 0.135),
];
export const EMPTY_FACE = disc(0.92) + hole(0.79);
export const TAKEN_FACE = disc(1);

/** @param {number} option  @returns {string} the path of its seats */
export function faceOf(option) {
  return FACES[option % FACES.length];
}

function add(a, b) {
  return a + b;
}
