// What a page answers in the place of Python: predictions and quizzes, what waits for them, hints and the map.
// The words are those of `scalinglab.exercises`; tests hold the two side by side.

(() => {
  const lab = globalThis.scalinglab;
  const { amount, compare, general, pieces, position, written } = lab.wording;
  const journal = lab.journal;
  const EMPTY = { sealed: "", open: true, spent: [], reveal: [], marks: [], message: "", trouble: false };
  const ELSEWHERE = "This page does not hold the answer to that. Run this chapter in JupyterLab to see it.";
  const UNREAD = "The file with the answer could not be read. Load this page again.";
  const FOLLOWS = "The panels of this page do not know your choices. In JupyterLab they do.";

  /** What a page holds but does not show at a glance: JSON as base 64. */
  lab.opened = (text) => JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))));

  const when = (time) => `on ${time.slice(0, 16).replace("T", " at ")} UTC`;
  const capital = (text) => text.slice(0, 1).toUpperCase() + text.slice(1);

  /** A value that a question does not take; the message is a sentence for the learner. */
  class Refused extends Error {}

  // ---- what waits for predictions -------------------------------------------------------------------------------

  const watchers = new Set();
  journal.follow(() => [...watchers].forEach((watcher) => watcher()));

  lab.gates = {
    isOpen: (keys) => keys.every((key) => journal.isOpen(key)),
    /** Open without predictions; the journal records that. Returns a sentence if it cannot, else "". */
    show(keys) {
      journal.show(keys.filter((key) => !journal.isOpen(key)));
      return "";
    },
    watch: (watcher) => watchers.add(watcher),
    /** Why a panel, a table or a text is closed. */
    sentence(keys, what) {
      const missing = keys.filter((key) => !journal.isOpen(key)).length;
      const named = { 1: "your prediction", 2: "both of your predictions" }[missing] ?? `your ${missing} open predictions`;
      return `This ${what} shows the answer. It opens when you have sealed ${named} above.`;
    },
  };

  lab.kernels.curtain = ({ after, what, secret }) => {
    const look = (model) => {
      if (model.get("closed") !== "" && lab.gates.isOpen(after)) model.put({ html: lab.opened(secret), closed: "" });
    };
    return {
      start(model) {
        model.put({ closed: lab.gates.sentence(after, what), trouble: "" });
        look(model);
        lab.gates.watch(() => look(model));
      },
      received: (model) => model.put({ trouble: lab.gates.show(after) }),
    };
  };

  // ---- predictions ----------------------------------------------------------------------------------------------

  /** The value that is recorded for what was typed or chosen. */
  function accepted(asked, typed) {
    if (asked.choices.length) return typed;
    const value = Number(typed);
    const refuse = (condition) => {
      throw new Refused(`Your prediction must ${condition}, got ${written(value)}`);
    };
    const { low, high } = asked;
    if (!Number.isFinite(value)) refuse("be a finite number");
    if (asked.log && value <= 0) refuse("be positive");
    if (low !== null && high !== null && !(low <= value && value <= high)) refuse(`be from ${general(low, 6)} to ${general(high, 6)}`);
    if (low !== null && value < low) refuse(`be at least ${general(low, 6)}`);
    if (high !== null && value > high) refuse(`be at most ${general(high, 6)}`);
    return value;
  }

  /** The answer in words, beside what was said where the two can be compared. */
  function compared(asked, said, answer) {
    if (typeof answer === "string" && asked.choices.includes(answer)) return answer === said ? `You said "${said}": right.` : `You said "${said}"; the answer is "${answer}".`;
    if (typeof answer === "string") return answer;
    return typeof said === "string" ? `Measured: ${amount(answer, asked.unit)}.` : compare(said, answer, asked.unit);
  }

  const comparable = (asked, said, answer) => (typeof answer === "string" ? asked.choices.includes(answer) : typeof said !== "string");

  function positions({ low, high, log }, said, answer) {
    if (low === null || high === null || typeof said === "string" || typeof answer === "string") return [];
    return [said, answer].map((value) => position(value, low, high, log));
  }

  /** One prediction: `asked` is its question, `secret` what is shown after the seal. */
  class Prediction {
    constructor({ asked, secret }) {
      Object.assign(this, { asked, secret, sealed: false, value: undefined });
    }

    start(model) {
      this.model = model;
      model.put({ state: { ...EMPTY } });
      this.refresh();
      journal.follow(() => this.news() !== this.known && this.refresh());
    }

    show(changes) {
      this.model.put({ state: { ...this.model.get("state"), ...changes } });
    }

    say(message, trouble = false) {
      this.show({ message, trouble });
    }

    /** What the journal holds of this question, to be compared with what it held. */
    news() {
      const { predictions, attempts, shown } = journal.read();
      return JSON.stringify([predictions, attempts, shown].map((entries) => entries[this.asked.key]));
    }

    /** Take over what the journal holds: after a reload, or from another page. */
    refresh() {
      const { key } = this.asked;
      this.known = this.news();
      const record = this.sealed ? undefined : journal.sealed(key);
      if (record) this.adopt(record);
      const shown = this.sealed ? "" : journal.shownAt(key);
      if (shown) this.say(`You had the answer shown ${when(shown)}. What you seal now is recorded as said after that.`);
      this.tellNotices();
    }

    tellNotices() {
      const told = [...journal.notices.splice(0), journal.trouble].filter(Boolean);
      if (told.length) this.say(told.join(" "), true);
    }

    words() {
      return amount(this.value, this.asked.unit);
    }

    seal(typed) {
      const first = () => `The first prediction counts and stays sealed: ${this.words()}.`;
      if (this.sealed) return this.say(first());
      const { key, text, unit, after } = this.asked;
      const value = accepted(this.asked, typed);
      const missing = after.filter((earlier) => !journal.sealed(earlier));
      if (missing.length) return this.say(`Not sealed yet. First seal ${missing.join(", ")}.`, true);
      this.adopt(journal.seal(key, value, text, unit)); // unless the journal has told of it already
      if (this.value !== value) this.say(first());
      return undefined;
    }

    /** Show a sealed record and then, only then, the answer. */
    adopt(record) {
      if (this.sealed) return;
      [this.sealed, this.value, this.known] = [true, record.value, this.news()];
      const late = record.shown_at ? ", after its answer was shown" : "";
      const note = record.question === this.asked.text ? "" : ` It answered an earlier wording: ${record.question}`;
      this.show({ sealed: `${this.sealedWords(when(record.sealed_at))}${late}.${note}`, open: this.asked.again, message: "", trouble: false });
      this.shown = this.showAnswer();
      this.tellNotices();
    }

    sealedWords(then) {
      return `You said ${this.words()}, sealed ${then}`;
    }

    async showAnswer() {
      const found = await answerTo(this.asked.key, this.secret, this.value).catch(() => ({ error: UNREAD }));
      if (!found) return;
      if ("error" in found) return this.say(found.error, true);
      const { answer, follows } = found;
      const text = compared(this.asked, this.value, answer);
      this.show({ reveal: [pieces(text)], marks: positions(this.asked, this.value, answer), ...(follows ? { message: FOLLOWS } : {}) });
      if (comparable(this.asked, this.value, answer)) journal.learn(this.asked.key, answer);
    }

    load(text) {
      const merged = journal.merge(text);
      this.say([merged.message, journal.trouble].filter(Boolean).join(" "), merged.kept.length > 0 || journal.trouble !== "");
    }

    received(model, content) {
      try {
        if (content.type === "seal") this.seal(content.value);
        if (content.type === "download") model.tell({ type: "journal", view: content.view, name: journal.name, text: journal.text() });
        if (content.type === "map") model.tell({ type: "map", view: content.view, map: lab.standing(journal, this.asked.key.slice(0, 2)) });
        if (content.type === "load") this.load(content.text);
      } catch (problem) {
        if (!(problem instanceof Refused || problem instanceof lab.JournalError)) throw problem;
        this.say(capital(problem.message), true);
      }
      model.tell({ type: "done" });
    }
  }

  /** What a reveal says to a value: `{ answer }`, with `follows` where it depends on choices, or `{ error }`.
   *
   *  A secret is nothing; `{ is }`, one answer for all; `{ error }`; or `{ levels }`: keys whose sealed values it depends
   *  on, with their choices, and the answers in lists within lists, which stand in a file if they are many. */
  async function answerTo(key, secret, said) {
    const held = lab.opened(secret);
    if (held === null) return undefined;
    if ("is" in held) return { answer: held.is };
    if ("error" in held) return held;
    const { predictions } = journal.read();
    const answers = held.path ? JSON.parse(new TextDecoder().decode(await lab.bytes(held.name, held.path))) : held.answers;
    const sealed = (level) => (level === key ? said : predictions[level]?.value);
    const answer = held.levels.reduce((branch, [level, choices]) => branch?.[choices.indexOf(sealed(level))], answers);
    return answer === undefined || answer === null ? { error: ELSEWHERE } : { answer, follows: true };
  }

  lab.kernels.predict = (traits) => new (traits.asked.again ? QuizQuestion : Prediction)(traits);

  // ---- quizzes --------------------------------------------------------------------------------------------------

  /** One question of a quiz: the first choice is sealed, further ones are attempts. */
  class QuizQuestion extends Prediction {
    constructor(traits) {
      super(traits);
      this.options = lab.opened(traits.secret);
    }

    /** The choices made so far, the first one first. */
    tries() {
      if (!this.sealed) return [];
      const later = journal.attempts(this.asked.key).map((record) => record.diagnosis);
      return [...new Set([this.value, ...later])].flatMap((text) => this.options.filter((option) => option.text === text));
    }

    seal(chosen) {
      this.model.put({ draft: "" });
      if (!this.sealed) return super.seal(chosen);
      const tries = this.tries();
      if (!tries.some((option) => option.right || option.text === chosen)) {
        const right = this.options.some((option) => option.right && option.text === chosen);
        journal.addAttempt(this.asked.key, Number(right), 1, chosen);
      }
      this.refresh();
      return undefined;
    }

    refresh() {
      super.refresh();
      if (!this.sealed) return;
      this.showAnswer();
      this.tellNotices();
    }

    sealedWords(then) {
      return this.options.some((option) => option.text === this.value) ? `First choice recorded ${then}` : `First choice, "${this.value}", recorded ${then}`;
    }

    showAnswer() {
      const tries = this.tries();
      const told = tries.map(({ right, text, why }) => pieces(`${right ? "**✓ Right.**" : "**✗ Wrong.**"} "${text}" ${why}`));
      this.show({ reveal: told, spent: tries.map((option) => option.text), open: !tries.some((option) => option.right), message: "" });
    }
  }

  // ---- hints and the map ----------------------------------------------------------------------------------------

  /** The box of an exercise; `secret` holds the box, the hints and how many are left, by how many were seen. */
  lab.kernels.hint = ({ key, secret }) => {
    const states = lab.opened(secret);
    return {
      start: (model) => model.put({ box: states[Math.min(journal.hintsShown(key), states.length - 1)].box }),
      received: (model) => model.put(states[journal.nextHint(key, states.length - 1)]),
    };
  };

  lab.kernels.map = ({ here = "" }) => {
    const look = (model) => model.put({ standing: lab.standing(journal, here) });
    return {
      start(model) {
        look(model);
        journal.follow(() => look(model));
      },
      received: look,
    };
  };
})();
