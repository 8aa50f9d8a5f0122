/**
 * The dots of an opinion map: when a new picture comes, every dot goes to the place nearest to it.
 *
 * Dots belong to nobody. Which dot went where is found from the two pictures alone, so that the
 * eye can follow, and it means no more than that. Drawn into <g data-drawn="opinion-map"> with
 *   data-dots    [[x, y, group, people], …], axes from -1 to 1, y upwards; group -1 for none
 *   data-groups  the numbers of the groups: "1,2,3"
 *   data-key, data-size   which symbols to use, and how large
 */

const SVG = "http://www.w3.org/2000/svg";
const FACES = 6;
const COLOURS = 12;

/** The dots that were drawn into a picture, with their places. */
const drawn = new WeakMap();

export function draw(node) {
  const { dots: described = "[]", groups = "", key, size } = node.dataset;
  const state = `${described}/${groups}/${key}/${size}`;
  const before = drawn.get(node);
  if (before && before.state === state) return;
  const wanted = JSON.parse(described).map(([x, y, group]) => ({ x: 400 * x, y: -300 * y, group }));
  const old = before ? before.dots : taken(node);
  const dots = matched(old, wanted, node);
  const numbers = groups.split(",").map(Number);
  for (const dot of dots) place(dot, numbers, key, size);
  drawn.set(node, { state, dots });
}

/** Dots that the server drew, as if this script had. */
function taken(node) {
  return [...node.querySelectorAll("use")].map((use) => {
    const [, x, y] = use.getAttribute("transform").match(/translate\(([-\d.]+)[ ,]([-\d.]+)\)/);
    return { use, x: Number(x), y: Number(y), group: null };
  });
}

/** Give each wanted place the nearest dot that is free; make and drop what is over. */
function matched(old, wanted, node) {
  const pairs = [];
  old.forEach((dot, from) => {
    wanted.forEach((spot, to) => {
      pairs.push([(dot.x - spot.x) ** 2 + (dot.y - spot.y) ** 2, from, to]);
    });
  });
  pairs.sort((one, other) => one[0] - other[0]);
  const uses = new Array(wanted.length).fill(null);
  const isGone = new Set();
  for (const [, from, to] of pairs) {
    if (uses[to] || isGone.has(from)) continue;
    uses[to] = old[from].use;
    isGone.add(from);
  }
  old.forEach((dot, from) => {
    if (!isGone.has(from)) dot.use.remove();
  });
  return wanted.map((spot, to) => ({ ...spot, use: uses[to] || node.appendChild(document.createElementNS(SVG, "use")) }));
}

function place({ use, x, y, group }, numbers, key, size) {
  const number = group >= 0 ? numbers[group] : 0;
  const face = number ? (number - 1) % FACES : 1;
  set(use, "class", `dot ${number ? `o${(number - 1) % COLOURS}` : "alone"}`);
  set(use, "href", `#dot-${face}-${key}`);
  set(use, "transform", `translate(${x.toFixed(1)} ${y.toFixed(1)}) scale(${size})`);
}

function set(node, name, value) {
  if (node.getAttribute(name) !== value) node.setAttribute(name, value);
}
