/** My traces: shows and erases what waits on this phone alone. */

import { openStore } from "./outbox.js";
import { fill } from "./plurals.js";

document.documentElement.classList.add("js");

const prefix = `hemicycle:${document.body.dataset.panel}:`;
const store = openStore(prefix);
const unsent = Object.keys(store.read("outbox", {})).length;
const place = document.querySelector("[data-unsent]");
if (unsent) place.textContent = fill(place.dataset.sentence, { count: unsent });

document.querySelector("[data-erase-form]")?.addEventListener("submit", () => {
  try {
    for (const name of Object.keys(localStorage)) {
      if (name.startsWith(prefix)) localStorage.removeItem(name);
    }
  } catch {
    /* this browser keeps nothing */
  }
});
