/**
 * The projector's page as its readers change it: enlarged, or with wider spacing.
 *
 * The projector's sizes hang on the height of the window, so enlarging the page in the browser
 * would change nothing. A window too low for a projector is taken for an enlarged page: its type
 * keeps a size, and it scrolls.
 */

const LOWEST_PROJECTOR_PX = 480;
const FLOOR_PX = 720; // the type is never smaller than in a window this high,
const NARROWEST_PX = 160; // unless lines would get too short to read

export function isEnlarged() {
  return window.innerHeight < LOWEST_PROJECTOR_PX;
}

/** Lay the page out for this window; `mustScroll` when nothing else made its words fit. */
export function followWindow({ mustScroll = false } = {}) {
  const page = document.documentElement;
  const most = Math.max(1, window.innerWidth / NARROWEST_PX);
  const wanted = isEnlarged() ? FLOOR_PX / window.innerHeight : 1;
  page.classList.toggle("is-enlarged", mustScroll || isEnlarged());
  page.style.setProperty("--enlarged", Math.min(wanted, most).toFixed(2));
}

/** Somebody's own styles, such as wider spacing of letters, fire no event but change heights. */
export function refitWhenSpaced(fit) {
  const watcher = new ResizeObserver(() => requestAnimationFrame(fit));
  return () => {
    watcher.disconnect();
    for (const part of document.querySelectorAll("main > header, main [data-fit]")) watcher.observe(part);
  };
}
