/** The page that stands in while there is no connection: what waits here, and when it goes on. */

import { openStore } from "./outbox.js";
import { fill } from "./plurals.js";

const TRY_EVERY_MS = 4000;

document.documentElement.classList.add("js");

const panel = decodeURIComponent(location.pathname.split("/")[2] || "");
const waiting = Object.values(openStore(`hemicycle:${panel}:`).read("outbox", {}));
const [list, count] = ["[data-waiting]", "[data-unsent]"].map((part) => document.querySelector(part));

count.textContent = fill(count.dataset.sentence, { count: waiting.length });
for (const { command, payload, title } of waiting.sort((one, other) => one.at - other.at)) {
  const text = command === "comment.post" ? payload.text : title;
  const entry = document.createElement("li");
  entry.className = "note note-warn";
  entry.textContent = text || list.dataset.other;
  list.append(entry);
}

let isAsking = false;

async function goOn() {
  if (isAsking || document.visibilityState === "hidden") return;
  isAsking = true;
  try {
    const answer = await fetch("/health/live", { cache: "no-store" });
    if (answer.ok) location.reload();
  } catch {
    /* not yet */
  }
  isAsking = false;
}

setInterval(goOn, TRY_EVERY_MS);
window.addEventListener("online", goOn);
document.addEventListener("visibilitychange", goOn);
