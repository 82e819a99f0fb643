// The filters of a search: what was open stays open, a sheet on phones, "near me" on a press.
const TIDY = 1000;
let open = null;

function seen(form) {
  const sheet = form.closest("details");
  const parts = [...document.querySelectorAll("#found details[id]")];
  return { parts: new Map(parts.map((one) => [one.id, one.open])), top: sheet.scrollTop };
}

// Addresses say what was chosen and nothing else.
document.addEventListener("htmx:configRequest", (event) => {
  const { parameters, elt } = event.detail;
  if (elt.id !== "sieve") return;
  const empty = [...parameters.entries()].filter(([, value]) => value === "");
  for (const [name] of empty) parameters.delete(name);
  if (!parameters.has("near") && !parameters.has("lat")) parameters.delete("within");
  if (parameters.get("sort") === "relevance") parameters.delete("sort");
});

document.addEventListener("htmx:beforeSwap", (event) => {
  const form = document.getElementById("sieve");
  if (event.detail.target.id === "found" && form) open = seen(form);
});

export function sieve(root) {
  const sheet = root.matches?.("#found") ? root.querySelector(".sieve") : root.querySelector("#found .sieve");
  if (!sheet) return;
  if (open) {
    for (const part of document.querySelectorAll("#found details[id]")) {
      if (open.parts.has(part.id)) part.open = open.parts.get(part.id) || part.open;
    }
    sheet.scrollTop = open.top;
    open = null;
  }
  const close = () => {
    sheet.open = false;
    sheet.querySelector("summary").focus();
  };
  sheet.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && isSheet()) close();
  });
  sheet.addEventListener("click", (event) => {
    if (event.target === sheet && sheet.open && isSheet()) close();
  });
  // Where results follow every change, the button only leads to them.
  sheet.querySelector("[data-sheet-done]").addEventListener("click", (event) => {
    if (!window.htmx || !isSheet()) return;
    event.preventDefault();
    close();
  });
  here(sheet);
}

const isSheet = () => !matchMedia("(width >= 60rem)").matches;

function here(sheet) {
  const box = sheet.querySelector("[data-here]");
  if (!box || !navigator.geolocation) return;
  const say = box.querySelector("[data-here-say]");
  box.hidden = false;
  box.querySelector("[data-here-ask]").addEventListener("click", () => {
    say.textContent = say.dataset.wait;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => go(sheet.querySelector("form"), coords),
      () => {
        say.textContent = say.dataset.refused;
      },
      { timeout: 20000, maximumAge: 60000 },
    );
  });
}

// A hundred metres are near enough: more is nobody's business.
function go(form, { latitude, longitude }) {
  form.querySelector("#near").value = "";
  for (const [name, degrees] of [["lat", latitude], ["lon", longitude]]) {
    const field = form.querySelector(`[name=${name}]`) ?? document.createElement("input");
    field.type = "hidden";
    field.name = name;
    field.value = String(Math.round(degrees * TIDY) / TIDY);
    form.append(field);
  }
  form.requestSubmit();
}
