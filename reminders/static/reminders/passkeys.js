// Passkeys: a button asks the browser for one, and its form carries the answer to the server.
(() => {
  const bytes = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");

  const known = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));
  const forBrowser = (options) => ({
    ...options,
    challenge: bytes(options.challenge),
    ...(options.user && { user: { ...options.user, id: bytes(options.user.id) } }),
    ...(options.allowCredentials && { allowCredentials: known(options.allowCredentials) }),
    ...(options.excludeCredentials && { excludeCredentials: known(options.excludeCredentials) }),
  });
  // The fields of the answer that are bytes travel as text.
  const forServer = (credential) => {
    const { response } = credential;
    const parts = ["clientDataJSON", "attestationObject", "authenticatorData", "signature"];
    const said = Object.fromEntries(
      [...parts, "userHandle"]
      .filter((name) => response[name])
      .map((name) => [name, text(response[name])]),
    );
    if (response.getTransports) said.transports = response.getTransports();
    return {
      id: credential.id,
      rawId: text(credential.rawId),
      type: credential.type,
      response: said,
      clientExtensionResults: credential.getClientExtensionResults(),
    };
  };

  const asked = async (form) => {
    const { options } = form.dataset;
    if (options.startsWith("#")) return JSON.parse(form.querySelector(options).textContent);
    return (await fetch(options, { headers: { Accept: "application/json" } })).json();
  };
  const make = (options, form) => {
    const wish = options.authenticatorSelection;
    // Alone it replaces name and password: then the device must check who holds it.
    if (form.elements.passwordless?.checked)
      Object.assign(wish, {
        residentKey: "required",
        requireResidentKey: true,
        userVerification: "required",
      });
    return navigator.credentials.create({ publicKey: options });
  };

  // Until this script is here a click would do nothing: the pages come with the buttons off.
  const ready = (within) => {
    for (const button of within.querySelectorAll("[data-passkey-ask]")) button.disabled = false;
  };
  ready(document);
  document.addEventListener("htmx:load", (event) => ready(event.detail.elt));

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-passkey-ask]");
    if (!button) return;
    const form = button.closest("form");
    const trouble = form.querySelector("[data-passkey-error]");
    trouble.hidden = true;
    button.disabled = true;
    try {
      const data = await asked(form);
      const options = forBrowser((data.request_options || data.creation_options).publicKey);
      const found =
        form.dataset.passkey === "create" ?
        await make(options, form) :
        await navigator.credentials.get({ publicKey: options });
      form.elements.credential.value = JSON.stringify(forServer(found));
      form.requestSubmit();
    } catch (error) {
      trouble.textContent = !navigator.credentials ?
        "Passkeys work only where the address begins with https." :
        error.name === "InvalidStateError" ?
        "This device has a passkey here already." :
        "No passkey was used. Please try again.";
      trouble.hidden = false;
    }
    button.disabled = false;
  });
})();
