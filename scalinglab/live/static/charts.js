// Charts that are embedded once; new rows are swapped in place, the newest wins.

/** The Vega library of this page, imported once from the runtime widget, never from a network. */
async function loadVega(model) {
  const id = model.get("runtime").replace("IPY_MODEL_", "");
  const runtime = await model.widget_manager.get_model(id);
  const library = (globalThis.__scalinglab ??= {});
  const version = runtime.get("version");
  library[version] ??= (async () => {
    const url = URL.createObjectURL(new Blob([runtime.get("code")], { type: "text/javascript" }));
    try {
      return await import(/* webpackIgnore: true */ url);
    } finally {
      URL.revokeObjectURL(url);
    }
  })();
  return library[version];
}

class Charts {
  constructor(root, drawn) {
    this.root = root;
    this.drawn = drawn; // called with the frame's number once its pixels are there
    this.views = [];
    this.sets = {};
    this.waiting = null;
    this.busy = false;
  }

  /** Embed every specification with the rows of the first frame. */
  async embed(model) {
    const { vegaEmbed } = await loadVega(model);
    const frame = model.get("frame");
    this.read(frame);
    for (const spec of model.get("charts")) {
      const place = make("div", { class: "sl-chart" });
      this.root.append(place);
      const options = { actions: false, renderer: "canvas", ast: false };
      const { view, finalize } = await vegaEmbed(place, { ...spec, datasets: { ...this.sets } }, options);
      this.views.push({ view, finalize, names: namesIn(spec) });
    }
    this.drawn(frame.number);
  }

  /** Take a frame; if one is being drawn, only the newest of those that come meanwhile is drawn next. */
  update(frame) {
    this.waiting = frame;
    if (!this.busy) this.draw();
  }

  async draw() {
    this.busy = true;
    try {
      while (this.waiting) {
        const frame = this.waiting;
        this.waiting = null;
        this.read(frame);
        for (const { view, names } of this.views) {
          for (const name of names) swap(view, name, this.sets[name] ?? []);
          await view.runAsync();
        }
        this.drawn(frame.number);
      }
    } finally {
      this.busy = false;
    }
  }

  read(frame) {
    this.sets = {};
    for (const [name, set] of Object.entries(frame.sets ?? {})) this.sets[name] = format.rows(set);
  }

  async picture(kind) {
    return Promise.all(this.views.map(({ view }) => view.toImageURL(kind, 2)));
  }

  finalize() {
    this.waiting = null;
    for (const { finalize } of this.views) finalize();
    this.views = [];
  }
}

/** Put new rows under a chart by writing them into the rows that are there; only what is too few or too many is added
 *  or removed. The marks stay the same, so there is less to do and to collect, and Vega's own table of rows, which
 *  never forgets one that was removed, does not grow with each frame. */
function swap(view, name, rows) {
  const old = view.data(name);
  const shared = Math.min(old.length, rows.length);
  const change = emptyChange(view, name);
  for (const field of shared ? Object.keys(rows[0]) : []) {
    let index = -1;
    change.modify(() => (index += 1) < shared, field, () => rows[index][field]);
  }
  if (rows.length > shared) change.insert(rows.slice(shared));
  if (old.length > shared) change.remove(old.slice(shared));
  view.change(name, change);
  // With its first rows a chart may get a legend, for which it made no room when it was empty.
  if (!old.length && rows.length) view.resize();
}

/** An empty set of changes. The bundle does not export Vega's maker of them, so it is taken from one that Vega made. */
function emptyChange(view, name) {
  let made;
  view.pulse = (_, change) => (made = change);
  view.insert(name, []);
  delete view.pulse;
  return made.constructor();
}

/** The names of the data sets that a specification draws from. */
function namesIn(spec) {
  const names = new Set();
  JSON.stringify(spec, (key, value) => {
    if (key === "data" && value?.name) names.add(value.name);
    return value;
  });
  return names;
}
