// Numbers and columns: from the kernel's bytes to rows, and from rows to text.

const format = {
  /** A number in at most `digits` significant digits, without a tail of zeros. */
  number(value, digits = 4) {
    if (typeof value !== "number") return String(value);
    if (!Number.isFinite(value)) return value > 0 ? "∞" : value < 0 ? "−∞" : "–";
    if (Number.isInteger(value) && Math.abs(value) < 1e7) return String(value);
    return String(Number(value.toPrecision(digits)));
  },

  /** Seconds as "0.4 s", "12 s" or "3 min". */
  seconds(value) {
    if (value < 10) return `${value.toFixed(1)} s`;
    return value < 100 ? `${Math.round(value)} s` : `${Math.round(value / 60)} min`;
  },

  /** One data set of a frame as an array of row objects; a gap (nan) becomes null. */
  rows({ rows: count, columns }) {
    const rows = Array.from({ length: count }, () => ({}));
    for (const [field, column] of Object.entries(columns)) {
      const read = format.reader(column);
      for (let i = 0; i < count; i++) rows[i][field] = read(i);
    }
    return rows;
  },

  /** A function from index to value for one column. */
  reader({ kind, bytes, labels }) {
    // The bytes may start anywhere in the message; typed arrays want an aligned copy.
    const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
    if (kind === "numbers") {
      const numbers = new Float64Array(buffer);
      return (i) => (Number.isNaN(numbers[i]) ? null : numbers[i]);
    }
    const codes = new Int32Array(buffer);
    return kind === "words" ? (i) => labels[codes[i]] : (i) => codes[i] === 1;
  },

  /** Rows as comma-separated values, quoted where needed, in full precision. */
  csv(rows) {
    const fields = Object.keys(rows[0] ?? {});
    const cell = (value) => {
      const text = value === null || value === undefined ? "" : String(value);
      return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
    };
    return [fields.map(cell), ...rows.map((row) => fields.map((field) => cell(row[field])))]
      .map((line) => line.join(","))
      .join("\n");
  },

  /** Offer a file to the reader of the page; its content is text, or the address of what is already made. */
  download(name, content, type) {
    const url = /^(data|blob):/.test(content) ? content : URL.createObjectURL(new Blob([content], { type }));
    const link = document.createElement("a");
    link.href = url;
    link.download = name;
    link.click();
    if (url.startsWith("blob:")) setTimeout(() => URL.revokeObjectURL(url), 10_000);
  },
};

/** Make an element: `make("button", { type: "button" }, "Stop")`; children are nodes or text, never markup. */
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== undefined && value !== "") element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== undefined && child !== null));
  return element;
}

/** Keep the keys pressed in an element to itself: a shortcut of the notebook around it would fold a heading in place of
 *  moving a slider. JupyterLab looks for shortcuts when a key has left the element, but Notebook 7 before it has come;
 *  it leaves out what has this attribute, if it is on the very thing that has the focus. */
function ownKeys(element) {
  element.addEventListener("focusin", (event) => event.target.setAttribute("data-lm-suppress-shortcuts", "true"));
  element.addEventListener("keydown", (event) => event.stopPropagation());
  return element;
}

/** Let an element become higher, but not lower again while it is as wide: what is below it stays where it is. Returns what
 *  is to be disconnected. */
function keepHeight(element) {
  let width = 0;
  const sizes = new ResizeObserver(() => {
    if (element.offsetWidth !== width) element.style.minHeight = "";
    width = element.offsetWidth;
    if (width) element.style.minHeight = `${element.offsetHeight}px`;
  });
  sizes.observe(element);
  return sizes;
}
