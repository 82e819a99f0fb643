// Verifies the bundle of a lot: pure, the same steps as traceability/proof in Python.
import { sha256, sha512 } from "@noble/hashes/sha2.js";
import * as ed from "@noble/ed25519";

// WebCrypto is not there without https, nor has it Ed25519 on older phones.
ed.hashes.sha512 = sha512;

export const FORMAT = "trace-bundle/1";
const PREFIX = "commitment:sha-256:";
const DASH = "— ";
const utf8 = new TextEncoder();

export class Unreadable extends Error {}

const refuse = (why) => {
  throw new Unreadable(why);
};

export const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

function join(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const same = (a, b) => a.length === b.length && a.every((byte, at) => byte === b[at]);

function decode(text) {
  let binary = "";
  try {
    binary = atob(text);
  } catch {
    refuse("no base64");
  }
  if (btoa(binary) !== text) refuse("no base64");
  return Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
}

// -- the tree of RFC 6962; numbers of leaves go up to 2^64 - 1

const leafHash = (data) => sha256(join([0], data));
const nodeHash = (left, right) => sha256(join([1], left, right));

function climb(place, last) {
  while (place && !(place & 1n)) {
    place >>= 1n;
    last >>= 1n;
  }
  return [place, last];
}

export function verifyInclusion(index, size, leaf, proof, root) {
  if (index < 0n || index >= size) return false;
  if ([leaf, root, ...proof].some((one) => one.length !== 32)) return false;
  let [place, last, found] = [index, size - 1n, leaf];
  for (const one of proof) {
    if (last === 0n) return false;
    if (place & 1n || place === last) {
      found = nodeHash(one, found);
      [place, last] = climb(place, last);
    } else {
      found = nodeHash(found, one);
    }
    place >>= 1n;
    last >>= 1n;
  }
  return last === 0n && same(found, root);
}

export function verifyConsistency(old, now, oldRoot, newRoot, proof) {
  if (old <= 0n || old > now) return false;
  if (old === now) return !proof.length && same(oldRoot, newRoot);
  if (!proof.length) return false;
  const rest = old & (old - 1n) ? [...proof] : [oldRoot, ...proof];
  const first = rest.shift();
  let [place, last] = [old - 1n, now - 1n];
  while (place & 1n) {
    place >>= 1n;
    last >>= 1n;
  }
  let [was, is] = [first, first];
  for (const one of rest) {
    if (last === 0n) return false;
    if (place & 1n || place === last) {
      was = nodeHash(one, was);
      is = nodeHash(one, is);
      [place, last] = climb(place, last);
    } else {
      is = nodeHash(is, one);
    }
    place >>= 1n;
    last >>= 1n;
  }
  return last === 0n && same(was, oldRoot) && same(is, newRoot);
}

// -- signed notes

export function readKey(text) {
  const [name, id, ...more] = text.trim().split("+");
  const data = decode(more.join("+"));
  if (!name || data.length !== 33 || data[0] !== 1) refuse("not a key");
  const key = { text: text.trim(), name, id, public: data.slice(1) };
  if (id !== keyId(key, 1)) refuse("not a key: its id is that of another");
  return key;
}

const keyId = (key, kind) => hex(sha256(join(utf8.encode(`${key.name}\n`), [kind], key.public)).slice(0, 4));

export function readNote(text) {
  const at = text.lastIndexOf("\n\n");
  if (at < 1 || !text.endsWith("\n")) refuse("not a signed note");
  const body = text.slice(0, at + 1);
  const signatures = text
    .slice(at + 2, -1)
    .split("\n")
    .map((line) => {
      const [name, data, ...more] = line.slice(DASH.length).split(" ");
      if (!line.startsWith(DASH) || !name || !data || more.length) refuse("not a signed note");
      const bytes = decode(data);
      if (bytes.length < 5) refuse("not a signed note");
      return { name, id: hex(bytes.slice(0, 4)), data: bytes.slice(4) };
    });
  const [origin, size, root] = body.split("\n");
  if (!origin || !/^(0|[1-9][0-9]{0,19})$/.test(size)) refuse("not a checkpoint");
  const point = { origin, size: BigInt(size), root: decode(root ?? "") };
  if (point.root.length !== 32) refuse("not a checkpoint");
  return { body, signatures, point };
}

function isRight(key, signature, signed) {
  try {
    return ed.verify(signature, utf8.encode(signed), key.public, { zip215: false });
  } catch {
    return false;
  }
}

const linesOf = (note, key, kind) =>
  note.signatures.filter((one) => one.name === key.name && one.id === keyId(key, kind));

function isSigned(note, key) {
  const ours = linesOf(note, key, 1);
  return ours.length > 0 && ours.every((one) => isRight(key, one.data, note.body));
}

function timeSigned(note, key) {
  for (const one of linesOf(note, key, 4)) {
    if (one.data.length !== 72) continue;
    const seconds = one.data.slice(0, 8).reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
    if (isRight(key, one.data.slice(8), `cosignature/v1\ntime ${seconds}\n${note.body}`)) {
      return new Date(Number(seconds) * 1000);
    }
  }
  return null;
}

function holds(span, at) {
  const ends = [span.valid_to, span.revoked_at].filter(Boolean).map((end) => new Date(end));
  return (!span.valid_from || new Date(span.valid_from) <= at) && ends.every((end) => at < end);
}

function findSigner(note, spans) {
  let found = {};
  for (const span of spans) {
    const key = readKey(span.key);
    if (!isSigned(note, key)) continue;
    const at = timeSigned(note, key);
    found = { key, at, holds: at !== null && holds(span, at) };
    if (found.holds) return found;
  }
  return found;
}

// -- bundles

export function readBundle(text) {
  let told;
  try {
    told = JSON.parse(text);
  } catch {
    refuse("not a bundle");
  }
  if (told?.format !== FORMAT) refuse("not a bundle");
  try {
    return {
      ids: told.lot.ids.map(String),
      note: readNote(told.checkpoint),
      keys: told.keys,
      events: told.events.map(readEvent),
      loads: (told.loads ?? []).map((one) => ({
        names: one.names.map(String),
        since: readTime(one.from),
        until: one.to == null ? null : readTime(one.to),
      })),
      waiting: BigInt(told.waiting ?? 0),
      joint: told.consistency && {
        size: BigInt(told.consistency.from),
        proof: told.consistency.proof.map(decode),
      },
    };
  } catch (wrong) {
    throw wrong instanceof Unreadable ? wrong : new Unreadable("not a bundle");
  }
}

function readTime(text) {
  const at = new Date(text).getTime();
  return Number.isNaN(at) ? refuse("not a bundle") : at;
}

function readEvent(told) {
  if (typeof told.body !== "string" || !/^[0-9]{1,20}$/.test(told.index)) refuse("not a bundle");
  return {
    id: String(told.event_id),
    index: BigInt(told.index),
    body: told.body,
    proof: told.proof.map(decode),
    opened: (told.opened ?? []).map((one) => ({
      field: String(one.field),
      salt: decode(one.salt),
      value: String(one.value),
    })),
  };
}

export function verifyBundle(bundle, { origin = "", trusted = [], older = null } = {}) {
  const point = bundle.note.point;
  const keys = trusted.length ? trusted : bundle.keys;
  const problems = [];
  const blame = (code, values = {}) => problems.push({ code, values });
  if (origin && point.origin !== origin) blame("origin", { found: point.origin, wanted: origin });
  const signer = findSigner(bundle.note, keys);
  if (!signer.key) blame("unsigned");
  else if (!signer.at) blame("untimed");
  else if (!signer.holds) blame("expired", { at: signer.at.toISOString().replace(".000Z", "+00:00") });
  if (!bundle.events.length) blame("empty");
  const [seen, loads] = [new Set(), tiedLoads(bundle)];
  for (const event of bundle.events) judgeEvent(event, { ...bundle, loads }, seen, blame);
  if (older) judgeHistory(bundle, older, keys, blame);
  return { problems, point, signer };
}

const isNamed = (load, body) => load.names.some((name) => body.includes(name));

// The loads that events of the bundle tie to the lot, or to another load of these.
function tiedLoads({ ids, loads, events }) {
  const [known, tied] = [[...ids], []];
  let left = loads;
  for (;;) {
    const more = left.filter((load) =>
      events.some(({ body }) => isNamed(load, body) && known.some((id) => body.includes(id))),
    );
    if (!more.length) return tied;
    tied.push(...more);
    known.push(...more.flatMap((load) => load.names));
    left = left.filter((load) => !more.includes(load));
  }
}

// Whether an event names the lot, or what the lot was in when it happened.
function isAbout(body, { ids, loads }) {
  if (ids.some((id) => body.includes(id))) return true;
  const named = loads.filter((load) => isNamed(load, body));
  if (!named.length) return false;
  const at = timeOf(body);
  return named.some((load) => load.since <= at && (load.until === null || at < load.until));
}

function timeOf(body) {
  try {
    return new Date(JSON.parse(body).eventTime).getTime();
  } catch {
    return Number.NaN;
  }
}

function judgeEvent(event, bundle, seen, blame) {
  const [named, point] = [{ event: event.id }, bundle.note.point];
  const leaf = leafHash(utf8.encode(event.body));
  if (!verifyInclusion(event.index, point.size, leaf, event.proof, point.root)) blame("changed", named);
  if (seen.has(event.index)) blame("twice", named);
  seen.add(event.index);
  if (!isAbout(event.body, bundle)) blame("strange", named);
  for (const one of event.opened) {
    const mark = PREFIX + hex(sha256(join(one.salt, utf8.encode(one.value))));
    // Under just this name: a harvester is not told as who recorded it.
    const held = `${JSON.stringify(one.field)}:${JSON.stringify(mark)}`;
    if (one.salt.length !== 16 || !event.body.includes(held)) {
      blame("commitment", { ...named, field: one.field });
    }
  }
}

function judgeHistory(bundle, older, keys, blame) {
  const [was, now] = [older.point, bundle.note.point];
  if (was.origin !== now.origin || !findSigner(older, keys).key) return blame("older");
  if (was.size === now.size) {
    return same(was.root, now.root) ? null : blame("forked", { size: String(was.size) });
  }
  const joint = bundle.joint;
  if (!joint || joint.size !== was.size || was.size > now.size) return blame("unjoined");
  const joined = verifyConsistency(was.size, now.size, was.root, now.root, joint.proof);
  return joined ? null : blame("rewritten");
}
