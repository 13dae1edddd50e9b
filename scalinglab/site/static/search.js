// A search over all pages: every word that was typed must begin a word of a section; headings count most.

(() => {
  const MOST = 12;
  const plain = (text) => text.toLowerCase().normalize("NFD").replace(/\p{Mn}/gu, "");

  /** Sections that hold all words, the best first. */
  function found(words, index) {
    const patterns = words.map((word) => new RegExp(`(?<![\\p{L}\\p{N}])${word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}`, "gu"));
    const hits = [];
    for (const section of index) {
      let score = 0;
      for (const pattern of patterns) {
        const inHead = (section.plainHead.match(pattern) ?? []).length;
        const inText = (section.plainText.match(pattern) ?? []).length;
        if (!inHead && !inText) {
          score = 0;
          break;
        }
        score += 10 * Math.min(inHead, 1) + Math.min(inText, 5) + 2 / (1 + section.plainText.length / 500);
      }
      if (score) hits.push({ section, score });
    }
    return hits.sort((a, b) => b.score - a.score).slice(0, MOST).map(({ section }) => section);
  }

  /** Some words around the first hit, the hits marked. */
  function excerpt(section, words) {
    const at = Math.max(0, ...words.map((word) => section.plainText.search(new RegExp(`(?<![\\p{L}\\p{N}])${word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}`, "u"))));
    const from = at > 60 ? section.text.indexOf(" ", at - 60) + 1 : 0;
    const piece = section.text.slice(from, from + 170);
    const small = document.createElement("small");
    if (from) small.append("… ");
    let rest = piece;
    while (rest) {
      const starts = words.map((word) => [plain(rest).indexOf(word), word.length]).filter(([place]) => place >= 0);
      if (!starts.length) break;
      const [place, length] = starts.sort((a, b) => a[0] - b[0])[0];
      const mark = document.createElement("mark");
      mark.textContent = rest.slice(place, place + length);
      small.append(rest.slice(0, place), mark);
      rest = rest.slice(place + length);
    }
    small.append(rest, " …");
    return small;
  }

  scalinglab.search = async (box, place) => {
    if (!scalinglab.searchIndex) await scalinglab.load("search_index.js");
    const index = scalinglab.searchIndex.map(([page, anchor, title, head, text]) => ({
      address: `${page}${anchor ? `#${encodeURIComponent(anchor)}` : ""}`, title, head, text, plainHead: plain(`${title} ${head}`), plainText: plain(text),
    }));
    const list = document.createElement("ul");
    const said = document.createElement("p");
    Object.assign(list, { className: "sl-found", id: "sl-found", hidden: true });
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", "Sections that were found");
    said.className = "sl-skip";
    said.setAttribute("role", "status");
    box.setAttribute("role", "combobox");
    box.setAttribute("aria-controls", list.id);
    box.setAttribute("aria-expanded", "false");
    place.append(list, said);
    let chosen = -1;

    const choose = (number) => {
      const options = [...list.querySelectorAll('[role="option"]')];
      chosen = options.length ? (number + options.length) % options.length : -1;
      options.forEach((option, at) => option.setAttribute("aria-selected", String(at === chosen)));
      options[chosen]?.scrollIntoView({ block: "nearest" });
      if (chosen >= 0) box.setAttribute("aria-activedescendant", options[chosen].id);
      else box.removeAttribute("aria-activedescendant");
    };
    const show = (open) => {
      list.hidden = !open;
      box.setAttribute("aria-expanded", String(open));
    };
    const look = () => {
      const words = plain(box.value).split(/[^\p{L}\p{N}.-]+/u).filter(Boolean);
      const hits = words.length ? found(words, index) : [];
      list.replaceChildren(...hits.map((section, number) => {
        const option = document.createElement("li");
        const link = document.createElement("a");
        Object.assign(option, { id: `sl-found-${number}` });
        option.setAttribute("role", "option");
        Object.assign(link, { href: section.address, tabIndex: -1 });
        link.append(section.head && section.head !== section.title ? `${section.title}: ${section.head}` : section.title, excerpt(section, words));
        link.addEventListener("click", () => show(false));
        option.append(link);
        return option;
      }));
      if (words.length && !hits.length) {
        const none = document.createElement("li");
        none.setAttribute("role", "option");
        none.setAttribute("aria-disabled", "true");
        none.textContent = "Nothing was found.";
        list.append(none);
      }
      said.textContent = words.length ? `${hits.length} sections found` : "";
      show(words.length > 0);
      choose(hits.length ? 0 : -1);
    };
    box.addEventListener("input", look);
    box.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        choose(chosen + (event.key === "ArrowDown" ? 1 : -1));
      } else if (event.key === "Enter") list.querySelectorAll("a")[chosen]?.click();
      else if (event.key === "Escape") show(false);
    });
    addEventListener("click", (event) => place.contains(event.target) || show(false));
    if (box.value) look();
  };
})();
