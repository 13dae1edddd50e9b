// Legends: what the kernel says is drawn, under each chart, and in the pictures that can be saved.

const KEY_HEIGHT = 14;

/** One legend as a line of keys and words; the kernel wrote the keys. */
function makeLegend({ title, entries }) {
  const items = entries.map(({ text, key, width }) => {
    const item = make("span", { class: "sl-key" });
    item.innerHTML = `<svg width="${width}" height="${KEY_HEIGHT}" aria-hidden="true">${key}</svg>`;
    item.append(make("span", {}, text));
    return item;
  });
  return make("div", { class: "sl-legend" }, title ? make("span", { class: "sl-legend-title" }, title) : undefined, ...items);
}

/** A chart's SVG with the legends under it, where they stand on the page, on paper of a colour. */
function withLegends(chart, legends, paper) {
  const drawing = new DOMParser().parseFromString(chart, "image/svg+xml").documentElement;
  const element = (tag) => document.createElementNS(drawing.namespaceURI, tag);
  const [width, height] = ["width", "height"].map((name) => Number(drawing.getAttribute(name)));
  const corner = legends.getBoundingClientRect();
  const whole = element("svg");
  const total = height + corner.height;
  const size = { width, height: total, viewBox: `0 0 ${width} ${total}` };
  for (const [name, value] of Object.entries(size)) whole.setAttribute(name, value);
  whole.innerHTML = `<rect width="${width}" height="${total}" fill="${paper}"/>`;
  whole.append(drawing);
  for (const mark of legends.querySelectorAll("svg")) {
    const place = mark.getBoundingClientRect();
    const copy = element("g");
    copy.setAttribute("transform", `translate(${place.x - corner.x},${place.y - corner.y + height})`);
    copy.innerHTML = mark.innerHTML;
    whole.append(copy);
  }
  for (const words of legends.querySelectorAll("span:not(.sl-key)")) {
    const place = words.getBoundingClientRect();
    const text = element("text");
    const style = getComputedStyle(words);
    const where = { x: place.x - corner.x, y: place.y - corner.y + height + 0.75 * place.height };
    for (const [name, value] of Object.entries(where)) text.setAttribute(name, value);
    text.setAttribute("style", `font: ${style.font}; fill: ${style.color}`);
    text.textContent = words.textContent;
    whole.append(text);
  }
  return `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(whole))}`;
}

/** A drawing as pixels, two for each of its own. */
async function rasterized(drawing) {
  const image = new Image();
  image.src = drawing;
  await image.decode();
  const canvas = make("canvas", { width: 2 * image.width, height: 2 * image.height });
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL("image/png");
}
