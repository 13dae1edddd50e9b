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

const GAP = 12; // between charts side by side
const NARROWEST = 140; // a frame, before charts go below one another
const LOWEST = 200; // a frame that had to become narrow
const TIGHT = [500, 720]; // widths of a panel whose controls stand beside the charts, but have little room
const CROWDED = 1100; // the upper of these where there are three charts or more

class Charts {
  constructor(root, drawn) {
    this.root = root;
    this.drawn = drawn; // called with the frame's number once its pixels are there
    this.figures = [];
    this.sets = {};
    this.legends = [];
    this.waiting = null;
    this.busy = false;
    this.near = true; // whether the charts are drawn: the panel is in view, or soon will be, or the page is printed
    this.seen = true; // whether the panel is in view, or soon will be
    this.faded = false; // whether the charts have the colours that the page had before
    this.sight = new IntersectionObserver((looks) => this.look((this.seen = looks.at(-1).isIntersecting)), { scrollMargin: "50%" });
    this.print = ({ type }) => this.look(type === "beforeprint" || this.seen);
    this.room = new ResizeObserver(() => requestAnimationFrame(() => this.fit()));
  }

  /** Embed every specification with the rows of the first frame. */
  async embed(model) {
    this.model = model;
    this.library = await loadVega(model);
    this.read(model.get("frame"));
    await this.build();
    this.room.observe(this.root);
    this.sight.observe(this.root.closest(".sl-panel"));
    for (const moment of ["beforeprint", "afterprint"]) addEventListener(moment, this.print);
    this.drawn(model.get("frame").number);
  }

  /** Draw all charts anew, in the colours of the page. */
  async build() {
    const { dark } = this;
    const figures = [];
    for (const spec of this.model.get("charts")) {
      const place = make("div", { class: "sl-chart" });
      const legends = make("div", { class: "sl-legends" });
      const figure = make("div", { class: "sl-figure" }, place, legends);
      this.root.append(figure);
      const themed = recoloured(spec, dark ? this.model.get("dark") : {});
      themed.config = { ...themed.config, background: "transparent" };
      const options = { actions: false, renderer: "canvas", ast: false, patch: foldTitles };
      const { view, finalize } = await this.library.vegaEmbed(place, { ...themed, datasets: { ...this.sets } }, options);
      figures.push({ view, finalize, place: figure, legends, names: namesIn(spec), spec, edges: edges(view) });
    }
    for (const { finalize, place } of this.figures) [finalize(), place.remove()];
    this.figures = figures;
    [this.shown, this.fitted] = [];
    this.showLegends();
    await this.fit();
  }

  /** Whether the page is dark: JupyterLab says it, marimo chooses a scheme, elsewhere it is the browser's. */
  get dark() {
    const light = document.body.dataset.jpThemeLight;
    if (light !== undefined) return light === "false";
    const scheme = getComputedStyle(document.body).colorScheme;
    return scheme === "dark" || (scheme !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  }

  /** Make the charts as wide as the page has room for, side by side as long as that is legible. */
  async fit() {
    const panel = this.root.closest(".sl-panel");
    const most = this.figures.length > 2 ? CROWDED : TIGHT[1];
    panel.classList.toggle("sl-tight", panel.clientWidth >= TIGHT[0] && panel.clientWidth < most);
    const room = this.root.clientWidth;
    const wide = this.figures.filter(({ spec }) => spec.width > 0);
    if (!room || !wide.length) return;
    if (this.fitted !== room) for (const figure of wide) figure.around = figure.edges;
    this.fitted = room;
    const around = Math.max(...wide.map((figure) => figure.around));
    const all = wide.reduce((sum, figure) => sum + figure.spec.width + figure.around + GAP, -GAP);
    let columns = wide.length;
    const each = () => Math.floor((room - GAP * (columns - 1)) / columns) - around;
    while (columns > 1 && all > room && each() < NARROWEST) columns -= 1;
    columns = Math.ceil(wide.length / Math.ceil(wide.length / columns)); // four stand two by two, none alone
    this.root.style.gridTemplateColumns = `repeat(${columns}, max-content)`;
    const widths = wide.map(({ spec }) => (all <= room ? spec.width : Math.max(Math.min(spec.width, each()), 100)));
    const low = Math.max(LOWEST, Math.round(1.05 * Math.max(...widths))); // neighbours have one height
    for (const [index, figure] of wide.entries()) {
      const { view, spec, legends } = figure;
      const [width, height] = [widths[index], Math.min(spec.height, low)];
      if (view.width() !== width || view.height() !== height) await view.width(width).height(height).resize().runAsync();
      figure.around = Math.max(figure.around, edges(view));
      legends.style.maxWidth = `${width + figure.around}px`;
    }
    // A narrow frame may need more room for its labels; then all become a little narrower.
    if (Math.max(...wide.map((figure) => figure.around)) > around + 0.5) return this.fit();
    // A title of two lines pushes its frame down; its neighbours follow.
    const tops = wide.map(({ view }) => view.origin()[1]);
    wide.forEach(({ place }, index) => (place.style.marginTop = columns > 1 ? `${Math.max(...tops) - tops[index]}px` : ""));
  }

  /** Take a frame; if one is being drawn, or the panel is out of sight, only the newest of those that come meanwhile is
   *  drawn next. */
  update(frame) {
    this.waiting = frame;
    if (!this.busy) this.draw();
  }

  /** The panel has come into view, or gone. */
  look(near) {
    this.near = near;
    if (near && this.faded) this.repaint();
    else if (!this.busy) this.draw();
  }

  /** Draw all anew in the colours that the page has now; out of sight only the legends, until somebody looks. */
  async repaint() {
    if (!this.library) return;
    this.showLegends();
    this.faded = !this.near;
    if (this.faded) return;
    await this.build();
    this.update(this.model.get("frame"));
  }

  async draw() {
    this.busy = true;
    try {
      while (this.waiting && this.near) {
        const frame = this.waiting;
        this.waiting = null;
        this.read(frame);
        this.showLegends();
        for (const { view, names } of this.figures) {
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
    this.legends = frame.legends ?? [];
  }

  /** Put the legends under their charts, if they have changed. */
  showLegends() {
    const shown = recolouredText(JSON.stringify(this.legends), this.dark ? this.model.get("dark") : {});
    if (shown === this.shown) return;
    this.shown = shown;
    JSON.parse(shown).forEach((legends, index) => this.figures[index]?.legends.replaceChildren(...legends.map(makeLegend)));
  }

  /** Every chart with its legends, as the address of a picture. */
  async picture(kind) {
    const paper = getComputedStyle(this.root.closest(".sl-panel")).backgroundColor;
    return Promise.all(this.figures.map(async ({ view, legends }) => {
      const drawing = withLegends(await view.toSVG(), legends, paper);
      return kind === "svg" ? drawing : rasterized(drawing);
    }));
  }

  finalize() {
    this.waiting = null;
    this.room.disconnect();
    this.sight.disconnect();
    for (const moment of ["beforeprint", "afterprint"]) removeEventListener(moment, this.print);
    for (const { finalize } of this.figures) finalize();
    this.figures = [];
  }
}

/** How much wider a chart is than its frame: labels and padding. The canvas has a width on a hidden page, too. */
function edges(view) {
  return view.container().querySelector("canvas").width / devicePixelRatio - view.width();
}

/** Let the titles of a chart and of its axes take two lines where the frame is too small for one. */
function foldTitles(vega) {
  const fold = (text, side, letter) => {
    if (typeof text !== "string" || !text.includes(" ")) return text;
    const gaps = [...text.matchAll(/ /g)].map(({ index }) => index);
    const middle = gaps.reduce((best, gap) => (Math.abs(gap - text.length / 2) < Math.abs(best - text.length / 2) ? gap : best));
    const lines = JSON.stringify([text.slice(0, middle), text.slice(middle + 1)]);
    return { signal: `${side} + 30 < ${Math.round(text.length * letter)} ? ${lines} : ${JSON.stringify(text)}` };
  };
  for (const axis of vega.axes ?? []) axis.title = fold(axis.title, axis.orient === "left" ? "height" : "width", 6.4);
  if (vega.title) vega.title.text = fold(vega.title.text, "width", 8);
  return vega;
}

/** A specification in other colours. */
function recoloured(spec, colours) {
  return JSON.parse(recolouredText(JSON.stringify(spec), colours));
}

/** Text in which each quoted colour is another one; none of the new is one of the old. */
function recolouredText(text, colours) {
  for (const [old, other] of Object.entries(colours)) text = text.replaceAll(`"${old}"`, `"${other}"`).replaceAll(`\\"${old}\\"`, `\\"${other}\\"`);
  return text;
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
  // With its first rows a chart of other makers may get a legend, for which it made no room when it was empty.
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

/** The names of the data sets that a specification draws from; one that was compiled beforehand lists them. */
function namesIn(spec) {
  if (spec.usermeta?.sets) return new Set(spec.usermeta.sets);
  const names = new Set();
  JSON.stringify(spec, (key, value) => {
    if (key === "data" && value?.name) names.add(value.name);
    return value;
  });
  return names;
}
