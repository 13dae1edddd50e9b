// The page's own kernel: models that answer the widgets of the notebook in the place of Python.
//
// A widget's script asks `model` as it does in JupyterLab: get, set, save_changes, send, on, off, widget_manager. Its
// answers come from a `kernel` of a few lines that is written here in JavaScript:
//   scalinglab.kernels[WIDGET] = (traits, id) => ({ start(model), changed(model, names), received(model, content) })
// `start` is called once, before anything is drawn, and may return a promise; all three may be left out.

globalThis.scalinglab ??= {};

Object.assign(scalinglab, {
  models: {}, // traits by the name of the model: each page writes them here
  kernels: {}, // who answers for a widget, by the widget's name
  widgets: {}, // `{ render }` of a widget, by its name; written by assets/NAME.js
  live: {}, // the models of this page that were made, by their names
  files: {}, // what data files hold, by their names
  loading: new Map(), // scripts that were added, by their paths
  assets: new URL(".", document.currentScript.src || location.href).href,
});

/** What opens closed panels, tables and texts. The journal of the page takes its place where there is one. */
scalinglab.gates ??= {
  shown: new Set(),
  watchers: new Set(),
  /** Whether all these predictions are sealed, or were shown without. */
  isOpen(keys) {
    return keys.every((key) => this.shown.has(key));
  },
  /** Open without predictions; a sentence if that cannot be recorded, else "". */
  show(keys) {
    for (const key of keys) this.shown.add(key);
    for (const watcher of [...this.watchers]) watcher();
    return "";
  },
  /** Call a function whenever something may have opened. */
  watch(watcher) {
    this.watchers.add(watcher);
  },
};

scalinglab.PageModel = class {
  constructor(traits, kernel = {}) {
    this.traits = { ...traits };
    this.kernel = kernel;
    this.handlers = new Map();
    this.dirty = new Set();
    this.widget_manager = { get_model: async (id) => scalinglab.live[id] };
  }

  // ---- for widgets ----------------------------------------------------------------------------------------------

  get(name) {
    return this.traits[name];
  }

  set(name, value) {
    this.dirty.add(name);
    this.put({ [name]: value });
  }

  save_changes() {
    const names = [...this.dirty];
    this.dirty.clear();
    if (names.length) this.kernel.changed?.(this, names);
  }

  send(content) {
    this.kernel.received?.(this, content);
  }

  on(event, handler) {
    if (!this.handlers.has(event)) this.handlers.set(event, []);
    this.handlers.get(event).push(handler);
  }

  off(event, handler) {
    if (event === undefined || event === null) this.handlers.clear();
    else this.handlers.set(event, handler ? (this.handlers.get(event) ?? []).filter((each) => each !== handler) : []);
  }

  // ---- for kernels ----------------------------------------------------------------------------------------------

  /** Set traits and tell who listens: all are set before the first is told. */
  put(traits) {
    const changed = Object.keys(traits).filter((name) => this.traits[name] !== traits[name]);
    Object.assign(this.traits, traits);
    for (const name of changed) this.emit(`change:${name}`, this, this.traits[name]);
    if (changed.length) this.emit("change", this);
  }

  /** Send a message to the widget. */
  tell(content) {
    this.emit("msg:custom", content, []);
  }

  emit(event, ...values) {
    for (const handler of [...(this.handlers.get(event) ?? [])]) handler(...values);
  }
};

/** Add a script of the site to the page, once; its path is from the folder of the site's assets. */
scalinglab.load = (path) => {
  const { loading } = scalinglab;
  if (!loading.has(path)) {
    loading.set(path, new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = new URL(path, scalinglab.assets).href;
      script.onload = resolve;
      script.onerror = () => {
        loading.delete(path);
        script.remove();
        reject(new Error(`${path} could not be read`));
      };
      document.head.append(script);
    }));
  }
  return loading.get(path);
};

/** A data file calls this with its name and its content: deflated bytes in base 64. */
scalinglab.data = (name, text) => {
  scalinglab.files[name] = text;
};

/** The bytes of a data file, loaded when first asked for; `path` is that of the script that holds it. */
scalinglab.bytes = async (name, path) => {
  if (!(name in scalinglab.files)) await scalinglab.load(path);
  const letters = atob(scalinglab.files[name]);
  const deflated = new Uint8Array(letters.length); // a function for each letter takes ten times as long
  for (let place = 0; place < letters.length; place += 1) deflated[place] = letters.charCodeAt(place);
  const stream = new Blob([deflated]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).arrayBuffer();
};
