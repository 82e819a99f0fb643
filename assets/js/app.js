// Small helps on top of pages that work without them.
import { steppers } from "./stepper.js";
import { suggestions } from "./suggest.js";
import { pastSwitch, remember } from "./past.js";
import { sieve } from "./sieve.js";
import { sending } from "./sending.js";
import { packs } from "./packs.js";
import { scanning } from "./scan.js";
import { here } from "./here.js";
import "./weighing.js";

document.documentElement.classList.add("js");

function dress(root) {
  steppers(root);
  packs(root);
  sending(root);
  sieve(root);
}

dress(document);
suggestions(document);
scanning(document);
here(document);
pastSwitch(document);
remember(document);
// htmx greets the whole page first: that one is dressed already.
document.addEventListener("htmx:load", (event) => {
  if (event.target !== document.body) dress(event.target);
});
