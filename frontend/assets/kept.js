// A form that is sent while the network is away is not lost. What was typed waits in this tab (sessionStorage), the page says so and
// has a button to send it again; the step opened anew has it filled in. It is forgotten when the server has taken it, at the sign-out,
// for another person, and after a day. Passwords, codes and files are never kept.
const worker = document.querySelector('link[rel=manifest]')?.dataset.worker
const place = 'tamga-kept'
const day = 24 * 60 * 60 * 1000
const secret = 'input[type=password], input[autocomplete=one-time-code], input[autocomplete^=cc-]'
const offline = document.querySelector('[data-offline]') // the page that the worker shows when there is no network
const person = document.querySelector('.tm-account__link[href="/cabinet"]')?.textContent.trim() ?? ''
const elsewhere = 'BroadcastChannel' in window ? new BroadcastChannel(place) : null

const read = () => {
  try {
    const kept = JSON.parse(sessionStorage.getItem(place))
    return kept && Date.now() - kept.at < day ? kept : null
  } catch {
    return null
  }
}
const write = kept => {
  try {
    if (kept) sessionStorage.setItem(place, JSON.stringify(kept))
    else sessionStorage.removeItem(place)
  } catch {} // a browser that keeps nothing: the page itself still has it
}

// told returns the section that says what waits. It comes from the page that the worker keeps, so that no other page carries it.
const told = async () => {
  if (offline) return offline.querySelector('[data-kept]')
  for (const name of await caches.keys()) {
    for (const request of await (await caches.open(name)).keys()) {
      if (new URL(request.url).pathname !== '/offline') continue
      const page = new DOMParser().parseFromString(await (await caches.match(request)).text(), 'text/html')
      return document.adoptNode(page.querySelector('[data-kept]'))
    }
  }
  return null
}

const show = async again => {
  if (document.querySelector('[data-kept]:not([hidden])')) return true
  const section = await told()
  if (!section) return false
  section.hidden = false
  if (!offline) document.getElementById('content').prepend(section)
  section.querySelector('[data-again]').addEventListener('click', again)
  section.focus()
  return true
}

// addressOf returns where a form goes. form.action itself may be a field of that name.
const addressOf = (form, button) => new URL(button?.getAttribute('formaction') ?? form.getAttribute('action') ?? '', window.location.href)
const submitted = form => HTMLFormElement.prototype.submit.call(form)

const typed = (form, button) => {
  const fields = [...new FormData(form)].filter(([, value]) => typeof value === 'string')
  if (button?.name) fields.push([button.name, button.value])
  return fields
}

const send = kept => {
  if (kept.files?.length) return window.location.assign(kept.page) // files are attached anew
  write({ ...kept, waits: false }) // the next page that is not this one forgets it
  const form = document.createElement('form')
  form.method = 'post'
  form.action = kept.action
  for (const [name, value] of kept.fields) {
    const field = document.createElement('input')
    field.type = 'hidden'
    field.name = name
    field.value = value
    form.append(field)
  }
  document.body.append(form)
  submitted(form)
}

const fill = (form, fields) => {
  for (const control of form.elements) {
    const values = fields.filter(([name]) => name === control.name).map(([, value]) => value)
    if (control.type === 'checkbox' || control.type === 'radio') control.checked = values.includes(control.value)
    else if (['hidden', 'submit', 'button', 'file', 'fieldset'].includes(control.type)) continue
    else if (values.length === 1) control.value = values[0]
  }
}

// remind says beside each field whose files were chosen that they have to be chosen again.
const remind = async (form, names) => {
  const text = (await told())?.dataset.files
  for (const input of form.querySelectorAll('input[type=file]')) {
    if (!text || !names.includes(input.name)) continue
    const note = document.createElement('p')
    note.className = 'govuk-error-message'
    note.id = `${input.id}-again`
    note.textContent = text
    input.before(note)
    input.setAttribute('aria-describedby', `${input.getAttribute('aria-describedby') ?? ''} ${note.id}`.trim())
    input.addEventListener('change', () => note.remove(), { once: true })
  }
}

const forget = () => {
  write(null)
  elsewhere?.postMessage('forget')
}

if (worker && 'serviceWorker' in navigator) {
  window.addEventListener('load', () => navigator.serviceWorker.register(worker).catch(() => {}))
  elsewhere?.addEventListener('message', () => write(null))
  let kept = read()
  if (kept && person && kept.person && kept.person !== person) kept = null
  if (kept && !offline && !kept.waits && window.location.pathname !== '/sign-in') kept = null // the server has taken it
  if (kept) kept.waits = true
  write(kept)
  const form = kept && [...document.querySelectorAll('main form[method=post]')].find(one => addressOf(one).href === kept.action)
  if (form) {
    fill(form, kept.fields)
    if (kept.files?.length) remind(form, kept.files).catch(() => {})
    show(() => form.requestSubmit())
  } else if (kept && offline) {
    show(() => send(kept))
  }

  document.addEventListener('submit', event => {
    const form = event.target
    const address = addressOf(form, event.submitter)
    const action = form.getAttribute('method') === 'post' && address.origin === window.location.origin ? address.pathname : ''
    if (!action || event.defaultPrevented) return
    if (['/sign-out', '/settings/delete'].includes(action)) return forget()
    if (!form.closest('main') || form.querySelector(secret)) return
    const away = !navigator.onLine
    write({ action: address.href, page: window.location.href, fields: typed(form, event.submitter), person, at: Date.now(), waits: away,
      files: [...form.querySelectorAll('input[type=file]')].filter(input => input.files.length > 0).map(input => input.name) })
    if (!away) return
    event.preventDefault()
    const button = event.submitter
    show(() => form.requestSubmit(button)).then(shown => shown || submitted(form), () => submitted(form))
  })
}
