// Inputs that know what might be typed (address, bank) ask for it while somebody types. Without scripts they are plain inputs.
const ask = async (input, typed) => {
  const query = new URLSearchParams({ q: typed })
  const place = input.dataset.knownIn && document.getElementById(input.dataset.knownIn)
  if (place) query.set('in', place.value)
  try {
    const got = await fetch(`${input.dataset.known}?${query}`, { headers: { Accept: 'application/json' } })
    return got.ok ? await got.json() : []
  } catch {
    return [] // the network is away: nothing is suggested
  }
}

for (const input of document.querySelectorAll('input[data-known]')) {
  const into = input.dataset.knownInto && document.getElementById(input.dataset.knownInto)
  const list = document.createElement('datalist')
  if (!into) {
    list.id = `${input.id}-list`
    input.after(list)
    input.setAttribute('list', list.id)
    input.autocomplete = 'off' // the browser's own list would lie over ours
  }
  let timer
  let filled = ''
  input.addEventListener('input', () => {
    clearTimeout(timer)
    timer = setTimeout(async () => {
      const typed = input.value.trim()
      if (typed.length < 2 || (into && typed.replace(/\D/g, '').length !== 9)) return
      const names = await ask(input, into ? typed.replace(/\D/g, '') : typed)
      if (input.value.trim() !== typed) return
      if (!into) {
        list.replaceChildren(...names.map(name => new Option(name, name)))
      } else if (names.length > 0 && (into.value === '' || into.value === filled)) {
        into.value = filled = names[0]
      }
    }, 200)
  })
}
