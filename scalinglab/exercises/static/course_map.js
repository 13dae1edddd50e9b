// The map of the course: a row for each chapter. Python says what stands in it, and every text is set as a text node.

let maps = 0;

const make = (tag, attributes = {}, ...children) => {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
};

// JupyterLab would load its page anew for a plain link; told by these attributes, it opens the notebook beside this one.
// Elsewhere, and in a new tab, a link is a link.
const openInJupyterLab = (link, event) => {
  const page = location.pathname.match(/\/(?:lab|doc)(?:\/workspaces\/[^/]+)?\/tree\/(.*\/)?[^/]+$/);
  const plain = page && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
  if (!plain) return link.removeAttribute("data-commandlinker-command");
  const path = decodeURIComponent(page[1] ?? "") + link.getAttribute("href");
  link.setAttribute("data-commandlinker-args", JSON.stringify({ path }));
  link.setAttribute("data-commandlinker-command", "docmanager:open");
};

// Notebook 7 looks for shortcuts before anything else does, and leaves alone what has this attribute itself.
const OWN_KEYS = { "data-lm-suppress-shortcuts": "true" };

const courseMapLink = (file, words) => {
  const link = make("a", { href: file, ...OWN_KEYS }, words);
  link.addEventListener("click", (event) => openInJupyterLab(link, event));
  return link;
};

const courseMapMark = (kind) => make("span", { class: `slab-map-mark slab-map-${kind}` });

function courseMapRow(row, name) {
  const title = `${row.number} ${row.title}`;
  const place = row.link && !row.here ? courseMapLink(row.link, title) : make("span", {}, title);
  const where = row.done ? "✓ done" : row.here ? "you are here" : row.next ? "go on here" : "";
  const head = make("span", { class: "slab-map-title" }, place, ...(where ? [" ", make("span", { class: "slab-map-where" }, where)] : []));
  const points = row.points ? `${row.earned} of ${row.points} points` : "no exercises";
  const marks = make("span", { class: "slab-map-marks", "aria-hidden": "true" }, ...row.marks.map(courseMapMark));
  const sealed = `${row.sealed} of ${row.asked} sealed`;
  const list = make("ul", { id: `${name}-${row.number}`, class: "slab-map-said" });
  list.append(...row.said.map(([key, text]) => make("li", {}, make("strong", {}, key), ` ${text}`)));
  list.hidden = true;
  const button = make("button", { ...OWN_KEYS, type: "button", "aria-expanded": "false", "aria-controls": list.id, "aria-label": `${sealed} in chapter ${row.number}: show what I said` }, sealed);
  button.addEventListener("click", () => {
    list.hidden = !list.hidden;
    button.setAttribute("aria-expanded", String(!list.hidden));
  });
  const said = row.said.length ? button : make("span", {}, sealed);
  const bar = make("div", { class: "slab-map-bar", "aria-hidden": "true" }, make("div"));
  bar.firstChild.style.width = `${100 * row.share}%`;
  const line = make("li", { class: "slab-map-row" });
  if (row.done) line.classList.add("slab-map-done");
  if (row.here) line.setAttribute("aria-current", "page");
  line.append(head, make("span", { class: "slab-map-time" }, row.time), make("span", { class: "slab-map-points" }, points), marks, said, bar, list);
  return line;
}

// Draw a map into an element, in place of the one before; what was unfolded or had the focus stays so.
function drawCourseMap(root, standing) {
  const selector = "button, a";
  const unfolded = [...root.querySelectorAll("button[aria-expanded=true]")].map((one) => one.getAttribute("aria-controls"));
  const focus = [...root.querySelectorAll(selector)].indexOf(root.ownerDocument.activeElement);
  root.dataset.name ??= `slab-map-${(maps += 1)}-${Math.random().toString(36).slice(2, 8)}`;
  const rows = standing.rows.map((row) => courseMapRow(row, root.dataset.name));
  const key = Object.entries(standing.closeness).map(([kind, words]) => make("span", {}, courseMapMark(kind), ` ${words}`));
  root.classList.add("slab-map");
  root.replaceChildren(
    ...(standing.trouble ? [make("p", { class: "slab-map-trouble" }, standing.trouble)] : []),
    make("p", { class: "slab-map-summary" }, standing.summary),
    make("ol", {}, ...rows),
    make("p", { class: "slab-map-key" }, ...key.flatMap((one) => [one, " "])),
    make("p", { class: "slab-map-rule" }, standing.rule),
    ...(standing.projects ? [make("p", {}, "After each part of the course: ", courseMapLink(standing.projects, "a project of your own"), ".")] : []),
  );
  unfolded.forEach((id) => root.querySelector(`[aria-controls="${id}"]`)?.click());
  if (focus >= 0) root.querySelectorAll(selector)[focus]?.focus();
}
