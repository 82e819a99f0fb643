// Past searches of this browser: kept here only, cleared or switched off by a press.
const LIST = "cp_past";
const OFF = "cp_past_off";
const MOST = 8;

const fold = (text) =>
  text
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .replace(/[đĐ]/g, "d")
    .toLowerCase()
    .trim();

function read(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function write(key, value) {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
    // Without storage nothing is kept, and nothing is missed.
  }
}

export const isOff = () => read(OFF) === "1";

export function past() {
  try {
    const found = JSON.parse(read(LIST) ?? "[]");
    return Array.isArray(found) ? found.filter((one) => typeof one === "string") : [];
  } catch {
    return [];
  }
}

export function pastLike(words, most) {
  const begun = fold(words);
  const like = past().filter((one) => fold(one).includes(begun) && fold(one) !== begun);
  return like.slice(0, most);
}

export function clear() {
  write(LIST, null);
}

export function switchOff(off) {
  write(OFF, off ? "1" : null);
  if (off) clear();
}

// What was searched for and found is the newest of the list; the same in other letters is one.
export function remember(root) {
  const words = root.querySelector("[data-searched]")?.dataset.searched.trim();
  if (!words || isOff() || root.querySelector("#hits .empty")) return;
  const others = past().filter((one) => fold(one) !== fold(words));
  write(LIST, JSON.stringify([words, ...others].slice(0, MOST)));
}

export function pastSwitch(root) {
  for (const box of root.querySelectorAll("[data-past-switch]")) {
    const show = () => {
      for (const side of box.querySelectorAll("[data-past-is]")) {
        side.hidden = (side.dataset.pastIs === "off") !== isOff();
      }
    };
    box.hidden = false;
    box.addEventListener("click", (event) => {
      const press = event.target.closest("[data-past-set]");
      if (!press) return;
      switchOff(press.dataset.pastSet === "off");
      show();
      box.querySelector("[data-past-is]:not([hidden]) button").focus();
    });
    show();
  }
}
