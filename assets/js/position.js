// Where the inspector stands, from the telephone. Without it, or without leave, it is typed.
const box = document.querySelector("[data-position]");
const ask = box?.querySelector("[data-position-ask]");

if (ask && navigator.geolocation) {
  ask.hidden = false;
  ask.addEventListener("click", () => {
    const say = box.querySelector("[data-position-say]");
    say.textContent = say.dataset.wait;
    const fill = (name, value) => {
      box.querySelector(`[name="${name}"]`).value = String(value).replace(".", ",");
    };
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        fill("lat", coords.latitude.toFixed(6));
        fill("lon", coords.longitude.toFixed(6));
        fill("accuracy_m", Math.round(coords.accuracy));
        say.textContent = say.dataset.got;
      },
      () => {
        say.textContent = say.dataset.refused;
      },
      { enableHighAccuracy: true, timeout: 20000 },
    );
  });
}
