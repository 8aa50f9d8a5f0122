/**
 * Someone in the room who answers every question as soon as it is there, each kind by its own
 * controls, but not while `window.answersWait`. `number` makes people differ. Given to a page by a
 * test; returns nothing.
 */
(number) => {
  const pick = (nodes) => nodes[number % nodes.length];
  const all = (form, selector) => [...form.querySelectorAll(selector)];
  const type = (field, text) => {
    field.value = text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.dispatchEvent(new Event("change", { bubbles: true }));
  };

  /** By shape: fill in the form. */
  const FILL = {
    one: (form) => pick(all(form, "[name=answer]")).click(),
    number: (form) => pick(all(form, "[name=answer]")).click(),
    many: (form) => {
      const least = Number(form.querySelector("[data-least]")?.dataset.least || 1);
      const boxes = all(form, "[name=answer]");
      boxes.slice(0, Math.max(1, least)).forEach((box) => box.checked || box.click());
    },
    list: (form) => type(form.querySelector("[name=answer]"), ["Trust", "Privacy", "Access"][number % 3]),
    text: (form) => type(form.querySelector("[name=answer]"), "Show us the code."),
    order: (form) => {
      pick(all(form, "[data-pool] [data-add]")).click();
      all(form, "[data-pool] [data-add]")[0]?.click();
    },
    points: (form) => form.querySelector("[data-points-help]").click(),
    estimate: (form) => {
      const { least, most, step } = form.querySelector("[data-estimate-form]").dataset;
      const steps = Math.floor((Number(most) - Number(least)) / Number(step));
      type(form.querySelector("[name=answer]"), String(Number(least) + (number % (steps + 1)) * Number(step)));
    },
    basket: (form) => pick(all(form, "[name=answer]")).click(),
  };

  /** Shapes whose own script is here; before that, sending a form leaves the page. */
  const OWN = ["one", "number", "many", "list", "text"];
  const ready = new Set(OWN);
  const whenReady = (shape) => {
    const phone = document.querySelector('script[src*="/phone.js"]').src;
    import(new URL(`kinds/${shape}.js`, phone)).then(() => setTimeout(() => ready.add(shape), 200));
  };

  const answer = () => {
    if (window.answersWait) return;
    const poll = document.querySelector('[data-region="now"] [data-poll][data-takes-ballots][data-vote="none"]');
    const form = poll && poll.querySelector("[data-vote-form]");
    if (!form || form.querySelector("[data-answers]").disabled) return;
    const { shape } = poll.dataset;
    if (!ready.has(shape)) return whenReady(shape);
    const fill = FILL[shape];
    if (!fill) {
      const statement = pick(all(form, "button:not([data-send])").filter((button) => button.offsetParent));
      statement?.click();
      return;
    }
    fill(form);
    form.requestSubmit();
  };
  setInterval(answer, 400 + (number % 10) * 60);
}
