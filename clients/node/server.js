// A department that accepts whatever it can read: PORT=8090 PORTAL=http://localhost:8080 CODE=zags node server.js
import {existsSync, readFileSync, writeFileSync} from 'node:fs'
import {createServer} from 'node:http'
import {Department, Key, Refusal, Store} from './department.js'

const {PORT = '8090', PORTAL = 'http://localhost:8080', CODE = 'zags', DATA = '', KEY = ''} = process.env
const key = new Key(KEY && existsSync(KEY) ? readFileSync(KEY) : undefined)
if (KEY) writeFileSync(KEY, key.pem(), {mode: 0o600})

const department = new Department({
  code: CODE, portal: PORTAL, key, store: new Store(DATA || undefined),
  on: {
    submitted(data, event) {
      if (!data?.application) throw new Refusal('В сообщении нет заявления')
      department.tell(event.subject, 'status', {status: 'accepted', text: `Заявление ${data.number} принято`})
    },
    message(data) { console.log(`${data.number}: ${data.message?.text}`) },
    cancelled(data, event) { department.tell(event.subject, 'message', {text: 'Заявление отозвано, ничего делать не нужно'}) },
  },
})
const server = createServer(department.listener())
server.listen(Number(PORT), '127.0.0.1', () => console.log(`listening ${server.address().port}`))
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => { department.stop(); server.close(() => process.exit(0)); server.closeAllConnections() })
