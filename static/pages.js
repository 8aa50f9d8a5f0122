/**
 * Small helps for pages that work without it: copy a link, answers that come and go in the
 * agenda editor, a preview of pasted questions.
 */

import { fill } from "./plurals.js";

const texts = JSON.parse(document.body.dataset.texts || "{}");
const find = (selector, root = document) => root.querySelector(selector);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

document.documentElement.classList.add("js");

/* Copy */

/** The clipboard needs a secure page; an old way serves plain http in a local network. */
async function copy(field) {
  try {
    await navigator.clipboard.writeText(field.value);
    return true;
  } catch {
    field.focus();
    field.select();
    return document.execCommand("copy");
  }
}

document.addEventListener("click", async (event) => {
  const field = event.target.closest("input[data-select]");
  if (field) field.select();
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const isCopied = await copy(document.getElementById(button.dataset.copy));
  const words = find("span", button);
  const before = button.dataset.label || words.textContent;
  button.dataset.label = before;
  words.textContent = isCopied ? texts.copied : texts.copy_by_hand;
  setTimeout(() => (words.textContent = before), 2500);
});

/* The agenda editor */

const edit = find("[data-edit]");
if (edit) openEditor(edit);

function openEditor(form) {
  const list = find("[data-options]", form);
  const template = find("[data-option-template]", form);

  const kindChosen = () => new FormData(form).get("kind") || find("[name=kind]", form).value;

  /** How many options the chosen kind takes. */
  const mostOptions = () => {
    const limits = new Map(list.dataset.most.split(",").map((limit) => limit.split(" ")));
    return Number(limits.get(kindChosen()) || 0);
  };

  /** Only fields of the chosen kind are sent. */
  const showKind = () => {
    const kind = kindChosen();
    for (const field of all(".for input, .for textarea", form)) {
      let isWanted = true;
      for (let part = field.closest(".for"); part; part = part.parentElement.closest(".for")) {
        if (!part.classList.contains(`for-${kind}`)) isWanted = false;
      }
      field.disabled = !isWanted;
    }
  };

  const renumber = () => {
    const rows = all("[data-option]", list);
    rows.forEach((row, index) => {
      const letter = find("[data-letter]", row);
      letter.textContent = LETTERS[index];
      letter.className = `letter o${index % 12}`;
      for (const field of all("input", row)) {
        field.name = field.name.replace(/^option\.\w+\./, `option.${index}.`);
        if (field.id) {
          const label = find(`label[for="${field.id}"]`, row);
          field.id = field.id.replace(/^f-option\.\w+-/, `f-option.${index}-`);
          label.htmlFor = field.id;
          const words = find(".vh", label);
          words.textContent = words.textContent.replace(/\b(\?|[A-Z])(?=,)/, LETTERS[index]);
        }
      }
      find("[data-up]", row).disabled = index === 0;
      find("[data-down]", row).disabled = index === rows.length - 1;
    });
    const add = find("[data-add-option]", form);
    if (add) add.disabled = rows.length >= mostOptions();
  };

  const addRow = () => {
    if (all("[data-option]", list).length >= mostOptions()) return;
    list.append(template.content.cloneNode(true));
    renumber();
    showKind();
    find("[data-option]:last-child input:not([type=hidden])", list).focus();
  };

  form.addEventListener("change", (event) => {
    if (event.target.name === "kind") showKind();
  });
  form.addEventListener("keydown", (event) => {
    const row = event.target.closest("[data-option]");
    if (event.key !== "Enter" || !row || event.target.tagName !== "INPUT") return;
    event.preventDefault();
    const fields = all("input:not([type=hidden])", row);
    const next = row.nextElementSibling;
    if (next) find("input:not([type=hidden])", next).focus();
    else if (fields.some((field) => field.value.trim())) addRow();
  });
  form.addEventListener("click", (event) => {
    if (event.target.closest("[data-add-option]")) {
      addRow();
      return;
    }
    const row = event.target.closest("[data-option]");
    const button = event.target.closest("[data-up], [data-down], [data-remove]");
    if (!row || !button) return;
    if ("up" in button.dataset && row.previousElementSibling) row.previousElementSibling.before(row);
    if ("down" in button.dataset && row.nextElementSibling) row.nextElementSibling.after(row);
    if ("remove" in button.dataset) {
      const near = row.nextElementSibling || row.previousElementSibling;
      row.remove();
      const field = near ? find("input:not([type=hidden])", near) : find("[data-add-option]", form);
      renumber();
      field.focus();
      return;
    }
    renumber();
    if (button.disabled) find("[data-up]:not([disabled]), [data-down]:not([disabled])", row)?.focus();
    else button.focus();
  });

  if (list) renumber();
  showKind();
}

find("[data-errors]")?.focus();

/* Pasted questions */

const paste = find("[data-paste]");
if (paste) openPaste(paste);

function openPaste(form) {
  const preview = find("[data-paste-preview]", form);
  const problem = find("[data-paste-problem]", form);
  let waiting = 0;

  form.elements.text.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => showPreview(preview, form.elements.text.value), 250);
    problem.hidden = true;
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (form.getAttribute("aria-busy") === "true") return;
    form.setAttribute("aria-busy", "true");
    const ack = await send(form.dataset.to, { text: form.elements.text.value });
    form.removeAttribute("aria-busy");
    if (ack.ok) {
      location.assign(form.dataset.then);
      return;
    }
    problem.textContent = [ack.message || texts.refused, ...placesOf(ack.problems)].join("\n");
    problem.hidden = false;
    form.elements.text.focus();
  });
}

/** Say for each line that was not understood what was expected there. */
function placesOf(problems) {
  if (!Array.isArray(problems)) return [];
  return problems.map(({ line, message }) => `${fill(texts.line, { line })}: ${message}`);
}

async function send(address, body) {
  try {
    const response = await fetch(address, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    return await response.json();
  } catch {
    return { ok: false, message: texts.no_answer };
  }
}

function showPreview(place, text) {
  place.textContent = "";
  const questions = questionsIn(text);
  if (!questions.length) return;
  const words = document.createElement("p");
  words.className = "strong";
  words.textContent = fill(texts.questions, { count: questions.length });
  const list = document.createElement("ol");
  for (const { title, options } of questions) {
    const item = document.createElement("li");
    const note = document.createElement("small");
    note.textContent = options
      ? fill(texts.question_options, { count: options })
      : texts.question_text;
    item.append(title, " ", note);
    list.append(item);
  }
  place.append(words, list);
}

/** Read roughly as the server will; only the server's reading counts. */
function questionsIn(text) {
  const lines = text.split("\n").filter((line) => line.trim());
  const bullet = /^\s*[-*•–·]\s*/;
  const hasBullets = lines.some((line) => bullet.test(line));
  const separator = hasBullets ? null : ["\t", ";"].find((sign) => lines.some((line) => line.split(sign).length > 2));
  const commas = !hasBullets && !separator && lines.length && lines.every((line) => /^[^,]*[?:]"?\s*(,|$)/.test(line));
  const questions = [];
  for (const line of lines) {
    if (hasBullets && bullet.test(line)) {
      if (questions.length) questions[questions.length - 1].options += 1;
      continue;
    }
    const cells = separator ? line.split(separator) : commas ? line.split(",") : [line];
    const title = cells[0].replace(/^\s*\d{1,3}[.)]\s+/, "").replace(/^"|"$/g, "").trim();
    if (title) questions.push({ title, options: cells.slice(1).filter((cell) => cell.trim()).length });
  }
  return questions;
}
