
// The map as a widget of its own: it asks for the newest one whenever it comes into sight.

export default {
  render({ model, el }) {
    const root = make("section", { "aria-label": "Map of the course", ...OWN_KEYS });
    const draw = () => drawCourseMap(root, model.get("standing"));
    // JupyterLab lets no keyboard shortcut run in here (the attribute on the root), but takes Enter away after that.
    root.addEventListener("keydown", (event) => event.stopPropagation());
    const look = () => {
      try {
        model.send({ type: "look" });
      } catch {
        // Its kernel has ended: what it said last stays.
      }
    };
    const sight = new IntersectionObserver(([seen]) => seen.isIntersecting && look());
    model.on("change:standing", draw);
    draw();
    el.append(root);
    sight.observe(root);
    return () => {
      sight.disconnect();
      model.off("change:standing", draw);
    };
  },
};
