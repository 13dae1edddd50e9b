// The kernel of a panel on a page: it answers with frames that were computed when the page was made.

(() => {
  const SLOWEST = 6; // seconds that a run is played back for at most; a shorter one plays as fast as it was
  const EACH = 1 / 25; // seconds from one picture to the next
  const UNREAD = "the pictures of this panel could not be read. Check your connection, then try again.";
  const ELSEWHERE = "For any other value, run this chapter in JupyterLab.";

  const sentence = (text) => (text ? `${text}${/[.!?:]$/.test(text) ? "" : "."} ` : "");
  const capital = (error) => error.message.slice(0, 1).toUpperCase() + error.message.slice(1, 400);
  const within = (value, wanted) => (Array.isArray(wanted) ? wanted[0] <= value && value <= wanted[1] : value === wanted);

  class BakedPanel {
    constructor({ baked, controls, tasks, name }) {
      Object.assign(this, { baked, controls, name });
      this.values = { ...baked.start };
      this.done = tasks.map((task) => task.done);
      this.reached = tasks.map(() => new Set());
      this.serial = 0;
      this.state = "ready";
      this.complaint = {};
      this.previous = { rows: 0, columns: {} };
      this.moved = []; // which controls the last move has moved
    }

    /** Open the panel if nothing is to be predicted first, with the picture of its start. */
    async start(model) {
      this.model = model;
      model.put(this.answer({}));
      await this.open();
      scalinglab.gates.watch(() => this.open().catch((error) => this.refuse(error)));
    }

    /** Read the frames, once, if nothing is to be predicted first; where they cannot be read, the next call tries again. */
    async open() {
      if (!scalinglab.gates.isOpen(this.baked.after)) return;
      this.opening ??= this.read();
      try {
        await this.opening;
      } catch (error) {
        this.opening = undefined;
        throw error;
      }
    }

    async read() {
      const bytes = await scalinglab.bytes(this.baked.file, this.baked.path).catch(() => {
        throw new Error(UNREAD);
      });
      this.frames = new scalinglab.Frames(bytes);
      this.complaint = {};
      this.look();
      this.find();
      this.show(this.here.count - 1, "done");
      this.model.put({ closed: "" });
    }

    // ---- from the widget ----------------------------------------------------------------------------------------

    changed(model, names) {
      // After the widget has noted that it waits for an answer.
      if (names.includes("request")) queueMicrotask(() => this.act({ action: "set", ...model.get("request") }));
    }

    received(model, content) {
      if (content.action !== "drawn") queueMicrotask(() => this.act(content));
    }

    /** Do what a click asks for; a value that does not fit becomes a sentence. */
    act(message) {
      try {
        this.follow(message);
      } catch (error) {
        this.refuse(error);
      }
    }

    refuse(error) {
      this.complaint = { error: capital(error), invalid: error.message.split(" ", 1)[0] };
      this.say({});
    }

    follow(message) {
      switch (message.action) {
        case "set":
          return this.move(this.checked(message.values), message);
        case "reset":
          return this.move(this.baked.start, {});
        case "again":
          return this.move({}, {});
        case "preset":
          return this.move(this.baked.presets[message.name], {});
        case "paste":
          return this.move(scalinglab.panelState.read(message.text, this.name, this.controls), {});
        case "stop":
          if (this.state === "running") this.halt();
          return this.model.put(this.answer({}));
        case "resume":
          if (this.state === "stopped") this.play(this.shown - this.here.first);
          return this.model.put(this.answer({}));
        case "tick":
          this.done[message.task] = message.done;
          return this.showTasks();
        case "show": {
          const trouble = scalinglab.gates.show(this.baked.after);
          if (trouble) throw new Error(trouble);
          return undefined;
        }
        case "broken":
          throw new Error(`the chart could not be drawn: ${message.message}`);
        default:
          return undefined;
      }
    }

    checked(values) {
      const found = {};
      for (const control of this.controls) {
        if (control.name in values) found[control.name] = scalinglab.panelState.check(control, values[control.name]);
      }
      return found;
    }

    // ---- from values to frames ----------------------------------------------------------------------------------

    move(values, question) {
      if (this.state === "done") this.previous = this.model.get("frame").sets.rows ?? this.previous;
      this.moved = this.controls.map(({ name }) => name in values && values[name] !== this.values[name]);
      this.values = { ...this.values, ...values };
      this.complaint = {};
      this.model.put(this.answer(question));
      if (!this.frames) return;
      this.look();
      this.find();
      if (this.here.count > 1) this.play(0);
      else this.show(0, "done");
      this.model.put({ value: this.values });
    }

    /** The combination that is shown for the values: theirs, or the nearest one; `note` says if it is not theirs. */
    find() {
      clearTimeout(this.timer);
      const sizes = this.controls.map(({ kind, grid }) => (kind === "slider" ? grid.length : 0));
      const wanted = this.controls.map((control) => this.place(control));
      this.here = this.frames.nearest(wanted, sizes, this.moved);
      const other = this.controls.filter((control, index) => this.stop(control, this.here.stops[index]) !== this.values[control.name]);
      const said = other.map((control) => `${control.label} = ${this.word(control)}`).join(", ");
      this.note = other.length ? `This page has no picture for exactly these values. The nearest one is shown: ${said}. ${ELSEWHERE}` : "";
    }

    place({ name, kind, grid, options }) {
      const value = this.values[name];
      if (kind === "choice") return options.indexOf(value);
      if (kind === "switch") return Number(value);
      return grid.reduce((best, stop, index) => (Math.abs(stop - value) < Math.abs(grid[best] - value) ? index : best), 0);
    }

    stop({ kind, grid, options }, index) {
      return kind === "choice" ? options[index] : kind === "switch" ? index === 1 : grid[index];
    }

    word(control) {
      const stop = this.stop(control, this.here.stops[this.controls.indexOf(control)]);
      if (control.kind !== "slider") return control.kind === "switch" ? (stop ? "on" : "off") : stop;
      return `${scalinglab.panelState.short(stop)}${control.unit ? ` ${control.unit}` : ""}`;
    }

    // ---- from frames to the widget ------------------------------------------------------------------------------

    /** Play a run from one of its snapshots on. */
    play(from) {
      const { first, count, number } = this.here;
      const { index } = this.frames;
      const last = index[first + count - 1] || 1;
      this.seconds = Math.min(this.baked.seconds[number], SLOWEST);
      const began = performance.now() / 1000 - (this.seconds * index[first + from]) / last;
      const step = () => {
        const share = (performance.now() / 1000 - began) / this.seconds;
        let at = count - 1;
        while (at > from && index[first + at] > share * last) at -= 1;
        const ended = at === count - 1;
        this.show(at, ended ? "done" : "running", (1 - share) * this.seconds);
        this.timer = ended ? undefined : setTimeout(step, 1000 * EACH);
      };
      step();
    }

    halt() {
      clearTimeout(this.timer);
      this.state = "stopped";
      this.say({ state: "stopped", seconds_left: -1 });
    }

    /** Show a snapshot of what was found. */
    show(at, state, left = -1) {
      const { frames, baked, here } = this;
      const frame = here.first + at;
      const sets = frames.setsOf(frame);
      const compared = baked.compares && this.previous.rows > 0;
      if (baked.compares) sets.previous = this.previous;
      const failed = frames.texts[frames.errors[frame]];
      const number = (this.serial += 1);
      [this.shown, this.state] = [frame, failed && state === "done" ? "failed" : state];
      this.model.put({ frame: { number, asked: number, sets, legends: frames.legendsOf(frame, compared) } });
      const took = here.count > 1 && this.baked.seconds[here.number];
      this.say({
        state: this.state,
        done: frames.done[frame],
        total: frames.total[frame],
        seconds_left: left,
        budget: `${sentence(frames.texts[frames.budgets[here.number]])}${took ? `This run took ${seconds(took)} when the page was made.` : ""}`.trim(),
        caption: [this.note, frames.texts[frames.captions[frame]]].filter(Boolean).join("\n"),
        error: failed,
        invalid: "",
      });
      this.showTasks();
    }

    say(status) {
      const number = (this.serial += 1);
      this.model.put({ status: { ...this.model.get("status"), ...status, ...this.complaint, number } });
    }

    answer({ view = "", count = 0 }) {
      const number = (this.serial += 1);
      return { values: { view, count, number, values: this.values, text: scalinglab.panelState.text(this.name, this.controls, this.values) } };
    }

    // ---- tasks --------------------------------------------------------------------------------------------------

    /** Tick off what the values reach. */
    look() {
      this.baked.goals.forEach((goals, task) => {
        goals.forEach((goal, place) => {
          if (Object.entries(goal).every(([name, wanted]) => within(this.values[name], wanted))) this.reached[task].add(place);
        });
        this.done[task] ||= goals.length > 0 && this.reached[task].size === goals.length;
      });
    }

    showTasks() {
      const tasks = this.model.get("tasks");
      if (tasks.some(({ done }, index) => done !== this.done[index])) {
        this.model.put({ tasks: tasks.map((task, index) => ({ ...task, done: this.done[index] })) });
      }
    }
  }

  const seconds = (value) => (value < 0.1 ? "less than 0.1 s" : value < 10 ? `${Number(value.toPrecision(2))} s` : value < 100 ? `${Math.round(value)} s` : `${Math.round(value / 60)} min`);

  scalinglab.kernels.panel = (traits) => new BakedPanel(traits);
})();
