// The box of a check, made by the kernel, and a button that asks it for one more hint.

export default {
  render({ model, el }) {
    const button = document.createElement("button");
    const hints = document.createElement("div");
    const box = document.createElement("div");
    const frame = () => (box.innerHTML = model.get("box")); // all that a student wrote is escaped in it
    hints.setAttribute("aria-live", "polite");
    button.type = "button";
    button.style.cssText =
      "font: inherit; color: inherit; background: transparent; border: 1px solid var(--jp-ui-font-color2, GrayText); border-radius: 2px; padding: 0.25em 0.8em; margin: 0 0 0.4em 19px; cursor: pointer";
    button.addEventListener("click", () => model.send({ type: "hint" }));
    const draw = () => {
      hints.innerHTML = model.get("hints");
      button.textContent = model.get("hints") ? "Next hint" : "Hint";
      button.hidden = !model.get("left");
    };
    model.on("change:box", frame);
    model.on("change:hints", draw);
    frame();
    draw();
    el.append(box, button, hints);
    return () => {
      model.off("change:box", frame);
      model.off("change:hints", draw);
    };
  },
};
