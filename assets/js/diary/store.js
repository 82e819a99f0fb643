// What the phone keeps: what was pulled, what waits to be sent, pictures, a page half written.
import { openDB } from "idb";

// On the disk before "saved" is said: a phone that dies forgets nothing.
const SAFELY = { durability: "strict" };

export async function openStore(vendor) {
  const db = await openDB(`diary-${vendor}`, 1, {
    upgrade(fresh) {
      fresh.createObjectStore("kept");
      fresh.createObjectStore("outbox", { keyPath: "seq", autoIncrement: true }).createIndex("key", "key", {
        unique: true,
      });
      fresh.createObjectStore("photos", { keyPath: "digest" });
    },
    blocking: () => db.close(),
  });
  return new Store(db, vendor);
}

class Store {
  constructor(db, vendor) {
    this.db = db;
    this.vendor = vendor;
    this.told = new BroadcastChannel(`diary-${vendor}`);
  }

  get(name) {
    return this.db.get("kept", name);
  }

  put(name, value) {
    return this.db.put("kept", value, name);
  }

  forget(name) {
    return this.db.delete("kept", name);
  }

  all() {
    return this.db.getAll("outbox");
  }

  entry(seq) {
    return this.db.get("outbox", seq);
  }

  photo(digest) {
    return this.db.get("photos", digest);
  }

  photos() {
    return this.db.getAll("photos");
  }

  // An entry and its pictures are there together or not at all; the page it was written on is done with.
  async save(item, photos = []) {
    const work = this.db.transaction(["outbox", "photos", "kept"], "readwrite", SAFELY);
    for (const photo of photos) {
      const known = await work.objectStore("photos").get(photo.digest);
      if (!known) await work.objectStore("photos").put({ ...photo, state: "waiting" });
    }
    const seq = await work.objectStore("outbox").put(item);
    await work.objectStore("kept").delete("draft");
    await work.done;
    this.tell();
    return seq;
  }

  // What another tab or the service worker wrote meanwhile stays.
  async change(seq, values) {
    const work = this.db.transaction("outbox", "readwrite", SAFELY);
    const item = await work.store.get(seq);
    if (item) await work.store.put({ ...item, ...values });
    await work.done;
    this.tell();
  }

  async drop(seq) {
    const work = this.db.transaction(["outbox", "photos"], "readwrite", SAFELY);
    const item = await work.objectStore("outbox").get(seq);
    await work.objectStore("outbox").delete(seq);
    const others = await work.objectStore("outbox").getAll();
    const used = new Set(others.flatMap((other) => other.facts.media));
    for (const digest of item?.facts.media ?? []) {
      if (!used.has(digest)) await work.objectStore("photos").delete(digest);
    }
    await work.done;
    this.tell();
  }

  // A picture that is stored is kept on the phone no longer than its entry is shown.
  sent(digest) {
    return this.mark(digest, { state: "stored" });
  }

  lose(digest, message) {
    return this.mark(digest, { state: "refused", message });
  }

  // How far a picture is: `sent` counts the bytes that the market has.
  async mark(digest, values) {
    const work = this.db.transaction("photos", "readwrite", SAFELY);
    const photo = await work.store.get(digest);
    if (photo) await work.store.put({ ...photo, ...values });
    await work.done;
    this.tell();
  }

  tell() {
    this.told.postMessage("changed");
    this.onchange?.();
  }
}

export const isUnsent = (item) => item.state !== "stored";
