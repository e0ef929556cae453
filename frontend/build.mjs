// Builds static/ from assets/: styles, scripts, fonts and marks, each named by a hash of its content, and manifest.json.
// The same input gives the same bytes, so CI compares the result with what is committed.
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import esbuild from 'esbuild'
import * as sass from 'sass'
import subsetFont from 'subset-font'

const out = 'static'
fs.rmSync(out, { recursive: true, force: true })
fs.mkdirSync(out)
const manifest = {}

function emit (name, body) {
  body = Buffer.from(body)
  const hash = createHash('sha256').update(body).digest('hex').slice(0, 10)
  const { name: stem, ext } = path.parse(name)
  manifest[name] = `${stem}.${hash}${ext}`
  fs.writeFileSync(path.join(out, manifest[name]), body)
  return manifest[name]
}

// Golos Text comes cut by script. Each part is cut further to the letters of Russian, Tatar and English and to the signs we
// use; anything else (a name in Turkish, say) is shown in the system's own font.
const range = (from, to) => String.fromCodePoint(...Array.from({ length: to - from + 1 }, (_, i) => from + i))
const tatar = 'ӘәӨөҮүҖҗҢңҺһ'
const parts = [
  ['golos-cyrillic', 'cyrillic', range(0x410, 0x44f) + 'Ёё№', 'U+401, U+410-44F, U+451, U+2116'],
  ['golos-latin', 'latin', range(0x20, 0x7e) + '\u00a0§©«»°±·×–—‘’“”„†•…−', 'U+20-7E, U+A0, U+A7, U+A9, U+AB, U+B0, U+B1, U+B7, U+BB, U+D7, U+2013, U+2014, U+2018-201E, U+2022, U+2026, U+2212'],
  ['golos-tatar', 'cyrillic-ext', tatar, [...tatar].map(c => 'U+' + c.codePointAt(0).toString(16).toUpperCase()).join(', ')],
  ['golos-rouble', 'latin-ext', '₽', 'U+20BD']
]
let faces = ''
for (const [name, source, text, unicodeRange] of parts) {
  const file = fs.readFileSync(`node_modules/@fontsource-variable/golos-text/files/golos-text-${source}-wght-normal.woff2`)
  const cut = await subsetFont(file, text, { targetFormat: 'woff2', variationAxes: { wght: { min: 400, max: 700 } } })
  const hashed = emit(`${name}.woff2`, cut)
  faces += `@font-face{font-family:"Golos Text";font-style:normal;font-display:swap;font-weight:400 700;` +
    `src:url(/assets/${hashed}) format("woff2");unicode-range:${unicodeRange}}\n`
}

for (const folder of ['assets/marks', 'assets/icons']) {
  for (const name of fs.readdirSync(folder).sort()) emit(name, fs.readFileSync(path.join(folder, name)))
}

for (const name of ['app.scss']) {
  const { css } = sass.compile(path.join('assets', name), {
    loadPaths: ['node_modules/govuk-frontend/dist', 'node_modules'], quietDeps: true, style: 'expanded', charset: false
  })
  const { code } = await esbuild.transform(faces + css, { loader: 'css', minify: true, charset: 'utf8', target: ['chrome100', 'firefox100', 'safari14'] })
  emit('app.css', code.replaceAll(/url\("?mark:([\w.-]+)"?\)/g, (_, mark) => `url(/assets/${manifest[mark]})`))
}

for (const name of ['head.js', 'app.js', 'form-post.js', 'worker.js']) {
  const { outputFiles } = await esbuild.build({
    entryPoints: [path.join('assets', name)], bundle: true, minify: true, write: false, format: ['head.js', 'worker.js'].includes(name) ? 'iife' : 'esm',
    charset: 'utf8', target: ['es2020'], legalComments: 'none'
  })
  emit(name, outputFiles[0].contents)
}

const sorted = Object.fromEntries(Object.entries(manifest).sort(([a], [b]) => a < b ? -1 : 1))
fs.writeFileSync(path.join(out, 'manifest.json'), JSON.stringify(sorted, null, 2) + '\n')
for (const hashed of Object.values(sorted)) console.log(hashed, fs.statSync(path.join(out, hashed)).size)
