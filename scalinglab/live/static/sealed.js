// What stands in the place of something that waits for a prediction.

/** A box with why it is closed, and a button that opens it all the same; `complain(text)` says why that failed.
 *  A panel's has its title; that of a text or a table, of which several may follow each other, is a single line. */
function makeSealed(title, sentence, show) {
  const trouble = make("p", { role: "alert" });
  const button = make("button", { type: "button", onclick: () => ((button.disabled = true), show()) }, "Show without predicting");
  const head = title ? make("h3", {}, title) : undefined;
  const element = make("section", { class: title ? "sl-sealed" : "sl-sealed sl-row", "aria-label": title || "Closed" }, head, make("p", {}, sentence), trouble, button);
  const complain = (text) => {
    trouble.textContent = text;
    button.disabled = false;
  };
  return { element: ownKeys(element), complain };
}
