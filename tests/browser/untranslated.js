/** Every text of a page that stands outside the brackets of the test language, and is not allowed. */
(allowed) => {
  const BRACKETED = /⟦[^⟦⟧]*(⟦[^⟦⟧]*⟧[^⟦⟧]*)*⟧/gu;
  const DAY_OR_RECEIPT = /\d+ \p{L}+ \d{4}|\b[A-Z0-9]{3}-[A-Z0-9]{3}\b/gu;
  const isFine = (text) =>
    allowed.includes(text) ||
    !/\p{L}{2}/u.test(text.replace(BRACKETED, "").replace(DAY_OR_RECEIPT, ""));
  const found = new Set();
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const node = walk.currentNode;
    const text = node.data.trim().replace(/\s+/g, " ");
    const element = node.parentElement;
    if (element.closest("script, style, noscript, template, .brand, kbd, [lang]:not([lang=fr]):not(html)")) continue;
    if (element.getClientRects().length && !isFine(text)) found.add(text);
  }
  for (const name of ["aria-label", "title", "alt", "placeholder", "data-sentence"]) {
    for (const element of document.querySelectorAll(`[${name}]`)) {
      const text = element.getAttribute(name).trim();
      const forms = text.startsWith('{"') ? JSON.parse(text) : { text };
      delete forms.by;
      if (!Object.values(forms).every(isFine)) found.add(`${name}: ${text}`);
    }
  }
  return [...found];
}
