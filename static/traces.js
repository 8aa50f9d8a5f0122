/** My traces: whoever erases everything also erases what still waits on this phone. */

document.querySelector("[data-erase-form]")?.addEventListener("submit", () => {
  try {
    for (const key of Object.keys(localStorage)) {
      if (key.startsWith("hemicycle:")) localStorage.removeItem(key);
    }
  } catch {
    /* nothing is kept here */
  }
});
