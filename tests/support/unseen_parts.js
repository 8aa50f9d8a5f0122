/**
 * Which parts of a page nobody has looked at yet. Given the keys of those that were seen; returns
 * the keys of the others, and keeps in `window.seenParts` the largest parts that were seen.
 *
 * A part's key is made of its markup, of what is checked, disabled and focused in it, of the tags
 * it stands in, and of how many styles the page has. Ids, addresses, numbers and where a line in a
 * picture goes tell people and moments apart, not whether something can be read, and are left out.
 */
(seen) => {
  const NAMES_SOMEBODY = /^(id|for|name|value|href|src|action|datetime|aria-(labelledby|describedby|controls|owns))$/;
  const IS_GEOMETRY = /^(d|points|transform|viewBox|[cr]?[xy][12]?|r|width|height)$/;
  const SMALLEST = 8;
  const known = new Set(seen);
  const fresh = new Set();
  window.seenParts = [];

  const digest = (text) => {
    let [a, b] = [0xdeadbeef, 0x41c6ce57];
    for (let place = 0; place < text.length; place += 1) {
      const code = text.charCodeAt(place);
      a = Math.imul(a ^ code, 2654435761);
      b = Math.imul(b ^ code, 1597334677);
    }
    return `${(a >>> 0).toString(36)}${(b >>> 0).toString(36)}`;
  };
  const plain = (text) => text.trim().replace(/\d+/g, "0");
  const tag = (element) => {
    const attributes = [...element.attributes].map(({ name, value }) => {
      if (NAMES_SOMEBODY.test(name) || IS_GEOMETRY.test(name)) return name;
      return name.startsWith("data-") && !/^[a-z-]*$/.test(value) ? name : `${name}=${plain(value)}`;
    });
    const now = [element.checked, element.disabled, element === document.activeElement];
    return `<${element.localName} ${attributes.sort().join(" ")} ${now}>`;
  };
  const markup = new Map();
  const read = (element) => {
    const inside = [...element.childNodes].map((node) => {
      if (node.nodeType === Node.TEXT_NODE) return plain(node.data);
      return node.nodeType === Node.ELEMENT_NODE ? read(node) : "";
    });
    markup.set(element, digest(tag(element) + inside.join("|")));
    return markup.get(element);
  };
  const sift = (element, outside, isSeen) => {
    const key = `${digest(outside)}${markup.get(element)}`;
    const isKnown = isSeen || known.has(key);
    if (!isKnown) fresh.add(key);
    else if (!isSeen && element.querySelectorAll("*").length >= SMALLEST) window.seenParts.push(element);
    if (isKnown) return;
    for (const child of element.children) sift(child, outside + tag(element), isKnown);
  };
  read(document.body);
  const styles = [...document.querySelectorAll("link[rel=stylesheet]")].map((link) => link.href).sort();
  const page = `${tag(document.documentElement)}${Boolean(document.title)}${new Set(styles).size}`;
  sift(document.body, page, false);
  return [...fresh];
}
