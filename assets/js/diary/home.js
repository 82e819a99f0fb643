// The first page: where, what, and what was written.
import { shown, shownMoment, today } from "./days.js";
import { drawIcon, fill, local, make, option, say, whyNotKept } from "./dom.js";
import { ACTIVITIES } from "./known.js";

const MOST_LINES = 30;
// These say all there is to say by themselves; others need a product, a dose or a quantity.
const AT_ONCE = new Set(["care", "observation", "irrigation", "soil"]);

export function home(app) {
  const { known } = app;
  const root = make("home");
  const season = known.current;
  root.querySelector("[data-empty]").hidden = Boolean(season) || !known.pulled;
  root.querySelector("[data-unknown]").hidden = known.pulled;
  root.querySelector("[data-ready]").hidden = !season;
  drafts(app, root);
  if (season) {
    where(app, root, season);
    waiting(known, root, season);
    tasks(app, root, season);
    activities(root);
  }
  lines(app, root, season);
  return root;
}

function where(app, root, season) {
  const select = root.querySelector("[name=season]");
  for (const one of app.known.seasons.filter((one) => !one.ended_on)) {
    select.append(option(one.id, app.known.place(one)));
  }
  select.value = season.id;
  select.addEventListener("change", async () => {
    await app.choose(select.value);
    document.querySelector("[name=season]").focus();
  });
}

function waiting(known, root, season) {
  const { kept, spray, free_from } = known.clearance(season);
  const box = root.querySelector("[data-waiting]");
  box.hidden = kept;
  if (kept) return;
  const text = free_from
    ? say("wait", { day: shown(free_from), product: spray.name })
    : say("unknown", { product: spray.name });
  fill(box, { waiting: text });
}

function tasks(app, root, season) {
  const found = app.known.tasks(season);
  root.querySelector("[data-tasks]").hidden = !found.length;
  for (const task of found) {
    const button = drawIcon(make("task"), ACTIVITIES[task.activity]);
    fill(button, { title: local(task.title, app.lang) });
    button.addEventListener("click", () => begin(app, task, season, button));
    root.querySelector("[data-tasks-here]").append(button);
  }
}

async function begin(app, task, season, button) {
  if (!AT_ONCE.has(task.activity)) return app.go(`/new/${task.activity}/${task.id}`);
  const note = local(task.note, app.lang) || local(task.title, app.lang);
  const facts = { season_id: season.id, activity: task.activity, done_on: today(), note, media: [] };
  // Pressed twice by a shaking thumb, it is written once.
  button.disabled = true;
  try {
    const seq = await app.write({ ...facts, worker: app.known.worker });
    app.toast(say("saved"), { seq });
  } catch (trouble) {
    app.complain(whyNotKept(trouble));
  }
  button.disabled = false;
}

// Pages that were left before they were saved: the tab or the phone died, or something else came first.
function drafts(app, root) {
  const { known } = app;
  root.querySelector("[data-drafts]").hidden = !known.drafts.length;
  for (const { values, way, at } of known.drafts) {
    const row = line(known, values, `#${way}`, "draft");
    fill(row, { below: [shownMoment(new Date(at).toISOString()), values.note].filter(Boolean).join(" · ") });
    root.querySelector("[data-drafts-here]").append(row);
  }
}

function activities(root) {
  for (const [activity, icon] of Object.entries(ACTIVITIES)) {
    const link = drawIcon(make("activity"), icon);
    link.href = `#/new/${activity}`;
    link.classList.toggle("press-main", activity === "spray" || activity === "harvest");
    fill(link, { title: say(`activity.${activity}`) });
    root.querySelector("[data-activities]").append(link);
  }
}

function lines(app, root, season) {
  const { known } = app;
  const { own, pulled } = known.lines(season);
  const list = root.querySelector("[data-lines]");
  const rows = [
    ...own.map((item) => line(known, item.facts, `#/entry/${item.seq}`, item.state)),
    ...pulled.map((entry) => line(known, entry, `#/stored/${entry.id}`, "stored")),
  ];
  list.append(...rows.slice(0, MOST_LINES));
  root.querySelector("[data-written]").hidden = !rows.length;
}

function line(known, facts, href, state) {
  const row = drawIcon(make("line"), ACTIVITIES[facts.activity]);
  row.querySelector("a").href = href;
  const place = known.season(facts.season_id);
  const below = [shown(facts.done_on), place?.plot, facts.worker].filter(Boolean).join(" · ");
  fill(row, { title: known.title(facts), below, state: say(`state.${state}`) });
  row.querySelector("[data-is=state]").classList.add(`mark-${state}`);
  return row;
}

