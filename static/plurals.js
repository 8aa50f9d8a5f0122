/**
 * Sentences with a number in them. A sentence is a text, or JSON of its forms by plural category,
 * as the server's `plural_forms` writes it: {"by": "turnout", "one": "…", "other": "…"}.
 */

const rules = new Map();

function formOf(sentence, values) {
  if (!sentence.startsWith('{"')) return sentence;
  const { by, ...forms } = JSON.parse(sentence);
  const language = document.documentElement.lang || "en";
  if (!rules.has(language)) rules.set(language, new Intl.PluralRules(language));
  // Numbers may come as they are written here, with signs between their digits.
  const number = Number(String(values[by]).replace(/\D/g, ""));
  return forms[rules.get(language).select(number)] || forms.other;
}

/** @returns {string} the sentence in the form its number asks for, {name} replaced by its value. */
export function fill(sentence, values) {
  return formOf(sentence || "", values).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}
