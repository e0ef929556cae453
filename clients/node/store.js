// What a department must not forget: which messages it has had and how it answered, and which news the portal has not taken yet.
import {appendFileSync, existsSync, readFileSync} from 'node:fs'

/** Keeps everything in a file of JSON lines, or in memory alone without one. Each line is written before the answer leaves. */
export class Store {
  constructor(file) {
    Object.assign(this, {file, messages: new Map(), applications: new Set(), news: new Map(), sequences: new Map()})
    if (file && existsSync(file)) {
      for (const line of readFileSync(file, 'utf8').split('\n')) {
        try { this.apply(JSON.parse(line)) } catch { /* the last line of a process that was killed */ }
      }
    }
  }

  apply(entry) {
    if (entry.message) this.messages.set(entry.message.id, entry.message)
    if (entry.application) this.applications.add(entry.application)
    if (entry.news) {
      this.news.set(entry.news.id, entry.news)
      this.sequences.set(entry.news.subject, Number(entry.news.sequence))
    }
    if (entry.taken) this.news.delete(entry.taken)
  }

  write(entry) {
    if (this.file) appendFileSync(this.file, JSON.stringify(entry) + '\n')
    this.apply(entry)
  }

  next(application) { return (this.sequences.get(application) ?? 0) + 1 }
}
