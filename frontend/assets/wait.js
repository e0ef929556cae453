// A page that waits for something elsewhere asks how it goes and shows itself again when that is decided. Without scripts it
// refreshes itself.
for (const box of document.querySelectorAll('[data-wait]')) {
  const ask = async () => {
    try {
      const got = await fetch(box.dataset.wait, { headers: { Accept: 'application/json' }, cache: 'no-store' })
      if (got.ok && (await got.json()).state !== 'waiting') {
        window.location.reload()
        return
      }
    } catch {} // the network is away for a moment: ask again
    setTimeout(ask, 2000)
  }
  setTimeout(ask, 2000)
}
