// What stands in the place of something that waits for a prediction.

/** A box with why it is closed, and a button that opens it all the same; `complain(text)` says why that failed. */
function makeSealed(title, sentence, show) {
  const trouble = make("p", { role: "alert" });
  const button = make("button", { type: "button", onclick: () => ((button.disabled = true), show()) }, "Show without predicting");
  const head = title ? make("h3", {}, title) : undefined;
  const element = make("section", { class: "sl-sealed", "aria-label": title || "Closed" }, head, make("p", {}, sentence), trouble, button);
  const complain = (text) => {
    trouble.textContent = text;
    button.disabled = false;
  };
  return { element: ownKeys(element), complain };
}
