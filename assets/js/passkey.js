// Passkeys: asks the browser for a credential and sends it with the form it stands in.
const field = document.querySelector("[data-passkey]");

const bytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));

const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");

const known = (list) => (list ?? []).map((each) => ({ ...each, id: bytes(each.id) }));

function options(plain) {
  const made = { ...plain, challenge: bytes(plain.challenge) };
  if (plain.user) made.user = { ...plain.user, id: bytes(plain.user.id) };
  if (plain.excludeCredentials) made.excludeCredentials = known(plain.excludeCredentials);
  if (plain.allowCredentials) made.allowCredentials = known(plain.allowCredentials);
  return made;
}

function plain(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = text(credential.response[name]);
  }
  const { id, type } = credential;
  return { id, rawId: text(credential.rawId), type, response, clientExtensionResults: {} };
}

async function send(event) {
  event.preventDefault();
  const form = field.form;
  const failed = form.querySelector("[data-passkey-failed]");
  failed.hidden = true;
  try {
    const publicKey = options(JSON.parse(field.dataset.options));
    const credential = await navigator.credentials[field.dataset.passkey]({ publicKey });
    field.value = JSON.stringify(plain(credential));
    form.submit();
  } catch {
    failed.hidden = false;
  }
}

if (field && window.PublicKeyCredential) {
  field.form.addEventListener("submit", send);
  field.closest("[data-passkey-part]").hidden = false;
  const missing = document.querySelector("[data-passkey-missing]");
  if (missing) missing.hidden = true;
}
