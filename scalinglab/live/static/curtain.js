// A table or a text that is closed, and what was behind it once it is open.

export default {
  render({ model, el }) {
    const draw = () => {
      const closed = model.get("closed");
      if (closed) {
        const box = makeSealed("", closed, () => model.send({ action: "show" }));
        box.complain(model.get("trouble"));
        el.replaceChildren(box.element);
      } else {
        const content = make("div", { class: "jp-RenderedHTMLCommon", role: "region", "aria-label": "Answer" });
        content.innerHTML = model.get("html"); // made by the kernel, all values escaped
        el.replaceChildren(content);
      }
    };
    model.on("change", draw);
    draw();
    return () => model.off("change", draw);
  },
};
