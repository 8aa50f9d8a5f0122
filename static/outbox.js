/**
 * What this phone has to say and the server has not yet confirmed: ballots, comments, support.
 *
 * An entry stays in localStorage until its acknowledgement, so that neither a lost line nor a
 * reload loses it. The server takes each entry once, however often it arrives: ballots and
 * support carry a rising sequence, comments their own id.
 *
 *   const outbox = openOutbox({ room, panel: "10WS460" });
 *   outbox.put({ key, command, payload })      keep it, and send it as soon as possible; a newer
 *                                              entry with the same key takes the older one's place
 *   outbox.pending(key)                        {key, command, payload, state} or null; the state is
 *                                              "sending", "kept" (no connection) or "waiting"
 *                                              (the server could not take it yet)
 *   outbox.all(prefix)                         all pending entries whose key begins so
 *   outbox.nextSequence(), outbox.raiseSequence(least)
 *   outbox.on("changed", (key) => …), outbox.on("settled" | "refused", (entry, ack) => …),
 *   outbox.on("elsewhere", () => …)            another tab of this browser sent something
 *
 * It tries again by itself: at once when the connection is back, and after `retry_after` (with
 * some chance added, so that a hall does not come back all at once) when the server asks so.
 */

const PASSING = new Set([
  "line.lost",
  "ballot.not_stored",
  "rate.limited",
  "store.unavailable",
  "server.failed",
]);
const RETRY_SECONDS = 2;

/** `title` says to the reader what it is about, where the payload does not.
 *  @typedef {{key: string, command: string, payload: object, title?: string, at?: number}} Entry */

/**
 * @param {{room: import("./room.js").Room, panel: string}} options
 */
export function openOutbox({ room, panel }) {
  const store = openStore(`hemicycle:${panel}:`);
  const states = new Map();
  const flying = new Set();
  const timers = new Map();
  const listeners = { changed: [], settled: [], refused: [], elsewhere: [] };

  const entries = () => store.read("outbox", {});
  const tell = (event, ...details) => listeners[event].forEach((listener) => listener(...details));

  function change(key, entry) {
    const all = entries();
    if (entry) all[key] = entry;
    else delete all[key];
    store.write("outbox", all);
  }

  function enter(key, state) {
    states.set(key, state);
    tell("changed", key);
  }

  function put(entry) {
    change(entry.key, { ...entry, at: Date.now() });
    trySend(entry.key);
  }

  async function trySend(key) {
    clearTimeout(timers.get(key));
    const entry = entries()[key];
    if (!entry) return;
    if (flying.has(key)) return enter(key, "sending");
    if (navigator.onLine === false) return enter(key, "kept");
    flying.add(key);
    enter(key, "sending");
    // Before the socket has greeted, or where it never comes through, a plain request does it.
    const ack = await (room.isOnline ? room.send : room.post)(entry.command, entry.payload);
    flying.delete(key);
    after(entry, ack);
  }

  /** A newer entry may have taken this one's place while it was under way. */
  function after(entry, ack) {
    const { key } = entry;
    const now = entries()[key];
    const isNewest = now && JSON.stringify(now.payload) === JSON.stringify(entry.payload);
    if (!ack.ok && PASSING.has(ack.code)) {
      if (isNewest) tryLater(key, ack);
      else trySend(key);
      return;
    }
    if (isNewest || !now) {
      change(key, null);
      states.delete(key);
      tell(ack.ok ? "settled" : "refused", entry, ack);
      tell("changed", key);
    } else {
      trySend(key);
    }
  }

  function tryLater(key, ack) {
    const isLost = ack.code === "line.lost" && !room.isOnline;
    enter(key, isLost ? "kept" : "waiting");
    if (isLost) return;
    const least = Number(ack.retry_after) || RETRY_SECONDS;
    const seconds = least + Math.random() * Math.max(1, least / 2);
    timers.set(key, setTimeout(() => trySend(key), seconds * 1000));
  }

  function flush() {
    for (const key of Object.keys(entries())) trySend(key);
  }

  const described = (entry) => ({ ...entry, state: states.get(entry.key) || "kept" });

  room.on("line", (isOnline) => {
    if (isOnline) flush();
    else for (const key of Object.keys(entries())) if (!flying.has(key)) enter(key, "kept");
  });
  window.addEventListener("storage", (event) => {
    if (event.key === store.name("outbox")) tell("elsewhere");
  });

  return {
    put,
    flush,
    pending: (key) => (entries()[key] ? described(entries()[key]) : null),
    all: (prefix) =>
      Object.values(entries())
        .filter((entry) => entry.key.startsWith(prefix))
        .sort((a, b) => a.at - b.at)
        .map(described),
    nextSequence() {
      const next = Math.max(Date.now(), store.read("sequence", 0) + 1);
      store.write("sequence", next);
      return next;
    },
    raiseSequence(least) {
      if (least > store.read("sequence", 0)) store.write("sequence", least);
    },
    on: (event, listener) => listeners[event].push(listener),
  };
}

/**
 * Small values kept in this browser; in memory where it does not let us.
 * @param {string} prefix
 */
export function openStore(prefix) {
  const memory = new Map();
  return {
    name: (key) => prefix + key,
    read(key, otherwise) {
      if (memory.has(key)) return memory.get(key);
      try {
        const text = localStorage.getItem(prefix + key);
        return text === null ? otherwise : JSON.parse(text);
      } catch {
        return otherwise;
      }
    },
    write(key, value) {
      try {
        localStorage.setItem(prefix + key, JSON.stringify(value));
        memory.delete(key);
      } catch {
        memory.set(key, value);
      }
    },
    remove(key) {
      memory.delete(key);
      try {
        localStorage.removeItem(prefix + key);
      } catch {
        /* nothing was kept there */
      }
    },
  };
}

/** A new id for something written here; plain http has no crypto.randomUUID. */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
