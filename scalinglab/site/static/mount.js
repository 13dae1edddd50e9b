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

  const near = new IntersectionObserver(
    (looks) => {
      for (const { isIntersecting, target } of looks) {
        if (!isIntersecting) continue;
        near.unobserve(target);
        mount(target);
      }
    },
    { rootMargin: "100% 0%" },
  );

  /** Watch all placeholders below an element that are not watched yet. */
  scalinglab.mount = (root = document) => {
    for (const place of root.querySelectorAll(".sl-site-widget:not([data-state])")) {
      place.dataset.state = "waiting";
      near.observe(place);
    }
  };

  // The drawing library, loaded with the first panel: the notebook's script takes it from here as from a kernel.
  scalinglab.live.runtime = new scalinglab.PageModel({ version: "site", code: "" });
  globalThis.__scalinglab ??= {};
  Object.defineProperty(globalThis.__scalinglab, "site", {
    get: async () => {
      await scalinglab.load("vega.js");
      return scalinglab.vega;
    },
  });

  if (document.readyState === "loading") addEventListener("DOMContentLoaded", () => scalinglab.mount());
  else scalinglab.mount();
})();
