// Brings the widgets of a page to life when they come near the view; until then, and without JavaScript, the pictures
// and texts stand there that the page came with.

(() => {
  /** Make the model of a placeholder and let the notebook's own script draw it. */
  async function mount(place) {
    const { widget, model: id } = place.dataset;
    const fallback = [...place.childNodes];
    try {
      await scalinglab.load(`${widget}.js`);
      const traits = scalinglab.models[id] ?? {};
      const model = (scalinglab.live[id] ??= new scalinglab.PageModel(traits, scalinglab.kernels[widget]?.(traits, id)));
      await (model.started ??= Promise.resolve(model.kernel.start?.(model)));
      const root = document.createElement("div");
      place.append(root);
      root.className = "sl-site-live";
      const drawn = scalinglab.widgets[widget].render({ model, el: root });
      for (const node of fallback) node.remove();
      await drawn;
      place.dataset.state = "live";
    } catch (error) {
      delete scalinglab.live[id]; // the next try begins anew
      place.dataset.state = "broken";
      place.replaceChildren(...fallback, offer(place, error));
      console.error(error);
    }
  }

  /** Below the picture that stays: why there is no more, and a button that tries again. */
  function offer(place, error) {
    const [line, button] = [document.createElement("p"), document.createElement("button")];
    line.className = "sl-note-line sl-broken";
    line.setAttribute("role", "alert");
    button.type = "button";
    button.textContent = "Try again";
    button.addEventListener("click", () => {
      line.remove();
      mount(place);
    });
    line.append(`${error.message.slice(0, 1).toUpperCase()}${error.message.slice(1, 400).replace(/[.]$/, "")}. `, button);
    return line;
  }

  // What is in view is drawn at once. What is only near it waits for that, so that it does not take its time.
  const drawing = new Set();
  const draw = async (place) => {
    if (place.dataset.state !== "waiting") return;
    place.dataset.state = "loading";
    const drawn = mount(place);
    drawing.add(drawn);
    await drawn;
    drawing.delete(drawn);
  };
  const inView = observer("0%", draw);
  const near = observer("100%", async (place) => {
    await new Promise((again) => setTimeout(again)); // of one look at the page, this observer may be told first
    await Promise.all(drawing);
    await draw(place);
  });

  /** Calls a function with each place, once, when it comes as near as this. */
  function observer(margin, act) {
    const look = (looks, self) => {
      for (const { isIntersecting, target } of looks) {
        if (!isIntersecting) continue;
        self.unobserve(target);
        act(target);
      }
    };
    return new IntersectionObserver(look, { rootMargin: `${margin} 0%` });
  }

  /** Watch all placeholders below an element that are not watched yet. */
  scalinglab.mount = (root = document) => {
    const places = [...root.querySelectorAll(".sl-site-widget:not([data-state])")];
    for (const place of places) {
      place.dataset.state = "waiting";
      inView.observe(place);
      near.observe(place);
    }
    // A panel has a long way to its first picture: the drawing library is read before anybody has scrolled to one.
    if (places.some((place) => place.dataset.widget === "panel")) scalinglab.load("vega.js").catch(() => {});
  };

  /** The library's own function, for charts that are compiled: there, the rows of a data set stand beside its name. */
  function vegaEmbed(place, { datasets, ...spec }, options) {
    const { vegaEmbed } = scalinglab.vega;
    if (!spec.usermeta?.sets) return vegaEmbed(place, { ...spec, datasets }, options);
    const data = spec.data.map((one) => (spec.usermeta.sets.includes(one.name) ? { ...one, values: datasets[one.name] ?? [] } : one));
    return vegaEmbed(place, { ...spec, data }, { ...options, hover: false }); // which it is for charts that are not
  }

  // The drawing library: the notebook's script takes it from here as from a kernel.
  scalinglab.live.runtime = new scalinglab.PageModel({ version: "site", code: "" });
  globalThis.__scalinglab ??= {};
  Object.defineProperty(globalThis.__scalinglab, "site", {
    get: async () => {
      await scalinglab.load("vega.js");
      return { ...scalinglab.vega, vegaEmbed };
    },
  });

  if (document.readyState === "loading") addEventListener("DOMContentLoaded", () => scalinglab.mount());
  else scalinglab.mount();
})();
