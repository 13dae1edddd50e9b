// The controls: the browser's own inputs, each with a label, so that keyboard and screen reader work as everywhere.

/** One control: `{ element, show(value) }`; `changed(name, value)` is called while the learner moves it. */
function makeControl(description, changed) {
  // Random, because each panel on the page has its own copy of this module.
  const id = `sl-${Math.random().toString(36).slice(2)}-${description.name}`;
  const label = make("label", { for: id }, description.label);
  const kinds = { slider: makeSlider, choice: makeChoice, switch: makeSwitch };
  const { parts, show } = kinds[description.kind](id, description, (value) => changed(description.name, value));
  const note = description.note ? make("span", { class: "sl-hint", id: `${id}-note` }, description.note) : undefined;
  if (note) parts[0].setAttribute("aria-describedby", note.id);
  const element = make("div", { class: `sl-control sl-${description.kind}` }, label, ...parts, note);
  return { element, show };
}

/** A slider over the stops of a grid, with a box that takes any number between the ends. */
function makeSlider(id, { label, grid, integer, unit }, changed) {
  const slider = make("input", { type: "range", id, min: 0, max: grid.length - 1, step: 1 });
  // No min and max on the box: the kernel answers a number outside with a sentence, and an arrow must not jump to it.
  const box = make("input", { type: "number", step: integer ? 1 : "any", "aria-label": unit ? `${label} (${unit})` : label });
  const name = (value) => (unit ? `${format.number(value)} ${unit}` : format.number(value));
  const show = (value) => {
    slider.value = nearest(grid, value);
    slider.setAttribute("aria-valuetext", name(value));
    if (box.getRootNode().activeElement !== box || Number(box.value) !== value) box.value = String(Number(value.toPrecision(7)));
    box.removeAttribute("aria-invalid");
  };
  slider.addEventListener("input", () => {
    const value = grid[Number(slider.value)];
    show(value);
    changed(value);
  });
  box.addEventListener("change", () => {
    if (box.value === "") return box.setAttribute("aria-invalid", "true");
    changed(Number(box.value));
  });
  const tail = unit ? make("span", { class: "sl-unit", "aria-hidden": "true" }, unit) : undefined;
  return { parts: [slider, box, tail], show };
}

function makeChoice(id, { options }, changed) {
  const list = make("select", { id }, ...options.map((option) => make("option", { value: option }, option)));
  list.addEventListener("change", () => changed(list.value));
  return { parts: [list], show: (value) => (list.value = value) };
}

function makeSwitch(id, _description, changed) {
  const box = make("input", { type: "checkbox", id });
  box.addEventListener("change", () => changed(box.checked));
  return { parts: [box], show: (value) => (box.checked = value) };
}

/** The index of the stop nearest to a value (the grid ascends). */
function nearest(grid, value) {
  let best = 0;
  for (let i = 1; i < grid.length; i++) if (Math.abs(grid[i] - value) < Math.abs(grid[best] - value)) best = i;
  return best;
}
