// The border of a plot on a map of our own: walked, tapped, or written. The text field is the truth.
const box = document.querySelector("[data-outline]");
const METRES = 111320;
const SIZE = 320;
const EDGE = 20;
const STEP_M = 4;
const ROUGH_M = 25;

if (box) begin(box);

function begin(root) {
  const find = (name) => root.querySelector(`[data-outline-${name}]`);
  const text = root.querySelector("textarea");
  const map = find("map");
  const say = find("say");
  const walk = find("walk");
  const others = JSON.parse(root.dataset.others);
  let watching = null;
  let frame = null;

  // Corners as [longitude, latitude]; lines that are none yet are left to the server's words.
  const read = () =>
    text.value
      .split("\n")
      .map((line) => line.split(/[,;]\s*|\s+/).map(Number))
      .filter((pair) => pair.length === 2 && pair.every(Number.isFinite))
      .map(([lat, lon]) => [lon, lat]);

  const write = (corners) => {
    text.value = corners.map(([lon, lat]) => `${lat.toFixed(6)}, ${lon.toFixed(6)}`).join("\n");
    draw();
  };

  const add = (corner) => write([...read(), corner]);

  function draw() {
    const own = read();
    frame = framed([...own, ...others.flat()], root.dataset);
    // A drawing has the attribute, but not the property.
    map.toggleAttribute("hidden", !frame);
    if (!frame) return;
    const shapes = others.map((ring) => polygon(ring, "outline-other", frame));
    const dots = own.map((corner) => dot(corner, frame));
    map.setAttribute("viewBox", `0 0 ${SIZE} ${SIZE}`);
    map.replaceChildren(...shapes, polygon(own, "outline-own", frame), ...dots);
    if (own.length > 2) {
      const area = new Intl.NumberFormat(document.documentElement.lang).format(areaOf(own));
      say.textContent = say.dataset.area.replace("{corners}", own.length).replace("{area}", area);
    } else {
      say.textContent = "";
    }
  }

  const refused = () => {
    stop();
    say.textContent = say.dataset.refused;
  };

  function stop() {
    if (watching === null) return;
    navigator.geolocation.clearWatch(watching);
    watching = null;
    swap(walk);
  }

  function step({ coords }) {
    if (coords.accuracy > ROUGH_M) {
      say.textContent = say.dataset.rough;
      return;
    }
    const here = [coords.longitude, coords.latitude];
    const last = read().at(-1);
    if (!last || distance(last, here) >= STEP_M) add(here);
  }

  text.addEventListener("input", draw);
  find("undo").addEventListener("click", () => write(read().slice(0, -1)));
  map.addEventListener("click", (event) => {
    const place = map.getBoundingClientRect();
    const x = ((event.clientX - place.left) / place.width) * SIZE;
    const y = ((event.clientY - place.top) / place.height) * SIZE;
    add(frame.back(x, y));
  });
  const near = { enableHighAccuracy: true, timeout: 20000 };
  find("here").addEventListener("click", () => {
    say.textContent = say.dataset.wait;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => add([coords.longitude, coords.latitude]),
      refused,
      near,
    );
  });
  walk.addEventListener("click", () => {
    if (watching !== null) {
      stop();
      return;
    }
    say.textContent = say.dataset.wait;
    watching = navigator.geolocation.watchPosition(step, refused, near);
    swap(walk);
  });
  find("tools").hidden = !navigator.geolocation;
  draw();
}

// The button says what it does next.
function swap(button) {
  const words = button.querySelector("span");
  [words.textContent, button.dataset.stop] = [button.dataset.stop, words.textContent];
}

// A square of the earth around all corners, else 300 m around the farm; flat, north up.
function framed(corners, { lat, lon }) {
  const all = corners.length ? corners : lat && lon ? [[Number(lon), Number(lat)]] : [];
  if (!all.length) return null;
  const lons = all.map((corner) => corner[0]);
  const lats = all.map((corner) => corner[1]);
  const middle = [(Math.min(...lons) + Math.max(...lons)) / 2, (Math.min(...lats) + Math.max(...lats)) / 2];
  const squeeze = Math.cos((middle[1] * Math.PI) / 180) * METRES;
  const wide = (Math.max(...lons) - Math.min(...lons)) * squeeze;
  const high = (Math.max(...lats) - Math.min(...lats)) * METRES;
  const unit = (SIZE - 2 * EDGE) / Math.max(wide, high, corners.length > 2 ? 10 : 300);
  return {
    to: ([x, y]) => [
      SIZE / 2 + (x - middle[0]) * squeeze * unit,
      SIZE / 2 - (y - middle[1]) * METRES * unit,
    ],
    back: (x, y) => [
      middle[0] + (x - SIZE / 2) / (squeeze * unit),
      middle[1] - (y - SIZE / 2) / (METRES * unit),
    ],
  };
}

function shape(name, attributes) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

function polygon(ring, kind, frame) {
  const points = ring.map((corner) => frame.to(corner).join()).join(" ");
  return shape("polygon", { class: kind, points });
}

function dot(corner, frame) {
  const [cx, cy] = frame.to(corner);
  return shape("circle", { class: "outline-corner", cx, cy, r: 4 });
}

function distance(a, b) {
  const squeeze = Math.cos((a[1] * Math.PI) / 180);
  return Math.hypot((a[0] - b[0]) * squeeze, a[1] - b[1]) * METRES;
}

function areaOf(ring) {
  const squeeze = Math.cos((ring[0][1] * Math.PI) / 180) * METRES;
  const flat = ring.map(([x, y]) => [(x - ring[0][0]) * squeeze, (y - ring[0][1]) * METRES]);
  const twice = flat.reduce((sum, [x, y], i) => {
    const [nextX, nextY] = flat[(i + 1) % flat.length];
    return sum + x * nextY - nextX * y;
  }, 0);
  return Math.round(Math.abs(twice) / 2);
}
