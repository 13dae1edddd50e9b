// One view of a panel: it shows the model's traits and tells the kernel what the learner did.

const SHOWN_ROWS = 200; // of the table; the download holds them all
const COUNTED = 10000; // progress up to here is shown as a count, beyond in percent
const WAITING = "waits until the run of another panel has ended";
const LOST = "The kernel does not answer. If it was restarted, run this cell again; if it is busy, wait for it.";

class PanelView {
  constructor(model, element) {
    this.model = model;
    this.id = Math.random().toString(36).slice(2);
    this.count = 0;
    this.wanted = {};
    this.controls = {};
    this.listeners = [];
    this.asked = false; // something that the kernel has not answered with rows
    this.build(element);
    this.charts = new Charts(this.chartArea, (number) => {
      this.drawn = number;
      this.confirm(number);
      this.showBusy();
    });
    this.watchTheme();
    this.showValues();
    this.showStatus();
  }

  /** Follow the theme of the page: JupyterLab and marimo write it on the body, elsewhere it is the browser's. */
  watchTheme() {
    this.showTheme = () => {
      const { dark } = this.charts;
      if (this.root.classList.contains("sl-dark") === dark) return;
      this.root.classList.toggle("sl-dark", dark);
      this.charts.repaint();
    };
    this.themes = new MutationObserver(this.showTheme);
    this.themes.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light", "data-theme"] });
    this.darkness = matchMedia("(prefers-color-scheme: dark)");
    this.darkness.addEventListener("change", this.showTheme);
    this.showTheme();
  }

  async start() {
    try {
      await this.charts.embed(this.model);
    } catch (error) {
      this.model.send({ action: "broken", message: String(error) });
    }
    this.listen("frame", () => this.showFrame());
    this.listen("values", () => this.showValues());
    this.listen("status", () => this.showStatus());
    this.listen("tasks", () => this.tasks.show(this.model.get("tasks")));
    // What changed while the chart was being embedded.
    this.showValues();
    this.showFrame();
    this.showStatus();
  }

  listen(trait, handler) {
    this.model.on(`change:${trait}`, handler);
    this.listeners.push([`change:${trait}`, handler]);
  }

  dispose() {
    clearTimeout(this.slow);
    clearTimeout(this.lost);
    for (const [event, handler] of this.listeners) this.model.off(event, handler);
    this.themes.disconnect();
    this.heights.disconnect();
    this.darkness.removeEventListener("change", this.showTheme);
    this.charts.finalize();
  }

  // ---- building -----------------------------------------------------------------------------------------------

  build(element) {
    const get = (name) => this.model.get(name);
    const controls = get("controls").map((description) => {
      const control = makeControl(description, (name, value) => this.ask(name, value));
      this.controls[description.name] = control;
      return control.element;
    });
    this.chartArea = make("div", { class: "sl-charts" });
    const buttons = this.buildButtons();
    buttons.hidden = !controls.length && !get("streams");
    this.tasks = makeTasks(get("tasks"), (task, done) => this.model.send({ action: "tick", task, done }));
    this.tasks.show(get("tasks"));
    const side = make("div", { class: "sl-side" }, this.tasks.element, ...controls, buttons, this.buildStatus());
    const title = make("h3", { class: "sl-title" }, get("title"));
    const note = get("note") ? make("p", { class: "sl-note" }, get("note")) : undefined;
    const body = make("div", { class: "sl-body" }, side, this.chartArea);
    this.root = make(
      "section",
      { class: "sl-panel", "aria-label": get("title") },
      ...(get("title") ? [title] : []), note, body, this.buildMore(), get("first") ? makeUnfold() : undefined,
    );
    element.append(ownKeys(this.root));
  }

  buildButtons() {
    const act = (action, rest = {}) => () => this.act({ action, ...rest });
    this.run = make("button", { type: "button", class: "sl-run", onclick: () => this.act({ action: this.runAction }) });
    const reset = make("button", { type: "button", onclick: act("reset"), title: "Back to the values it opened with" }, "Reset");
    const presets = this.model.get("presets").map((name) => make("button", { type: "button", onclick: act("preset", { name }) }, name));
    return make("div", { class: "sl-buttons" }, ...(this.model.get("streams") ? [this.run] : []), reset, ...presets);
  }

  buildStatus() {
    this.progress = make("progress", { max: 1, value: 0, "aria-label": "Progress of the run" });
    this.left = make("span", { class: "sl-left" });
    this.meter = make("div", { class: "sl-meter" }, this.progress, this.left);
    this.state = make("p", { class: "sl-state", role: "status" });
    this.budget = make("p", { class: "sl-budget" });
    this.caption = make("p", { class: "sl-caption" });
    this.alert = make("p", { class: "sl-alert", role: "alert" });
    const status = make("div", { class: "sl-status" }, this.alert, this.budget, this.meter, this.state, this.caption);
    this.heights = keepHeight(status);
    return status;
  }

  buildMore() {
    this.table = make("div", { class: "sl-table", tabindex: 0, role: "region", "aria-label": "Rows" });
    const rows = make("details", { ontoggle: () => this.showTable() }, make("summary", {}, "Rows behind the chart"), this.table);
    this.rowsOpen = rows;
    this.text = make("input", { type: "text", spellcheck: "false", "aria-label": "State of this panel as text" });
    this.text.addEventListener("change", () => this.act({ action: "paste", text: this.text.value }));
    const copy = make("button", { type: "button", onclick: () => this.copy() }, "Copy");
    const save = (label, handler) => make("button", { type: "button", onclick: handler }, label);
    const name = this.model.get("name");
    const files = make(
      "div", { class: "sl-buttons" },
      save("Chart as PNG", () => this.saveChart("png")),
      save("Chart as SVG", () => this.saveChart("svg")),
      save("Rows as CSV", () => Object.entries(this.charts.sets).forEach(([set, list]) => format.download(`${name}-${set}.csv`, format.csv(list), "text/csv"))),
    );
    const hint = make("p", { class: "sl-note" }, "In the chart: drag to move, Ctrl + wheel to zoom, double-click to go back.");
    const share = make(
      "details", {}, make("summary", {}, "Copy, paste, download"),
      make("p", { class: "sl-note" }, "This line holds the state of all controls. Paste another one and press Enter to get its picture."),
      make("div", { class: "sl-share" }, this.text, copy), files, hint,
    );
    return make("div", { class: "sl-more" }, rows, share);
  }

  /** Tell the kernel, once, that the frame it has asked about is drawn, or one that came after it, or that it will be
   *  when somebody looks. */
  confirm(number) {
    const { asked } = this.model.get("frame");
    if (number < asked || this.answered === asked) return;
    this.answered = asked;
    this.model.send({ action: "drawn", number, seen: this.charts.near });
  }

  // ---- from the learner to the kernel -------------------------------------------------------------------------

  /** Ask for a value. The widget layer keeps one message under way and merges later ones into the next. */
  ask(name, value) {
    this.wanted[name] = value;
    this.count += 1;
    this.model.set("request", { view: this.id, count: this.count, values: { ...this.wanted } });
    this.model.save_changes();
    clearTimeout(this.slow);
    this.slow = setTimeout(() => this.setText(this.state, "computing …"), 300);
    this.expectAnswer();
    this.expectRows();
  }

  act(message) {
    this.model.send(message);
    this.expectAnswer();
    if (message.action !== "stop") this.expectRows();
  }

  expectRows() {
    [this.asked, this.confirmed] = [true, false];
    this.showBusy();
  }

  /** The kernel confirms values and clicks at once, long before the rows; if it does not, say why. */
  expectAnswer() {
    clearTimeout(this.lost);
    this.lost = setTimeout(() => this.setText(this.alert, LOST), 4000);
  }

  async copy() {
    this.text.select();
    try {
      await navigator.clipboard.writeText(this.text.value);
    } catch {
      document.execCommand("copy"); // a page without a clipboard (plain http on another host)
    }
    this.state.textContent = "copied";
  }

  async saveChart(kind) {
    const pictures = await this.charts.picture(kind);
    pictures.forEach((url, i) => format.download(`${this.model.get("name")}${pictures.length > 1 ? `-${i + 1}` : ""}.${kind}`, url));
  }

  // ---- from the kernel to the learner -------------------------------------------------------------------------

  /** Whether the picture is about to change: rows are asked for, a run goes on or is to begin, or a frame is not drawn. */
  showBusy() {
    const runs = this.model.get("streams") && ["ready", "running", "waiting"].includes(this.model.get("status").state);
    this.chartArea.setAttribute("aria-busy", this.asked || runs || this.drawn !== this.model.get("frame").number);
  }

  showFrame() {
    this.charts.update(this.model.get("frame"));
    if (!this.charts.near) this.confirm(this.model.get("frame").number);
    this.showBusy();
    if (this.rowsOpen.open && !this.tableTimer) this.tableTimer = setTimeout(() => this.showTable(), 500);
  }

  showValues() {
    clearTimeout(this.lost);
    const { view, count, values, text } = this.model.get("values");
    if (view === this.id && count < this.count) return; // an answer to a question that has been overtaken
    this.confirmed = true; // the next status is that of the rows
    this.wanted = { ...values };
    for (const [name, control] of Object.entries(this.controls)) control.show(values[name]);
    this.text.value = text;
  }

  showStatus() {
    clearTimeout(this.slow);
    clearTimeout(this.lost);
    const status = this.model.get("status");
    const { state = "ready", done = 0, total = 0, seconds_left = -1, budget = "", caption = "", error = "", invalid = "" } = status;
    const words = { ready: "", running: "running", waiting: WAITING, stopped: "stopped", done: this.model.get("streams") ? "finished" : "", failed: "" };
    this.setText(this.state, words[state]);
    this.setText(this.budget, budget);
    this.setText(this.caption, caption);
    this.setText(this.alert, error);
    if (this.confirmed || error) this.asked = false;
    this.showBusy();
    this.meter.hidden = !total;
    this.progress.value = total ? done / total : 0;
    const left = state === "running" && seconds_left >= 0 ? `, ${format.seconds(seconds_left)} left` : "";
    // Steps and runs are counted; a sum of work is a large number that says nothing, so it is shown in percent.
    const progress = total > COUNTED ? `${Math.floor((100 * done) / total)} % of the work` : `${done} of ${total}`;
    this.left.textContent = total ? `${progress}${left}` : "";
    this.runAction = state === "running" || state === "waiting" ? "stop" : state === "stopped" || state === "ready" ? "resume" : "again";
    this.setText(this.run, { stop: "Stop", resume: state === "ready" ? "Run" : "Resume", again: "Run again" }[this.runAction]);
    if (invalid) {
      this.wanted = { ...this.model.get("values").values };
      this.controls[invalid]?.element.querySelector("input")?.parentElement.querySelectorAll("input[type=number]").forEach((box) => box.setAttribute("aria-invalid", "true"));
    }
  }

  /** Change a text only if it differs, so that a screen reader does not repeat itself. */
  setText(element, text) {
    if (element.textContent !== text) element.textContent = text;
  }

  showTable() {
    this.tableTimer = undefined;
    if (!this.rowsOpen.open) return;
    const tables = Object.entries(this.charts.sets).map(([name, rows]) => {
      const fields = Object.keys(rows[0] ?? {});
      const head = make("tr", {}, ...fields.map((field) => make("th", { scope: "col" }, field)));
      const lines = rows.slice(0, SHOWN_ROWS).map((row) => make("tr", {}, ...fields.map((field) => make("td", {}, row[field] === null ? "" : format.number(row[field], this.model.get("digits") ?? 6)))));
      const size = rows.length > SHOWN_ROWS ? `the first ${SHOWN_ROWS} of ${rows.length} rows` : `${rows.length} rows`;
      return make("table", {}, make("caption", {}, `${name}: ${size}`), make("thead", {}, head), make("tbody", {}, ...lines));
    });
    this.table.replaceChildren(...tables);
  }
}

/** The box in the place of a panel that waits for a prediction. */
class ClosedView {
  constructor(model, element) {
    this.model = model;
    const box = makeSealed(model.get("title"), model.get("closed"), () => model.send({ action: "show" }));
    if (model.get("first")) box.element.append(makeUnfold() ?? "");
    element.append(box.element);
    this.complain = () => box.complain(model.get("status").error ?? "");
    model.on("change:status", this.complain);
  }

  start() {}

  dispose() {
    this.model.off("change:status", this.complain);
  }
}

export default {
  async render({ model, el }) {
    let view;
    const draw = async () => {
      view?.dispose();
      el.replaceChildren();
      view = new (model.get("closed") ? ClosedView : PanelView)(model, el);
      await view.start();
    };
    model.on("change:closed", draw);
    await draw();
    return () => {
      model.off("change:closed", draw);
      view.dispose();
    };
  },
};
