/**
 * Keys that are one letter can be switched off, since a voice that is taken for typing, or a hand
 * that slips, presses them too (WCAG 2.1.4). The browser remembers it for all pages.
 */

const KEPT = "hemicycle.letter-keys";

export function doLettersAct() {
  try {
    return localStorage.getItem(KEPT) !== "off";
  } catch {
    return true;
  }
}

/** @param {HTMLButtonElement} button pressed while letters act */
export function offerSwitch(button) {
  const show = () => button.setAttribute("aria-pressed", String(doLettersAct()));
  button.addEventListener("click", () => {
    try {
      localStorage.setItem(KEPT, doLettersAct() ? "off" : "on");
    } catch {
      return;
    }
    show();
  });
  show();
}
