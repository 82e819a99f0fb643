// Pictures are made small on the phone: upright, without the place and all else a camera writes into them.
import { digestOf } from "./ids.js";

const LONGEST = 1600;
const QUALITY = 0.8;

export async function shrink(file) {
  const picture = await open(file);
  const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  const brush = canvas.getContext("2d");
  brush.imageSmoothingQuality = "high";
  brush.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close?.();
  const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
  if (!blob) throw new Error("not drawn");
  // As bytes, not as a reference to a file that the phone may clean away.
  const kept = new Blob([await blob.arrayBuffer()], { type: "image/jpeg" });
  return { digest: await digestOf(kept), blob: kept, width: canvas.width, height: canvas.height };
}

// Both ways turn the picture as its camera was held.
async function open(file) {
  try {
    return await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    const image = new Image();
    const address = URL.createObjectURL(file);
    try {
      image.src = address;
      await image.decode();
      return image;
    } finally {
      URL.revokeObjectURL(address);
    }
  }
}
