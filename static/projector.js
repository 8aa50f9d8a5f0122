/**
 * The projector: shows what is on, fits long texts, keeps the screen awake, and comes back by
 * itself from sleep, reload and a lost line. It keeps its last picture meanwhile.
 */

import * as paint from "./paint.js";
import { openRoom } from "./room.js";

const MOUSE_REST_MS = 3000;
const STEPS = ["fit-1", "fit-2", "fit-3"];

const room = openRoom({ paint });

/* Long texts: three steps down until nothing is cut and no word is broken */

function isCut(stage) {
  const two = stage.querySelector(".two");
  if (!two) return false;
  const box = two.getBoundingClientRect();
  const parts = two.querySelectorAll(".results, .label, .beside");
  return (
    stage.scrollHeight > stage.clientHeight + 1 ||
    [...parts].some((part) => {
      const rect = part.getBoundingClientRect();
      return rect.bottom > box.bottom + 1 || rect.top < box.top - 1 || part.scrollWidth > part.clientWidth + 1;
    })
  );
}

function fit() {
  const stage = document.querySelector(".stage");
  document.body.classList.remove(...STEPS);
  if (!stage) return;
  for (const step of STEPS) {
    if (!isCut(stage)) return;
    document.body.classList.remove(...STEPS);
    document.body.classList.add(step);
  }
}

function paintPresentSeats(present) {
  for (const seats of document.querySelectorAll("svg[data-follows-presence]")) {
    seats.dataset.taken = present;
    seats.dataset.room = Math.max(40, Math.ceil(present * 1.18));
    paint.paintAll(seats.parentElement);
  }
}

room.on("view", fit);
room.on("snapshot", (snapshot) => paintPresentSeats(snapshot.present));
room.on("presence", ({ present }) => paintPresentSeats(present));
window.addEventListener("resize", fit);
document.fonts.ready.then(fit);

/* The line */

const lastSeen = document.querySelector("[data-last-seen]");
room.on("line", (isOnline) => {
  lastSeen.hidden = isOnline;
  if (isOnline) return;
  const time = new Date(room.now() * 1000).toLocaleTimeString(document.documentElement.lang, {
    hour: "2-digit",
    minute: "2-digit",
  });
  lastSeen.textContent = room.text("last_seen", { time });
});
room.on("refused", () => room.notice(room.text("revoked"), { tone: "danger" }));

/* Awake: the browser's lock where there is one, else a silent moving picture nobody sees */

let lock = null;

async function stayAwake() {
  if (document.visibilityState !== "visible") return;
  if (navigator.wakeLock) {
    try {
      lock = await navigator.wakeLock.request("screen");
      return;
    } catch {
      /* Refused, as on low battery: the picture below still helps. */
    }
  }
  playUnseenPicture();
}

function playUnseenPicture() {
  if (document.querySelector("video[data-awake]") || !HTMLCanvasElement.prototype.captureStream) return;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 2;
  const brush = canvas.getContext("2d");
  setInterval(() => brush.fillRect(0, 0, 1 + (Date.now() % 2), 1), 1000);
  const video = document.createElement("video");
  video.muted = true;
  video.dataset.awake = "";
  video.className = "vh";
  video.setAttribute("aria-hidden", "true");
  video.srcObject = canvas.captureStream(1);
  document.body.append(video);
  video.play().catch(() => video.remove());
}

document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible" && (!lock || lock.released)) stayAwake();
});
stayAwake();

/* Full screen, and a pointer that rests */

const button = document.querySelector("[data-full-screen]");

function toggleFullScreen() {
  if (document.fullscreenElement) document.exitFullscreen();
  else document.documentElement.requestFullscreen?.().catch(() => {});
}

function showButton() {
  button.hidden = Boolean(document.fullscreenElement) || !document.fullscreenEnabled;
}

let resting = 0;
function wakePointer() {
  document.body.classList.remove("is-idle");
  clearTimeout(resting);
  resting = setTimeout(() => document.body.classList.add("is-idle"), MOUSE_REST_MS);
}

button.addEventListener("click", toggleFullScreen);
document.addEventListener("fullscreenchange", showButton);
document.addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() === "f" && !event.ctrlKey && !event.metaKey && !event.altKey) toggleFullScreen();
});
document.addEventListener("mousemove", wakePointer);
showButton();
wakePointer();
fit();
