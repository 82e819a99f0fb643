// Roughly where somebody is: tenths of a degree leave the telephone, no more.
export function here(root) {
  const form = root.querySelector("[data-roughly]");
  const ask = form?.querySelector("[data-roughly-ask]");
  if (!ask || !navigator.geolocation) return;
  ask.hidden = false;
  ask.addEventListener("click", () => {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        form.elements.lat.value = coords.latitude.toFixed(1);
        form.elements.lon.value = coords.longitude.toFixed(1);
        form.requestSubmit();
      },
      () => {
        ask.hidden = true;
      },
      { timeout: 20000, maximumAge: 600000 },
    );
  });
}
