/**
 * What of a page's text somebody cannot read or reach as it is laid out now: text wider than the
 * window, text cut off by a box, and text that lies over other text. Returns one line per fault.
 *
 * Left out: what is there for screen readers alone, pictures (their words stand beside them), and
 * what is cut short on purpose by an ellipsis (the whole stands elsewhere on the page).
 */
({ mayScrollSideways = "", slack = 3 } = {}) => {
  const faults = new Set();
  const shown = (element) =>
    !element.closest("svg, script, style, noscript, template, option, [hidden], .vh, .skip") &&
    element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  const isTiny = (element) => {
    for (let box = element; box && box !== document.body; box = box.parentElement) {
      const style = getComputedStyle(box);
      if (style.clipPath !== "none" && box.clientWidth <= 2) return true;
    }
    return false;
  };
  const name = (element) => {
    const words = element.textContent.trim().replace(/\s+/g, " ").slice(0, 50);
    const classes = typeof element.className === "string" ? element.className.trim().replace(/\s+/g, ".") : "";
    return `${element.localName}${classes ? "." + classes : ""} "${words}"`;
  };
  const rectOf = (node) => {
    const range = document.createRange();
    range.selectNodeContents(node);
    return [...range.getClientRects()].filter(({ width, height }) => width > 1 && height > 1);
  };
  const isClamped = (style) => style.webkitLineClamp !== "none" || style.textOverflow === "ellipsis";

  const isShortened = (element) =>
    [element, element.parentElement].some((box) => isClamped(getComputedStyle(box)));

  const texts = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const node = walk.currentNode;
    const element = node.parentElement;
    if (!node.data.trim() || !element || !shown(element) || isTiny(element)) continue;
    const rects = rectOf(node);
    if (rects.length) texts.push({ element, rects });
  }

  const width = document.documentElement.clientWidth;
  for (const { element, rects } of texts) {
    if (mayScrollSideways && element.closest(mayScrollSideways)) continue;
    for (const rect of isShortened(element) ? [] : rects) {
      if (rect.right > width + slack || rect.left < -slack) faults.add(`beyond the edge: ${name(element)}`);
    }
    for (let box = element; box && box !== document.documentElement; box = box.parentElement) {
      const style = getComputedStyle(box);
      if (style.position === "fixed") break;
      // What a scroller hides is a scroll away.
      if (/auto|scroll/.test(style.overflowY + style.overflowX)) break;
      const cutsX = /hidden|clip/.test(style.overflowX);
      const cutsY = /hidden|clip/.test(style.overflowY);
      if (!cutsX && !cutsY) continue;
      if (box !== document.body && isClamped(style)) break;
      const edge = box.getBoundingClientRect();
      const isCut = rects.some(
        (rect) =>
          (cutsX && (rect.right > edge.right + slack || rect.left < edge.left - slack)) ||
          (cutsY && (rect.bottom > edge.bottom + slack + 2 || rect.top < edge.top - slack - 2)),
      );
      if (isCut) faults.add(`cut off by ${box.localName}.${box.className}: ${name(element)}`);
    }
  }

  /* Sticky bars lie over what scrolls under them, and menus over what they open above. */
  const floats = (element) => {
    for (let box = element; box && box !== document.body; box = box.parentElement) {
      if (/sticky|fixed/.test(getComputedStyle(box).position)) return true;
      if (box.matches("dialog[open], .menu-list")) return true;
    }
    return false;
  };
  const scroller = (element) => {
    for (let box = element.parentElement; box && box !== document.body; box = box.parentElement) {
      if (/auto|scroll/.test(getComputedStyle(box).overflowY)) return box;
    }
    return null;
  };
  const solid = texts.filter(({ element }) => !floats(element) && !isShortened(element));
  for (let one = 0; one < solid.length; one += 1) {
    for (let other = one + 1; other < solid.length; other += 1) {
      const [a, b] = [solid[one], solid[other]];
      if (a.element.contains(b.element) || b.element.contains(a.element)) continue;
      if (scroller(a.element) !== scroller(b.element)) continue;
      const overlaps = a.rects.some((p) =>
        b.rects.some(
          (q) =>
            Math.min(p.right, q.right) - Math.max(p.left, q.left) > slack &&
            Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top) > slack + 4,
        ),
      );
      if (overlaps) faults.add(`one over the other: ${name(a.element)} and ${name(b.element)}`);
    }
  }

  if (document.documentElement.scrollWidth > width + slack && !mayScrollSideways) {
    faults.add(`the page is ${document.documentElement.scrollWidth} wide in a window of ${width}`);
  }
  return [...faults];
}
