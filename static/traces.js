/** My traces: shows and erases what waits on this phone alone. */

import { openStore } from "./outbox.js";

document.documentElement.classList.add("js");

const store = openStore(`hemicycle:${document.body.dataset.panel}:`);
const unsent = Object.keys(store.read("outbox", {})).length;
const place = document.querySelector("[data-unsent]");
if (unsent) place.textContent = place.dataset.sentence.replace("{count}", unsent);

document.querySelector("[data-erase-form]")?.addEventListener("submit", () => {
  for (const key of ["outbox", "draft", "seat", "sequence"]) store.remove(key);
});
