// Suggestions under the search box: an editable combobox with a listbox (ARIA pattern).
import { clear, past, pastLike, switchOff } from "./past.js";

const WAIT = 140;
// A keyboard that composes (Telex on a desk, whole words on a telephone) says when it is done;
// whoever rests as long as this in the middle wants to see something.
const REST = 600;
const LEAST = 2;
const MOST_PAST = 3;

export function suggestions(root) {
  for (const box of root.querySelectorAll("[data-suggest]")) attach(box);
}

function attach(box) {
  const input = box.querySelector("input[type=search]");
  const panel = box.querySelector("[data-suggest-panel]");
  const list = box.querySelector("[role=listbox]");
  const foot = box.querySelector("[data-past-foot]");
  const say = box.querySelector("[data-suggest-say]");
  const model = box.querySelector("template[data-past-option]");
  let timer = 0;
  let asking = null;
  let composing = false;
  let chosen = -1;

  const options = () => [...list.querySelectorAll("[role=option]")];
  const isOpen = () => !panel.hidden;

  const unmark = () => {
    options()[chosen]?.setAttribute("aria-selected", "false");
    chosen = -1;
    input.removeAttribute("aria-activedescendant");
  };
  const mark = (index) => {
    const all = options();
    if (!all.length) return;
    unmark();
    chosen = (index + all.length) % all.length;
    all[chosen].setAttribute("aria-selected", "true");
    all[chosen].scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", all[chosen].id);
  };
  const stop = () => {
    clearTimeout(timer);
    asking?.abort();
    asking = null;
  };
  const close = () => {
    stop();
    unmark();
    list.replaceChildren();
    panel.hidden = true;
    say.textContent = "";
    input.setAttribute("aria-expanded", "false");
  };
  const before = (words, at) => {
    const option = model.content.firstElementChild.cloneNode(true);
    option.id = `past-${at + 1}`;
    option.href = `/search?q=${encodeURIComponent(words)}`;
    option.querySelector(".suggest-text").textContent = words;
    return option;
  };
  const show = (searched, html) => {
    unmark();
    list.innerHTML = html;
    list.prepend(...searched.map(before));
    const count = options().length;
    panel.hidden = count === 0;
    foot.hidden = searched.length === 0;
    input.setAttribute("aria-expanded", String(count > 0));
    const told = count === 1 ? say.dataset.one : say.dataset.many;
    say.textContent = count ? told.replace("{n}", String(count)) : say.dataset.none;
  };
  const ask = async () => {
    stop();
    const words = input.value.trim();
    if (!words) return past().length && document.activeElement === input ? show(past(), "") : close();
    if (words.length < LEAST) return close();
    asking = new AbortController();
    const { signal } = asking;
    try {
      const address = `${box.dataset.suggest}?q=${encodeURIComponent(words)}`;
      const answer = await fetch(address, { signal });
      const html = answer.ok ? await answer.text() : "";
      if (!signal.aborted) show(pastLike(words, MOST_PAST), html);
    } catch {
      // Asked anew meanwhile, or no network: what stands there stays.
    }
  };
  const soon = (wait) => {
    stop();
    timer = setTimeout(ask, wait);
  };

  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-expanded", "false");
  input.addEventListener("compositionstart", () => {
    composing = true;
    stop();
  });
  input.addEventListener("compositionend", () => {
    composing = false;
    soon(WAIT);
  });
  input.addEventListener("input", (event) => soon(composing || event.isComposing ? REST : WAIT));
  input.addEventListener("focus", () => {
    if (!input.value.trim()) ask();
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || composing) return;
    if (event.key === "ArrowDown" && event.altKey) ask();
    else if (event.key === "ArrowDown") isOpen() ? mark(chosen + 1) : ask();
    else if (event.key === "ArrowUp" && isOpen()) mark(chosen < 0 ? -1 : chosen - 1);
    else if (event.key === "Escape" && isOpen()) close();
    else if (event.key === "Enter" && chosen >= 0) options()[chosen].click();
    else {
      // Home, End and letters belong to the text again.
      if (["Home", "End", "ArrowLeft", "ArrowRight"].includes(event.key)) unmark();
      if (event.key === "Enter" || event.key === "Tab") close();
      return;
    }
    event.preventDefault();
  });
  box.addEventListener("focusout", (event) => {
    if (!box.contains(event.relatedTarget)) close();
  });
  // A finger on an option leaves the keyboard where it is.
  list.addEventListener("mousedown", (event) => event.preventDefault());
  foot.addEventListener("click", (event) => {
    const press = event.target.closest("button");
    if (!press) return;
    if (press.matches("[data-past-off]")) switchOff(true);
    else clear();
    input.focus();
    ask();
  });
}
