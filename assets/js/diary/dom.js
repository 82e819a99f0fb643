// Pieces of the page: cut from its templates, filled with what the phone knows. Words come from the page.
import { isFull } from "./store.js";

const words = JSON.parse(document.querySelector("[data-words]").textContent);

export const say = (name, values = {}) =>
  words[name].replace(/%\((\w+)\)[sd]/g, (_all, key) => values[key] ?? "");

export const sayCount = (name, num) => say(`${name}.${num === 1 ? "one" : "other"}`, { count: num });

export const whyNotKept = (trouble) => say(isFull(trouble) ? "full" : "not_kept");

export function make(name) {
  const template = document.querySelector(`template[data-piece="${name}"]`);
  return template.content.firstElementChild.cloneNode(true);
}

// Texts go where [data-is] names them; a place without a text is hidden.
export function fill(root, values) {
  for (const [name, text] of Object.entries(values)) {
    for (const place of root.querySelectorAll(`[data-is="${name}"]`)) {
      place.textContent = text ?? "";
      place.hidden = text === null || text === undefined || text === "";
    }
  }
  return root;
}

export function drawIcon(root, name) {
  const use = root.querySelector("[data-icon] use");
  use.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#${name}`));
  return root;
}

export const local = (texts, lang) => texts?.[lang] || texts?.vi || Object.values(texts ?? {})[0] || "";

export function option(value, text) {
  const made = document.createElement("option");
  made.value = value;
  if (text !== undefined) made.textContent = text;
  return made;
}

say.known = (name) => name in words;
