// The journal of this browser read as a map of the course, as `scalinglab.exercises.progress.standing` reads a file.
// What there is to do stands in `scalinglab.course`, which the build writes.

(() => {
  const lab = globalThis.scalinglab;
  const { amount, compare, factor, general, CLOSE } = lab.wording;
  const isNumber = (value) => typeof value === "number";
  const sum = (rows, name) => rows.reduce((total, row) => total + row[name], 0);

  /** The best of several attempts, as a share of what was to be earned. */
  function share(attempts) {
    const sound = attempts.filter(({ points, max_points: most }) => isNumber(points) && isNumber(most) && points >= 0 && points <= most && most > 0);
    return sound.reduce((best, { points, max_points: most }) => Math.max(best, points / most), 0);
  }

  /** What was sealed, and what is true of it: undefined if that is not known, or is a sentence about something else. */
  function saidAndTrue(key, data) {
    const said = data.predictions[key].value;
    const known = key.includes("-quiz-") ? lab.opened(lab.course.secret)[key] : data.answers[key];
    return [said, typeof known === typeof said ? known : undefined];
  }

  function closeness(key, data) {
    if (!(key in data.predictions)) return "open";
    const [said, known] = saidAndTrue(key, data);
    if (known === undefined) return "sealed";
    if (typeof said === "string") return said === known ? "right" : "far";
    const off = factor(said, known, unitOf(key, data));
    return off < CLOSE ? "right" : off <= 2 ? "near" : "far";
  }

  const unitOf = (key, data) => String(data.predictions[key].unit ?? "");

  function sentence(key, data) {
    const record = data.predictions[key];
    if (!record) return "You had the answer shown without a prediction.";
    const late = record.shown_at ? " You sealed it after its answer was shown." : "";
    const [said, known] = saidAndTrue(key, data);
    const words = typeof said === "string" ? `"${said}"` : amount(said, unitOf(key, data));
    if (known === undefined) return `You said ${words}.${late}`;
    if (typeof said !== "string") return compare(said, known, unitOf(key, data)) + late;
    const right = key.includes("-quiz-") ? "" : ` The answer is "${known}".`; // a quiz may be tried again
    return `You said ${words}: ${said === known ? "right." : `wrong.${right}`}${late}`;
  }

  function rowOf(chapter, data) {
    const sealable = [...chapter.predictions, ...Array.from({ length: chapter.quiz }, (_, place) => `${chapter.number}-quiz-${place + 1}`)];
    const shares = Object.entries(chapter.points).map(([key, points]) => [share(data.attempts[key] ?? []), points]);
    const sealed = sealable.filter((key) => key in data.predictions);
    const things = shares.length + sealable.length;
    const had = shares.filter(([part]) => part === 1).length + sealed.length;
    return {
      number: chapter.number,
      title: chapter.title,
      time: chapter.solving ? `${chapter.minutes} + ${chapter.solving} min` : `${chapter.minutes} min`,
      earned: Number(shares.reduce((total, [part, points]) => total + part * points, 0).toFixed(2)),
      points: shares.reduce((total, [, points]) => total + points, 0),
      sealed: sealed.length,
      asked: sealable.length,
      done: had === things,
      share: had / things,
      marks: sealable.map((key) => closeness(key, data)),
      said: sealable.filter((key) => sealed.includes(key) || key in data.shown).map((key) => [key, sentence(key, data)]),
      link: chapter.page,
    };
  }

  /** What the map shows; `here` is the number of the chapter on whose page it is. */
  lab.standing = (journal, here = "") => {
    const { chapters, rule, closeness: words, projects } = lab.course;
    const data = journal.read();
    const rows = chapters.map((chapter) => rowOf(chapter, data));
    const following = rows.find((row) => !row.done)?.number;
    for (const row of rows) [row.here, row.next] = [row.number === here, row.number === following];
    const summary =
      `${sum(rows, "done")} of ${rows.length} chapters done, ${general(sum(rows, "earned"), 6)} of ${sum(rows, "points")} points, ` +
      `${sum(rows, "sealed")} of ${sum(rows, "asked")} predictions and quiz questions sealed.`;
    return { summary, rule, closeness: words, trouble: journal.trouble, rows, projects };
  };
})();
