// One prediction, or one question of a quiz: a question, a seal, a reveal; in a quiz, further tries. Python holds the truth: `setup` and `state` are drawn here, never
// changed; `draft` is what is typed, shared by all views of the widget; clicks go to Python as messages.
// Every text is set as a text node, so nothing in a question or an answer is ever read as HTML.

// The map of the course, with `make`, stands before this.

let views = 0;

const TAGS = { code: "code", bold: "strong" };
const nodes = (pieces) => pieces.map(([kind, text]) => (TAGS[kind] ? make(TAGS[kind], {}, text) : text));

// Radio buttons for choices, else a number box; `read` and `write` are its value as text. `spend` takes choices away.
function answerField(setup, name) {
  if (!setup.choices.length) {
    const box = make("input", { type: "number", step: "any", id: `${name}-box`, "aria-describedby": `${name}-question` });
    const label = make("label", { for: box.id }, setup.words.answer);
    const write = (text) => {
      if (box.value !== text) box.value = text;
    };
    const node = make("div", { class: "slab-predict-field" }, label, box);
    return { node, read: () => box.value, write, spend: () => {}, focus: () => box.focus() };
  }
  const radios = setup.choices.map((choice) => make("input", { type: "radio", name: `${name}-choice`, value: choice }));
  const labels = radios.map((radio) => make("label", {}, radio, ` ${radio.value}`));
  const legend = make("legend", {}, setup.words.answer);
  const node = make("fieldset", { class: "slab-predict-choices", "aria-describedby": `${name}-question` }, legend, ...labels);
  const read = () => radios.find((radio) => radio.checked)?.value ?? "";
  const write = (text) => radios.forEach((radio) => (radio.checked = radio.value === text));
  const spend = (spent) => {
    // The focus goes on before its place is taken away: JupyterLab would give it to the notebook, which scrolls at Space.
    if (spent.includes(radios.find((radio) => radio === document.activeElement)?.value)) radios.find((radio) => !spent.includes(radio.value))?.focus();
    radios.forEach((radio) => {
      radio.disabled = spent.includes(radio.value);
      radio.checked &&= !radio.disabled;
    });
  };
  const focus = () => radios.find((radio) => !radio.disabled)?.focus();
  return { node, read, write, spend, focus };
}

// Two marks on a line, said above and measured below; the sentence beside it says the same to a screen reader.
function scale(ends, [said, measured]) {
  const mark = (kind, where, word) => {
    const node = make("span", { class: `slab-predict-mark slab-predict-${kind}` }, make("span", {}, word));
    node.style.left = `${100 * where}%`;
    return node;
  };
  const line = make("div", { class: "slab-predict-line" }, mark("said", said, "you"), mark("measured", measured, "measured"));
  return make("div", { class: "slab-predict-scale", "aria-hidden": "true" }, ends[0], line, ends[1]);
}

function save(name, text) {
  const address = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  make("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}

function render({ model, el }) {
  const setup = model.get("setup");
  const name = `slab-predict-${(views += 1)}-${Math.random().toString(36).slice(2, 8)}`;

  const question = make("p", { id: `${name}-question`, class: "slab-predict-question" }, ...nodes(setup.question));
  const field = answerField(setup, name);
  const button = make("button", { type: "submit", class: "slab-predict-seal" }, setup.words.button);
  const note = make("p", { class: "slab-predict-note" }, setup.words.note);
  const form = make("form", { novalidate: "" }, field.node, button, note);

  const sealed = make("p", { class: "slab-predict-sealed" });
  const reveal = make("div", { class: setup.again ? "slab-predict-tries" : "slab-predict-reveal" });
  const picture = make("div");
  const live = setup.again ? { "aria-live": "polite" } : {}; // where the focus stays with the choices, it is read aloud
  const answer = make("div", { tabindex: "-1", class: "slab-predict-answer", ...live }, sealed, reveal, picture);
  const status = make("p", { role: "status", class: "slab-predict-status" });

  const download = make("button", { type: "button" }, "Download my journal");
  const file = make("input", { type: "file", accept: ".json,application/json", id: `${name}-file` });
  const load = make("label", { for: file.id }, "Load a downloaded journal");
  const map = make("div");
  const journal = make("details", {}, make("summary", {}, "My journal"), download, make("div", {}, load, " ", file), map);

  const label = { "aria-label": setup.words.section };
  const root = make("section", { class: "slab-predict", ...label, "data-lm-suppress-shortcuts": "true" });
  root.append(question, form, answer, status, ...(setup.journal ? [journal] : []));
  el.append(root);

  let waiting = 0;
  const say = (text, trouble = false) => {
    if (status.textContent !== text) status.textContent = text;
    status.classList.toggle("slab-predict-trouble", trouble);
  };
  const send = (content) => {
    clearTimeout(waiting);
    waiting = setTimeout(() => say("Python does not answer: it is busy, or was restarted. If this stays, run the cell again.", true), 3000);
    model.send(content);
  };

  const draw = () => {
    clearTimeout(waiting);
    const state = model.get("state");
    const had = form.contains(document.activeElement);
    answer.hidden = !state.sealed && !setup.again; // what is read aloud must be there before
    if (!state.open && had) answer.focus(); // the button that had the focus goes; the keyboard goes on from the answer
    form.hidden = !state.open;
    field.spend(state.spent);
    if (state.open && had && (document.activeElement.disabled || !form.contains(document.activeElement))) field.focus();
    sealed.hidden = !state.sealed;
    sealed.textContent = state.sealed;
    reveal.replaceChildren(...state.reveal.map((paragraph) => make("p", {}, ...nodes(paragraph))));
    picture.replaceChildren(...(state.marks.length ? [scale(setup.ends, state.marks)] : []));
    say(state.message, state.trouble);
  };
  const askForMap = () => journal.open && send({ type: "map", view: name });
  const changed = () => {
    draw();
    askForMap();
  };
  const typed = () => field.write(model.get("draft"));
  const answered = (content) => {
    if (content.type === "journal" && content.view === name) save(content.name, content.text);
    if (content.type === "map" && content.view === name) drawCourseMap(map, content.map);
    if (content.type === "done") draw();
  };

  form.addEventListener("input", () => {
    model.set("draft", field.read());
    model.save_changes();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const value = field.read();
    if (value === "") say(setup.choices.length ? "Choose an answer first." : "Type a number first.", true);
    else send({ type: "seal", value });
  });
  journal.addEventListener("toggle", askForMap);
  download.addEventListener("click", () => send({ type: "download", view: name }));
  file.addEventListener("change", async () => {
    const chosen = file.files[0];
    if (!chosen) return;
    if (chosen.size > 5_000_000) say("This file is too large to be a journal.", true);
    else send({ type: "load", text: await chosen.text() });
    file.value = "";
  });

  // JupyterLab lets no keyboard shortcut run in here (the attribute on the root), but takes Enter away after that.
  root.addEventListener("keydown", (event) => event.stopPropagation());
  // Notebook 7 looks for shortcuts first, and leaves out only what has the attribute itself: an answer needs its arrows.
  root.addEventListener("focusin", (event) => event.target.setAttribute("data-lm-suppress-shortcuts", "true"));

  model.on("change:state", changed);
  model.on("change:draft", typed);
  model.on("msg:custom", answered);
  typed();
  draw();
  return () => {
    clearTimeout(waiting);
    model.off("change:state", changed);
    model.off("change:draft", typed);
    model.off("msg:custom", answered);
  };
}

export default { render };
