// Small helps on top of pages that work without them.
import { steppers } from "./stepper.js";
import { suggestions } from "./suggest.js";
import { sending } from "./sending.js";
import { packs } from "./packs.js";
import { scanning } from "./scan.js";

document.documentElement.classList.add("js");

function dress(root) {
  steppers(root);
  packs(root);
  sending(root);
}

dress(document);
suggestions(document);
scanning(document);
document.addEventListener("htmx:load", (event) => dress(event.target));
