// A search field with data-suggest offers services while one types, as a combobox: arrows choose, Enter opens, Escape closes.
// Without scripts the field sends its form, and Enter without a choice does the same here.
let lists = 0

for (const input of document.querySelectorAll('input[data-suggest]')) {
  const list = document.createElement('ul')
  list.id = `suggest-${++lists}`
  list.className = 'tm-suggest'
  list.setAttribute('role', 'listbox')
  list.setAttribute('aria-label', input.labels[0]?.textContent.trim() ?? '')
  list.hidden = true
  const box = document.createElement('div')
  box.className = 'tm-suggest__box'
  const typing = document.activeElement === input
  input.replaceWith(box)
  box.append(input, list)
  if (typing) input.focus()
  for (const [name, value] of Object.entries({ role: 'combobox', 'aria-autocomplete': 'list', 'aria-expanded': 'false', 'aria-controls': list.id })) {
    input.setAttribute(name, value)
  }
  let chosen = -1
  let asking = null
  let timer = 0

  const show = open => {
    list.hidden = !open
    input.setAttribute('aria-expanded', open)
    choose(-1)
  }
  const choose = n => {
    chosen = n
    for (const [i, option] of [...list.children].entries()) option.setAttribute('aria-selected', i === n)
    if (n < 0) input.removeAttribute('aria-activedescendant')
    else {
      input.setAttribute('aria-activedescendant', list.children[n].id)
      list.children[n].scrollIntoView({ block: 'nearest' })
    }
  }
  const draw = found => {
    list.replaceChildren(...found.map((service, i) => {
      const option = document.createElement('li')
      option.id = `${list.id}-${i}`
      option.className = 'tm-suggest__option'
      option.setAttribute('role', 'option')
      option.dataset.href = service.href
      const title = document.createElement('span')
      title.textContent = service.title
      const note = document.createElement('span')
      note.className = 'tm-suggest__note'
      note.textContent = service.note
      option.append(title, note)
      return option
    }))
    show(found.length > 0)
  }
  const ask = async () => {
    asking?.abort()
    const words = input.value.trim()
    if (words.length < 2) return show(false)
    asking = new AbortController()
    try {
      const got = await fetch(`${input.dataset.suggest}?q=${encodeURIComponent(words)}`, { signal: asking.signal })
      if (got.ok && document.activeElement === input) draw(await got.json())
    } catch {} // the next letter asks again
  }

  input.addEventListener('input', () => {
    clearTimeout(timer)
    timer = setTimeout(ask, 150)
  })
  input.addEventListener('keydown', event => {
    const last = list.children.length - 1
    if (event.key === 'Escape' && !list.hidden) {
      event.preventDefault() // the words stay
      show(false)
    } else if (event.key === 'ArrowDown' && last >= 0) {
      event.preventDefault()
      if (list.hidden) show(true)
      choose(chosen < last ? chosen + 1 : 0)
    } else if (event.key === 'ArrowUp' && !list.hidden) {
      event.preventDefault()
      choose(chosen > 0 ? chosen - 1 : last)
    } else if (event.key === 'Enter' && chosen >= 0 && !list.hidden) {
      event.preventDefault()
      window.location.assign(list.children[chosen].dataset.href)
    }
  })
  input.addEventListener('blur', () => show(false))
  list.addEventListener('pointerdown', event => event.preventDefault()) // the field keeps the focus until the click
  list.addEventListener('click', event => {
    const option = event.target.closest('[role=option]')
    if (option) window.location.assign(option.dataset.href)
  })
}
