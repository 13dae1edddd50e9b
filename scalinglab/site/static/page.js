// What a page does beside its widgets: light and dark, its list of sections, the search, and one panel by itself.

(() => {
  const root = document.documentElement;

  // ---- light and dark: the browser's choice until the reader makes one --------------------------------------------

  const browser = matchMedia("(prefers-color-scheme: dark)");
  const button = document.querySelector(".sl-theme");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : browser.matches);
  const showTheme = () => {
    document.body.dataset.jpThemeLight = String(!isDark()); // where widgets look, as in JupyterLab
    button.textContent = isDark() ? "Light" : "Dark";
    button.setAttribute("aria-label", isDark() ? "Change to the light theme" : "Change to the dark theme");
  };
  button.hidden = false;
  button.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    try {
      localStorage.setItem("scalinglab-theme", root.dataset.theme);
    } catch {
      // Kept for this page alone.
    }
    showTheme();
  });
  browser.addEventListener("change", showTheme);
  showTheme();

  // ---- sections: folded where there is little room, the one in sight marked ---------------------------------------

  const contents = document.querySelector(".sl-contents");
  if (contents) {
    const wide = matchMedia("(min-width: 1180px)");
    const fold = () => (contents.querySelector("details").open = wide.matches);
    wide.addEventListener("change", fold);
    fold();
    const links = new Map([...contents.querySelectorAll("a")].map((link) => [decodeURIComponent(link.hash.slice(1)), link]));
    const heads = [...document.querySelectorAll("main h2[id]")].filter((head) => links.has(head.id));
    let asked = 0;
    const mark = () => {
      asked = 0;
      const above = heads.filter((head) => head.getBoundingClientRect().top < innerHeight / 3).at(-1);
      for (const [id, link] of links) {
        if (id === above?.id) link.setAttribute("aria-current", "true");
        else link.removeAttribute("aria-current");
      }
    };
    addEventListener("scroll", () => (asked ||= requestAnimationFrame(mark)), { passive: true });
    mark();
  }

  // ---- a formula or a table that is wider than the page can be scrolled by keys ------------------------------------

  const reach = () => {
    const boxes = [...document.querySelectorAll(".sl-formula, .sl-wide, .sl-main pre, .jp-RenderedHTMLCommon")];
    // All are measured before the first is changed, as the page is laid out anew after each change.
    const wide = boxes.map((box) => box.scrollWidth > box.clientWidth + 1);
    boxes.forEach((box, index) => {
      if (wide[index]) box.tabIndex = 0;
      else box.removeAttribute("tabindex");
    });
  };
  addEventListener("resize", reach);
  // Measuring takes a while: the first panel comes before it.
  addEventListener("load", () => (globalThis.requestIdleCallback ?? setTimeout)(reach, { timeout: 1000 }));
  addEventListener("click", () => setTimeout(reach, 300)); // what was folded or closed may be open

  // ---- search: its index is loaded when somebody goes there --------------------------------------------------------

  const find = document.querySelector(".sl-find"); // not there where a chapter is a page by itself
  if (find) {
    find.hidden = false;
    const box = find.querySelector("input");
    box.addEventListener("focus", () => scalinglab.load("search.js").then(() => scalinglab.search(box, find)), { once: true });
    addEventListener("keydown", (event) => {
      const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
      if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      box.focus();
    });
  }

  // ---- below a panel's state: a link that opens this picture by itself ----------------------------------------------

  document.addEventListener("toggle", ({ target }) => {
    const share = target.open && target.querySelector?.(".sl-panel .sl-share");
    if (!share || share.nextElementSibling?.matches(".sl-link")) return;
    const link = document.createElement("a");
    const line = document.createElement("p");
    const aim = () => (link.href = `${location.pathname}?state=${encodeURIComponent(share.querySelector("input").value)}`);
    link.textContent = "Link to this panel alone, as it is now";
    line.className = "sl-note sl-link";
    for (const event of ["pointerdown", "focus", "pointerenter"]) link.addEventListener(event, aim);
    aim();
    line.append(link);
    share.after(line);
  }, true);

  // ---- ?panel=NAME&state=TEXT: this panel alone, as it stands in that text -----------------------------------------

  const asked = new URLSearchParams(location.search);
  const state = asked.get("state");
  const name = asked.get("panel") ?? state?.split("?")[0];
  if (!name) return;
  const places = [...document.querySelectorAll('.sl-site-widget[data-widget="panel"]')];
  const called = (one) => one.dataset.model.replace(`${document.body.dataset.chapter}-`, "");
  const place = places.find((one) => called(one) === name);
  if (!place) {
    const names = places.map(called).join(", ");
    const sentence = document.createElement("p");
    sentence.className = "sl-note-line";
    sentence.setAttribute("role", "alert");
    sentence.textContent = `This page has no panel ${name}; it has ${names}.`;
    document.querySelector(".sl-main").prepend(sentence);
    return;
  }
  root.classList.add("sl-alone");
  place.classList.add("sl-asked");
  place.closest(".sl-main > *").classList.add("sl-chosen");
  const from = document.createElement("p");
  const chapter = document.createElement("a");
  chapter.href = `${location.pathname}#${place.closest(".sl-cell").id}`;
  chapter.textContent = `From ${document.title.replace(" · ", ", ")}`;
  from.className = "sl-from";
  from.append(chapter);
  place.after(from);
  if (!state) return;
  const paste = () => {
    const model = scalinglab.live[place.dataset.model];
    if (place.dataset.state !== "live" || !model) return setTimeout(paste, 30);
    model.send({ action: "paste", text: state });
  };
  paste();
})();
