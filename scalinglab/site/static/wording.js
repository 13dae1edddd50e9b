// Numbers and sentences as `scalinglab.exercises.wording` writes them, to the last letter: a page has no Python to ask.

(() => {
  const lab = (globalThis.scalinglab ??= {});
  const CLOSE = 1.05; // the factor below which a guess is called right
  const EXPONENT = "power of "; // how a unit begins that says of which number the answer is the exponent

  /** The first `count` digits of a number and its power of ten. Halves go to the even digit, as in Python and not as
   *  in toPrecision; a hundred digits are all that a number has, wherever they are a half. */
  function digitsOf(value, count) {
    const [mantissa, power] = Math.abs(value).toExponential(100).split("e");
    const all = mantissa.replace(".", "");
    const [kept, rest] = [all.slice(0, count), all.slice(count)];
    const half = /^50*$/.test(rest);
    const up = half ? Number(kept.at(-1)) % 2 === 1 : rest >= "5";
    if (!up) return { digits: kept, power: Number(power) };
    const next = String(BigInt(kept) + 1n).padStart(count, "0");
    return next.length > count ? { digits: next.slice(0, count), power: Number(power) + 1 } : { digits: next, power: Number(power) };
  }

  const sign = (value) => (value < 0 || Object.is(value, -0) ? "-" : "");
  const exponent = (power) => `e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;

  /** Digits with a point after the first `whole` of them. */
  function pointed(digits, whole) {
    if (whole <= 0) return `0.${"0".repeat(-whole)}${digits}`;
    if (digits.length <= whole) return digits.padEnd(whole, "0");
    return `${digits.slice(0, whole)}.${digits.slice(whole)}`;
  }

  /** Python's `f"{value:.4g}"`, for four digits. */
  function general(value, count) {
    if (!Number.isFinite(value)) return Number.isNaN(value) ? "nan" : value < 0 ? "-inf" : "inf";
    if (value === 0) return `${sign(value)}0`;
    const { digits, power } = digitsOf(value, count);
    const short = digits.replace(/0+$/, "") || "0";
    if (power >= -4 && power < count) return sign(value) + pointed(short, power + 1);
    return sign(value) + pointed(short, 1) + exponent(power);
  }

  /** Python's `f"{value:,.0f}"`. */
  function whole(value) {
    const down = Math.floor(Math.abs(value));
    const rest = Math.abs(value) - down;
    const up = rest > 0.5 || (rest === 0.5 && down % 2 === 1);
    return sign(value) + String(BigInt(down) + BigInt(up)).replace(/\B(?=(\d{3})+$)/g, ",");
  }

  /** Python's `repr(value)` of a float: `12.0`, `1e-05`. */
  function written(value) {
    if (value === 0 || !Number.isFinite(value)) return value === 0 ? `${sign(value)}0.0` : general(value, 1);
    const [mantissa, power] = Math.abs(value).toExponential().split("e");
    const digits = mantissa.replace(".", "");
    if (power < -4 || power >= 16) return sign(value) + pointed(digits, 1) + exponent(Number(power));
    const text = pointed(digits, Number(power) + 1);
    return sign(value) + (text.includes(".") ? text : `${text}.0`);
  }

  /** A number in at most four digits with its unit; text as it is. */
  function amount(value, unit = "") {
    if (typeof value === "string") return value;
    const small = value === 0 || (Math.abs(value) >= 1e-3 && Math.abs(value) < 1e6);
    const number = small && Number.isInteger(value) ? whole(value) : general(value, 4).replace(/^(-?\d)(\d{3})$/, "$1,$2");
    return `${number} ${counted(unit, value)}`.trimEnd();
  }

  /** A unit as it follows a number: `3 points`, `1 point`; nothing if the number is an exponent. */
  function counted(unit, value) {
    if (unit.startsWith(EXPONENT)) return "";
    return value === 1 ? unit.replace(/^(?!times\b)([a-z]{2,}[^s\W])s\b/, "$1") : unit;
  }

  const shares = (said, measured, unit) => unit === "%" && [said, measured].every((one) => one >= 0 && one <= 100);
  const unlike = (said, measured) => said === 0 || measured === 0 || said > 0 !== measured > 0;

  /** How many times too large or too small a guess is. */
  function factor(said, measured, unit = "") {
    if (said === measured) return 1;
    if (unlike(said, measured)) return Infinity;
    const off = Math.max(said / measured, measured / said);
    return shares(said, measured, unit) ? Math.max(off, factor(100 - said, 100 - measured)) : off;
  }

  const times = (off) => (off < 10 ? `a factor of ${general(off, 2)}` : `a factor of ${whole(off)}`);

  function points(said, measured, unit) {
    const gap = Number(general(Math.abs(said - measured), 2));
    const off = factor(said, measured, unit);
    const far = `off by ${amount(gap)} percentage point${gap === 1 ? "" : "s"}`;
    if (off < CLOSE) return `close, ${far}`;
    return said + measured < 100 && off < 1e4 ? `${far}, ${times(off)}` : far;
  }

  /** The sentence after a reveal. */
  function compare(said, measured, unit = "") {
    const start = `You said ${amount(said, unit)}, measured ${amount(measured, unit)}`;
    if (said === measured) return `${start}: exactly right.`;
    if (shares(said, measured, unit)) return `${start}: ${points(said, measured, unit)}.`;
    if (unit.startsWith(EXPONENT) || unlike(said, measured)) {
      const gap = Number(general(Math.abs(said - measured), 2));
      return `${start}: off by ${amount(gap, unit.replaceAll("power of", "powers of"))}.`;
    }
    const off = factor(said, measured, unit);
    if (off < CLOSE) return `${start}: within 5 %.`;
    if (Number.isFinite(off) && off < 1e4) return `${start}: off by ${times(off)}.`;
    return `${start}: off by ${whole(Math.abs(Math.log10(Math.abs(said)) - Math.log10(Math.abs(measured)))).replaceAll(",", "")} powers of ten.`;
  }

  /** Where a value lies between two ends, cut there. */
  function position(value, low, high, log) {
    const scale = (number) => (log ? Math.log(Math.max(number, 1e-300)) : number);
    return Math.min(1, Math.max(0, (scale(value) - scale(low)) / (scale(high) - scale(low))));
  }

  /** Text cut into pairs of a kind, "text", "code" or "bold", and a content. */
  function pieces(text) {
    const found = [];
    let end = 0;
    for (const match of text.matchAll(/`([^`\n]+)`|\*\*([^*\n]+)\*\*/g)) {
      if (match.index > end) found.push(["text", text.slice(end, match.index)]);
      found.push(match[1] ? ["code", match[1]] : ["bold", match[2]]);
      end = match.index + match[0].length;
    }
    return end < text.length ? [...found, ["text", text.slice(end)]] : found;
  }

  lab.wording = { CLOSE, general, whole, written, amount, factor, compare, position, pieces };
})();
