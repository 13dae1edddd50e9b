// Where the controls of a panel stand, as the package has it (`live/positions.py`, `live/controls.py`): values that are
// checked, with the same sentences, and the same short text.

(() => {
  /** A number as Python writes a float. */
  function written(value) {
    if (Number.isInteger(value) && Math.abs(value) < 1e16) return `${Object.is(value, -0) ? "-0" : value}.0`;
    const size = Math.abs(value);
    if (size >= 1e-4 && size < 1e16) return String(value);
    const [digits, power] = value.toExponential().split("e");
    return `${digits}e${power[0]}${power.slice(1).padStart(2, "0")}`;
  }

  /** A number in six significant digits, as Python's `:g`. */
  function short(value) {
    const power = value === 0 ? 0 : Math.floor(Math.log10(Math.abs(Number(value.toPrecision(6)))));
    if (power >= -4 && power < 6) return String(Number(value.toPrecision(6)));
    const [digits, exponent] = Number(value.toPrecision(6)).toExponential().split("e");
    return `${digits}e${exponent[0]}${exponent.slice(1).padStart(2, "0")}`;
  }

  const quote = (text) => encodeURIComponent(text).replace(/[!'()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`);
  const shown = (value) => (typeof value === "string" ? `'${value}'` : typeof value === "boolean" ? (value ? "True" : "False") : String(value));

  function fail(name, condition, value) {
    throw new Error(`${name} must ${condition}, got ${shown(value)}`);
  }

  function oneOf(name, value, choices) {
    if (!choices.includes(value)) fail(name, `be one of ${choices.join(", ")}`, value);
    return value;
  }

  /** What a control takes: a number between the ends, one of its options, true or false. `got` is how a sentence calls it. */
  function check({ name, kind, grid, integer, options }, value, got) {
    if (kind === "choice") return oneOf(name, value, options);
    if (kind === "switch") return typeof value === "boolean" ? value : fail(name, "be true or false", value);
    if (typeof value !== "number" || !Number.isFinite(value)) fail(name, "be a finite number", value);
    if (integer && !Number.isInteger(value)) fail(name, "be a whole number", value);
    const [low, high] = [grid[0], grid.at(-1)];
    if (value >= low && value <= high) return value;
    throw new Error(`${name} must be from ${short(low)} to ${short(high)}, got ${got ?? shown(value)}`);
  }

  function parse(control, text) {
    if (control.kind === "choice") return check(control, text);
    if (control.kind === "switch") return oneOf(control.name, text.toLowerCase(), ["true", "false"]) === "true";
    const plain = /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(text) && (!control.integer || /^\s*[+-]?\d+\s*$/.test(text));
    if (!plain) fail(control.name, "be a number", text);
    return check(control, Number(text), control.integer ? undefined : written(Number(text)));
  }

  scalinglab.panelState = {
    check,
    short,

    /** The values of a panel's controls as a text. */
    text(name, controls, values) {
      const one = ({ name: key, kind, integer }) => `${quote(key)}=${quote(kind === "slider" && !integer ? written(values[key]) : String(values[key]))}`;
      return `${quote(name).replaceAll("%2F", "/")}?${controls.map(one).join("&")}`;
    },

    /** The values that such a text holds. */
    read(text, name, controls) {
      const like = `look like ${name}?name=value&name=value`;
      if (text.length > 2000 || !text.includes("?")) fail("state", like, text);
      const [head, ...rest] = text.trim().split("?");
      if (head !== quote(name).replaceAll("%2F", "/")) throw new Error(`state must belong to the panel '${name}', got one of '${head.slice(0, 40)}'`);
      const query = rest.join("?");
      const found = {};
      for (const pair of query ? query.split("&") : []) {
        const at = pair.indexOf("=");
        if (at < 0) fail("state", like, text);
        const [key, value] = [pair.slice(0, at), pair.slice(at + 1)].map((part) => decodeURIComponent(part.replaceAll("+", " ")));
        const control = controls.find((each) => each.name === oneOf("control", key, controls.map((each) => each.name)));
        found[key] = parse(control, value);
      }
      return found;
    },
  };
})();
