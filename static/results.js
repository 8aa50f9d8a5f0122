/** Draws the pictures of the results page and lets it be printed whole. */

const button = document.querySelector("[data-print]");
if (button) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

import("./paint.js").then(({ paintAll }) => paintAll(document));
