/**
 * The picture of a shift: who moved between rounds, drawn from the table of moves alone.
 *
 * Few people: two benches face each other, and everyone who moved crosses the floor on a line of
 * their own. Many people or more than two rounds: columns, with ribbons as wide as the moves.
 * Places follow from counts, so the same table is always the same picture and no place is anyone's.
 *
 * @typedef {object} Step  the table of moves between two neighbouring rounds
 * @property {number[][]} table      people by category before (row) and after (column)
 * @property {number[]} newcomers    by category after
 * @property {number[]} leavers      by category before
 *
 * @typedef {object} Told            what `data-shift` says
 * @property {string[]} signs        letter or step of each category
 * @property {number[]} places       which colour and face each has
 * @property {string[]} heads        the name of each round: "Vote 1"
 * @property {number[][]} columns    counts of each round by category
 * @property {Step[]} steps
 * @property {boolean} ribbons
 */

import { NOBODY, assignSeats, faceOf, layOut } from "../seats.js";

const SVG = "http://www.w3.org/2000/svg";
const WALK_MS = 1400;
const COLOURS = 12;
const TEXT_LEAST_VH = 0.0305;
const TEXT_UNITS = [50, 96];

/** What was drawn into a picture, so that it moves once and is drawn again only for a reason. */
const drawn = new WeakMap();

/** @param {SVGSVGElement} svg */
export function draw(svg) {
  const { shift } = svg.dataset;
  const before = drawn.get(svg);
  if (before?.shift === shift && before.inside?.parentNode === svg) return;
  before?.observer.disconnect();
  const observer = new ResizeObserver(() => redraw(svg));
  const picture = { shift, observer, told: JSON.parse(shift), text: 0, inside: null, since: Date.now() };
  drawn.set(svg, picture);
  redraw(svg);
  observer.observe(svg);
}

/** Draw with text that is large enough to read where the picture now stands. */
function redraw(svg) {
  const picture = drawn.get(svg);
  // The page may have made another picture of this node meanwhile.
  if (!svg.isConnected || svg.dataset.shift !== picture?.shift) return;
  const drawIn = picture.told.ribbons ? drawRibbons : drawBenches;
  let text = TEXT_UNITS[0];
  for (let tries = 0; tries < 3; tries += 1) {
    const box = drawIn.box(text, picture.told);
    const scale = Math.min(svg.clientWidth / box[2], svg.clientHeight / box[3]);
    const needed = scale > 0 ? (TEXT_LEAST_VH * window.innerHeight) / scale : 0;
    text = Math.min(Math.max(needed, TEXT_UNITS[0]), TEXT_UNITS[1]);
  }
  if (Math.abs(picture.text - text) < 1.5) return;
  picture.text = text;
  svg.textContent = "";
  svg.setAttribute("viewBox", drawIn.box(text, picture.told).join(" "));
  const isFirst = Date.now() - picture.since < WALK_MS / 2;
  drawIn(svg, picture.told, text, isFirst && !prefersStillness());
  picture.inside = svg.firstChild;
}

function prefersStillness() {
  return window.matchMedia("(prefers-reduced-motion: reduce)").matches;
}

/* Benches */

const GAP = 190; // from the middle of the floor to each bench
const RADIUS = 380;
const INNER = 0.5;
const LABEL_DISTANCE = 30;

function drawBenches(svg, told, text, moves) {
  const [step] = told.steps;
  const sides = told.columns.map((counts, side) => bench(counts, side ? 1 : -1));
  const radius = Math.min(...sides.map(({ radius: own }) => own));
  const lines = make("g", { class: "walks" }, svg);
  for (const [from, to, option] of walkers(step.table, sides)) {
    walk(lines, from, to, told.places[option], radius, moves);
  }
  mark(sides[0].blocks, step.leavers, "left");
  mark(sides[1].blocks, step.newcomers, "came");
  sides.forEach(({ blocks }, side) => {
    blocks.forEach((seats, option) => {
      for (const seat of seats) drawSeat(svg, seat, told.places[option], radius);
    });
    writeBlocks(svg, told, side, blocks, radius, text);
  });
  const headline = -RADIUS - radius - text * 0.42;
  writeHeads(svg, told.heads, [-GAP + 6, GAP - 6], headline, text);
  writeArrow(svg, headline - text * 0.3, text);
}

drawBenches.box = (text) => {
  const across = GAP + RADIUS + 44 + text * 1.75;
  const above = RADIUS + 30 + text * 1.1;
  return [-across, -above, across * 2, above + RADIUS + 30 + text * 0.5];
};

/** The seats of one round: the floor is in front of row 0, the first option on top. */
function bench(counts, side) {
  const people = counts.reduce((sum, count) => sum + count, 0);
  const layout = layOut(people, INNER);
  const owners = assignSeats(people, counts);
  const blocks = counts.map(() => []);
  layout.seats.forEach((seat, index) => {
    if (owners[index] === NOBODY) return;
    const place = { x: side * (GAP - seat.y * RADIUS), y: seat.x * RADIUS, row: seat.row, along: seat.along };
    blocks[owners[index]].push(place);
  });
  for (const seats of blocks) seats.sort((a, b) => a.row - b.row || a.along - b.along);
  return { blocks, radius: layout.radius * RADIUS };
}

/** Seats of everyone who moved: [from, to, option they moved to]; they sit in the front rows. */
function walkers(table, [before, after]) {
  const leaving = before.blocks.map((seats) => [...seats]);
  const arriving = after.blocks.map((seats) => [...seats]);
  const flows = table.flatMap((row, from) =>
    row.map((count, to) => ({ from, to, count })).filter(({ to, count }) => count && to !== from),
  );
  const take = (seats, count) => seats.splice(0, count).sort((a, b) => a.y - b.y);
  for (const flow of flows) flow.starts = take(leaving[flow.from], flow.count);
  const byGoal = [...flows].sort((a, b) => a.to - b.to || a.from - b.from);
  for (const flow of byGoal) flow.ends = take(arriving[flow.to], flow.count);
  return flows.flatMap(({ starts, ends, to }) => starts.map((start, index) => [start, ends[index], to]));
}

function walk(lines, from, to, place, radius, moves) {
  const bend = GAP * 0.85;
  const curve = [from, { x: from.x + bend, y: from.y }, { x: to.x - bend, y: to.y }, to];
  const points = curve.map(({ x, y }) => `${x.toFixed(1)} ${y.toFixed(1)}`);
  const d = `M${points[0]}C${points.slice(1).join(" ")}`;
  const line = make("path", { d, pathLength: 1, class: `walk o${place % COLOURS}` }, lines);
  if (!moves || !line.animate) return;
  const timing = { duration: WALK_MS, easing: "cubic-bezier(.3,0,.2,1)" };
  line.animate({ strokeDashoffset: [1, 0] }, timing);
  const walker = make("circle", { r: radius * 0.72, class: `f-fill o${place % COLOURS}` }, lines);
  const path = Array.from({ length: 17 }, (_, index) => pointOn(curve, index / 16));
  const transform = path.map(({ x, y }) => `translate(${x.toFixed(1)}px,${y.toFixed(1)}px)`);
  walker.animate({ transform }, { ...timing, fill: "both" }).finished.then(
    () => walker.remove(),
    () => {}, // drawn anew meanwhile
  );
}

/** A point of a cubic curve, from 0 to 1. */
function pointOn([a, b, c, d], t) {
  const s = 1 - t;
  const mix = (key) =>
    s * s * s * a[key] + 3 * s * s * t * b[key] + 3 * s * t * t * c[key] + t * t * t * d[key];
  return { x: mix("x"), y: mix("y") };
}

/** Mark as many of a block's back seats as people came or left. */
function mark(blocks, counts, what) {
  blocks.forEach((seats, option) => {
    for (const seat of seats.slice(seats.length - counts[option])) seat[what] = true;
  });
}

function drawSeat(svg, seat, place, radius) {
  const at = `translate(${seat.x.toFixed(1)} ${seat.y.toFixed(1)})`;
  const group = make("g", { transform: at, class: `seat-of o${place % COLOURS}` }, svg);
  make("path", { d: faceOf(place), transform: `scale(${radius.toFixed(2)})`, class: "f-fill" }, group);
  const width = Math.max(radius * 0.28, 2.5);
  if (seat.came) make("circle", { r: radius * 1.32, "stroke-width": width, class: "seat-mine" }, group);
  if (!seat.left) return;
  const reach = (radius * 1.25).toFixed(1);
  make("path", { d: `M-${reach} ${reach}L${reach} -${reach}`, "stroke-width": width, class: "door" }, group);
}

function writeBlocks(svg, told, side, blocks, radius, text) {
  const distance = RADIUS + radius + LABEL_DISTANCE;
  const labels = blocks.flatMap((seats, option) => {
    if (!seats.length) return [];
    const along = seats.reduce((sum, seat) => sum + seat.along, 0) / seats.length;
    return [{ option, y: -distance * Math.cos(Math.PI * along) }];
  });
  spread(labels, text * 0.98, -RADIUS * 0.99, RADIUS * 0.99);
  for (const { option, y } of labels) {
    const x = (side ? 1 : -1) * (GAP + Math.sqrt(Math.max(0, distance ** 2 - y ** 2)));
    writeLabel(svg, told, option, told.columns[side][option], { x, y: y + text * 0.34, text, anchor: side ? "start" : "end" });
  }
}

/* Ribbons */

const HALF_WIDTH = 600;
const HEIGHT = 800;
const BLOCK = 46;
const BLOCK_GAP = 14;
const TAPER = 74;
const NUMBERS_MOST = 10;

function drawRibbons(svg, told, text, moves) {
  const xs = told.columns.map((_, index) =>
    -HALF_WIDTH + (2 * HALF_WIDTH * index) / (told.columns.length - 1),
  );
  const columns = stack(told.columns);
  const floor = make("g", { class: "ribbons" }, svg);
  const numbers = make("g", {}, svg);
  told.steps.forEach((step, index) => {
    const flows = place(step, columns, index);
    const from = xs[index] + BLOCK / 2;
    const to = xs[index + 1] - BLOCK / 2;
    for (const flow of flows.stayed) band(floor, flow, from, to, told.places[flow.to], "ribbon stays");
    for (const flow of flows.moved) band(floor, flow, from, to, told.places[flow.to], "ribbon moves");
    for (const end of flows.left) taper(floor, from, end, 1);
    for (const end of flows.came) taper(floor, to, end, -1);
    writeNumbers(numbers, flows.moved, to, text, told.places);
  });
  columns.blocks.forEach((blocks, column) => {
    drawColumn(svg, told, column, { x: xs[column], blocks, text });
  });
  writeHeads(svg, told.heads, xs, -HEIGHT / 2 - text * 0.55, text);
  if (moves && floor.animate) {
    const clipPath = ["inset(0 100% 0 0)", "inset(0 0 0 0)"];
    floor.animate({ clipPath }, { duration: WALK_MS, easing: "cubic-bezier(.3,0,.2,1)" });
    numbers.animate({ opacity: [0, 0, 1] }, { duration: WALK_MS });
  }
}

drawRibbons.box = (text, told) => {
  const digits = Math.max(...told.columns.flat().map((count) => formatted(count).length));
  const signs = Math.max(...told.signs.map((sign) => sign.length));
  const across = HALF_WIDTH + BLOCK / 2 + 22 + text * (0.62 * (digits + signs) + 0.5);
  return [-across, -HEIGHT / 2 - text * 1.5, across * 2, HEIGHT + text * 1.9];
};

/** Blocks of all columns, one scale for all: [{y, height}] by column and category. */
function stack(columns) {
  const most = Math.max(1, ...columns.map((counts) => counts.reduce((sum, count) => sum + count, 0)));
  const gaps = Math.max(0, ...columns.map((counts) => counts.filter(Boolean).length - 1));
  const unit = (HEIGHT - gaps * BLOCK_GAP) / most;
  const blocks = columns.map((counts) => {
    const used = counts.filter(Boolean);
    const height = used.reduce((sum, count) => sum + count, 0) * unit + (used.length - 1) * BLOCK_GAP;
    let y = -Math.max(0, height) / 2;
    return counts.map((count) => {
      const block = { y, height: count * unit, count };
      if (count) y += block.height + BLOCK_GAP;
      return block;
    });
  });
  return { unit, blocks };
}

/** Where the ribbons of a step begin and end, each block's in the order of the categories. */
function place({ table, newcomers, leavers }, { unit, blocks }, index) {
  const starts = blocks[index].map(({ y }) => y);
  const ends = blocks[index + 1].map(({ y }) => y);
  const flows = [];
  table.forEach((row, from) =>
    row.forEach((count, to) => {
      if (!count) return;
      flows.push({ from, to, count, height: count * unit, start: starts[from] });
      starts[from] += count * unit;
    }),
  );
  const byGoal = [...flows].sort((a, b) => a.to - b.to || a.from - b.from);
  for (const flow of byGoal) {
    flow.end = ends[flow.to];
    ends[flow.to] += flow.height;
  }
  const rest = (counts, tops) =>
    counts.map((count, option) => ({ y: tops[option], height: count * unit })).filter(({ height }) => height);
  return {
    stayed: flows.filter(({ from, to }) => from === to),
    moved: flows.filter(({ from, to }) => from !== to),
    left: rest(leavers, starts),
    came: rest(newcomers, ends),
  };
}

function band(parent, { start, end, height }, from, to, place_, name) {
  const middle = ((from + to) / 2).toFixed(1);
  const [a, b, c, d] = [start, end, end + height, start + height].map((y) => y.toFixed(1));
  const there = `M${from} ${a}C${middle} ${a} ${middle} ${b} ${to} ${b}`;
  const back = `L${to} ${c}C${middle} ${c} ${middle} ${d} ${from} ${d}Z`;
  make("path", { d: there + back, class: `${name} o${place_ % COLOURS}` }, parent);
}

/** People who came or left: a ribbon that comes from nowhere or leads nowhere. */
function taper(parent, x, { y, height }, direction) {
  const tip = `${x + direction * TAPER} ${(y + height / 2).toFixed(1)}`;
  make("path", { d: `M${x} ${y.toFixed(1)}L${tip}L${x} ${(y + height).toFixed(1)}Z`, class: "taper" }, parent);
}

/** The largest moves in numbers, at their end; none is written over another. */
function writeNumbers(parent, flows, to, text, places) {
  const taken = [];
  const largestFirst = [...flows].sort((a, b) => b.count - a.count || a.end - b.end);
  for (const flow of largestFirst) {
    const y = flow.end + flow.height / 2;
    if (taken.length >= NUMBERS_MOST || taken.some((other) => Math.abs(other - y) < text * 0.88)) continue;
    taken.push(y);
    const values = { x: to - 16, y: (y + text * 0.34).toFixed(1), "font-size": text.toFixed(1) };
    const name = `ribbon-number o${places[flow.to] % COLOURS}`;
    make("text", { ...values, "text-anchor": "end", class: name }, parent, formatted(flow.count));
  }
}

function drawColumn(svg, told, column, { x, blocks, text }) {
  const isFirst = column === 0;
  const isLast = column === told.columns.length - 1;
  const labels = [];
  blocks.forEach(({ y, height, count }, option) => {
    if (!count) return;
    const size = { x: x - BLOCK / 2, y: y.toFixed(1), width: BLOCK, height: Math.max(height, 1.5).toFixed(1) };
    make("rect", { ...size, class: `f-fill o${told.places[option] % COLOURS}` }, svg);
    labels.push({ option, y: y + height / 2, height });
  });
  if (isFirst || isLast) {
    spread(labels, text * 0.94, -HEIGHT / 2 + text * 0.3, HEIGHT / 2 - text * 0.1);
    const side = isFirst ? { x: x - BLOCK / 2 - 18, anchor: "end" } : { x: x + BLOCK / 2 + 18, anchor: "start" };
    for (const { option, y } of labels) {
      writeLabel(svg, told, option, told.columns[column][option], { ...side, y: y + text * 0.34, text });
    }
    return;
  }
  for (const { option, y, height } of labels) {
    if (height < text * 0.8) continue;
    const values = { x, y: (y + text * 0.3).toFixed(1), "font-size": text.toFixed(1) };
    make("text", { ...values, "text-anchor": "middle", class: "block-sign" }, svg, told.signs[option]);
  }
}

/* Words */

function writeLabel(svg, told, option, count, { x, y, text, anchor }) {
  const at = { x: x.toFixed(1), y: y.toFixed(1), "text-anchor": anchor, "font-size": text.toFixed(1) };
  const label = make("text", { ...at, class: `rim o${told.places[option] % COLOURS}` }, svg);
  make("tspan", { class: "rim-letter" }, label, told.signs[option]);
  make("tspan", { dx: (text * 0.16).toFixed(1) }, label, formatted(count));
}

function writeHeads(svg, heads, xs, y, text) {
  heads.forEach((head, index) => {
    const anchor = heads.length > 2 || Math.abs(xs[index]) < GAP ? "middle" : index ? "end" : "start";
    const at = { x: xs[index], y: y.toFixed(1), "text-anchor": anchor, "font-size": text.toFixed(1) };
    make("text", { ...at, class: "head" }, svg, head);
  });
}

/** From the earlier vote to the later one. */
function writeArrow(svg, y, text) {
  const [half, head] = [text * 0.8, text * 0.3].map((value) => value.toFixed(1));
  const d = `M-${half} ${y}H${half}m-${head} -${head}l${head} ${head}l-${head} ${head}`;
  make("path", { d, class: "door", "stroke-width": 5 }, svg);
}

/** Move labels apart by at least `gap`, in their order, within bounds as far as that goes. */
function spread(labels, gap, top, bottom) {
  labels.sort((a, b) => a.y - b.y || a.option - b.option);
  const push = (list, least, sign) =>
    list.reduce((edge, label) => {
      label.y = sign > 0 ? Math.max(label.y, edge) : Math.min(label.y, edge);
      return label.y + sign * gap;
    }, least);
  push(labels, top, 1);
  push([...labels].reverse(), bottom, -1);
}

function make(name, attributes, parent, text) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  if (text !== undefined) node.textContent = text;
  parent.append(node);
  return node;
}

function formatted(value) {
  return new Intl.NumberFormat(document.documentElement.lang || "en").format(value);
}
