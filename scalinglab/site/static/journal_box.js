// On the map of the course: the learner's journal is downloaded, and a downloaded one is loaded.

(() => {
  const box = document.querySelector(".sl-journal");
  if (!box) return;
  const { journal, JournalError } = scalinglab;
  const LARGEST = 5_000_000; // bytes that are read at all
  const [button, file, status] = ["button", "input", "[role=status]"].map((each) => box.querySelector(each));

  const say = (text, trouble = false) => {
    status.textContent = text;
    status.classList.toggle("slab-predict-trouble", trouble);
  };

  /** What is told once of a journal that was damaged, and for as long as this browser keeps nothing. */
  const tellNotices = () => {
    const told = [...journal.notices.splice(0), journal.trouble].filter(Boolean);
    if (told.length) say(told.join(" "), true);
  };

  button.addEventListener("click", () => {
    const address = URL.createObjectURL(new Blob([journal.text()], { type: "application/json" }));
    Object.assign(document.createElement("a"), { href: address, download: journal.name }).click();
    setTimeout(() => URL.revokeObjectURL(address), 1000);
  });

  file.addEventListener("change", async () => {
    const [chosen] = file.files;
    if (!chosen) return;
    try {
      if (chosen.size > LARGEST) throw new JournalError("This file is too large to be a journal.");
      const { message, kept } = journal.merge(await chosen.text());
      say([message, journal.trouble].filter(Boolean).join(" "), kept.length > 0 || journal.trouble !== "");
    } catch (error) {
      if (!(error instanceof JournalError)) throw error;
      say(error.message, true);
    }
    file.value = "";
  });

  journal.read();
  tellNotices();
  box.hidden = false;
})();
