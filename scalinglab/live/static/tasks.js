// The tasks of a panel, and how a chapter's folded code is shown.

const MARKS = { "`": "code", "*": "em" };

/** A text in which `code` and *emphasis* are understood, as nodes. */
function marked(text) {
  return text.split(/(`[^`]+`|\*[^*]+\*)/).map((part) => {
    const tag = part.length > 2 && part[0] === part.at(-1) ? MARKS[part[0]] : undefined;
    return tag ? make(tag, {}, part.slice(1, -1)) : part;
  });
}

/** A numbered list with a box to tick for each task: `{ element, show(tasks) }`; `tick(index, done)` tells of a click. */
function makeTasks(tasks, tick) {
  const boxes = tasks.map((task, index) => make("input", { type: "checkbox", onchange: (event) => tick(index, event.target.checked) }));
  const items = tasks.map(({ text }, index) => make("li", {}, make("label", {}, boxes[index], make("span", {}, ...marked(text)))));
  const element = tasks.length ? make("ol", { class: "sl-tasks", "aria-label": "Tasks" }, ...items) : undefined;
  const show = (now) =>
    now.forEach(({ done }, index) => {
      boxes[index].checked = done;
      items[index].classList.toggle("sl-done", done);
    });
  return { element, show };
}

const UNFOLD =
  "The code of this chapter is folded. Click a grey bar to unfold its cell. To unfold all cells, choose View → Expand All Code from the menu; " +
  "View → Collapse All Code folds them again.";

/** A button that says how to unfold the code, where there is a notebook of JupyterLab's around it. */
function makeUnfold() {
  if (!document.querySelector(".jp-Notebook")) return undefined;
  const told = make("p", { role: "status", class: "sl-note" });
  const button = make("button", { type: "button", onclick: () => (told.textContent = told.textContent ? "" : UNFOLD) }, "Where is the code?");
  return make("div", { class: "sl-unfold" }, button, told);
}
