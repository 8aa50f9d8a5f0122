/**
 * Whether what has the focus can be seen: in the window, and not wholly under something else
 * (WCAG 2.4.11). Returns null, or what is wrong in one line.
 */
() => {
  let focused = document.activeElement;
  if (!focused || focused === document.body) return null;
  const words = (focused.getAttribute("aria-label") || focused.textContent || focused.name || "").trim();
  const what = `${focused.localName}.${focused.className} "${words.replace(/\s+/g, " ").slice(0, 40)}"`;
  // A field that a label draws: the label is what is seen.
  if (focused.matches("input") && getComputedStyle(focused).opacity === "0" && focused.closest("label")) {
    focused = focused.closest("label");
  }
  const box = focused.getBoundingClientRect();
  if (box.width < 1 || box.height < 1) return `has no size: ${what}`;
  const [steps, reach] = [6, 2];
  for (let row = 0; row <= steps; row += 1) {
    for (let column = 0; column <= steps; column += 1) {
      const x = box.left + reach + ((box.width - 2 * reach) * column) / steps;
      const y = box.top + reach + ((box.height - 2 * reach) * row) / steps;
      const seen = document.elementFromPoint(x, y);
      if (seen && (focused.contains(seen) || seen.contains(focused) && seen.matches("label, a, button"))) return null;
    }
  }
  return `cannot be seen (${Math.round(box.left)}, ${Math.round(box.top)}, ${Math.round(box.width)} × ${Math.round(box.height)}): ${what}`;
}
