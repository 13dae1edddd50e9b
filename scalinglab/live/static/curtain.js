// A table or a text that is closed, and what was behind it once it is open.

/** Typeset formulas: by JupyterLab's typesetter, or by the MathJax of an exported page; without one they stay TeX.
 *  Those in a fold are typeset when it opens, as what is not shown has no size. */
function typeset(content, manager) {
  const set = (part) => {
    const lab = manager?.rendermime?.latexTypesetter;
    if (lab) lab.typeset(part);
    else if (window.MathJax?.typesetPromise) window.MathJax.typesetPromise([part]);
    else window.MathJax?.Hub?.Queue(["Typeset", window.MathJax.Hub, part]);
  };
  if (!content.textContent.includes("$")) return;
  const fold = content.querySelector("details");
  if (fold) fold.addEventListener("toggle", () => set(fold), { once: true });
  else set(content);
}

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
        typeset(content, model.widget_manager);
      }
    };
    model.on("change", draw);
    draw();
    return () => model.off("change", draw);
  },
};
