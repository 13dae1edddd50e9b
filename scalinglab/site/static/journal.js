// The learner's journal in this browser: the same file, `predictions.json`, that `scalinglab.exercises.journal` keeps.
// It is downloaded for JupyterLab and loaded from there. All texts of a file are data: none is ever read as HTML.

(() => {
  const lab = (globalThis.scalinglab ??= {});
  const FORMAT = 1;
  const NAME = "predictions.json";
  const KEY = `scalinglab/${NAME}`;
  const ABOUT = "Predictions and attempts of one student of Scaling Lab. A prediction is sealed: the first one counts.";
  const LARGEST_UPLOAD = 5_000_000;
  const DEEPEST = 50; // lists within lists; Python reads no file that goes much deeper
  const SECTIONS = ["predictions", "attempts", "hints", "shown", "answers"];
  const NOT_KEPT = "This browser keeps no data of this page. Download your journal before you leave, or what you sealed is lost.";

  /** Why a journal could not be read, written or merged: a sentence for the learner. */
  class JournalError extends Error {}
  /** Why a text is no journal, as the end of a sentence that begins with the file's name. */
  class Unreadable extends Error {}

  const now = () => `${new Date().toISOString().slice(0, 19)}Z`;
  // Objects without a prototype, in which "__proto__" and "constructor" are names like any other.
  const section = (entries) => Object.assign(Object.create(null), entries);
  const empty = () => ({ format: FORMAT, about: ABOUT, ...Object.fromEntries(SECTIONS.map((name) => [name, section({})])) });
  const render = (data) => `${JSON.stringify(data, null, 2)}\n`;
  const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
  const isValue = (value) => typeof value === "string" || (typeof value === "number" && value > -1e300 && value < 1e300);
  const isDeep = (value, left) => typeof value === "object" && value !== null && (left === 0 || Object.values(value).some((one) => isDeep(one, left - 1)));
  const all = (object, check) => Object.values(object).every(check);

  /** Whether all entries have the shape that the rest relies on. */
  function isSound(data) {
    if (!SECTIONS.every((name) => isObject(data[name]))) return false;
    const { predictions, attempts, hints, shown, answers } = data;
    return (
      all(answers, isValue) &&
      all(predictions, (entry) => isObject(entry) && isValue(entry.value) && typeof entry.question === "string" && typeof entry.sealed_at === "string") &&
      all(attempts, (many) => Array.isArray(many) && many.every((one) => isObject(one) && typeof one.at === "string")) &&
      all(hints, (count) => Number.isInteger(count) && count >= 0 && count < 1e6) &&
      all(shown, (when) => typeof when === "string")
    );
  }

  function parse(text) {
    let data;
    try {
      data = JSON.parse(text.replace(/^\uFEFF/, ""));
    } catch {
      throw new Unreadable("is damaged: it is not plain JSON");
    }
    if (!isObject(data) || !Object.hasOwn(data, "format")) throw new Unreadable("is not a journal of Scaling Lab");
    if (isDeep(data, DEEPEST)) throw new Unreadable("is damaged: it is not plain JSON");
    if (data.format !== FORMAT) throw new Unreadable(`has format ${String(data.format).slice(0, 20)}, and this version reads format ${FORMAT}`);
    data = { ...empty(), ...data };
    if (!isSound(data)) throw new Unreadable("is damaged: its entries are not those of a journal");
    for (const name of SECTIONS) data[name] = section(data[name]);
    return data;
  }

  /** The same text for records that are equal, whatever the order of their entries. */
  const canonical = (value) =>
    JSON.stringify(value, (_, one) => (isObject(one) ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1))) : one));

  /** Take over what another journal holds and this one lacks; returns what that did. */
  function merge(ours, theirs) {
    const [added, kept] = [[], []];
    for (const [key, record] of Object.entries(theirs.predictions)) {
      if (!(key in ours.predictions)) {
        ours.predictions[key] = record;
        added.push(key);
      } else if (ours.predictions[key].value !== record.value) kept.push(key);
    }
    for (const [key, records] of Object.entries(theirs.attempts)) {
      const here = (ours.attempts[key] ??= []);
      const known = new Set(here.map(canonical));
      for (const record of records) {
        if (!known.has(canonical(record))) here.push(record);
        known.add(canonical(record));
      }
      here.sort((one, other) => (one.at < other.at ? -1 : Number(one.at > other.at)));
    }
    for (const [key, count] of Object.entries(theirs.hints)) ours.hints[key] = Math.max(count, ours.hints[key] ?? 0);
    for (const [key, when] of Object.entries(theirs.shown)) ours.shown[key] = when < (ours.shown[key] ?? when) ? when : (ours.shown[key] ?? when);
    ours.answers = section({ ...theirs.answers, ...ours.answers });
    const words = (value) => (typeof value === "string" ? value : lab.wording.written(value));
    const sentences = [`Loaded: ${added.length} new prediction${added.length === 1 ? "" : "s"}.`];
    for (const key of kept)
      sentences.push(`${key} stays ${words(ours.predictions[key].value)} as it was sealed here first; the loaded file says ${words(theirs.predictions[key].value)}.`);
    return { added, kept, message: sentences.join(" ") };
  }

  /** One learner's journal. Nothing is cached: other pages of this browser write to it, too. */
  class Journal {
    constructor(storage) {
      this.name = NAME;
      this.storage = storage;
      this.memory = undefined; // the text, where the browser keeps none
      this.notices = []; // what is told once
      this.readers = new Set();
      if (!storage) this.lose();
    }

    /** What is to be told as long as nothing is kept. */
    get trouble() {
      return this.storage ? "" : NOT_KEPT;
    }

    /** Go on in memory: the browser keeps nothing. */
    lose(text) {
      this.memory = text ?? this.memory;
      this.storage = undefined;
    }

    read() {
      const text = this.stored();
      if (text === undefined || text === null) return empty();
      try {
        return parse(text);
      } catch (problem) {
        if (!(problem instanceof Unreadable)) throw problem;
        this.setAside(text, problem.message);
        return empty();
      }
    }

    stored() {
      try {
        return this.storage ? this.storage.getItem(KEY) : this.memory;
      } catch {
        this.lose();
        return this.memory;
      }
    }

    setAside(text, reason) {
      const aside = NAME.replace(".", `.set-aside-${now().replace(/[-:]/g, "")}.`);
      this.write(render(empty()));
      try {
        this.storage?.setItem(`scalinglab/${aside}`, text);
      } catch {
        // Too large to be kept twice.
      }
      this.notices.push(`${NAME} ${reason}. It was kept as ${aside}, and a new journal begins.`);
    }

    /** Keep a text. If the browser does not, it is kept for as long as the page is open. */
    write(text) {
      try {
        this.storage?.setItem(KEY, text);
        this.memory = text;
      } catch {
        if (this.careful) throw new JournalError("The loaded file holds more than this browser keeps. Nothing was changed.");
        this.lose(text);
      }
    }

    change(change) {
      const data = this.read();
      const result = change(data);
      this.write(render(data));
      this.tell();
      return result;
    }

    /** Call a function whenever the journal changes, here or in another page; returns how to end that. */
    follow(reader) {
      this.readers.add(reader);
      return () => this.readers.delete(reader);
    }

    tell() {
      for (const reader of [...this.readers]) reader();
    }

    text() {
      return render(this.read());
    }

    sealed(key) {
      return this.read().predictions[key];
    }

    /** Write a prediction, unless this key is sealed already; returns the record that counts, the first. */
    seal(key, value, question, unit) {
      return this.change((data) => {
        const late = key in data.shown ? { shown_at: data.shown[key] } : {};
        return (data.predictions[key] ??= { question, value, unit, sealed_at: now(), ...late });
      });
    }

    shownAt(key) {
      return this.read().shown[key] ?? "";
    }

    /** Whether a prediction is sealed, or its answer was shown without one. */
    isOpen(key) {
      const data = this.read();
      return key in data.predictions || key in data.shown;
    }

    /** Record that answers are shown without predictions. */
    show(keys) {
      this.change((data) => keys.filter((key) => !(key in data.predictions)).forEach((key) => (data.shown[key] ??= now())));
    }

    /** Record what is true of a sealed prediction. */
    learn(key, answer) {
      if (isValue(answer) && this.read().answers[key] !== answer) this.change((data) => (data.answers[key] = answer));
    }

    addAttempt(key, points, most, diagnosis) {
      const record = { at: now(), points, max_points: most, diagnosis, seed: null };
      this.change((data) => (data.attempts[key] ??= []).push(record));
    }

    attempts(key) {
      return this.read().attempts[key] ?? [];
    }

    hintsShown(key) {
      return this.read().hints[key] ?? 0;
    }

    nextHint(key, last) {
      return this.change((data) => (data.hints[key] = Math.min((data.hints[key] ?? 0) + 1, last)));
    }

    /** Take over what a downloaded journal holds; throws a `JournalError` if it is none, and then nothing changes. */
    merge(text) {
      if (text.length > LARGEST_UPLOAD) throw new JournalError("The loaded file is too large to be a journal. Nothing was changed.");
      let theirs;
      try {
        theirs = parse(text);
      } catch (problem) {
        if (!(problem instanceof Unreadable)) throw problem;
        throw new JournalError(`The loaded file ${problem.message}. Nothing was changed.`);
      }
      this.careful = true; // what is too large is not taken; what the browser keeps already stays there
      try {
        return this.change((ours) => merge(ours, theirs));
      } finally {
        this.careful = false;
      }
    }
  }

  /** The browser's storage, if it keeps anything. */
  function storage() {
    try {
      localStorage.setItem("scalinglab/test", "");
      localStorage.removeItem("scalinglab/test");
      return localStorage;
    } catch {
      return undefined;
    }
  }

  lab.Journal = Journal;
  lab.JournalError = JournalError;
  lab.journal = new Journal(storage());
  globalThis.addEventListener?.("storage", (event) => event.key === KEY && lab.journal.tell());
})();
