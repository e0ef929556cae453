// Passkeys: a hidden form is shown where the browser can do them; its answer goes into the form, which is sent like any other.
const bytes = text => Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), char => char.charCodeAt(0))
const text = buffer => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
const named = list => (list ?? []).map(one => ({ ...one, id: bytes(one.id) }))

// Older browsers lack parseRequestOptionsFromJSON and toJSON; these few lines do for all.
function parsed (json) {
  const options = JSON.parse(json)
  options.challenge = bytes(options.challenge)
  if (options.user) options.user.id = bytes(options.user.id)
  if (options.excludeCredentials) options.excludeCredentials = named(options.excludeCredentials)
  if (options.allowCredentials) options.allowCredentials = named(options.allowCredentials)
  return options
}

function answer (credential) {
  const { response } = credential
  const fields = {}
  for (const name of ['clientDataJSON', 'attestationObject', 'authenticatorData', 'signature', 'userHandle']) {
    if (response[name]) fields[name] = text(response[name])
  }
  if (response.getTransports) fields.transports = response.getTransports()
  return JSON.stringify({
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment ?? undefined,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: fields
  })
}

let waiting // the list below the login field, which a press of the button ends

async function run (form, extra = {}) {
  const publicKey = parsed(form.querySelector('[data-options]').dataset.options)
  const call = form.dataset.passkey === 'create' ? 'create' : 'get'
  const credential = await navigator.credentials[call]({ publicKey, ...extra })
  form.elements.credential.value = answer(credential)
  form.submit()
}

async function offer (form) {
  if (!await window.PublicKeyCredential.isConditionalMediationAvailable?.()) return
  waiting = new AbortController()
  // Refusing the list is no mistake: the person types a password.
  run(form, { mediation: 'conditional', signal: waiting.signal }).catch(() => {})
}

if (window.PublicKeyCredential) {
  for (const form of document.querySelectorAll('form[data-passkey]')) {
    form.hidden = false
    form.addEventListener('submit', event => {
      event.preventDefault()
      waiting?.abort()
      const failed = form.querySelector('[data-failed]')
      failed.hidden = true
      run(form).catch(() => { failed.hidden = false })
    })
    if (form.querySelector('[data-autofill]')) offer(form)
  }
}
