/**
 * What is typed on a page outlives a change of its language: kept for this tab alone when a
 * language is chosen, and put back when the page is here again. Votes and drafts of comments are
 * kept by the phone itself, passwords by nobody.
 */

const KEPT = "hemicycle:typed";
const OWN = "[data-vote-form] *, [data-draft], [type=hidden], [type=password], [type=file], [type=submit], button";
const MORE_ROWS_MOST = 40;

const fieldsToKeep = () =>
  [...document.querySelectorAll(":is(input, textarea, select)")].filter(
    (field) => field.name && !field.matches(OWN) && !field.closest("form[action='/language']"),
  );

const isChoice = (field) => field.type === "radio" || field.type === "checkbox";
const valueOf = (field) => (isChoice(field) ? field.checked : field.value);

/** Names for fields that say the same in every language. */
function named(fields) {
  const seen = new Map();
  return fields.map((field) => {
    const name = [field.form?.getAttribute("action"), field.name, isChoice(field) && field.value].join(" ");
    seen.set(name, (seen.get(name) || 0) + 1);
    return [`${name} ${seen.get(name)}`, field];
  });
}

function keep() {
  const fields = named(fieldsToKeep()).map(([name, field]) => [name, field.name, valueOf(field)]);
  const opened = [...document.querySelectorAll("details[open][id]")].map(({ id }) => id);
  try {
    sessionStorage.setItem(KEPT, JSON.stringify({ path: location.pathname, fields, opened }));
  } catch {
    /* a browser that keeps nothing */
  }
}

function take() {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEPT));
    sessionStorage.removeItem(KEPT);
    return kept;
  } catch {
    return null;
  }
}

/** Forms that grow: as many answers as there were. */
function addRows(fields) {
  const add = document.querySelector("[data-add-option]");
  const isThere = (name) => document.getElementsByName(name).length > 0;
  for (let more = 0; add && more < MORE_ROWS_MOST; more += 1) {
    if (add.disabled || fields.every(([, name]) => !name.startsWith("option.") || isThere(name))) return;
    add.click();
  }
}

function putBack() {
  const kept = take();
  if (!kept || kept.path !== location.pathname) return;
  addRows(kept.fields);
  const here = new Map(named(fieldsToKeep()));
  for (const id of kept.opened) document.getElementById(id)?.setAttribute("open", "");
  for (const [name, , value] of kept.fields) {
    const field = here.get(name);
    if (!field || valueOf(field) === value) continue;
    if (isChoice(field)) field.checked = value;
    else field.value = value;
    for (const event of ["input", "change"]) field.dispatchEvent(new Event(event, { bubbles: true }));
  }
}

document.addEventListener("submit", ({ target }) => {
  if (target.getAttribute("action") === "/language") keep();
});
putBack();
