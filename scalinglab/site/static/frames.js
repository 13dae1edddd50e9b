// The frames of a panel out of a data file: what `packing.py` has written, read a frame at a time.

(() => {
  const [, ROWS, COLUMNS, BOTH] = [0, 1, 2, 3]; // how a stream was predicted: from the row above, the column before, both

  /** Reads stream after stream of the body. */
  class Body {
    constructor(buffer, start) {
      this.bytes = new Uint8Array(buffer);
      this.at = start;
    }

    /** The next stream as whole numbers; `lengths` are those of its columns. */
    numbers({ length, width, way }, lengths = [length]) {
      const found = width === 1 ? new Uint8Array(length) : width === 2 ? new Uint16Array(length) : new Uint32Array(length);
      for (let place = 0; place < width; place += 1) {
        const plane = this.bytes.subarray(this.at, (this.at += length));
        for (let i = 0; i < length; i += 1) found[i] |= plane[i] << (8 * place);
      }
      // What was folded is unfolded; the array keeps of each sum the bits that it has.
      for (let i = 0; i < length; i += 1) found[i] = (found[i] >>> 1) ^ -(found[i] & 1);
      if (way === ROWS || way === BOTH) for (let i = 1; i < length; i += 1) found[i] += found[i - 1];
      if (way === COLUMNS || way === BOTH) {
        let before = 0;
        for (let number = 1, start = lengths[0]; number < lengths.length; number += 1) {
          const shared = Math.min(lengths[number - 1], lengths[number]);
          for (let i = 0; i < shared; i += 1) found[start + i] += found[before + i];
          before = start;
          start += lengths[number];
        }
      }
      return found;
    }
  }

  /** A function from codes to the columns that the notebook's charts read. */
  function reader(column) {
    const { kind, labels, base } = column;
    if (kind === "words") return (codes) => ({ kind, labels, bytes: Int32Array.from(codes) });
    if (kind === "truth") return (codes) => ({ kind, bytes: Int32Array.from(codes) });
    const value = { whole: () => (code) => base + code, few: () => fewReader(labels), axis: () => axisReader(column) }[kind]();
    return (codes) => ({ kind: "numbers", bytes: Float64Array.from(codes, value) });
  }

  function fewReader(labels) {
    const numbers = labels.map((label) => (label === "nan" ? NaN : label === "inf" ? Infinity : label === "-inf" ? -Infinity : label));
    return (code) => numbers[code];
  }

  /** See `scales.py`: evenly spaced codes on the axis, ever wider ones beyond its ends. */
  function axisReader({ low, high, constant, beyond, steps, room, most }) {
    const position = (value) => (constant ? Math.sign(value) * Math.log1p(Math.abs(value) / constant) : value);
    const [first, last] = [position(low), position(high)];
    const place = (share) => {
      const where = first + share * (last - first);
      return constant ? Math.sign(where) * constant * Math.expm1(Math.abs(where)) : where;
    };
    return (code) => {
      if (code >= 65533) return [Infinity, -Infinity, NaN][code - 65533];
      if (code < beyond) return place(-Math.expm1(((beyond - 1 - code) / (beyond - 1)) * most[0]));
      if (code > beyond + steps) return place(1 + Math.expm1(((code - beyond - steps - 1) / (room - 1)) * most[1]));
      if (code === beyond) return low;
      return code === beyond + steps ? high : place((code - beyond) / steps);
    };
  }

  /** All frames of a panel; `buffer` is what a data file inflates to. */
  scalinglab.Frames = class {
    constructor(buffer) {
      const length = new DataView(buffer).getUint32(0, true);
      const head = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
      const body = new Body(buffer, 4 + length);
      this.texts = head.texts;
      const places = body.numbers(head.combinations);
      const counts = body.numbers(head.counts);
      for (const name of ["budgets", "captions", "errors", "legends", "compared", "index", "done", "total"]) {
        this[name] = body.numbers(head[name]);
      }
      this.combinations = [];
      let first = 0;
      counts.forEach((count, number) => {
        const stops = [...places.subarray(number * head.controls, (number + 1) * head.controls)];
        this.combinations.push({ number, stops, first, count });
        first += count;
      });
      this.sets = head.sets.map((set) => this.set(body, set));
      this.byStops = new Map(this.combinations.map((each) => [each.stops.join(), each]));
    }

    /** A data set in all frames: see `sets.py`. Streams are read in the order in which they were written. */
    set(body, { name, numbers, lengths, rows, columns }) {
      const lists = rows && this.lists(body, { numbers, lengths, codes: rows });
      return {
        name,
        lists,
        columns: columns.map((column) => {
          const { field } = column;
          if (lists) return { field, codes: body.numbers(column.codes), read: reader(column) };
          return { field, read: reader(column), ...this.lists(body, column) };
        }),
      };
    }

    /** Arrays that stand one after the other: `of(frame)` is that of a frame, if it has one. */
    lists(body, { numbers, lengths, codes }) {
      const own = body.numbers(numbers);
      const sizes = body.numbers(lengths);
      const all = body.numbers(codes, sizes);
      let start = 0;
      const starts = Array.from(sizes, (size) => (start += size) - size);
      return { of: (frame) => own[frame] && all.subarray(starts[own[frame] - 1], starts[own[frame] - 1] + sizes[own[frame] - 1]) };
    }

    /** The data sets of a frame, as the notebook's charts read them. */
    setsOf(frame) {
      const found = {};
      for (const { name, lists, columns } of this.sets) {
        const set = { rows: 0, columns: {} };
        const rows = lists?.of(frame);
        for (const { field, of, codes, read } of columns) {
          const own = lists ? rows && Uint32Array.from(rows, (row) => codes[row]) : of(frame);
          if (!own) continue;
          set.rows = own.length;
          set.columns[field] = read(own);
        }
        found[name] = set;
      }
      return found;
    }

    /** The legends of a frame's charts; `compared` where they also draw the run before. */
    legendsOf(frame, compared) {
      return JSON.parse(this.texts[(compared ? this.compared : this.legends)[frame]]);
    }

    /** The combination at these stops, or the nearest one that there is. `sizes` are the numbers of stops, 0 of a control
     *  whose stops are words: those have no neighbours. What was just moved counts more than all others, so that the
     *  picture follows it. */
    nearest(stops, sizes, moved) {
      const exact = this.byStops.get(stops.join());
      if (exact) return exact;
      let [best, least] = [undefined, Infinity];
      for (const each of this.combinations) {
        let far = 0;
        for (let i = 0; i < stops.length; i += 1) {
          const apart = Math.abs(stops[i] - each.stops[i]);
          far += (sizes[i] ? (apart / sizes[i]) ** 2 : apart && 1) * (moved[i] ? 1000 : 1);
        }
        if (far < least) [best, least] = [each, far];
      }
      return best;
    }
  };
})();
