// What the phone keeps: what was pulled, what waits to be sent, pictures, pages half written.
import { openDB } from "idb";
import { newKey } from "./ids.js";

const VERSION = 2;
// On the disk before "saved" is said: a phone that dies forgets nothing.
const SAFELY = { durability: "strict" };
const DRAFTS = ["draft/", "draft/\uffff"];

export const isFull = (trouble) => trouble?.name === "QuotaExceededError";
// What the phone keeps was written by a newer app than this one.
export const isOlder = (trouble) => trouble?.name === "VersionError";

const draftKey = (user, way) => `draft/${user}${way}`;
const range = () => IDBKeyRange.bound(...DRAFTS);

export async function openStore(vendor) {
  let store = null;
  const db = await openDB(`diary-${vendor}`, VERSION, {
    upgrade,
    // A newer app waits beside this one: it comes first.
    blocking: () => store?.close(),
    terminated: () => store?.close(),
  });
  store = new Store(db, vendor);
  return store;
}

async function upgrade(db, before, _now, work) {
  if (before < 1) {
    db.createObjectStore("kept");
    const outbox = db.createObjectStore("outbox", { keyPath: "seq", autoIncrement: true });
    outbox.createIndex("key", "key", { unique: true });
    db.createObjectStore("photos", { keyPath: "digest" });
  }
  if (before < 2) {
    db.createObjectStore("blobs");
    await apart(work);
    await keepDraftOfOld(work.objectStore("kept"), work);
  }
}

// The bytes of pictures lie beside what is known of them, which is read often.
async function apart(work) {
  for (let at = await work.objectStore("photos").openCursor(); at; at = await at.continue()) {
    const { blob, ...photo } = at.value;
    await work.objectStore("blobs").put(blob, photo.digest);
    await at.update({ ...photo, size: blob.size });
  }
}

async function keepDraftOfOld(kept, work) {
  const [old, last, session] = await Promise.all(["draft", "last", "session"].map((name) => kept.get(name)));
  const user = session?.user.id ?? "";
  if (last) await kept.put(last, `last/${user}`);
  if (old) {
    const { photos = [], ...draft } = old;
    const way = `/new/${draft.activity}`;
    draft.values = { ...draft.values, media: photos.map((photo) => photo.digest) };
    await addPhotos(work, photos, "draft");
    await kept.put({ ...draft, way, by: user, at: Date.now() }, draftKey(user, way));
  }
  for (const name of ["draft", "last"]) await kept.delete(name);
}

async function addPhotos(work, photos, state) {
  for (const { digest, blob, width, height } of photos) {
    const known = await work.objectStore("photos").get(digest);
    if (known && known.state !== "draft") continue;
    await work.objectStore("photos").put({ digest, width, height, size: blob.size, state });
    if (!known) await work.objectStore("blobs").put(blob, digest);
  }
}

// Deletes the pictures that nothing names any more.
async function sweep(work) {
  const items = await work.objectStore("outbox").getAll();
  const drafts = await work.objectStore("kept").getAll(range());
  const told = [...items.flatMap(({ facts, before }) => [facts, before]), ...drafts.map((draft) => draft.values)];
  const named = new Set(told.flatMap((facts) => facts?.media ?? []));
  for (const digest of await work.objectStore("photos").getAllKeys()) {
    if (named.has(digest)) continue;
    await work.objectStore("photos").delete(digest);
    await work.objectStore("blobs").delete(digest);
  }
}

// What was sent already, or may have been, is not written over: its key is taken at the market.
// Then a correction follows it; `over` is what is changed.
async function placed(outbox, item, over) {
  if (over?.state === "stored") return { ...item, base_id: over.answer.id };
  if (over?.tried) {
    const follower = (await outbox.getAll()).find((one) => one.follows === over.seq);
    const place = follower ? { seq: follower.seq, key: follower.key } : {};
    return { ...item, ...place, follows: over.seq };
  }
  if (!over) return item;
  const { seq, key, base_id, follows, facts } = over;
  return { ...item, seq, key, base_id, follows, before: facts };
}

class Store {
  constructor(db, vendor) {
    this.db = db;
    this.vendor = vendor;
    this.told = new BroadcastChannel(`diary-${vendor}`);
  }

  close() {
    this.isClosed = true;
    this.db.close();
    this.onclosed?.();
  }

  // All of it, or nothing; why it failed is what the transaction says.
  async write(names, act) {
    const work = this.db.transaction(names, "readwrite", SAFELY);
    try {
      const [made] = await Promise.all([act(work), work.done]);
      return made;
    } catch (trouble) {
      throw work.error ?? trouble;
    }
  }

  // On a full phone what the market has already makes room for what it has not.
  async writeWithRoom(names, act) {
    try {
      return await this.write(names, act);
    } catch (trouble) {
      if (!isFull(trouble) || !(await this.makeRoom())) throw trouble;
      return this.write(names, act);
    }
  }

  makeRoom() {
    return this.write(["photos", "blobs"], async (work) => {
      const sent = (await work.objectStore("photos").getAll()).filter((photo) => photo.state === "stored");
      for (const { digest } of sent) {
        await work.objectStore("photos").delete(digest);
        await work.objectStore("blobs").delete(digest);
      }
      return sent.length;
    });
  }

  get(name) {
    return this.db.get("kept", name);
  }

  put(name, value) {
    return this.writeWithRoom(["kept"], (work) => work.objectStore("kept").put(value, name));
  }

  all() {
    return this.db.getAll("outbox");
  }

  entry(seq) {
    return this.db.get("outbox", seq);
  }

  // What is known of all pictures, without their bytes.
  photos() {
    return this.db.getAll("photos");
  }

  // A picture with its bytes.
  async photo(digest) {
    const work = this.db.transaction(["photos", "blobs"]);
    const [photo, blob] = await Promise.all(["photos", "blobs"].map((name) => work.objectStore(name).get(digest)));
    return photo && blob ? { ...photo, blob } : undefined;
  }

  async photosOf(digests = []) {
    return (await Promise.all(digests.map((digest) => this.photo(digest)))).filter(Boolean);
  }

  drafts() {
    return this.db.getAll("kept", range());
  }

  keepDraft(draft, photos) {
    return this.writeWithRoom(["kept", "photos", "blobs"], async (work) => {
      await addPhotos(work, photos, "draft");
      await work.objectStore("kept").put(draft, draftKey(draft.by, draft.way));
    });
  }

  async forgetDraft({ by, way }) {
    await this.write(["kept", "outbox", "photos", "blobs"], async (work) => {
      await work.objectStore("kept").delete(draftKey(by, way));
      await sweep(work);
    });
    this.tell();
  }

  // An entry and its pictures are there together or not at all; the page it was written on is done
  // with. `over` is the place of the entry that it changes, `last` what the next one begins with.
  async save(item, { photos = [], way, last, over }) {
    const seq = await this.writeWithRoom(["outbox", "photos", "blobs", "kept"], async (work) => {
      const outbox = work.objectStore("outbox");
      await addPhotos(work, photos, "waiting");
      const whole = await placed(outbox, { ...item, key: newKey() }, over && (await outbox.get(over)));
      await work.objectStore("kept").put(last, `last/${item.by}`);
      await work.objectStore("kept").delete(draftKey(item.by, way));
      return outbox.put(whole);
    });
    this.tell();
    return seq;
  }

  // What another tab or the service worker wrote meanwhile stays.
  async change(seq, values) {
    await this.writeWithRoom(["outbox"], async (work) => {
      const item = await work.objectStore("outbox").get(seq);
      if (item) await work.objectStore("outbox").put({ ...item, ...values });
    });
    this.tell();
  }

  // An entry that goes on its way, as it stands now; from here on its key may be taken.
  begin(seq) {
    return this.writeWithRoom(["outbox"], async (work) => {
      const item = await work.objectStore("outbox").get(seq);
      if (item) await work.objectStore("outbox").put({ ...item, state: "sending", tried: true });
      return item;
    });
  }

  // What the market said of an entry; what was written over it meanwhile follows in its turn.
  async answer(seq, values) {
    await this.writeWithRoom(["outbox"], async (work) => {
      const outbox = work.objectStore("outbox");
      const items = await outbox.getAll();
      const item = items.find((one) => one.seq === seq);
      if (!item) return;
      const follower = items.find((one) => one.follows === seq);
      const whole = { ...item, ...values, before: undefined, tried: values.state === "waiting" };
      if (!follower || whole.tried) await outbox.put(whole);
      else if (whole.state === "stored") {
        await outbox.put(whole);
        await outbox.put({ ...follower, follows: undefined, base_id: whole.answer.id });
      } else {
        await outbox.delete(follower.seq);
        await outbox.put({ ...whole, facts: follower.facts, state: "waiting", answer: undefined });
      }
    });
    this.tell();
  }

  async drop(seq) {
    await this.write(["kept", "outbox", "photos", "blobs"], async (work) => {
      await work.objectStore("outbox").delete(seq);
      await sweep(work);
    });
    this.tell();
  }

  // While it may be taken back: what it was before, or nothing.
  async takeBack(seq) {
    const item = await this.entry(seq);
    if (item?.state !== "waiting" || item.tried) return false;
    if (item.before) await this.change(seq, { facts: item.before, before: undefined });
    else await this.drop(seq);
    return true;
  }

  sweep() {
    return this.write(["kept", "outbox", "photos", "blobs"], sweep);
  }

  // How far a picture is: `sent` counts the bytes that the market has. It is kept on the phone no
  // longer than its entry is shown.
  async mark(digest, values) {
    await this.writeWithRoom(["photos"], async (work) => {
      const photo = await work.objectStore("photos").get(digest);
      if (photo) await work.objectStore("photos").put({ ...photo, ...values });
    });
    this.tell();
  }

  tell() {
    this.told.postMessage("changed");
    this.onchange?.();
  }
}
