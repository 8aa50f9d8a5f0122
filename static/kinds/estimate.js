/**
 * An estimate on a phone: a field that takes a comma too, two buttons and a slider that follow
 * each other. The field is the answer; a slider nobody has touched says nothing.
 */

const partsOf = (form) => {
  const box = form.querySelector("[data-estimate-form]");
  const [least, most, step] = ["least", "most", "step"].map((name) => Number(box.dataset[name]));
  return { box, least, most, step, field: form.querySelector('[name="answer"]'), slider: box.querySelector("[data-slider]") };
};

const decimalsOf = (number) => (String(number).split(".")[1] || "").length;

/** The number that was typed; null for nothing, NaN for what is none. */
function numberIn(field) {
  const text = field.value.trim().replace("−", "-").replace(/(\d)[\s'’](?=\d{3}(?!\d))/g, "$1");
  if (text === "") return null;
  return /^[+-]?\d{1,9}([.,]\d{1,6})?$/.test(text) ? Number(text.replace(",", ".")) : NaN;
}

/** The nearest number that may be given, without the dust of binary fractions. */
function onScale(value, { least, most, step }) {
  const decimals = Math.max(decimalsOf(least), decimalsOf(step));
  const snapped = least + Math.round((Math.min(most, Math.max(least, value)) - least) / step) * step;
  return Number(Math.min(most, snapped).toFixed(decimals));
}

/** As people write it where they are, without signs between thousands. */
function written(value) {
  const format = { maximumFractionDigits: 6, useGrouping: false };
  return value.toLocaleString(document.documentElement.lang || "en", format);
}

function slideTo({ slider }, value) {
  slider.toggleAttribute("data-unset", value === null);
  if (value !== null) slider.value = value;
}

function move(form, direction) {
  const parts = partsOf(form);
  const { field, least, most, step } = parts;
  const now = numberIn(field);
  const isNumber = now !== null && !Number.isNaN(now);
  const next = onScale(isNumber ? now + direction * step : (least + most) / 2, parts);
  field.value = written(next);
  slideTo(parts, next);
}

export const shape = {
  read(form) {
    return numberIn(partsOf(form).field);
  },
  paint(form, answer) {
    const parts = partsOf(form);
    const value = typeof answer === "number" ? answer : null;
    parts.field.value = value === null ? "" : written(value);
    slideTo(parts, value);
  },
  problem(answer, form) {
    const { box, least, most, step } = partsOf(form);
    if (answer === null) return box.dataset.none;
    const isFitting = answer >= least && answer <= most && answer === onScale(answer, { least, most, step });
    return isFitting ? "" : box.dataset.range;
  },
  start(form) {
    const { field, slider } = partsOf(form);
    form.addEventListener("click", ({ target }) => {
      const button = target.closest("[data-move]");
      if (button) move(form, Number(button.dataset.move));
    });
    slider.addEventListener("input", () => {
      field.value = written(onScale(Number(slider.value), partsOf(form)));
      slider.removeAttribute("data-unset");
    });
    field.addEventListener("input", () => {
      const value = numberIn(field);
      if (value !== null && !Number.isNaN(value)) slideTo(partsOf(form), value);
    });
    const value = numberIn(field);
    slideTo(partsOf(form), Number.isNaN(value) ? null : value);
  },
};
