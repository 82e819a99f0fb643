// Sends what waits, in order, each entry under its own key: sent twice, it is stored once.
// Runs in the page and in the service worker, one at a time.
import { isFull } from "./store.js";

const BATCH = 10;
// Half a minute on the slowest network there is.
const PIECE = 64 * 1024;
const KEPT_DAYS = 14;
const DAY = 86_400_000;

const isWaiting = (photo) => photo.state === "waiting";

export class Trouble extends Error {
  // kind: offline, signed_out, no_access, busy; a full phone is told by itself
  constructor(kind) {
    super(kind);
    this.kind = kind;
  }
}

export async function sync(store, { lang, base, all = false }) {
  const run = async (lock) => {
    if (!lock) return null;
    try {
      await round(store, { lang, base, all });
      await store.put("sync", { state: "done", at: Date.now(), tries: 0 });
    } catch (trouble) {
      return failed(store, trouble);
    } finally {
      store.tell();
    }
    return store.get("sync");
  };
  return navigator.locks.request(`diary-${store.vendor}`, { ifAvailable: true }, run);
}

// On a full phone not even this can be noted: it is told all the same.
async function failed(store, trouble) {
  const kind = isFull(trouble) ? "full" : trouble instanceof Trouble ? trouble.kind : "busy";
  const { tries = 0 } = (await store.get("sync")) ?? {};
  const told = { state: kind, at: Date.now(), tries: tries + 1 };
  if (kind === "busy") console.warn(trouble);
  await asFarAsFits(back(store));
  await asFarAsFits(store.put("sync", told));
  return told;
}

// What a full phone can do without: it still gets rid of what it has.
async function asFarAsFits(work) {
  try {
    return await work;
  } catch (trouble) {
    if (!isFull(trouble)) throw trouble;
    return undefined;
  }
}

// After a failure: 5 s, 10 s, 20 s ... 10 minutes, a little apart from other phones.
export function waitAfter(tries) {
  const longest = 600_000;
  return Math.min(longest, 5000 * 2 ** Math.max(0, tries - 1)) * (0.85 + Math.random() * 0.3);
}

async function round(store, { lang, base, all }) {
  // Whatever was on its way when the phone died is sent again.
  await asFarAsFits(back(store));
  const { body } = await ask(`${base}/session?lang=${lang}`);
  const at = Date.now();
  await asFarAsFits(store.put("session", { ...body, token: undefined, at, skew: Date.parse(body.now) - at }));
  const door = { lang, base, token: body.token, user: body.user.id, all };
  await sendEntries(store, door);
  await sendPhotos(store, door);
  await pull(store, door);
  await prune(store);
  await store.sweep();
}

async function back(store) {
  for (const item of await store.all()) {
    if (item.state === "sending") await store.change(item.seq, { state: "waiting" });
  }
}

async function sendEntries(store, door) {
  for (;;) {
    const ready = await next(store, door);
    if (!ready.length) return;
    const begun = ready.map(async ({ seq }) => (await asFarAsFits(store.begin(seq))) ?? store.entry(seq));
    const batch = (await Promise.all(begun)).filter(Boolean);
    if (!batch.length) continue;
    const entries = batch.map(({ key, facts, base_id }) => ({ key, base_id, ...facts }));
    const told = { device: await store.get("device"), user: door.user, entries };
    const { body } = await send(door, "/sync", JSON.stringify(told), "application/json");
    await takeAnswers(store, batch, body.answers);
  }
}

// In their order: what may still be taken back holds up what was written after it, and what is
// not answered yet holds up its own correction.
async function next(store, { user, all }) {
  const items = await store.all();
  const waiting = items.filter(
    (item) => ["waiting", "sending"].includes(item.state) && (!item.by || item.by === user),
  );
  const open = new Set(items.filter((item) => item.state !== "stored").map((item) => item.seq));
  const held = waiting.findIndex((item) => (!all && item.not_before > Date.now()) || open.has(item.follows));
  return waiting.slice(0, held < 0 ? BATCH : Math.min(held, BATCH));
}

async function takeAnswers(store, batch, answers) {
  const said = new Map(answers.map((answer) => [answer.key, answer]));
  let later = false;
  for (const item of batch) {
    const answer = said.get(item.key);
    const waits = !answer || answer.status === "later";
    later ||= waits;
    await store.answer(item.seq, { state: waits ? "waiting" : answer.status, answer, answered_at: Date.now() });
  }
  if (later) throw new Trouble("busy");
}

// A picture goes by the digest of its bytes: what is there already is not sent again.
async function sendPhotos(store, door) {
  const waiting = (await store.photos()).filter(isWaiting);
  const stored = new Set(
    (await store.all()).filter((item) => item.state === "stored").flatMap((item) => item.facts.media),
  );
  const ready = waiting.filter((photo) => stored.has(photo.digest));
  if (!ready.length) return;
  const asked = JSON.stringify({ digests: ready.map((photo) => photo.digest) });
  const { body } = await send(door, "/photos/missing", asked, "application/json");
  for (const photo of ready) {
    const here = body.missing[photo.digest];
    const refusal = here === undefined ? null : await sendPieces(store, door, photo.digest, here);
    const done = refusal === null ? { state: "stored" } : { state: "refused", message: refusal };
    await store.mark(photo.digest, done);
  }
}

// Piece by piece from where it was cut off; what the market has already is not sent again.
async function sendPieces(store, door, digest, begun) {
  const { blob } = await store.photo(digest);
  const total = blob.size;
  let here = begun;
  for (;;) {
    await store.mark(digest, { sent: here });
    const piece = blob.slice(here, here + PIECE);
    const path = `/photos/${digest}?at=${here}&of=${total}`;
    const answer = await send(door, path, piece, "application/octet-stream", [413, 422]);
    if (answer.status !== 200) return answer.body.title;
    if (answer.body.done) return null;
    // Another way sent some of it meanwhile: its place is the one that counts.
    if (answer.body.here === here) throw new Trouble("busy");
    here = answer.body.here;
  }
}

async function pull(store, { lang, base }) {
  const known = await store.get("reference");
  const headers = known ? { "If-None-Match": known.etag } : {};
  const answer = await ask(`${base}/reference?lang=${lang}`, { headers }, [304]);
  if (answer.status === 304) return;
  await store.put("reference", { ...answer.body, etag: answer.etag, pulled_at: Date.now() });
}

// What is stored is shown for two weeks more, then the server's own copy is enough.
async function prune(store) {
  const waiting = new Set((await store.photos()).filter(isWaiting).map((photo) => photo.digest));
  for (const item of await store.all()) {
    const old = item.state === "stored" && Date.now() - item.answered_at > KEPT_DAYS * DAY;
    if (!old) continue;
    if (!item.facts.media.some((digest) => waiting.has(digest))) await store.drop(item.seq);
  }
}

const send = ({ base, lang, token }, path, body, type, fine = []) =>
  ask(
    `${base}${path}${path.includes("?") ? "&" : "?"}lang=${lang}`,
    { method: "POST", body, headers: { "Content-Type": type, "X-CSRFToken": token } },
    fine,
  );

async function ask(url, options = {}, fine = []) {
  const headers = { Accept: "application/json", ...options.headers };
  let answer;
  try {
    const signal = AbortSignal.timeout ? AbortSignal.timeout(60_000) : undefined;
    answer = await fetch(url, { ...options, headers, cache: "no-store", redirect: "manual", signal });
  } catch {
    throw new Trouble("offline");
  }
  const { status } = answer;
  if (answer.type === "opaqueredirect" || status === 401) throw new Trouble("signed_out");
  if (status === 403 || status === 404) throw new Trouble("no_access");
  if (!answer.ok && !fine.includes(status)) throw new Trouble("busy");
  try {
    const body = status === 304 ? null : await answer.json();
    return { status, body, etag: answer.headers.get("ETag") };
  } catch {
    throw new Trouble("offline");
  }
}
