// The camera reads a code where the browser can; else the page asks to type it.
export async function scanning(root) {
  const box = root.querySelector("[data-scan]");
  if (!box) return;
  const able = "BarcodeDetector" in window && navigator.mediaDevices;
  const formats = able ? await BarcodeDetector.getSupportedFormats() : [];
  if (!formats.includes("qr_code")) return;
  const button = box.querySelector("[data-scan-start]");
  button.hidden = false;
  button.addEventListener("click", () => start(box));
}

async function start(box) {
  const video = box.querySelector("video");
  const detector = new BarcodeDetector({ formats: ["qr_code"] });
  try {
    video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  } catch {
    box.querySelector("[data-scan-refused]").hidden = false;
    return;
  }
  video.hidden = false;
  await video.play();
  const look = async () => {
    const [found] = await detector.detect(video);
    if (!found) return void setTimeout(look, 250);
    for (const track of video.srcObject.getTracks()) track.stop();
    const form = box.querySelector("form");
    form.elements.code.value = found.rawValue;
    form.requestSubmit();
  };
  look();
}
